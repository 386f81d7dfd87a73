"""Sizes of indexes that the shadow never builds, beside those that CREATE INDEX makes where the rows are."""

from __future__ import annotations

import pytest

from backend_lead.gates.database import DatabaseGate
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow
from backend_lead.prove.shadow.comparisons import likelihood
from backend_lead.read.database.planner_statistics import read_planner_statistics

# The statistics are of all rows, so that they are the same each time (ANALYZE reads 300 rows for each unit of the target).
# Orders lie together and come in one state; a delivery is promised some days after the order and comes some days around.
SCHEMA = """
CREATE TABLE part (order_id int, line int, state text, promised date, delivered date, at timestamptz, seen timestamptz,
    PRIMARY KEY (order_id, line));
INSERT INTO part SELECT o, l, CASE WHEN o % 4 = 0 THEN 'open' ELSE 'done' END, date '2020-01-01' + o / 40 + 30 + o % 7,
    date '2020-01-01' + o / 40 + 25 + (hashint4(o * 7 + l) & 2147483647) % 21, timestamptz '2020-01-01' + o * interval '1 h' + l * interval '1 min',
    timestamptz '2020-01-01' + o * interval '1 h' + l * interval '1 min' + interval '30 s'
    FROM generate_series(1, 60000) o, generate_series(1, 1 + o % 6) l;
ALTER TABLE part ALTER COLUMN state SET STATISTICS 1000;
VACUUM ANALYZE part;
"""


@pytest.fixture(scope="module")
def shadow(postgres: Scratch):
    dsn = postgres.create_database("parts")
    for statement in SCHEMA.strip().rstrip(";").split(";\n"):
        postgres.execute(statement, database="parts")
    with DatabaseGate(dsn, allow_superuser=True) as gate:
        statistics = read_planner_statistics(gate)
    with Shadow(statistics) as found:
        yield found


@pytest.mark.parametrize(("definition", "within"), [
    ("(order_id)", 0.02),
    ("(state)", 0.02),
    # Each day has as many orders, and not by chance.
    ("(promised)", 0.08),
    # What is open lies together, and nobody tells.
    ("(order_id) WHERE state = 'open'", 0.25),
    ("(promised) WHERE promised < delivered", 0.25),
    # What is always so is taken to be so for seven rows of ten.
    ("(at) WHERE seen >= at", 0.3),
])
def test_a_size_is_foretold_without_a_row(shadow: Shadow, postgres: Scratch, definition: str, within: float):
    sql = f"CREATE INDEX x{len(shadow.sizes)} ON part {definition}"
    name = sql.split()[2]
    made = shadow.add_indexes({name: sql})
    postgres.execute(sql, database="parts")
    [(real,)] = postgres.execute(f"SELECT pg_relation_size('{name}') / 8192", database="parts")
    assert shadow.size(made[name]).pages == pytest.approx(real, rel=within)


@pytest.mark.parametrize(("predicate", "least", "most"), [
    ("seen >= at", 0.65, 0.75),  # apart a half, together all
    ("at > seen", 0.2, 0.3),  # apart a half, together none
    ("promised < delivered", 0.45, 0.6),  # apart a half, together about a half
    ("((promised < delivered) AND (state = 'open'::text))", 0.45, 0.6),
])
def test_columns_that_are_compared_lie_between_apart_and_together(shadow: Shadow, predicate, least, most):
    assert least < likelihood(shadow.session, "part", predicate) / 3 < most


@pytest.mark.parametrize("predicate", ["state = 'open'", "promised = delivered", "promised < delivered OR line = 1",
                                       "promised < now()", "state < 'x'", "not sql at all ("])
def test_what_the_planner_knows_or_nobody_knows_is_left_as_it_is(shadow: Shadow, predicate):
    assert likelihood(shadow.session, "part", predicate) == 1.0
