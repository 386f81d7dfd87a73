"""What every test shares: this folder on the path (for `samples`), an environment without our own variables, and a
real PostgreSQL for those that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from backend_lead.prove.scratch import Scratch

# No clock decides whether a test passes: the machine may be busy with something else.
settings.register_profile("whenever", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whenever")


@pytest.fixture(autouse=True)
def own_variables_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the developer's shell changes no test."""
    for name in [name for name in os.environ if name.startswith("BACKEND_LEAD_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "CI", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Scratch]:
    """A PostgreSQL with pg_stat_statements for the whole run; each test makes databases and roles of its own in it."""
    with Scratch(statements=True) as server:
        yield server
