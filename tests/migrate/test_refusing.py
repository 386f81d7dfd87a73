"""What is known of rows without asking a server: which constants a CHECK refuses, which partitions a condition leaves."""

from __future__ import annotations

import pytest

from backend_lead.gates.grammar import Node, parse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.refusing import refused
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.migration import Change
from backend_lead.model.place import Place


def row(**values: str) -> dict[str, Node]:
    return {name: parse(f"SELECT {text}")[0].stmt.select_stmt.target_list[0].res_target.val for name, text in values.items()}


@pytest.mark.parametrize(("check", "values", "expected"), [
    ("a > 0", {"a": "-1"}, True),
    ("a > 0", {"a": "1"}, False),
    ("a > 0", {"a": "NULL"}, False),
    ("a > 0 AND b > 0", {"a": "-1"}, True),
    ("a > 0 OR b > 0", {"a": "-1"}, False),
    ("a > 0 OR b > 0", {"a": "-1", "b": "-2"}, True),
    ("NOT a > 5", {"a": "7"}, True),
    ("a BETWEEN 4 AND 8", {"a": "2"}, True),
    ("a BETWEEN 4 AND 8", {"a": "4"}, False),
    ("s IN ('x', 'y')", {"s": "'z'"}, True),
    ("s IN ('x', 'y')", {"s": "'x'"}, False),
    ("s IN ('x', NULL)", {"s": "'z'"}, False),
    ("s NOT IN ('x', 'y')", {"s": "'x'"}, True),
    ("s = ANY (ARRAY['x'::text, 'y'::text])", {"s": "'z'"}, True),
    ("length(s) >= 3", {"s": "'ab'"}, True),
    ("s IS NOT NULL", {"s": "NULL"}, True),
    ("price < 1.5", {"price": "2.25"}, True),
    # How texts sort, what a function gives and what another type holds is not known.
    ("s < 'b'", {"s": "'c'"}, False),
    ("lower(s) = 'a'", {"s": "'B'"}, False),
    ("a > now()", {"a": "1"}, False),
    ("a > b", {"a": "1", "b": "random()"}, False),
    ("not a check at all", {"a": "1"}, False),
])
def test_a_check_refuses_only_what_it_is_certain_to_refuse(check: str, values: dict[str, str], expected: bool):
    assert refused(check, row(**values)) is expected


SCHEMA = """
CREATE TABLE logs (at date NOT NULL, body text) PARTITION BY RANGE (at);
CREATE TABLE logs_2023 PARTITION OF logs FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE logs_later PARTITION OF logs DEFAULT;
CREATE TABLE kinds (code text, name text) PARTITION BY LIST (code);
CREATE TABLE kinds_a PARTITION OF kinds FOR VALUES IN ('a', 'b');
CREATE TABLE kinds_c PARTITION OF kinds FOR VALUES IN ('c');
CREATE TABLE groups (id int PRIMARY KEY);
CREATE TABLE members (id int PRIMARY KEY, group_id int NOT NULL REFERENCES groups (id) ON DELETE CASCADE);
CREATE TABLE visits (id int PRIMARY KEY, member_id int REFERENCES members (id));
CREATE TABLE prices (id int PRIMARY KEY, amount int);
ALTER TABLE prices ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;
"""


def judged(*statements: str) -> Change:
    catalog = Catalog(complete=True)
    assert replay([Script("s", "sql", (Sent(SCHEMA, Place("s", 1), None),))], catalog, 18) == []
    return lint([Script("m", "sql", tuple(Sent(each, Place("m", 1), 0) for each in statements))], catalog, 18)


@pytest.mark.parametrize(("sql", "opened"), [
    ("DELETE FROM logs", {"logs_2023", "logs_2024", "logs_later"}),
    ("DELETE FROM logs WHERE at < '2023-06-01'", {"logs_2023", "logs_later"}),
    ("DELETE FROM logs WHERE at >= '2024-01-01'", {"logs_2024", "logs_later"}),
    ("UPDATE logs SET body = '' WHERE at BETWEEN '2023-02-01' AND '2023-03-01'", {"logs_2023", "logs_later"}),
    # A day apart proves nothing where times have zones, nor does what is no constant.
    ("DELETE FROM logs WHERE at < '2023-12-31'", {"logs_2023", "logs_2024", "logs_later"}),
    ("DELETE FROM logs WHERE at < now()", {"logs_2023", "logs_2024", "logs_later"}),
    ("DELETE FROM logs WHERE at < '2023-06-01' OR body IS NULL", {"logs_2023", "logs_2024", "logs_later"}),
    ("DELETE FROM kinds WHERE code = 'c'", {"kinds_c"}),
    ("DELETE FROM kinds WHERE code > 'a'", {"kinds_a", "kinds_c"}),
])
def test_a_partition_that_a_condition_excludes_is_not_locked(sql: str, opened: set[str]):
    locks = {lock.relation for lock in judged(sql).files[0].statements[0].locks}
    assert {name for name in locks if name not in ("logs", "kinds")} == opened


def test_partitions_that_meet_do_not_overlap_however_their_bound_is_spelled():
    schema = """CREATE TABLE spans (at timestamptz NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE spans_2025 PARTITION OF spans FOR VALUES FROM ('2025-01-01 00:00:00+01') TO ('2026-01-01 00:00:00+01');"""
    catalog = Catalog(complete=True)
    assert replay([Script("s", "sql", (Sent(schema, Place("s", 1), None),))], catalog, 18) == []
    told = {}
    for bound in ("FROM ('2026-01-01') TO ('2027-01-01')", "FROM ('2025-06-01') TO ('2026-06-01')"):
        sql = f"CREATE TABLE spans_x PARTITION OF spans FOR VALUES {bound}"
        change = lint([Script("m", "sql", (Sent(sql, Place("m", 1), 0),))], catalog.copy(), 18)
        told[bound[7:11]] = [hazard.cause for hazard in change.files[0].statements[0].hazards if hazard.certain]
    assert told == {"2026": [], "2025": ["overlap"]}


def test_rows_in_the_way_are_told_of_as_possible():
    for sql, because in (
        ("DELETE FROM groups WHERE id = 1", "visits"),
        ("UPDATE prices SET amount = amount + 1", "positive"),
    ):
        hazards = [each for each in judged(sql).files[0].statements[0].hazards if each.kind.value == "fails"]
        assert [each.certain for each in hazards] == [False], sql
        assert because in hazards[0].because


def test_an_insert_of_constants_that_a_check_refuses_is_certain_to_fail():
    [hazard] = judged("INSERT INTO prices VALUES (1, -5)").files[0].statements[0].hazards
    assert (hazard.kind.value, hazard.certain) == ("fails", True)
    assert judged("INSERT INTO prices VALUES (1, 5)").files[0].statements[0].hazards == ()


def test_a_trigger_that_takes_a_column_away_from_under_it_is_told():
    function = "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := 1; RETURN NEW; END $$"
    trigger = "CREATE TRIGGER stamped BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION stamp()"
    fine = judged(function, trigger.format("prices")).files[0].statements
    assert [hazard for each in fine for hazard in each.hazards] == []
    wrong = judged(function, trigger.format("visits")).files[0].statements
    assert ["stamped" in hazard.because for each in wrong for hazard in each.hazards] == [True]
    asking = function.replace("NEW.amount", "IF TG_TABLE_NAME = 'prices' THEN NEW.amount").replace("1;", "1; END IF;")
    spared = judged(asking, trigger.format("visits")).files[0].statements
    assert [hazard for each in spared for hazard in each.hazards] == []
