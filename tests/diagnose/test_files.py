"""Files of statistics, of a schema, of a workload: written, read, and what is said of bad ones."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backend_lead.errors import WrongUse
from backend_lead.gates.local_postgres import installed_programs
from backend_lead.model.finding import EndpointRef
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.masked_statistics import array, elements, without_values
from backend_lead.read.database.schema_file import read_schema
from backend_lead.read.database.statistics_file import read_statistics, written
from backend_lead.read.traffic.workload_file import read_workload


def test_what_is_written_is_read_as_it_was(shop_statistics, tmp_path: Path):
    path = tmp_path / "stats.sql"
    path.write_text(written(shop_statistics), encoding="utf-8")
    found = read_statistics(path)
    same = [replace(each, blocks=None) for each in shop_statistics.relations if each.blocks == each.pages]
    assert set(same) <= set(found.relations)
    assert [each.length for each in found.relations] == [each.length for each in shop_statistics.relations]
    assert replace(found, relations=()) == replace(shop_statistics, relations=())


def test_a_file_that_was_cut_off_is_refused(shop_statistics, tmp_path: Path):
    text = written(shop_statistics)
    path = tmp_path / "stats.sql"
    for cut in (text.index("'most_common_vals'") + 25, text.rindex("-- backend-lead: {") + 40):
        path.write_text(text[:cut], encoding="utf-8")
        with pytest.raises(WrongUse, match="ends within"):
            read_statistics(path)
    path.write_text("SELECT 1;", encoding="utf-8")
    with pytest.raises(WrongUse, match="holds no statistics"):
        read_statistics(path)
    path.write_text(text.replace("backend-lead/statistics/1", "backend-lead/statistics/9"), encoding="utf-8")
    with pytest.raises(WrongUse, match="statistics/9"):
        read_statistics(path)
    with pytest.raises(WrongUse, match="cannot be read"):
        read_statistics(tmp_path / "none.sql")


def test_what_pg_dump_writes_is_read(shop_database: str, shop_statistics, tmp_path: Path):
    program = str(installed_programs() / "pg_dump")
    for option, name in (("--statistics-only", "stats.sql"), ("--schema-only", "schema.sql")):
        done = subprocess.run([program, option, "--no-owner", "-d", shop_database], capture_output=True, check=True)
        (tmp_path / name).write_bytes(done.stdout)
    found = read_statistics(tmp_path / "stats.sql")
    assert found.major == shop_statistics.major
    known = {(each.schema, each.relation, each.column): each for each in shop_statistics.columns if not each.inherited}
    for column in found.columns:
        mine = known.get((column.schema, column.relation, column.column))
        if mine is not None and not column.inherited:
            assert column.histogram == mine.histogram
            assert column.common_values == mine.common_values
    schema = read_schema(tmp_path / "schema.sql")
    assert "OWNER TO" not in schema
    assert "\\restrict" not in schema
    with Shadow(replace(found, schema_sql=schema)) as shadow:
        plan = shadow.plan("SELECT * FROM sale WHERE state = 'new' ORDER BY at DESC LIMIT 10")
        assert plan["Plans"][0]["Index Name"] == "sale_new"


def test_a_schema_file_without_a_table_is_refused(tmp_path: Path):
    path = tmp_path / "schema.sql"
    path.write_text("GRANT SELECT ON x TO y;", encoding="utf-8")
    with pytest.raises(WrongUse, match="makes no table"):
        read_schema(path)


def test_masked_statistics_hold_no_value_and_plan_alike(shop_statistics):
    masked = without_values(shop_statistics)
    text = written(masked)
    for value in ("1@x", "@x", "t3", "2024-01-0", "c4ca4238"):
        assert value not in text.partition("-- backend-lead: the schema ends")[2]
    with Shadow(shop_statistics) as plain, Shadow(masked) as hidden:
        for sql in ("SELECT * FROM sale WHERE person_id = $1", "SELECT count(*) FROM sale GROUP BY person_id",
                    "SELECT * FROM sale s JOIN person p ON p.id = s.person_id ORDER BY s.id LIMIT 5"):
            assert hidden.cost(sql) == pytest.approx(plain.cost(sql), rel=0.05)


def test_order_survives_the_mask(shop_statistics):
    masked = {(each.relation, each.column): each for each in without_values(shop_statistics).columns}
    for key in (("sale", "total"), ("sale", "at"), ("person", "id")):
        bounds = elements(masked[key].histogram)
        sorted_bounds = sorted(bounds, key=float if key[1] != "at" else str)
        assert bounds == sorted_bounds
        assert len(set(bounds)) == len(bounds)


def test_arrays_are_read_as_postgresql_writes_them():
    for values in (["a", "b c"], ['qu"ote', "back\\slash", "comma,"], ["{brace}"]):
        assert elements(array(values)) == values
    assert elements('{1,2,"x y"}') == ["1", "2", "x y"]


def test_a_workload_is_read_with_weights_names_and_endpoints(tmp_path: Path):
    path = tmp_path / "w.sql"
    path.write_text("""
-- name: one
-- weight: 2/s
-- endpoint: get /users/{id}
SELECT * FROM users WHERE id = %(id)s;
-- weight: 1,000
SELECT 1;
SELEC nonsense;
-- weight: 3 per day
UPDATE users SET x = ? WHERE id = :id;
VACUUM;
""", encoding="utf-8")
    found = read_workload(path)
    first, second, third = found.queries
    assert (first.name, first.per_hour, first.endpoint) == ("one", 7200, EndpointRef("GET", "/users/{id}"))
    assert first.sql == "SELECT * FROM users WHERE id = $1"
    assert second.per_hour == 1000
    assert third.per_hour == pytest.approx(3 / 24)
    assert third.sql == "UPDATE users SET x = $1 WHERE id = $2"
    assert [what for what, _ in found.unread] == ["w.sql:8", "w.sql:11"]


def test_a_weight_that_is_none_is_said_with_its_line(tmp_path: Path):
    path = tmp_path / "w.sql"
    path.write_text("\n-- weight: often\nSELECT 1;\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="the weight often"):
        read_workload(path)
    path.write_text("-- nothing\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="holds no statement"):
        read_workload(path)
