"""Changes of indexes as migrations: written into the project's own tool, run up and down on a real server."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import psycopg
import pytest

from backend_lead.doors.cli.main import main
from backend_lead.lead.index_migrations import index_migrations
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.finding import Evidence
from backend_lead.prove.scratch import Scratch

_SCHEMA = """
CREATE SCHEMA stock;
CREATE TABLE stock.item (id int PRIMARY KEY, sku text, note text);
CREATE INDEX item_sku ON stock.item (sku) WHERE note IS NULL;
CREATE TABLE "Order" (id int PRIMARY KEY, item_id int);
CREATE INDEX order_item ON "Order" (item_id);
"""
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"


def _create(ddl: str, name: str, **more: object) -> IndexChange:
    return dataclasses.replace(IndexChange("create", ddl, ddl, "", name, "why"), **more)  # type: ignore[arg-type]


def _drop(name: str, **more: object) -> IndexChange:
    return dataclasses.replace(IndexChange("drop", f"DROP INDEX {name}", "", "", name, "why"), **more)  # type: ignore[arg-type]


CHANGES = (
    _drop("stock.item_sku", schema="stock"),
    _drop("order_item"),
    _create('CREATE INDEX order_item_covering ON "Order" (item_id) INCLUDE (id)', "order_item_covering"),
    _create("CREATE INDEX item_words ON stock.item USING gin (note gin_trgm_ops)", "item_words", schema="stock",
            requires=("CREATE EXTENSION IF NOT EXISTS pg_trgm",)),
)


def _sent(connection: psycopg.Connection[tuple[object, ...]], text: str) -> None:
    for statement in text.split(";"):
        lines = [line for line in statement.splitlines() if line.strip() and not line.strip().startswith("--")]
        if lines:
            connection.execute("\n".join(lines).encode())


def test_up_makes_what_was_advised_and_down_what_was_there(postgres: Scratch, tmp_path: Path):
    dsn = postgres.create_database("index_migrations")
    postgres.execute(_SCHEMA, database="index_migrations")
    found = index_migrations(CHANGES, _SCHEMA, 18, tmp_path, "20300101000000")
    assert found is not None
    assert not found.kept
    ups = [text for path, text in found.files if not path.endswith(".down.sql")]
    downs = [text for path, text in found.files if path.endswith(".down.sql")]
    assert len(ups) == len(downs) == 5
    with psycopg.connect(dsn, autocommit=True) as connection:
        before = connection.execute(_INDEXES).fetchall()
        for text in ups:
            _sent(connection, text)
        there = " ".join(str(row[0]) for row in connection.execute(_INDEXES).fetchall())
        assert "order_item_covering" in there
        assert "item_words" in there
        assert "item_sku" not in there
        assert "order_item " not in there
        for text in reversed(downs):
            _sent(connection, text)
        assert connection.execute(_INDEXES).fetchall() == before


def test_new_indexes_come_first_and_each_is_built_beside_writers(tmp_path: Path):
    found = index_migrations(CHANGES, _SCHEMA, 18, tmp_path, "20300101000000")
    assert found is not None
    text = "\n".join(text for path, text in found.files if not path.endswith(".down.sql"))
    assert text.index("CREATE INDEX CONCURRENTLY order_item_covering") < text.index(
        "DROP INDEX CONCURRENTLY IF EXISTS order_item;")
    assert text.count("CONCURRENTLY") >= 4
    assert any("INVALID" in line or "indisvalid" in line for line in found.checklist)


def test_a_drop_that_is_only_suspected_is_no_migration(tmp_path: Path):
    change = dataclasses.replace(_drop("order_item"), evidence=Evidence.SUSPECTED)
    found = index_migrations([change], _SCHEMA, 18, tmp_path, "20300101000000")
    assert found is not None
    assert found.files == ()
    assert found.kept == ("order_item stays: why",)


def test_nothing_to_do_is_no_migration(tmp_path: Path):
    assert index_migrations([], _SCHEMA, 18, tmp_path, "20300101000000") is None


@pytest.mark.parametrize("tool", ["alembic", "sql"])
def test_the_command_writes_into_the_projects_own_tool(shop_database: str, tmp_path: Path, tool: str):
    (tmp_path / "w.sql").write_text("-- weight: 500/h\nSELECT * FROM sale WHERE person_id = $1 LIMIT 20;\n",
                                    encoding="utf-8")
    folder = tmp_path / "service"
    (folder / "migrations" / "versions").mkdir(parents=True)
    if tool == "alembic":
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n", encoding="utf-8")
        (folder / "migrations" / "versions" / "1_first.py").write_text(
            "revision = '1'\ndown_revision = None\n\ndef upgrade():\n    pass\n", encoding="utf-8")
    asked = ["diagnose", str(folder), "--db", shop_database, "--allow-superuser", "-q", "--workload",
             str(tmp_path / "w.sql"), "--fail-on", "never", "--format", "json", "--output", str(tmp_path / "o")]
    assert main(asked) == 0
    assert json.loads((tmp_path / "o").read_bytes())["migrations"] is None
    assert main([*asked, "--write-migrations"]) == 0
    told = json.loads((tmp_path / "o").read_bytes())["migrations"]
    assert told["tool"] == tool
    assert told["written"] is True
    texts = [(folder / each["file"]).read_text(encoding="utf-8") for each in told["files"]]
    assert texts == [each["text"] for each in told["files"]]
    assert any("sale" in text and "person_id" in text for text in texts)
    assert told["checklist"]
