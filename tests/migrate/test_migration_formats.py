"""What each tool would send, and files written for it: read back, they send what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction, formats
from backend_lead.migrate.script import Script, Step

FORMATS = {form.NAME: form for form in formats()}
STEPS = (
    Step("add_phone_to_users", ("ALTER TABLE users ADD COLUMN phone text;",), ("ALTER TABLE users DROP COLUMN phone;",)),
    Step("index_users_phone", ("CREATE INDEX CONCURRENTLY users_phone_idx ON users (phone);",),
         ("DROP INDEX CONCURRENTLY users_phone_idx;",), transactional=False),
)


def tree(folder: Path, **files: str) -> Tree:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Tree(folder)


def sent(script: Script) -> list[tuple[str, bool]]:
    # Alembic and Django spell types their own way.
    return [(each.sql.replace(" TEXT", " text").replace('"', ""), each.transaction is not None) for each in script.up]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_is_read_back_as_it_was_meant(name: str, tmp_path: Path):
    form = FORMATS[name]
    files = form.write(Tree(tmp_path), STEPS, "20260102030405")
    for file in files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    # Prisma's own mark; every project of it has one.
    if name == "prisma":
        (tmp_path / "prisma" / "schema.prisma").write_text("")
    there = Tree(tmp_path)
    paths = list(form.find(there))
    scripts = [form.read(there, path, Transaction.AUTO) for path in paths]
    assert [each for script in scripts for each in sent(script)] == [
        ("SET LOCAL lock_timeout = '2s'", True), ("ALTER TABLE users ADD COLUMN phone text", True),
        ("CREATE INDEX CONCURRENTLY users_phone_idx ON users (phone)", False)]
    assert all(not script.unresolved for script in scripts)
    if name == "prisma":
        assert not any(script.has_down for script in scripts)
    else:
        back = [each.sql for script in reversed(scripts) for each in script.down or () if not each.sql.startswith("SET")]
        assert back == ["DROP INDEX CONCURRENTLY users_phone_idx", "ALTER TABLE users DROP COLUMN phone"]
    again = form.write(there, STEPS, "20260102030405")
    assert not {file.path for file in files} & {file.path for file in again}


def test_raw_sql_takes_its_transactions_from_the_text(tmp_path: Path):
    there = tree(tmp_path, **{
        "migrations/1_a.sql": "CREATE TABLE a (id int);\nCREATE TABLE b (id int);",
        "migrations/2_b.sql": "BEGIN;\nALTER TABLE a ADD x int;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON a (x);",
        "migrations/10_c.sql": "-- no-transaction\nVACUUM a;\n\\echo done\n",
        "migrations/11_d.sql": "-- +goose Up\nALTER TABLE a ADD y int;\n-- +goose Down\nALTER TABLE a DROP y;\n",
        "migrations/12_e.sql": "-- migrate:up transaction:false\nREINDEX TABLE CONCURRENTLY a;\n-- migrate:down\n"})
    form = FORMATS["sql"]
    paths = form.find(there)
    assert [path.rpartition("/")[2] for path in paths] == ["1_a.sql", "2_b.sql", "10_c.sql", "11_d.sql", "12_e.sql"]
    first, second, third, fourth, fifth = (form.read(there, path, Transaction.AUTO) for path in paths)
    assert sent(first) == [("CREATE TABLE a (id int)", True), ("CREATE TABLE b (id int)", True)]
    assert sent(second) == [("ALTER TABLE a ADD x int", True), ("CREATE INDEX CONCURRENTLY i ON a (x)", False)]
    assert second.up[1].place.line == 4
    assert sent(third) == [("VACUUM a", False)]
    assert [note.what for note in third.unresolved] == ["\\echo done"]
    assert sent(fourth) == [("ALTER TABLE a ADD y int", True)]
    assert [each.sql for each in fourth.down or ()] == ["ALTER TABLE a DROP y"]
    assert sent(fifth) == [("REINDEX TABLE CONCURRENTLY a", False)]
    assert sent(form.read(there, paths[0], Transaction.STATEMENT)) == [
        ("CREATE TABLE a (id int)", False), ("CREATE TABLE b (id int)", False)]


def test_a_single_statement_runs_outside_a_transaction_where_the_tool_sends_one_text(tmp_path: Path):
    there = tree(tmp_path, **{
        "db/migrations/000001_a.up.sql": "CREATE INDEX CONCURRENTLY i ON a (x);",
        "db/migrations/000001_a.down.sql": "DROP INDEX CONCURRENTLY i;",
        "db/migrations/000002_b.up.sql": "ALTER TABLE a ADD x int; CREATE INDEX CONCURRENTLY i ON a (x);"})
    form = FORMATS["golang-migrate"]
    assert [sent(form.read(there, path, Transaction.AUTO)) for path in form.find(there)] == [
        [("CREATE INDEX CONCURRENTLY i ON a (x)", False)],
        [("ALTER TABLE a ADD x int", True), ("CREATE INDEX CONCURRENTLY i ON a (x)", True)]]


def test_flyway_goes_by_versions_and_runs_alone_what_must(tmp_path: Path):
    there = tree(tmp_path, **{
        "sql/V1.10__later.sql": "ALTER TABLE a ADD x int;", "sql/V1.9__earlier.sql": "CREATE TABLE a (id int);",
        "sql/V2__index.sql": "-- an index\nCREATE INDEX CONCURRENTLY i ON a (x);", "sql/R__view.sql": "SELECT 1;",
        "sql/V3__both.sql": "VACUUM a;", "sql/V3__both.sql.conf": "executeInTransaction=false\n"})
    form = FORMATS["flyway"]
    paths = form.find(there)
    assert [path[4:] for path in paths] == ["V1.9__earlier.sql", "V1.10__later.sql", "V2__index.sql", "V3__both.sql"]
    assert [sent(form.read(there, path, Transaction.AUTO))[0][1] for path in paths] == [True, True, False, False]


def test_liquibase_runs_each_changeset_by_itself(tmp_path: Path):
    there = tree(tmp_path, **{"changelog.sql": (
        "--liquibase formatted sql\n\n--changeset ann:1\nCREATE TABLE a (id int);\n--rollback DROP TABLE a;\n"
        "--changeset ann:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON a (id);\n--rollback DROP INDEX i;\n")})
    form = FORMATS["liquibase"]
    script = form.read(there, form.find(there)[0], Transaction.AUTO)
    assert [(each.sql, each.transaction) for each in script.up] == [
        ("CREATE TABLE a (id int)", 0), ("CREATE INDEX CONCURRENTLY i ON a (id)", None)]
    assert [each.sql for each in script.down or ()] == ["DROP INDEX i", "DROP TABLE a"]


@pytest.mark.parametrize(("head", "body"), [
    ("endDelimiter:/", "CREATE TABLE a (id int DEFAULT 4 / 2)\n/\nCREATE TABLE b (id int);\n/\n"),
    ("runOnChange:true endDelimiter:\\n/", "CREATE TABLE a (id int DEFAULT 4 / 2)\n/\nCREATE TABLE b (id int)\n/\n"),
    ("endDelimiter:GO", "CREATE TABLE a (id int DEFAULT 4 / 2);\nGO\nCREATE TABLE b (id int)\ngo\n"),
    ("endDelimiter:@@", "CREATE TABLE a (id int DEFAULT 4 / 2) @@ CREATE TABLE b (id int) @@\n"),
    ("", "CREATE TABLE a (id int DEFAULT 4 / 2)\n/\nCREATE TABLE b (id int)\nGO\n"),
])  # fmt: skip
def test_a_delimiter_of_liquibase_ends_a_statement_and_is_no_part_of_it(head: str, body: str, tmp_path: Path):
    text = f"--liquibase formatted sql\n\n--changeset ann:1 {head}\n{body}--rollback DROP TABLE a;\n"
    form = FORMATS["liquibase"]
    script = form.read(tree(tmp_path, **{"changelog.sql": text}), "changelog.sql", Transaction.AUTO)
    assert [each.sql for each in script.up] == ["CREATE TABLE a (id int DEFAULT 4 / 2)", "CREATE TABLE b (id int)"]
    assert [each.sql for each in script.down or ()] == ["DROP TABLE a"]


def test_a_delimiter_of_liquibase_inside_of_a_function_ends_nothing(tmp_path: Path):
    text = ("--liquibase formatted sql\n\n--changeset ann:1 endDelimiter:/\nCREATE FUNCTION f() RETURNS text LANGUAGE "
            "plpgsql AS $$\nBEGIN\n    RETURN '\n/\n';\nEND $$\n/\nSELECT '\n/\n'\n/\n"
            "/* liquibase rollback\nDROP FUNCTION f();\n*/\n")
    form = FORMATS["liquibase"]
    script = form.read(tree(tmp_path, **{"changelog.sql": text}), "changelog.sql", Transaction.AUTO)
    assert [each.sql.count("/") for each in script.up] == [1, 1]
    assert [each.sql for each in script.down or ()] == ["DROP FUNCTION f()"]


def test_two_steps_of_one_name_are_two_changesets(tmp_path: Path):
    [file] = FORMATS["liquibase"].write(Tree(tmp_path), (STEPS[0], STEPS[0]), "20260102030405")
    marks = [line.split()[1] for line in file.text.split("\n") if line.startswith("--changeset")]
    assert len(set(marks)) == len(marks) == 2
