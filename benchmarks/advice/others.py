"""What stands beside our advice: Extend, as the public index-selection evaluation has it, over hypopg.

Neither is kept here.  hypopg is Debian's package for the system's PostgreSQL, taken apart into the benchmark's cache;
the evaluation (github.com/hyrise/index_selection_evaluation) is cloned into it, or a checkout is named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.routes.servers import CACHE

from backend_lead.gates.scratch_session import ScratchSession

EVALUATION = "https://github.com/hyrise/index_selection_evaluation"
_DRIVER = "psycopg2-binary==2.9.13"
_RUN = Path(__file__).with_name("run_extend.py")


def checkout(given: Path | None) -> Path:
    """Return the folder of the evaluation, cloned when none is named."""
    folder = given or CACHE / "index_selection_evaluation"
    if not folder.exists():
        subprocess.run(["git", "clone", "-q", "--depth", "1", EVALUATION, str(folder)], check=True, timeout=300)
    return folder


def load_hypopg(session: ScratchSession, major: int) -> None:
    """Define hypopg's functions in a database of a superuser's, without installing the package."""
    folder = CACHE / f"hypopg-{major}"
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["apt-get", "download", "-q", f"postgresql-{major}-hypopg"], cwd=folder, check=True, timeout=300,
                       capture_output=True)
        [package] = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True, timeout=60)
    for each in (folder, *folder.parents):  # The server runs as another account where we are root.
        if each.is_relative_to(CACHE):
            each.chmod(0o755)
    [library] = folder.rglob("hypopg.so")
    [script] = [each for each in folder.rglob("hypopg--*.sql") if each.name.count("--") == 1]
    text = "\n".join(line for line in script.read_text().splitlines() if not line.startswith("\\"))
    session.run(text.replace("MODULE_PATHNAME", str(library)).replace("$libdir/hypopg", str(library)))
    session.run(f"LOAD '{library}'")


def extend(evaluation: Path, address: dict[str, str], queries: Sequence[str], columns: dict[str, list[str]],
           budget: int, width: int) -> list[str]:
    """Return the CREATE INDEX statements of Extend for a budget in bytes, as hypopg counts them."""
    done = subprocess.run(
        [str(_python()), str(_RUN), str(evaluation)], check=True, stdout=subprocess.PIPE, text=True, timeout=1800,
        env={**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **address},
        input=json.dumps({"queries": list(queries), "columns": columns, "budget": budget, "width": width}))
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _python() -> Path:
    venv = CACHE / "extend-venv"
    if not (venv / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=120)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", _DRIVER], check=True, timeout=300)
        (venv / "made").touch()
    return venv / "bin" / "python"
