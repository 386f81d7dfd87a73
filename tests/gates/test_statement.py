"""The parser wall: what may pass; what may not is in tests/promises/attacks.py."""

from __future__ import annotations

import pytest

from backend_lead.errors import Refused
from backend_lead.gates.statement import check_reading


@pytest.mark.parametrize("sql", [
    "SELECT 1", "select 1;", "  /* why */ SELECT 1 -- done", "VALUES (1), (2)", "TABLE orders", "SHOW server_version", "SHOW ALL",
    "EXPLAIN SELECT 1", "EXPLAIN (FORMAT json, VERBOSE, COSTS off, SETTINGS on) SELECT * FROM a WHERE id = $1",
    "EXPLAIN (GENERIC_PLAN) UPDATE a SET b = $1", "EXPLAIN DELETE FROM a",
    "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT count(*), lower(name), now(), coalesce(a, 0) FROM orders GROUP BY 2 HAVING count(*) > 1 ORDER BY 1 LIMIT 5",
    "SELECT 'DROP TABLE x; COMMIT', $$ DELETE FROM y $$, \"insert\" FROM \"update\"",
    "SELECT pg_get_indexdef(indexrelid), pg_total_relation_size(indrelid), pg_table_is_visible(indrelid) FROM pg_index",
    "SELECT * FROM pg_stat_activity a JOIN pg_catalog.pg_locks l USING (pid)", "SELECT 'a'::regclass::oid, '{1,2}'::int[]",
    "SELECT pg_catalog.format_type(1, 2), has_table_privilege('x', 'SELECT')", "SELECT a.nextvalue, b.note FROM a, b",
    "SELECT * FROM orders TABLESAMPLE system (1)", "SELECT (row(1)).f1",
    "SELECT 1 OPERATOR(pg_catalog.+) 2", "SELECT clock_timestamp(), random(), gen_random_uuid()",
])
def test_what_only_reads_passes(sql):
    check_reading(sql)


@pytest.mark.parametrize(("sql", "why"), [
    ("SELECT 1; SELECT 2", "it holds 2 statements, and exactly one may pass"),
    ("", "it holds 0 statements"), ("-- nothing", "it holds 0 statements"),
    ("SELECT 1\0", "it holds a NUL character"), ("SELEC 1", "grammar cannot read it"),
    ("DROP TABLE a", "DROP is not a statement that only reads"),
    ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN with ANALYZE could run the statement"),
    ("EXPLAIN CREATE TABLE a AS SELECT 1", "EXPLAIN of CREATE TABLE AS is not allowed"),
    ("SELECT * FROM a FOR UPDATE", "take locks"), ("SELECT 1 INTO a", "SELECT INTO creates a table"),
    ("WITH a AS (DELETE FROM b RETURNING 1) TABLE a", "DELETE inside WITH writes"),
    ("SELECT pg_future_function()", "not on the list of those that only read"),
    ("SELECT nextval('a')", "can write, wait, or run text as SQL"),
    ("SELECT app.total(1)", "the function app.total is not one of PostgreSQL's own"),
    ("SELECT 1::app.kind", "a type of a user's schema"), ("SELECT 1 OPERATOR(app.+) 2", "an operator of a user's schema"),
])
def test_a_refusal_says_why_and_shows_the_statement(sql, why):
    with pytest.raises(Refused) as caught:
        check_reading(sql)
    assert why in caught.value.message
    assert caught.value.message.startswith("This statement is not sent to the database: ")
    assert "\0" not in caught.value.message
