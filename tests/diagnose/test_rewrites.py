"""Each kind of rewrite: what it makes of a statement, and what it leaves alone."""

from __future__ import annotations

import json

import pytest

from backend_lead.diagnose.rewrites import kinds
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Catalog, Statement
from backend_lead.doors.cli.main import main
from backend_lead.gates.grammar import deparse_statement, parse, wrapped
from backend_lead.model.diagnosis import Diagnosis, Rewrite, SameRows
from backend_lead.model.table import Column, Table
from backend_lead.report._documents_diagnosis import rewrites
from backend_lead.report._format import View
from backend_lead.report._layout import plain
from backend_lead.report._text_diagnosis import diagnosis_lines

CATALOG = Catalog(
    {"person": Table("person", (
        Column("id", "bigint", nullable=False), Column("mail", "text", nullable=False), Column("boss", "bigint"),
        Column("born", "timestamp with time zone", nullable=False), Column("seen", "timestamp without time zone"),
        Column("day", "date", nullable=False), Column("token", "uuid"), Column("short", "character(4)"),
        Column("bio", "text")), primary_key=("id",)),
     "sale": Table("sale", (
         Column("id", "bigint", nullable=False), Column("person_id", "bigint", nullable=False),
         Column("boss_id", "bigint"), Column("total", "numeric(8,2)", nullable=False),
         Column("at", "timestamp with time zone", nullable=False), Column("n", "integer", nullable=False)),
         primary_key=("id",))},
    frozenset({"random", "nextval"}), frozenset({"count", "max", "min", "sum", "avg"}), {("person", "bio"): 5_000}, 18)
