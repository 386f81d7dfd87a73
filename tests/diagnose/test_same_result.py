"""Rewrites that look right and are wrong must be refused by running them; those that are right must pass."""

from __future__ import annotations

import pytest

from backend_lead.prove.same_result import Page, SameResult

SCHEMA = """
CREATE TABLE person (id bigint PRIMARY KEY, mail text, name text NOT NULL, born timestamptz, seen timestamp,
    manager bigint REFERENCES person, short char(4));
CREATE TABLE sale (id bigint PRIMARY KEY, person_id bigint REFERENCES person, buyer_id bigint NOT NULL REFERENCES person,
    state text NOT NULL CHECK (state IN ('new', 'paid')), total numeric(10,2), at timestamptz NOT NULL);
CREATE TABLE visit (id int NOT NULL, day date NOT NULL, x int) PARTITION BY RANGE (day);
CREATE TABLE visit_24 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
WRONG = {
    "NOT IN with NULLs in the subquery": (
        "SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM sale)",
        "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id)"),
    "NOT IN with a NULL outside": (
        "SELECT id FROM person WHERE manager NOT IN (SELECT buyer_id FROM sale)",
        "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM sale s WHERE s.buyer_id = p.manager)"),
    "UNION takes rows away that are twice": (
        "SELECT name FROM person WHERE mail = $1 OR name = $2",
        "SELECT name FROM person WHERE mail = $1 UNION SELECT name FROM person WHERE name = $2"),
    "UNION ALL gives rows twice": (
        "SELECT name FROM person WHERE mail = $1 OR name = $2",
        "SELECT name FROM person WHERE mail = $1 UNION ALL SELECT name FROM person WHERE name = $2"),
    "exclusion that forgets NULL": (
        "SELECT name FROM person WHERE mail = $1 OR name = $2",
        "SELECT name FROM person WHERE mail = $1 UNION ALL SELECT name FROM person WHERE name = $2 AND mail <> $1"),
    "count over an outer join": (
        "SELECT p.id, count(s.id) AS n FROM person p LEFT JOIN sale s ON s.buyer_id = p.id GROUP BY p.id",
        "SELECT p.id, count(*) AS n FROM person p LEFT JOIN sale s ON s.buyer_id = p.id GROUP BY p.id"),
    "inner join for a count": (
        "SELECT p.id, (SELECT count(*) FROM sale s WHERE s.buyer_id = p.id) AS n FROM person p",
        "SELECT p.id, count(*) AS n FROM person p JOIN sale s ON s.buyer_id = p.id GROUP BY p.id"),
    "NULL for a count of nothing": (
        "SELECT p.id, (SELECT count(*) FROM sale s WHERE s.buyer_id = p.id) AS n FROM person p",
        "SELECT p.id, f.n FROM person p LEFT JOIN (SELECT buyer_id, count(*) AS n FROM sale GROUP BY 1) f "
        "ON f.buyer_id = p.id"),
    "the day of another time zone": (
        "SELECT id FROM person WHERE date(born) = $1",
        "SELECT id FROM person WHERE born >= ($1::date)::timestamp AT TIME ZONE 'UTC' "
        "AND born < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'"),
    "a range with both ends": (
        "SELECT id FROM person WHERE date(seen) = $1",
        "SELECT id FROM person WHERE seen BETWEEN $1::date AND $1::date + 1"),
    "a month moved to the other side": (
        "SELECT id FROM person WHERE seen + interval '1 month' > timestamp '2024-02-29'",
        "SELECT id FROM person WHERE seen > timestamp '2024-02-29' - interval '1 month'"),
    "DISTINCT forgotten": (
        "SELECT DISTINCT p.name FROM person p JOIN sale s ON s.buyer_id = p.id",
        "SELECT p.name FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.buyer_id = p.id)"),
    "blanks of a char(n)": (
        "SELECT id FROM person WHERE short = $1::text", "SELECT id FROM person WHERE short = $1::text::bpchar"),
    "another order": (
        "SELECT id, state FROM sale ORDER BY state LIMIT 3", "SELECT id, state FROM sale ORDER BY id LIMIT 3"),
    "other names": ("SELECT id FROM person", "SELECT id AS number FROM person"),
    "other types": ("SELECT count(*) FROM sale", "SELECT count(*)::int AS count FROM sale"),
    "a part of a partitioned table": (
        "SELECT id FROM visit WHERE x = 1", "SELECT id FROM visit WHERE x = 1 AND day < '2024-03-01'"),
}
RIGHT = {
    "NOT IN without NULLs": (
        "SELECT id FROM person WHERE id NOT IN (SELECT buyer_id FROM sale)",
        "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM sale s WHERE s.buyer_id = p.id)"),
    "arms that exclude each other": (
        "SELECT name FROM person WHERE mail = $1 OR name = $2",
        "SELECT name FROM person WHERE mail = $1 UNION ALL SELECT name FROM person WHERE name = $2 AND (mail = $1) IS "
        "NOT TRUE"),
    "a half-open day": (
        "SELECT id FROM person WHERE date(born) = $1",
        "SELECT id FROM person WHERE born >= $1::date AND born < $1::date + 1"),
    "an order that settles ties": (
        "SELECT id, state FROM sale ORDER BY state LIMIT 3", "SELECT id, state FROM sale ORDER BY state, id LIMIT 3"),
}


@pytest.fixture(scope="module")
def scratch():
    with SameResult(SCHEMA) as running:
        assert running.missing == []
        yield running


@pytest.mark.parametrize("name", WRONG)
def test_a_rewrite_that_looks_right_and_is_wrong_is_refused(scratch: SameResult, name: str):
    outcome = scratch.compare(*WRONG[name], ("person", "sale", "visit"))
    assert not outcome.same
    assert outcome.difference or "types" in outcome.reason


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_rewrite_passes_and_says_what_was_run(scratch: SameResult, name: str):
    outcome = scratch.compare(*RIGHT[name], ("person", "sale"))
    assert outcome.same, outcome
    assert outcome.rounds >= 40
    assert outcome.comparisons >= outcome.rounds
    assert outcome.rows > 0


def test_a_page_by_key_holds_the_rows_behind_the_key(scratch: SameResult):
    old = "SELECT id, at FROM sale ORDER BY at DESC LIMIT $1 OFFSET $2"
    settled = "SELECT id, at, at, id FROM sale ORDER BY at DESC, id DESC"
    page = Page(settled, ("timestamp with time zone", "bigint"), 1)
    right = "SELECT id, at FROM sale WHERE (at, id) < ($2::timestamptz, $3::bigint) ORDER BY at DESC, id DESC LIMIT $1"
    wrong = "SELECT id, at FROM sale WHERE at < $2::timestamptz AND $3::bigint > 0 ORDER BY at DESC, id DESC LIMIT $1"
    domains = {1: "rows", 2: "skipped"}
    assert scratch.compare(old, right, ("sale",), page=page, domains=domains, parameters={1: 1}).same
    assert scratch.compare(old, wrong, ("sale",), page=page, domains=domains, parameters={1: 1}).difference


def test_what_cannot_be_run_is_not_called_the_same(scratch: SameResult):
    outcome = scratch.compare("SELECT nothing FROM person", "SELECT nothing FROM person", ("person",))
    assert not outcome.same
    assert "nothing" in outcome.reason
    # Empty results tell nothing.
    outcome = scratch.compare("SELECT id FROM person WHERE false", "SELECT id FROM person WHERE 1 = 2", ("person",))
    assert not outcome.same
    assert "too few" in outcome.reason


def test_the_same_rounds_come_out_the_same_every_time(scratch: SameResult):
    assert (scratch.compare(*RIGHT["a half-open day"], ("person",))
            == scratch.compare(*RIGHT["a half-open day"], ("person",)))
