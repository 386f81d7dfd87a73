"""Other linters of migrations, asked about the same cases: harmful or not."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from benchmarks.locks.cases import Case

CACHE = Path(__file__).parents[1] / ".cache" / "linters"
# Rules of style, and of time limits, which say nothing about what the statement does.
_SQUAWK_STYLE = ("prefer-", "require-lock-timeout", "require-statement-timeout", "require-table-schema")
_LOCALTOOLS_STYLE = ("missing-lock-timeout", "missing-statement-timeout")
_AT_ONCE = 100


def flagged(cases: list[Case], folder: Path, major: int) -> dict[str, set[str]]:
    """Return, by linter, the names of the cases in which it finds harm; linters that cannot be installed are left
    out."""
    files = {case.name: folder / f"{case.name}.sql" for case in cases}
    for case in cases:
        text = ";\n".join(case.statements) + ";\n"
        files[case.name].write_text(text if case.alone else f"BEGIN;\n{text}COMMIT;\n", encoding="utf-8")
    found = {}
    for name, ask in (("squawk-cli", _squawk), ("localtools-postgres-migration-checker", _localtools)):
        try:
            found[name] = ask(files, major)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            print(f"  {name} is left out: {error}", file=sys.stderr)
    return found


def install_squawk() -> Path:
    """Return squawk's program, installed when it is not there yet."""
    program = CACHE / "node_modules" / ".bin" / "squawk"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", str(CACHE), "squawk-cli"], check=True, capture_output=True
        )
    return program


def _squawk(files: dict[str, Path], major: int) -> set[str]:
    program = install_squawk()
    done = subprocess.run(
        [str(program), "--reporter", "json", f"--pg-version={major}.0", *map(str, files.values())],
        capture_output=True,
        check=False,
    )
    said = json.loads(done.stdout)
    return {Path(each["file"]).stem for each in said if not each["rule_name"].startswith(_SQUAWK_STYLE)}


def _localtools(files: dict[str, Path], major: int) -> set[str]:
    place = CACHE / "localtools"
    program = place / "bin" / "localtools-postgres-migration-checker"
    if not program.exists():
        venv.create(place, with_pip=True)
        subprocess.run(
            [str(place / "bin" / "pip"), "install", "-q", "localtools-postgres-migration-checker"],
            check=True,
            capture_output=True,
        )
    found: set[str] = set()
    paths = list(files.values())
    for start in range(0, len(paths), _AT_ONCE):
        done = subprocess.run(
            [
                str(program),
                "check",
                *map(str, paths[start : start + _AT_ONCE]),
                "--format",
                "json",
                "--pg",
                str(major),
                "--fail-on",
                "never",
            ],
            capture_output=True,
            check=False,
        )
        for file in json.loads(done.stdout)["files"]:
            if any(_counts(finding) for statement in file["statements"] for finding in statement["findings"]):
                found.add(Path(file["name"]).stem)
    return found


def _counts(finding: dict[str, Any]) -> bool:
    return finding["rule"] not in _LOCALTOOLS_STYLE and finding["severity"] in ("high", "medium")
