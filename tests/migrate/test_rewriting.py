"""The safe form of a migration: harmless by the lint, and the same schema and rows as the short one on a real server."""

from __future__ import annotations

import re

import pytest
from benchmarks.lint.__main__ import script
from benchmarks.locks.cases import Case, corpus
from benchmarks.rewrite.__main__ import _judged, compared_in_sql, scripts_of

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.batches import backfill
from backend_lead.migrate.lint import replay
from backend_lead.migrate.rewriting import rewrite
from backend_lead.prove.scratch import Scratch

SHOP = corpus("shop")
WRITTEN_ANEW = ["add-column-constant-default", "add-column-uuid-default", "create-index", "set-not-null", "add-foreign-key", "add-check", "add-unique", "add-column-unique", "type-text-to-varchar", "type-timestamp-to-timestamptz-utc", "update-all", "drop-index", "create-index-on-partitioned", "rename-then-index-elsewhere", "backfill-and-not-null"]
CASES = {case.name: case for case in SHOP.cases}


@pytest.fixture(scope="module")
def schema() -> Catalog:
    catalog = Catalog(complete=True)
    replay([script("base", [SHOP.schema], alone=True)], catalog, 18)
    return catalog


@pytest.fixture(scope="module")
def server():
    with Scratch({"max_connections": "30"}) as scratch:
        scratch.create_database("base")
        scratch.execute(SHOP.schema, database="base")
        yield scratch


@pytest.mark.parametrize("name", WRITTEN_ANEW)
def test_the_safe_form_is_safe_and_leads_to_the_same(name: str, schema: Catalog, server: Scratch):
    case = CASES[name]
    found = rewrite(script(name, case.statements, alone=case.alone), schema.copy(), 18)
    assert not found.left
    assert _judged(scripts_of(found), schema.copy(), 18) == ""
    assert compared_in_sql(server, case, found) == ""


def test_a_value_that_is_too_long_ends_the_migration_and_is_not_cut_off(schema: Catalog):
    found = rewrite(script("narrow", ["ALTER TABLE customers ALTER COLUMN nickname TYPE varchar(5)"]), schema.copy(), 18)
    text = " ".join(sql for step in found.steps for sql in step.up)
    assert "nickname_new = nickname " in text
    assert "nickname::" not in text


def test_what_has_no_safe_form_stays_and_says_so(schema: Catalog):
    found = rewrite(script("full", ["ALTER TABLE order_lines ALTER COLUMN total SET EXPRESSION AS (price * 3)"]), schema.copy(), 18)
    assert [sent.sql for sent, _ in found.left] == ["ALTER TABLE order_lines ALTER COLUMN total SET EXPRESSION AS (price * 3)"]
    assert not found.changed


KEPT = {
    "ALTER TABLE notes ADD CONSTRAINT known CHECK (id > 0) NO INHERIT": "NO INHERIT",
    "ALTER TABLE products ADD CONSTRAINT once UNIQUE NULLS NOT DISTINCT (title)": "NULLS NOT DISTINCT",
    "ALTER TABLE products ADD CONSTRAINT once UNIQUE (title) INCLUDE (stock)": "INCLUDE (stock)",
}


@pytest.mark.parametrize("sql", KEPT)
def test_what_a_constraint_says_beside_its_columns_is_kept(sql: str, schema: Catalog, server: Scratch):
    case = Case("kept", (), (sql,), False)
    found = rewrite(script("kept", [sql]), schema.copy(), 18)
    assert any(KEPT[sql] in line for step in found.steps for line in step.up)
    assert compared_in_sql(server, case, found) == ""


def test_a_partition_gets_the_key_of_its_parent_and_is_left_without_a_check(server: Scratch):
    before = (
        "ALTER TABLE regions ADD PRIMARY KEY (code, name)",
        "CREATE TABLE regions_ca (code text NOT NULL, name text NOT NULL)",
        "CREATE TABLE shops (code text, name text, FOREIGN KEY (code, name) REFERENCES regions (code, name))",
    )
    for sql in ("ALTER TABLE regions ATTACH PARTITION regions_ca FOR VALUES IN ('ca')",
                "ALTER TABLE regions DETACH PARTITION regions_us"):
        catalog = Catalog(complete=True)
        replay([script("base", [SHOP.schema, *before], alone=True)], catalog, 18)
        found = rewrite(script("part", [sql]), catalog, 18)
        assert found.changed
        assert compared_in_sql(server, Case("part", before, (sql,), False), found) == ""


