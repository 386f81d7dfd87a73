"""Promise: a diagnosis changes nothing on the server that it diagnoses, whatever stands in its workload.

The attacks of `attacks.py` are the workload: the shadow plans them, and the source is asked for its own plans of them.
"""

from __future__ import annotations

from pathlib import Path

import attacks
import pytest

from backend_lead.doors.cli.main import main
from backend_lead.prove.scratch import Scratch

# So many attacks in one workload; a file holds the statements of one application.
_PART = 90


@pytest.fixture(scope="module")
def postgres():
    with Scratch(statements=True) as server:
        yield server


@pytest.fixture(scope="module")
def walls(postgres):
    folder = attacks.prepare(postgres)
    return folder, attacks.state(postgres, folder)


def parts() -> list[list[str]]:
    texts = [sql for _, sql in attacks.ATTACKS]
    # Every attack once as it is and once where only its plan is asked for.
    return [texts[start:start + _PART] for start in range(0, len(texts), _PART)]


@pytest.mark.parametrize("role", ["walls_reader", "walls_owner", "postgres"])
def test_attacks_as_a_workload_change_nothing(postgres, walls, tmp_path: Path, role: str):
    folder, before = walls
    (tmp_path / "empty").mkdir()
    planned = 0
    for number, texts in enumerate(parts()):
        workload = tmp_path / f"{number}.sql"
        workload.write_text("\n".join(f"-- weight: 100000/h\n{sql.replace('{folder}', str(folder))};" for sql in
                                      ["SELECT * FROM canary WHERE value = $1", *texts]), encoding="utf-8", errors="replace")
        report = tmp_path / f"{number}.json"
        code = main(["diagnose", str(tmp_path / "empty"), "--db", postgres.dsn("walls", role), "--allow-superuser", "-q",
                     "--workload", str(workload), "--fail-on", "never", "--format", "json", "--output", str(report)])
        # One statement whose quote never closes swallows the rest of a file: that is told, and no fault of ours.
        assert code in (0, 2), code
        planned += code == 0
        assert attacks.state(postgres, folder) == before
    assert planned == len(parts())


def test_an_export_changes_nothing(postgres, walls, tmp_path: Path):
    folder, before = walls
    for extra in ([], ["--mask"]):
        assert main(["diagnose", "--db", postgres.dsn("walls", "walls_reader"), "-q", "--export-stats",
                     str(tmp_path / "stats.sql"), *extra]) == 0
        assert attacks.state(postgres, folder) == before