REWRITTEN = {
    "offset-to-keyset": (
        ("SELECT id, at FROM sale WHERE person_id = $1 ORDER BY at DESC LIMIT 20 OFFSET $2",
         "SELECT id, at FROM sale WHERE person_id = $1 AND (at, id) < ($2::timestamp with time zone, $3::bigint) "
         "ORDER BY at DESC, id DESC LIMIT 20"),
        ("SELECT s.id, p.born FROM sale s JOIN person p ON p.id = s.person_id ORDER BY p.born LIMIT 20 OFFSET 60",
         "SELECT s.id, p.born FROM sale s JOIN person p ON p.id = s.person_id WHERE p.born >= $1::timestamp with time "
         "zone AND (p.born > $1::timestamp with time zone OR s.id > $2::bigint) ORDER BY p.born, s.id LIMIT 20"),
        ("SELECT id FROM sale WHERE n = 1 OR n = 2 ORDER BY id DESC LIMIT 5 OFFSET 50",
         "SELECT id FROM sale WHERE (n = 1 OR n = 2) AND id < $1::bigint ORDER BY id DESC LIMIT 5"),
        ("SELECT * FROM sale ORDER BY id LIMIT $1 OFFSET $2",
         "SELECT * FROM sale WHERE id > $2::bigint ORDER BY id LIMIT $1")),
    "not-in-subquery": (
        ("SELECT mail FROM person WHERE id NOT IN (SELECT person_id FROM sale WHERE n > 5)",
         "SELECT mail FROM person WHERE NOT EXISTS (SELECT 1 FROM sale WHERE sale.person_id = person.id AND n > 5)"),),
    "function-on-column": (
        ("SELECT id FROM person WHERE date(born) = $1",
         "SELECT id FROM person WHERE born >= $1::date AND born < ($1::date + 1)"),
        ("SELECT id FROM person WHERE extract(year FROM born) = 2024",
         "SELECT id FROM person WHERE born >= '2024-01-01'::timestamptz AND born < '2025-01-01'::timestamptz"),
        ("SELECT id FROM person WHERE to_char(day, 'YYYY-MM') = '2024-12'",
         "SELECT id FROM person WHERE day >= '2024-12-01'::date AND day < '2025-01-01'::date"),
        ("SELECT id FROM person WHERE left(mail, 3) = 'abc'", "SELECT id FROM person WHERE mail LIKE 'abc%'")),
    "arithmetic-on-column": (
        ("SELECT id FROM sale WHERE at + interval '2 hours' > now()",
         "SELECT id FROM sale WHERE at > (now() - '2 hours'::interval)"),
        ("SELECT id FROM sale WHERE now() - at < interval '7 days'",
         "SELECT id FROM sale WHERE at > (now() - '168 hours'::interval)"),
        ("SELECT id FROM sale WHERE now() - at > interval '1 day 2 hours 5 minutes'",
         "SELECT id FROM sale WHERE at < (now() - '26 hours 5 minute'::interval)"),
        ("SELECT id FROM sale WHERE total * 1.19 > 100", "SELECT id FROM sale WHERE total > 84.03"),
        ("SELECT id FROM sale WHERE n - 5 = 10", "SELECT id FROM sale WHERE n = 15")),
    "hidden-cast": (
        ("SELECT id FROM sale WHERE id = 5.0", "SELECT id FROM sale WHERE id = 5"),
        ("SELECT id FROM sale WHERE n >= 5.5", "SELECT id FROM sale WHERE n >= 6"),
        ("SELECT id FROM sale WHERE id = $1::numeric",
         "SELECT id FROM sale WHERE id = trunc($1::numeric)::int8 AND $1::numeric = trunc($1::numeric)")),
    "count-for-existence": (
        ("SELECT id FROM person p WHERE (SELECT count(*) FROM sale s WHERE s.person_id = p.id) > 0",
         "SELECT id FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id)"),
        ("SELECT id FROM person p WHERE 0 = (SELECT count(s.boss_id) FROM sale s WHERE s.person_id = p.id)",
         "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id AND s.boss_id IS NOT "
         "NULL)")),
    "suffix-pattern": (
        ("SELECT id FROM person WHERE mail LIKE '%.org'", "SELECT id FROM person WHERE reverse(mail) LIKE 'gro.%'"),),
    "distinct-over-join": (
        ("SELECT DISTINCT p.id, p.mail FROM person p JOIN sale s ON s.person_id = p.id WHERE s.n > 3",
         "SELECT p.id, p.mail FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.n > 3 AND s.person_id = p.id)"),
        ("SELECT DISTINCT p.id FROM person p JOIN sale s ON s.person_id = p.id JOIN sale t ON t.boss_id = p.id",
         "SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id) AND EXISTS (SELECT 1 "
         "FROM sale t WHERE t.boss_id = p.id)"),
        ("SELECT DISTINCT p.mail FROM person p JOIN sale s ON s.person_id = p.id",
         "SELECT DISTINCT p.mail FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id)")),
    "fenced-cte": (
        ("WITH x AS MATERIALIZED (SELECT id, n FROM sale) SELECT n FROM x WHERE id = 3",
         "WITH x AS (SELECT id, n FROM sale) SELECT n FROM x WHERE id = 3"),),
    "correlated-subquery": (
        ("SELECT p.id, (SELECT count(*) FROM sale s WHERE s.person_id = p.id) FROM person p",
         "SELECT p.id, COALESCE(found_1.value_1, 0) AS count FROM person p LEFT JOIN (SELECT s.person_id AS key_1, "
         "count(*) AS value_1 FROM sale s GROUP BY s.person_id) found_1 ON found_1.key_1 = p.id"),),
    "either-column": (
        ("SELECT s.id FROM sale s JOIN person p ON p.id = s.person_id WHERE s.n = 1 OR p.mail = 'x'",
         "SELECT s.id FROM sale s JOIN person p ON p.id = s.person_id WHERE s.n = 1 UNION ALL SELECT s.id FROM sale s "
         "JOIN person p ON p.id = s.person_id WHERE p.mail = 'x' AND s.n = 1 IS NOT TRUE"),),
}
LEFT_ALONE = {
    "offset-to-keyset": (
        "SELECT id FROM sale LIMIT 5 OFFSET 50", "SELECT id FROM person ORDER BY boss LIMIT 5 OFFSET 50",
        "SELECT person_id, count(*) FROM sale GROUP BY 1 ORDER BY 1 LIMIT 5 OFFSET 50",
        "SELECT p.id FROM person p JOIN sale s ON s.person_id = p.id ORDER BY p.born, s.n LIMIT 5 OFFSET $1 FOR UPDATE",
        "SELECT id FROM sale ORDER BY n NULLS FIRST LIMIT 5 OFFSET 50"),
    "not-in-subquery": (
        "SELECT id FROM person WHERE id NOT IN (SELECT boss_id FROM sale)",
        "SELECT id FROM person WHERE boss NOT IN (SELECT person_id FROM sale)",
        "SELECT id FROM person WHERE id NOT IN (SELECT person_id + 1 FROM sale)",
        "SELECT id FROM person WHERE id NOT IN (SELECT s.person_id FROM person q LEFT JOIN sale s ON s.id = q.id)"),
    "function-on-column": (
        "SELECT id FROM person WHERE extract(month FROM born) = 5", "SELECT id FROM person WHERE lower(mail) = $1",
        "SELECT id FROM person WHERE date_trunc('month', born) = '2024-05-15'",
        "SELECT id FROM person WHERE date(born) <> $1", "SELECT id FROM person WHERE date(born) = $1::timestamptz",
        "SELECT id FROM person WHERE left(mail, 3) = 'a_c'", "SELECT id FROM person WHERE left(mail, 2) = 'abc'"),
    "arithmetic-on-column": (
        "SELECT id FROM sale WHERE at + interval '1 month' > now()", "SELECT id FROM sale WHERE n / 2 = 5",
        "SELECT id FROM sale WHERE total * 1.19 > $1", "SELECT id FROM sale WHERE total * -1 > 5",
        "SELECT id FROM sale WHERE n * 2 = 5"),
    "hidden-cast": (
        "SELECT id FROM sale WHERE id = 5", "SELECT id FROM sale WHERE id = 5.5", "SELECT id FROM sale WHERE total = 5.0",
        "SELECT id FROM sale WHERE id::text = '05'", "SELECT id FROM sale WHERE id = $1::float8"),
    "count-for-existence": (
        "SELECT id FROM person p WHERE (SELECT count(*) FROM sale s WHERE s.person_id = p.id) > 1",
        "SELECT id FROM person p WHERE (SELECT count(*) FROM sale s GROUP BY s.n) > 0",
        "SELECT count(*) > 0 FROM sale GROUP BY n"),
    "suffix-pattern": ("SELECT id FROM person WHERE mail LIKE 'a%'", "SELECT id FROM person WHERE mail LIKE '%a_b'",
                       "SELECT id FROM person WHERE mail LIKE '%a%'", "SELECT id FROM person WHERE mail ILIKE '%.org'"),
    "distinct-over-join": (
        "SELECT DISTINCT mail FROM person",
        "SELECT DISTINCT p.id, s.n FROM person p JOIN sale s ON s.person_id = p.id",
        "SELECT DISTINCT p.id FROM person p LEFT JOIN sale s ON s.person_id = p.id",
        "SELECT DISTINCT p.id FROM person p, sale s"),
    "fenced-cte": (
        "WITH x AS (SELECT id FROM sale) SELECT id FROM x WHERE id = 3",
        "WITH x AS MATERIALIZED (SELECT id FROM sale FOR UPDATE) SELECT id FROM x",
        "WITH RECURSIVE x AS MATERIALIZED (SELECT 1 AS id UNION ALL SELECT id + 1 FROM x WHERE id < 5) SELECT * FROM x"),
    "correlated-subquery": (
        "SELECT p.id, (SELECT max(s.n) FROM sale s) FROM person p",
        "SELECT p.id, (SELECT s.n FROM sale s WHERE s.person_id = p.id) FROM person p",
        "SELECT p.id, (SELECT max(s.n) FROM sale s WHERE s.person_id < p.id) FROM person p",
        "SELECT *, (SELECT max(s.n) FROM sale s WHERE s.person_id = p.id) FROM person p"),
    "either-column": ("SELECT id FROM sale WHERE n = 1 OR n = 2",
                      "SELECT DISTINCT n FROM sale WHERE n = 1 OR person_id = 2",
                      "SELECT sum(n) FROM sale WHERE n = 1 OR person_id = 2"),
}


