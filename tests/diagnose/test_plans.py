"""Plans for people: every cost has its step, the dearest one its reason, and no value of a column is shown."""

from __future__ import annotations

import json

import psycopg
import pytest

from backend_lead.diagnose.plans import plan_of
from backend_lead.model.plan import PlanNode

STATEMENTS = (
    "SELECT * FROM sale WHERE person_id = 5 ORDER BY at DESC LIMIT 3",
    "SELECT * FROM sale s JOIN person p ON p.id = s.person_id WHERE s.total > 990",
    "SELECT p.id, (SELECT count(*) FROM sale s WHERE s.person_id = p.id) FROM person p WHERE p.id < 50",
    "SELECT a, count(*) FROM sale GROUP BY a ORDER BY 2 DESC LIMIT 5",
    "SELECT * FROM visit WHERE x = 3",
    "SELECT * FROM person WHERE id NOT IN (SELECT person_id FROM sale)",
    "UPDATE sale SET a = 1 WHERE person_id = 7",
    "SELECT 1",
)


@pytest.fixture(scope="module")
def connection(shop_database: str):
    with psycopg.connect(shop_database, autocommit=True) as opened:
        yield opened


def explained(connection: psycopg.Connection[tuple[object, ...]], sql: str, *settings: str) -> dict[str, object]:
    for setting in settings:
        connection.execute(setting.encode())
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {sql}".encode()).fetchone()
    connection.execute("RESET ALL")
    assert row is not None
    answer = row[0] if isinstance(row[0], list) else json.loads(str(row[0]))
    plan = answer[0]["Plan"]
    assert isinstance(plan, dict)
    return plan


@pytest.mark.parametrize("sql", STATEMENTS)
def test_the_parts_make_the_whole(connection, sql: str):
    plan = explained(connection, sql)
    found = plan_of(plan)
    assert found.total == pytest.approx(float(str(plan["Total Cost"])), rel=0.01, abs=0.1)
    assert all(node.own >= 0 for node in found.walk())
    assert [node for node in found.walk() if node.why] == [found.dearest]


def test_a_limit_does_not_pay_for_what_it_leaves_unread(connection):
    plan = explained(connection, "SELECT * FROM sale LIMIT 10")
    found = plan_of(plan)
    scan = found.children[0]
    assert scan.own < float(plan["Plans"][0]["Total Cost"]) / 100


def test_the_inner_side_of_a_loop_is_counted_as_often_as_it_runs(connection):
    plan = explained(connection, "SELECT * FROM person p JOIN sale s ON s.id = p.id WHERE p.id < 400",
                     "SET enable_hashjoin = off", "SET enable_mergejoin = off", "SET enable_memoize = off")
    loop = next(node for node in plan_of(plan).walk() if node.kind.startswith("Nested Loop"))
    inner = loop.children[1]
    assert inner.times == pytest.approx(loop.children[0].rows, rel=0.05)
    assert inner.total > loop.own


def test_the_reason_names_what_is_read_and_what_for(connection):
    found = plan_of(explained(connection, "SELECT * FROM sale WHERE person_id = 5"))
    assert found.dearest.why.startswith("It reads the whole of sale, to keep about ")
    assert found.dearest.why.endswith("where person_id = 5.")


def test_values_that_were_filled_in_are_taken_out_again(connection):
    plan = explained(connection, "SELECT * FROM person WHERE name = 'abc''d' AND id > 17 AND mail = '5@x'")
    told = json.dumps([node.condition + node.why for node in plan_of(plan, ("abc", "17", "5@x")).walk()])
    assert "$2" in told
    assert "$3" in told
    assert "17" not in told
    assert "5@x" not in told


def test_an_index_of_the_shadow_has_the_name_that_it_will_have(connection):
    plan = explained(connection, "SELECT * FROM person WHERE id = 5")
    found = plan_of(plan, (), {"person_pkey": "better"})
    assert found.on == "person using better"


def test_a_plan_without_cost_has_parts_without_cost():
    found = plan_of({"Node Type": "Result", "Total Cost": 0.0, "Plan Rows": 1})
    assert found == PlanNode("Result", "", "", 1.0, 1.0, 0.0, found.why)
