"""Prints CPU time of a review as a ratio to bandit's on the same tree, our peak memory, and what the cache saves.

    python -m benchmarks.speed [NAME]

NAME is a server of benchmarks/routes; without it, the one with the most bytes of Python is taken.  The commands take
turns, so that both meet the same machine; each is a process of its own and its CPU time includes its children's.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.routes.servers import CACHE, SERVERS, chosen, unpack

ROUNDS = 3
OURS = [sys.executable, "-m", "backend_lead", "review"]
# Findings are no fault of a run, and bandit ends with 1 on them too.
ENDED_WELL = (0, 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: CPU seconds, user and system, and peak memory in MB."""

    cpu: float
    memory: float


def cost(command: list[str], folder: Path) -> Cost:
    """Run a command to its end and read its cost from the kernel."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ENDED_WELL:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {said.decode(errors='replace')[-300:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def python_bytes(tree: Path) -> int:
    """How many bytes of Python a tree holds."""
    return sum(file.stat().st_size for file in tree.rglob("*.py") if file.is_file())


def largest() -> Path:
    """The largest tree of all servers."""
    for server in SERVERS:
        if not server.tree.exists():
            unpack(server)
    return max((server.tree for server in SERVERS), key=python_bytes)


def bandit() -> Path:
    """The bandit of an environment of its own."""
    program = CACHE / "venv" / "bandit" / "bin" / "bandit"
    if not program.exists():
        environment = program.parents[1]
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "-q", "bandit"], check=True)
    return program


def measure(tree: Path, scratch: Path) -> tuple[list[Cost], list[Cost]]:
    """The costs of our review without cache and of bandit, taking turns."""
    ours, theirs = [], []
    scan = [str(bandit()), "-q", "-r", str(tree), "-o", str(scratch / "bandit.txt")]
    for turn in range(ROUNDS):
        print(f"round {turn + 1} of {ROUNDS} ...", file=sys.stderr)
        ours.append(cost([*OURS, str(tree), "--no-cache"], scratch))
        theirs.append(cost(scan, scratch))
    return ours, theirs


def cached(tree: Path, scratch: Path) -> tuple[Cost, Cost]:
    """The costs of a first review that fills the cache and of a second one with nothing changed, on a copy."""
    copy = scratch / "tree"
    subprocess.run(["cp", "-RL", str(tree), str(copy)], check=True)
    subprocess.run(["rm", "-rf", str(copy / ".backend-lead")], check=True)
    command = [*OURS, str(copy)]
    return cost(command, scratch), cost(command, scratch)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    if len(arguments) > 1 or arguments[:1] == ["--help"]:
        raise SystemExit(__doc__)
    if arguments:
        server = chosen((arguments[0],))[0]
        if not server.tree.exists():
            unpack(server)
    tree = server.tree if arguments else largest()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = measure(tree, Path(folder))
        first, second = cached(tree, Path(folder))
    our_cpu, their_cpu = (statistics.median(one.cpu for one in costs) for costs in (ours, theirs))
    peak = max(one.memory for one in ours)
    print(f"{tree.name}: {python_bytes(tree) / 1e6:.1f} MB of Python, medians of {ROUNDS} rounds, in turns")
    print(f"CPU, review / bandit            {our_cpu / their_cpu:.2f}   ({our_cpu:.1f} s / {their_cpu:.1f} s)")
    print(f"peak memory, review             {peak:.0f} MB, {peak / max(one.memory for one in theirs):.2f} of bandit's")
    print(f"CPU, first run / unchanged run  {first.cpu / second.cpu:.1f}   ({first.cpu:.1f} s / {second.cpu:.1f} s)")


if __name__ == "__main__":
    main(sys.argv[1:])