def made(kind: str, sql: str) -> list[Rewritten | Remark]:
    statement = Statement(wrapped("select_stmt", parse(sql)[0].stmt.select_stmt), CATALOG)
    before = deparse_statement(statement.tree)
    found = list(kinds()[kind](statement))
    # A kind changes a copy.
    assert deparse_statement(statement.tree) == before
    return found


@pytest.mark.parametrize(("kind", "old", "new"), [(kind, *pair) for kind, pairs in REWRITTEN.items() for pair in pairs])
def test_a_statement_is_written_another_way(kind: str, old: str, new: str):
    [found] = [each for each in made(kind, old) if isinstance(each, Rewritten)]
    assert deparse_statement(found.statement.tree) == new


@pytest.mark.parametrize(("kind", "sql"), [(kind, sql) for kind, texts in LEFT_ALONE.items() for sql in texts])
def test_a_look_alike_is_left_alone(kind: str, sql: str):
    assert [each for each in made(kind, sql) if isinstance(each, Rewritten)] == []


def test_every_kind_has_both():
    assert set(REWRITTEN) == set(LEFT_ALONE) == set(kinds()) - {"wide-columns"}


def test_wide_columns_are_told_and_not_rewritten():
    [found] = made("wide-columns", "SELECT * FROM person WHERE id = $1")
    assert isinstance(found, Remark)
    assert "bio (5,000 bytes on average)" in found.message
    assert made("wide-columns", "SELECT id FROM person") == []


