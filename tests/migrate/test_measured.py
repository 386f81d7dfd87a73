"""The lint against what was measured on a real server, case by case; and the measurements against a real server again."""

from __future__ import annotations

import pytest
from benchmarks.lint.__main__ import judged, kinds_of, locks_of, script, strongest
from benchmarks.locks.cases import Case, corpus
from benchmarks.locks.hazards import blocked
from benchmarks.locks.measure import measure
from benchmarks.locks.table import truth

from backend_lead.migrate.application import Application
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import replay

SHOP = corpus("shop")
MEASURED = truth("shop", 18)
# What the lint does not know: what a program does when it runs, and the old name of what was renamed just before.
UNKNOWN = {"do-block", "rename-table-with-view", "merge"}
APPLICATION = Application.of_sql(";\n".join(query.sql for query in SHOP.queries), "queries.sql")


@pytest.fixture(scope="module")
def schema() -> Catalog:
    catalog = Catalog(complete=True)
    assert replay([script("base", [SHOP.schema], alone=True)], catalog, 18) == []
    return catalog


CASES = pytest.mark.parametrize("case", [case for case in SHOP.cases if case.name not in UNKNOWN], ids=lambda case: case.name)


@CASES
def test_locks_and_waits_are_those_that_were_measured(case: Case, schema: Catalog):
    result = MEASURED[case.name]
    change = judged(case, schema, APPLICATION, 18)
    if result["fails"]:
        assert any(hazard.kind.value == "fails" for each in change.files[0].statements for hazard in each.hazards)
        return
    assert {name: mode.value for name, mode in locks_of(change).items()} == strongest(result)
    for seen, told in zip(result["statements"], change.files[0].statements, strict=True):
        assert blocked(seen, kinds_of(case, schema, 18)) == (told.blocks_reads, told.blocks_writes), seen["sql"]


@CASES
def test_what_breaks_is_what_was_seen_to_break(case: Case, schema: Catalog):
    result = MEASURED[case.name]
    if result["fails"]:
        return
    change = judged(case, schema, APPLICATION, 18)
    told = {hazard.query.sql for each in change.files[0].statements for hazard in each.hazards
            if hazard.kind.value == "breaks" and hazard.query is not None}
    assert told == {each["query"] for each in result["breaks"]}


SAMPLE = ("add-column-uuid-default", "set-not-null", "add-foreign-key", "create-index-concurrently", "rename-column",
          "type-varchar-narrower", "attach-partition", "add-enum-value-and-use-it")


def test_a_real_server_still_does_what_was_measured():
    import dataclasses

    few = dataclasses.replace(SHOP, cases=tuple(case for case in SHOP.cases if case.name in SAMPLE))
    for seen in measure(few, None):
        kept = MEASURED[seen["case"]]
        for field in ("breaks", "loses", "fails"):
            assert seen[field] == kept[field], seen["case"]
        for now, then in zip(seen["statements"], kept["statements"], strict=True):
            assert {**now, "error": bool(now["error"])} == {**then, "error": bool(then["error"])}, seen["case"]
