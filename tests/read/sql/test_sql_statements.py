"""SQL text → what it reads and writes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_lead.read.sql import SqlFilter, SqlUnreadable, hole, statements


def one(sql):
    [statement] = statements(sql)
    return statement


def shown(sql):
    """The filters as short text: table.column operator ?parameter / other / literal, with | for an alternative."""
    found = []
    for f in one(sql).filters:
        value = f"?{f.parameter}" if f.parameter else f.other if f.other else f.literal
        found.append(f"{f.table}.{f.column} {f.operator}{'' if value is None else ' ' + value}{' |' if f.alternative else ''}")
    return found


@pytest.mark.parametrize(("sql", "operation", "tables"), [
    ("SELECT 1", "select", ()),
    ("TABLE orders", "select", ("orders",)),
    ("VALUES (1)", "select", ()),
    ("SELECT * FROM public.orders o, audit.events AS e", "select", ("orders", "audit.events")),
    ('SELECT * FROM "Weird Name"', "select", ("Weird Name",)),
    ("SELECT * FROM a JOIN b USING (id) LEFT JOIN (SELECT * FROM c) x ON true", "select", ("a", "b", "c")),
    ("SELECT * FROM a WHERE id IN (SELECT a_id FROM b) AND EXISTS (SELECT 1 FROM c)", "select", ("a", "b", "c")),
    ("WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON true", "select", ("a", "b")),
    ("WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT n FROM t JOIN a ON true) SELECT * FROM t", "select", ("a",)),
    ("WITH a AS (SELECT 1) SELECT * FROM public.a", "select", ("a",)),
    ("SELECT (SELECT count(*) FROM b WHERE b.a_id = a.id) FROM a", "select", ("a", "b")),
    ("SELECT * FROM a UNION SELECT * FROM b", "select", ("a", "b")),
    ("SELECT * FROM generate_series(1, 3)", "select", ()),
    ("SELECT * FROM a TABLESAMPLE system (1)", "select", ("a",)),
    ("INSERT INTO a (x) VALUES (1)", "insert", ("a",)),
    ("INSERT INTO a SELECT * FROM b", "insert", ("a", "b")),
    ("UPDATE a SET x = b.x FROM b WHERE a.id = b.id", "update", ("a", "b")),
    ("DELETE FROM a USING b WHERE a.id = b.id", "delete", ("a", "b")),
    ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = b.x", "update", ("a", "b")),
    ("TRUNCATE a, b", "delete", ("a", "b")),
    ("WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone", "delete", ("a",)),
    ("COPY a FROM STDIN", "insert", ("a",)),
    ("COPY a TO STDOUT", "select", ("a",)),
    ("COPY (SELECT * FROM a) TO STDOUT", "select", ("a",)),
    ("DECLARE c CURSOR FOR SELECT * FROM a", "select", ("a",)),
    ("SELECT * INTO b FROM a", "other", ("b", "a")),
    ("CREATE TABLE b AS SELECT * FROM a", "other", ("a", "b")),
    ("CREATE INDEX ON a (x)", "other", ("a",)),
    ("BEGIN", "other", ()),
])
def test_operation_and_tables(sql, operation, tables):
    statement = one(sql)
    assert (statement.operation, sorted(statement.tables)) == (operation, sorted(tables))


def test_the_written_table_comes_first():
    statement = one("WITH s AS (SELECT id FROM b) UPDATE a SET x = 1 WHERE id IN (SELECT id FROM s)")
    assert statement.tables == ("a", "b")
    assert statement.written == "a"


@pytest.mark.parametrize(("sql", "columns"), [
    ("SELECT id, o.total FROM orders o", ("orders.id", "orders.total")),
    ("SELECT * FROM orders", ("orders.*",)),
    ("SELECT o.*, u.email FROM orders o JOIN users u ON true", ("orders.*", "users.email")),
    ("SELECT id FROM orders o JOIN users u ON true", ("id",)),
    ("SELECT audit.events.at FROM audit.events", ("audit.events.at",)),
    ("SELECT count(*), count(id) FROM orders", ()),
    ("SELECT max(total), lower(note) FROM orders", ("orders.total", "orders.note")),
    ("SELECT row_to_json(o) FROM orders o", ("orders.*",)),
    ("SELECT x.email FROM (SELECT email, password_hash FROM users) x", ("users.email",)),
    ("SELECT * FROM (SELECT email, password_hash AS p FROM users) x", ("users.email", "users.password_hash")),
    ("SELECT p FROM (SELECT password_hash AS p FROM users) x", ("users.password_hash",)),
    ("WITH x AS (SELECT * FROM users) SELECT x.email, y.id FROM x JOIN orders y ON true", ("users.email", "orders.id")),
    ("WITH x (mail) AS (SELECT email FROM users) SELECT mail FROM x", ("users.email",)),
    ("SELECT a FROM t UNION SELECT b FROM u", ("t.a", "u.b")),
    ("SELECT (SELECT email FROM users WHERE users.id = o.user_id) FROM orders o", ("users.email",)),
    ("SELECT EXISTS (SELECT email FROM users)", ()),
    ("INSERT INTO users (email) VALUES ('x') RETURNING id, email AS mail", ("users.id", "users.email")),
    ("UPDATE users u SET a = 1 RETURNING u.*", ("users.*",)),
    ("DELETE FROM users RETURNING *", ("users.*",)),
])
def test_columns_are_those_that_come_back(sql, columns):
    assert set(one(sql).columns) == set(columns)


@pytest.mark.parametrize(("where", "expected"), [
    ("id = %s", ["t.id = ?1"]),
    ("%s = id", ["t.id = ?1"]),
    ("%s < age", ["t.age > ?1"]),
    ("id = %(id)s AND age >= :age", ["t.id = ?id", "t.age >= ?age"]),
    ("id = ? AND age <> ?", ["t.id = ?1", "t.age <> ?2"]),
    ("id = $2 AND age != $1", ["t.id = ?2", "t.age <> ?1"]),
    ("id = 5 AND name = 'x'", ["t.id = 5", "t.name = x"]),
    ("id IN (1, 2)", ["t.id in 1", "t.id in 2"]),
    ("id NOT IN (%s, %s)", ["t.id not in ?1", "t.id not in ?2"]),
    ("id IN %s", ["t.id in ?1"]),
    ("id IN :ids", ["t.id in ?ids"]),
    ("id = ANY(%s)", ["t.id = any ?1"]),
    ("id <> ALL(:ids)", ["t.id <> all ?ids"]),
    ("name LIKE %s", ["t.name like ?1"]),
    ("name NOT ILIKE '%%x'", ["t.name not ilike %%x"]),
    ("age BETWEEN %s AND %s", ["t.age between ?1", "t.age between ?2"]),
    ("gone IS NULL", ["t.gone is null"]),
    ("gone IS NOT NULL", ["t.gone is not null"]),
    ("active AND NOT hidden", ["t.active is true", "t.hidden is false"]),
    ("active IS TRUE", ["t.active is true"]),
    ("active IS NOT FALSE", ["t.active is not false"]),
    ("lower(t.email) = lower(%s)", ["t.(lower(email)) = ?1"]),
    ("email::text = %s::text", ["t.email = ?1"]),
    ("at::date = %s", ["t.(at::date) = ?1"]),
    ("data ->> 'k' = %s", ["t.(data ->> 'k') = ?1"]),
    ("data ? 'k'", ["t.data ? k"]),
    ("at > now() - interval '1 day'", ["t.at > now() - '1 day'"]),
    ("at > now() - interval %s", ["t.at > ?1"]),
    ("(id, age) > (%s, %s)", ["t.id > ?1", "t.age > ?2"]),
    ("id = %s OR age = 3", ["t.id = ?1 |", "t.age = 3 |"]),
    ("NOT (id = %s)", ["t.id = ?1 |"]),
    ("(id = %s) AND (a = 1 OR (b = 2 AND c = 3))", ["t.id = ?1", "t.a = 1 |", "t.b = 2 |", "t.c = 3 |"]),
    ("id IN (SELECT t_id FROM s WHERE s.x = %s)", ["s.x = ?1", "t.id in s.t_id"]),
    ("id = (SELECT max(t_id) FROM s)", ["t.id = s.t_id"]),
    ("EXISTS (SELECT 1 FROM s WHERE s.t_id = t.id)", ["s.t_id = t.id"]),
    ("coalesce(age, 0) = %s", ["t.(COALESCE(age, 0)) = ?1"]),
    ("%s = %s", []),
    ("id IS DISTINCT FROM %s", ["t.id is distinct from ?1"]),
    ("name ~ '^a'", ["t.name ~ ^a"]),
])
def test_filters(where, expected):
    assert shown(f"SELECT 1 FROM t WHERE {where}") == expected


def test_joins_compare_columns():
    assert shown("SELECT 1 FROM a x JOIN b y ON y.a_id = x.id AND y.kind = 'k' JOIN c USING (b_id)") == [
        "b.b_id = c.b_id", "b.a_id = a.id", "b.kind = k"]


def test_filters_of_a_subquery_lead_to_its_tables():
    assert shown("SELECT * FROM (SELECT user_id AS owner, total FROM orders) o WHERE o.owner = :me AND total > 1") == [
        "orders.user_id = ?me", "orders.total > 1"]


def test_having_counts_too():
    assert shown("SELECT user_id FROM o GROUP BY user_id HAVING max(total) > %s") == ["o.(max(total)) > ?1"]


def test_the_table_of_a_bare_column_is_not_guessed_between_two():
    assert one("SELECT 1 FROM a, b WHERE x = 1").filters == (SqlFilter("", "x", "=", literal="1"),)


@pytest.mark.parametrize(("sql", "assignments"), [
    ("INSERT INTO t (a, b, c) VALUES (%s, lower(%s), now())", (("a", "1"), ("b", "2"), ("c", None))),
    ("INSERT INTO t (a) VALUES (:x::jsonb) ON CONFLICT (a) DO UPDATE SET b = :y", (("a", "x"), ("b", "y"))),
    ("INSERT INTO t (a, b) SELECT x, y FROM s", (("a", None), ("b", None))),
    ("UPDATE t SET a = %(a)s, b = b + 1", (("a", "a"), ("b", None))),
    ("UPDATE t SET (a, b) = (%s, %s)", (("a", "1"), ("b", "2"))),
    ("INSERT INTO t VALUES (%s)", ()),
    ("INSERT INTO t DEFAULT VALUES", ()),
])
def test_assignments(sql, assignments):
    assert one(sql).assignments == assignments


@pytest.mark.parametrize(("tail", "order_by", "limit", "offset"), [
    ("ORDER BY created DESC, t.id LIMIT 10", ("t.created", "t.id"), "10", None),
    ("ORDER BY 2", ("t.b",), None, None),
    ("ORDER BY x LIMIT %s OFFSET %s", ("t.a",), "$1", "$2"),
    ("ORDER BY lower(c) LIMIT :n", ("t.(lower(c))",), "$n", None),
    ("ORDER BY random() LIMIT ALL", ("(random())",), None, None),
    ("LIMIT 5 + %s", (), "5 + $1", None),
    ("FETCH FIRST 3 ROWS ONLY", (), "3", None),
    (f"ORDER BY {hole(0)} LIMIT {hole(1)}", ("{0}",), "{1}", None),
])
def test_order_and_limits(tail, order_by, limit, offset):
    statement = one(f"SELECT a AS x, b FROM t {tail}")
    assert (statement.order_by, statement.limit, statement.offset) == (order_by, limit, offset)


@pytest.mark.parametrize(("sql", "single"), [
    ("SELECT count(*) FROM t", True), ("SELECT coalesce(sum(x), 0) FROM t", True),
    ("SELECT count(*) FROM t GROUP BY a", False), ("SELECT count(*) OVER () FROM t", False),
    ("SELECT EXISTS (SELECT 1 FROM t)", True), ("SELECT * FROM t LIMIT 1", True), ("SELECT * FROM t LIMIT 2", False),
    ("SELECT * FROM t", False), ("INSERT INTO t (a) VALUES (1) RETURNING id", True),
    ("INSERT INTO t (a) VALUES (1), (2) RETURNING id", False), ("SELECT 1 UNION SELECT 2", False),
])
def test_single(sql, single):
    assert one(sql).single is single


@pytest.mark.parametrize(("sql", "tables", "filters"), [
    (f"SELECT * FROM {hole(0)} WHERE id = {hole(1)}", ("{0}",), ["{0}.id = ?{1}"]),
    (f"SELECT * FROM {hole(0)}.orders", ("{0}.orders",), []),
    (f"SELECT * FROM log_{hole(0)}", ("log_{0}",), []),
    (f"SELECT * FROM t WHERE {hole(0)}", ("t",), []),
    (f"SELECT * FROM t {hole(0)} ORDER BY a {hole(1)}", ("t",), []),
    (f"SELECT * FROM t WHERE name LIKE '%{hole(0)}%'", ("t",), ["t.name like ?{0}"]),
    (f"SELECT * FROM t WHERE name = '{hole(0)}' AND id IN ({hole(1)})", ("t",), ["t.name = ?{0}", "t.id in ?{1}"]),
    (f"UPDATE t SET {hole(0)} WHERE id = %s", ("t",), ["t.id = ?1"]),
    (f"DELETE FROM t WHERE {hole(0)} = %s", ("t",), []),
    (f"SELECT {hole(0)} FROM t WHERE a = 1 {hole(1)}", ("t",), ["t.a = 1"]),
])
def test_holes_are_read_as_what_the_grammar_allows(sql, tables, filters):
    assert one(sql).tables == tables
    assert shown(sql) == filters


@pytest.mark.parametrize(("sql", "tables"), [
    ("INSERT OR IGNORE INTO `a` (x) VALUES (?)", ("a",)),
    ("INSERT IGNORE INTO a (x) VALUES (1)", ("a",)),
    ("REPLACE INTO a (x) VALUES (1)", ("a",)),
    ("INSERT INTO a (x) VALUES (1) ON DUPLICATE KEY UPDATE x = VALUES(x)", ("a",)),
    ("SELECT * FROM `my table` LIMIT 5, 10", ("my table",)),
    ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)", ("a",)),
    ("SELECT * FROM a WHERE name REGEXP 'x'", ("a",)),
    ("SELECT * FROM a USE INDEX (i) WHERE x = 1", ("a",)),
])
def test_spellings_of_other_servers(sql, tables):
    assert one(sql).tables == tables


@pytest.mark.parametrize(("sql", "names"), [
    ("a = :x AND b = 'no :y' AND c = \"d:z\" -- :w\n AND e = $$ :v $$ /* ? %s :u */", ["x"]),
    ("a = b::int AND c[1:2] = :x", ["x"]),
    ("a = '%s' AND b = %s", ["1"]),
    ("a = E'it\\'s :n' AND b = :m", ["m"]),
    ("a %% 2 = 1 AND b = %s", ["1"]),
    ("a = @name", ["name"]),
    ("a = :1 AND b = :2", ["1", "2"]),
])
def test_placeholders_outside_quotes_only(sql, names):
    found = [f.parameter for f in one(f"SELECT 1 FROM t WHERE {sql}").filters]
    assert [name for name in found if name] == names


@pytest.mark.parametrize(("sql", "position"), [
    ("SELECT id FORM orders WHERE x = %s", "SELECT id FORM orders WHERE x = %s".index("orders")),
    ("SELECT * FROM a WHERE id = %s AND AND", "SELECT * FROM a WHERE id = %s AND AND".rindex("AND")),
    ("SELECT 'open", 7), ("SELECT $x$ open", 7), ("SELECT /* open", 7), ("SELECT 1\0", 8),
    ("not sql at all", 0),
])
def test_what_is_not_sql_has_its_place(sql, position):
    with pytest.raises(SqlUnreadable) as caught:
        statements(sql)
    assert caught.value.position == position
    assert isinstance(caught.value, ValueError)


@given(st.text(alphabet="selctfromwh*= ,()'\"%s:?$1\ue0000\ue001\n", max_size=80))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(SqlUnreadable):
        assert isinstance(statements(text), tuple)


def test_several_statements_and_none():
    assert [s.operation for s in statements("BEGIN; DELETE FROM a WHERE id = %s; SELECT * FROM b WHERE x = %s")] == [
        "other", "delete", "select"]
    assert statements("SELECT 1 FROM b WHERE x = %s; SELECT 1 FROM c WHERE y = %s")[1].filters[0].parameter == "2"
    assert statements("") == ()
