"""A server without rows plans as the one whose statistics it has."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from slow_shop import QUERIES

from backend_lead.diagnose.self_check import shape
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow


def source_plan(postgres: Scratch, sql: str):
    [(answer,)] = postgres.execute(f"EXPLAIN (FORMAT JSON) {sql}", database="slow_shop")
    return (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


@pytest.fixture(scope="module")
def shadow(shop_statistics):
    with Shadow(shop_statistics) as server:
        yield server


def test_everything_was_brought_over(shadow):
    assert shadow.missing == []


@pytest.mark.parametrize("sql", QUERIES)
def test_plans_and_costs_are_the_sources(postgres, shadow, sql):
    real, ours = source_plan(postgres, sql), shadow.plan(sql)
    assert shape(ours) == shape(real)
    assert ours["Total Cost"] == pytest.approx(real["Total Cost"], rel=0.001, abs=0.02)


def test_the_shadow_holds_no_row(shadow):
    for table in ("person", "sale", "visit", "counts"):
        [(rows,)] = shadow.session.run(f"SELECT count(*) FROM {table}")
        assert rows == 0
    # A sparse file takes no room: 60,000 rows of sale would take megabytes.
    [(path,)] = shadow.session.run("SELECT pg_relation_filepath('sale')")
    file = shadow._running().folder / "data" / path
    assert file.stat().st_size > 1_000_000
    assert file.stat().st_blocks * 512 < 100_000


def test_an_index_that_nobody_built_is_planned_with_as_the_built_one(postgres, shadow):
    ddl = {"sale_person": "CREATE INDEX sale_person ON sale (person_id)",
           "person_name": "CREATE INDEX person_name ON person (name)",
           "sale_a_b": "CREATE INDEX sale_a_b ON sale (a, b)",
           "sale_total": "CREATE INDEX sale_total ON sale (total) INCLUDE (at)"}
    sql = ("SELECT * FROM sale WHERE person_id = 5", "SELECT id FROM person WHERE name = 'abc'",
           "SELECT count(*) FROM sale WHERE a = 5 AND b = 0", "SELECT total, at FROM sale WHERE total > 990")
    made = shadow.add_indexes(ddl)
    hidden = [shadow.cost(each) for each in sql]
    shadow.show(made.values(), made.values())
    shown = [shadow.plan(each) for each in sql]
    for statement in ddl.values():
        postgres.execute(statement, database="slow_shop")
    try:
        for each, ours, before in zip(sql, shown, hidden, strict=True):
            real = source_plan(postgres, each)
            assert shape(ours) == shape(real)
            assert ours["Total Cost"] == pytest.approx(real["Total Cost"], rel=0.01, abs=0.5)
            assert ours["Total Cost"] < before
        for name, oid in made.items():
            [(pages,)] = postgres.execute(f"SELECT pg_relation_size('{name}') / 8192", database="slow_shop")
            assert shadow.size(oid).pages == pytest.approx(pages, rel=0.12, abs=2), name
    finally:
        for name in ddl:
            postgres.execute(f"DROP INDEX {name}", database="slow_shop")
        shadow.show((), made.values())


def test_an_index_of_a_partitioned_table_is_shown_with_its_parts(shadow):
    made = shadow.add_indexes({"visit_x": "CREATE INDEX visit_x ON visit (x, day)"})
    sql = "SELECT * FROM visit WHERE x = 3 AND day = '2020-02-02'"
    without = shadow.cost(sql)
    shadow.show(made.values(), made.values())
    assert shadow.cost(sql) < without / 2
    shadow.show((), made.values())
    assert shadow.cost(sql) == without
    assert len(shadow.members[made["visit_x"]]) == 3


def test_a_parameter_that_nobody_knows_is_planned_generically(shadow):
    assert shadow.cost("SELECT * FROM sale WHERE id = $1") < 20


def test_what_the_server_refuses_is_said_and_spoils_nothing_else(shop_statistics):
    broken = replace(shop_statistics, schema_sql=shop_statistics.schema_sql + "\nCREATE TABLE odd (x no_such_type);")
    with Shadow(broken) as server:
        assert any("no_such_type" in line for line in server.missing)
        assert server.cost("SELECT * FROM sale WHERE id = 1") < 20


def test_statistics_of_a_table_that_the_schema_lacks_are_named(shop_statistics):
    smaller = shop_statistics.schema_sql.replace("CREATE TABLE public.counts (person_id bigint, n bigint);", "")
    with Shadow(replace(shop_statistics, schema_sql=smaller)) as server:
        assert any(line.startswith("public.counts:") for line in server.missing)