def test_what_would_differ_is_said():
    [found] = made("not-in-subquery", "SELECT id FROM person WHERE id NOT IN (SELECT boss_id FROM sale)")
    assert isinstance(found, Remark)
    assert "one NULL makes NOT IN return no row at all" in found.message


def test_a_key_changes_what_the_caller_sends():
    [found] = made("offset-to-keyset", "SELECT at FROM sale ORDER BY at LIMIT 5 OFFSET $1")
    assert isinstance(found, Rewritten)
    assert found.caller.startswith("The caller sends sale.at, sale.id of the last row that it has as $1, $2")
    assert "id is selected as well" in found.caller


WORKLOAD = """
-- name: on a day
-- weight: 60/h
SELECT id FROM sale WHERE date(at) = $1;
-- name: any
-- weight: 60/h
SELECT id FROM person p WHERE (SELECT count(*) FROM sale s WHERE s.person_id = p.id) > 0;
-- name: deep
-- weight: 60/h
SELECT id, at FROM sale ORDER BY at LIMIT 20 OFFSET 40000;
-- name: by luck
-- weight: 60/h
SELECT id FROM sale WHERE date(at) = $1 AND random() < 0.5;
-- name: not a or b
-- weight: 60/h
SELECT id FROM sale WHERE id NOT IN (SELECT a FROM sale);
"""


@pytest.fixture(scope="module")
def answered(shop_database: str, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("rewritten")
    (folder / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (folder / "empty").mkdir()
    asked = ["diagnose", str(folder / "empty"), "--db", shop_database, "--allow-superuser", "--workload",
             str(folder / "w.sql"), "-q", "--fail-on", "never"]
    assert main([*asked, "--format", "json", "--output", str(folder / "out.json")]) == 0
    assert main([*asked, "--output", str(folder / "out.txt")]) == 0
    return json.loads((folder / "out.json").read_text(encoding="utf-8")), (folder / "out.txt").read_text(encoding="utf-8")


def test_a_diagnosis_holds_rewrites_that_cost_less_and_were_run(answered):
    found = {each["query"]: each for each in answered[0]["rewrites"]}
    assert {"on a day", "deep"} <= set(found) <= {"on a day", "deep", "any"}
    for each in found.values():
        assert each["after"] * 1.5 <= each["before"]
        assert each["same_result"] == "proven"
        assert each["proof"]["rounds"] >= 40
        assert each["proof"]["reason"] == ""
        assert each["unit"] == "planner cost"
        assert each["file"] == "w.sql"
        assert each["line"]
    assert found["on a day"]["kind"] == "function-on-column"
    assert "in place of a number of rows" in found["deep"]["caller"]


def test_what_is_not_rewritten_says_why(answered):
    [told] = [each for each in answered[0]["advice"] if each["query"] == "not a or b"]
    assert "may be NULL" in told["message"]


def test_the_text_shows_before_after_and_the_proof(answered):
    text = " ".join(answered[1].split())
    assert "before SELECT id FROM sale WHERE date(at) = $1" in text
    assert "after SELECT id FROM sale WHERE at >= $1::date AND at < ($1::date + 1)" in text
    assert "The same result in " in text
    assert "rounds of made-up rows" in text
    assert "Not rewritten" in text


def test_what_could_not_be_run_is_called_not_proven():
    proof = SameRows(3, 0, 0, ("UTC",), "it could not be run: no such function")
    found = Diagnosis(rewrites=(Rewrite("one", "hidden-cast", "SELECT 1", "SELECT 2", "Why.", 90.0, 3.0, proof=proof),))
    text = " ".join(plain(diagnosis_lines(found, View())).split())
    assert "Not proven to give the same result: it could not be run: no such function." in text
    assert "comparisons" not in text
    [document] = rewrites(found)
    assert document.same_result == "not proven"
    assert document.proof is not None
    assert document.proof.reason == "it could not be run: no such function"