def test_what_counts_on_one_transaction_stays_in_it(schema: Catalog):
    statements = ["LOCK TABLE products IN SHARE MODE", "UPDATE products SET stock = 0"]
    found = rewrite(script("locked", statements), schema.copy(), 18)
    assert [step.up for step in found.steps] == [tuple(f"{sql};" for sql in statements)]
    [(sent, why)] = found.left
    assert sent.sql == statements[1]
    assert "one transaction" in why


def test_batches_are_bounded_and_go_by_the_key(schema: Catalog):
    found = rewrite(script("all", ["UPDATE orders SET discount = 0 WHERE discount IS NULL"]), schema.copy(), 18)
    [step] = found.steps
    assert not step.transactional
    assert re.search(r"ORDER BY id LIMIT \d+", step.up[0])
    assert "COMMIT;" in step.up[0]
    assert "(discount IS NULL)" in step.up[0]


def test_batches_go_by_any_key_that_sorts(server: Scratch):
    """There is no max() of uuid."""
    server.create_database("keyed")
    server.execute("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int); "
                   "INSERT INTO t (n) SELECT CASE WHEN i % 2 = 0 THEN i END FROM generate_series(1, 12000) i", database="keyed")
    server.execute(backfill("t", "n", "-1", "id"), database="keyed")
    assert server.execute("SELECT count(*) FROM t WHERE n = -1", database="keyed") == [(6000,)]
    assert server.execute("SELECT count(*) FROM t WHERE n IS NULL", database="keyed") == [(0,)]


def test_a_loop_that_writes_every_row_is_left_and_says_so(schema: Catalog):
    loop = "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE orders SET note = 'x' WHERE id = r.id; END LOOP; END $$"
    found = rewrite(script("all", ["ALTER TABLE products ADD COLUMN c text", loop]), schema.copy(), 18)
    assert [sent.sql for sent, _ in found.left] == [loop]


STAMPED = (
    "CREATE FUNCTION stamped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'written by a trigger'; "
    "RETURN NEW; END $$",
    "CREATE TRIGGER zz_last BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamped()",
)
ATTACHED = CASES["attach-partition-with-foreign-key"]
ENUM = ("CREATE TYPE colour AS ENUM ('red', 'green')", "ALTER TABLE orders ADD COLUMN colour colour DEFAULT 'red'")


@pytest.mark.parametrize(("before", "statement"), [
    (STAMPED, "ALTER TABLE orders ALTER COLUMN details TYPE text"),
    (STAMPED, "ALTER TABLE orders ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid()"),
    (STAMPED, "ALTER TABLE orders ADD COLUMN number serial"),
    (ENUM, "ALTER TABLE orders ALTER COLUMN colour TYPE text"),
    (ATTACHED.before, ATTACHED.statements[0]),
], ids=["type-beside-a-trigger", "default-beside-a-trigger", "serial-beside-a-trigger", "enum-with-a-default-to-text",
        "partition-with-a-foreign-key"])
def test_filling_changes_no_other_column_and_defaults_stay_what_they_were(
    before: tuple[str, ...], statement: str, schema: Catalog, server: Scratch
):
    case = Case("given", before, (statement,), alone=False)
    catalog = schema.copy()
    replay([script("before", before, alone=True)], catalog, 18)
    found = rewrite(script("given", case.statements), catalog.copy(), 18)
    assert found.changed
    assert not found.left
    assert _judged(scripts_of(found), catalog.copy(), 18) == ""
    assert compared_in_sql(server, case, found) == ""


def test_the_trigger_that_keeps_rows_alike_comes_after_the_others(schema: Catalog):
    catalog = schema.copy()
    replay([script("before", STAMPED, alone=True)], catalog, 18)
    found = rewrite(script("given", ["ALTER TABLE orders ALTER COLUMN details TYPE text"]), catalog, 18)
    [made] = [sql for step in found.steps for sql in step.up if sql.startswith("CREATE TRIGGER")]
    assert made.split()[2] > "zz_last"
