"""Services are edited by hand, their blueprints change, and they are generated again: for real, on rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.generated.environment import python as environment_python
from benchmarks.generated.options import options_of
from benchmarks.generated.regenerate import played
from benchmarks.generated.scenarios import SCENARIOS

from backend_lead.design.blueprint_files import archetypes
from backend_lead.gates.local_postgres import LocalPostgres
from backend_lead.generate.python.service import generate

# One with an index that is built beside requests, one with access, one after a migration by hand.
PLAYED = ("a list is added", "a role is added", "after a migration by hand")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalPostgres]:
    server = LocalPostgres(tcp=True)
    yield server
    server.close()


@pytest.mark.service
@pytest.mark.parametrize("name", PLAYED)
def test_nothing_is_lost(name: str, server: LocalPostgres):
    files = generate(archetypes()["chat"], options_of("chat"))
    python = environment_python({name: files[name] for name in ("requirements.txt", "requirements-dev.txt")})
    scenario = next(each for each in SCENARIOS if each.name == name)
    seen = played(scenario, python, server, name.replace(" ", "_"))
    assert (seen.wrong, seen.lost) == ([], 0)
    assert seen.lines > 0
    assert seen.values > 30
    assert seen.migrations > 0


def test_there_are_twenty_scenarios_and_each_has_lines_by_hand():
    assert len(SCENARIOS) >= 20
    assert all(each.edits for each in SCENARIOS)
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)
