"""What a generated service is told when we run it, and what becomes of one that does not start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backend_lead.errors import WrongUse
from backend_lead.gates.service_process import ended, environment, started


def test_it_is_told_its_settings_and_nothing_of_ours(monkeypatch: pytest.MonkeyPatch):
    for name in ("REDIS_URL", "ENVIRONMENT", "BACKEND_LEAD_DB", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "DATABASE_URL"):
        monkeypatch.setenv(name, "ours")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org")
    told = environment("postgresql://its", POOL_SIZE="3")
    assert "ours" not in told.values()
    assert (told["DATABASE_URL"], told["POOL_SIZE"]) == ("postgresql://its", "3")
    assert told["PIP_INDEX_URL"] == "https://packages.example.org"
    assert len(told["SECRET_KEY"]) >= 48


def test_a_command_is_told_with_how_it_ended(tmp_path: Path):
    done = ended([sys.executable, "-c", "import sys; print(input()); print('x', file=sys.stderr); sys.exit(3)"], tmp_path,
                 environment(""), given="in\n")
    assert (done.code, done.output, done.said) == (3, "in\n", "x")
    assert ended([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, environment(""), timeout=.5).code == 124


def test_a_service_that_ends_at_once_is_told_with_what_it_said(tmp_path: Path):
    with pytest.raises(WrongUse, match="no database, no service"), \
            started(Path(sys.executable), tmp_path, ["-c", "import sys; sys.exit('no database, no service')"], environment(""),
                    tmp_path / "log"):
        pass
