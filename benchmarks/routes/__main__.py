"""Prints recall and precision of endpoints, and how often authentication is right, on real servers.

    python -m benchmarks.routes [NAME ...] [--show] [--again]

`--show` lists every endpoint that is missing, extra or judged wrongly; `--again` asks the servers anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.routes.compare import Comparison, compare, truth_of
from benchmarks.routes.servers import CACHE, NotStarted, Server, chosen, prepare

from backend_lead.read.reader import read_backend

PROBE_SECONDS = 900
COLUMNS = ("server", "framework", "endpoints", "ours", "recall", "precision", "authentication right", "open",
           "open called protected")


def ask(server: Server, again: bool) -> Path:
    """The file with the server's own routes and answers; the server is started when there is none yet."""
    out = CACHE / "truth" / f"{server.name}.json"
    if out.exists() and not again:
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    for folder in ("", *server.folders):
        (server.home / folder).mkdir(parents=True, exist_ok=True)
    start = out.with_suffix(".start")
    start.write_text(server.start, encoding="utf-8")
    settings = {name: value.replace("{home}", str(server.home)) for name, value in server.environment}
    environment = {"PATH": f"{server.python.parent}:{os.environ['PATH']}", "HOME": str(server.home), **settings}
    packages = next((server.python.parents[1] / "lib").glob("python3*/site-packages"))
    with out.with_suffix(".log").open("w", encoding="utf-8") as log:
        try:
            ended = subprocess.run([server.python, Path(__file__).with_name("probe.py"), start, out, server.home],
                                   env=environment, cwd=packages if server.inside else server.home, stdout=log,
                                   stderr=subprocess.STDOUT, timeout=PROBE_SECONDS, check=False).returncode
        except subprocess.TimeoutExpired:
            ended = -1
    if not out.exists():
        lines = out.with_suffix(".log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise NotStarted(f"start ended with {ended}: {lines[-1][:200] if lines else 'no output'}")
    return out


def measure(server: Server, again: bool) -> Comparison:
    """Have the server, ask it, read its tree, compare."""
    prepare(server)
    truth = truth_of(json.loads(ask(server, again).read_text(encoding="utf-8")))
    return compare(truth, read_backend(server.tree, cache=False).endpoints)


def row(name: str, framework: str, c: Comparison) -> tuple[str, ...]:
    """The cells of one line of the table."""
    decided = len(c.judged)
    return (name, framework, str(c.truth), str(c.ours), _share(c.found, c.truth), _share(c.found, c.ours),
            f"{c.right}/{decided} {_share(c.right, decided)}", str(c.open),
            f"{c.falsely_protected} {_share(c.falsely_protected, c.open)}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def together(comparisons: list[Comparison]) -> Comparison:
    """All servers as one."""
    return Comparison(sum(c.truth for c in comparisons), sum(c.ours for c in comparisons),
                      sum(c.found for c in comparisons), (), (),
                      tuple(judged for c in comparisons for judged in c.judged))


def show(c: Comparison) -> None:
    """Print every disagreement on a line of its own."""
    for method, path in c.missing:
        print(f"  missing  {method} {path}")
    for e in c.extra:
        print(f"  extra    {e.method} {e.path}  {e.handler.place}")
    for j in c.judged:
        if not j.right:
            print(f"  wrong    {j.key[0]} {j.key[1]}  answers {j.status}, read as {j.endpoint.authentication}"
                  f" ({j.endpoint.authentication_because})  {j.endpoint.handler.place}")


def main(arguments: list[str]) -> None:
    """Measure the servers named, or all, and print the table."""
    options = {argument for argument in arguments if argument.startswith("-")}
    if options - {"--show", "--again"}:
        raise SystemExit(__doc__)
    rows, comparisons, skipped = [COLUMNS], [], []
    for server in chosen(tuple(argument for argument in arguments if argument not in options)):
        print(f"reading {server.name} ...", file=sys.stderr)
        try:
            comparison = measure(server, "--again" in options)
        except NotStarted as reason:
            skipped.append(f"skipped  {server.name}: {reason}")
            continue
        rows.append(row(server.name, server.framework, comparison))
        comparisons.append(comparison)
        if "--show" in options:
            print(server.name)
            show(comparison)
    rows.append(row("total", "", together(comparisons)))
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(COLUMNS))]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
    print("\n".join(skipped))


if __name__ == "__main__":
    main(sys.argv[1:])
