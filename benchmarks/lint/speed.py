"""`python -m benchmarks.lint.speed`: CPU time over a thousand migrations, as a ratio to squawk's in the same run.

The migrations are the cases of `benchmarks/locks`, each a file; both linters get the whole folder in one process, three
times in turns, and the medians are compared.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.lint.others import install_squawk
from benchmarks.locks.cases import corpus, names
from benchmarks.speed.__main__ import cost

FILES = 1_000
ROUNDS = 3


def write(folder: Path) -> list[Path]:
    """Write the migrations; what a case needs before stands in its file."""
    cases = [case for name in names() for case in corpus(name).cases]
    found = []
    for number in range(FILES):
        case = cases[number % len(cases)]
        text = ";\n".join((*case.before, *case.statements)) + ";\n"
        found.append(folder / f"{number:04}_{case.name}.sql")
        found[-1].write_text(text if case.alone else f"BEGIN;\n{text}COMMIT;\n", encoding="utf-8")
    return found


def main() -> int:
    """Print the ratio."""
    squawk = install_squawk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write(folder)
        ours = [sys.executable, "-m", "backend_lead", "migration", "lint", str(folder), "-q", "--format", "json"]
        theirs = [str(squawk), "--reporter", "json", *map(str, files)]
        # An installed package has its bytecode; a checkout gets it by the first run, which does not count.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / ".bytecode")
        cost(ours, folder)
        rounds = [(cost(ours, folder), cost(theirs, folder)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(each[side].cpu for each in rounds) for side in (0, 1))
    memory = max(each[0].memory for each in rounds)
    print(f"{FILES} files: CPU time of the lint is {mine / other:.1f} times squawk's; {memory:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
