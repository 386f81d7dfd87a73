"""What migrations are judged by: a live database, the code of the application, and what changed since a commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main

APP = """
import psycopg
from fastapi import FastAPI

app = FastAPI()


def connect():
    return psycopg.connect("postgresql://db/shop")


@app.get("/users/{user_id}")
def user(user_id: int):
    with connect() as connection:
        return connection.execute("SELECT id, name FROM users WHERE id = %s", (user_id,)).fetchone()


@app.post("/users")
def add(email: str):
    with connect() as connection:
        connection.execute("INSERT INTO users (email) VALUES (%s)", (email,))
"""
SCHEMA = "CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL, name text, old text);"


def lint(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    assert main(["migration", "lint", *map(str, arguments), "--format", "json", "-q"]) in (0, 1)
    return json.loads(capsys.readouterr().out)


def rules(document: dict) -> list[str]:
    return sorted({finding["rule"] for finding in document["findings"]})


def harms(document: dict) -> list[tuple[bool, bool, bool]]:
    return [(s["blocks_reads"], s["blocks_writes"], s["breaks_running_app"]) for s in document["statements"]]


def test_the_route_that_reads_a_dropped_column_is_named(tmp_path: Path, capsys):
    (tmp_path / "app.py").write_text(APP)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "1_users.sql").write_text(SCHEMA)
    change = folder / "2_drop.sql"
    change.write_text("ALTER TABLE users DROP COLUMN name;")
    found = lint(capsys, change, "--code", tmp_path)
    [said] = [f["message"] + f["why"] for f in found["findings"] if "name" in f["message"] + f["why"] and "GET" in str(f)]
    assert "GET /users/{user_id} (app.py:15)" in said
    change.write_text("ALTER TABLE users DROP COLUMN old;")
    assert harms(lint(capsys, change, "--code", tmp_path)) == [(False, False, False)], "nobody reads it"
    change.write_text("ALTER TABLE users ADD COLUMN born date NOT NULL DEFAULT now(), ADD COLUMN code text;\n"
                      "ALTER TABLE users ALTER COLUMN born DROP DEFAULT;")
    found = lint(capsys, change, "--code", tmp_path)
    assert any("POST /users" in str(finding) for finding in found["findings"])


def test_a_live_database_is_the_schema_before_and_its_sizes_count(tmp_path: Path, capsys, postgres):
    dsn = postgres.create_database("judged")
    try:
        postgres.execute(SCHEMA + "CREATE TABLE visits (id int, at timestamptz);"
                         "INSERT INTO visits SELECT i, now() FROM generate_series(1, 30000) i; ANALYZE", database="judged")
        change = tmp_path / "1_index.sql"
        change.write_text("CREATE INDEX users_email_idx ON users (email);\nCREATE INDEX visits_at_idx ON visits (at);\n"
                          "ALTER TABLE nobody ADD COLUMN a int;")
        found = lint(capsys, change, "--db", dsn, "--allow-superuser")
        assert [blocks for _, blocks, _ in harms(found)] == [False, True, False], "only one of them holds rows"
        assert any("nobody" in finding["message"] for finding in found["findings"]), "the live schema is all there is"
        change.write_text("DROP TABLE users;")
        assert "data-dropped" not in rules(lint(capsys, change, "--db", dsn, "--allow-superuser"))
        change.write_text("DROP TABLE visits;")
        assert "data-dropped" in rules(lint(capsys, change, "--db", dsn, "--allow-superuser"))
        assert main(["migration", "lint", str(change), "--db", dsn, "--schema", str(change)]) == 2
        assert main(["migration", "lint", str(change), "--db", "postgresql://x:secret@127.0.0.1:1/none"]) == 4
        assert "secret" not in "".join(capsys.readouterr())
    finally:
        postgres.drop_database("judged")


def test_only_what_changed_since_a_commit_is_judged_after_all_before(tmp_path: Path, capsys):
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments], cwd=tmp_path, check=True,
                       capture_output=True)

    (tmp_path / "1_users.sql").write_text(SCHEMA)
    (tmp_path / "3_more.sql").write_text("CREATE TABLE more (id int);")
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "first")
    (tmp_path / "2_index.sql").write_text("CREATE INDEX users_email_idx ON users (email);")
    (tmp_path / "4_column.sql").write_text("ALTER TABLE more ADD COLUMN id int;")
    found = lint(capsys, tmp_path, "--since", "HEAD")
    assert [statement["sql"].split()[1] for statement in found["statements"]] == ["INDEX", "TABLE"]
    assert any("already" in finding["message"] for finding in found["findings"]), "3_more.sql went before it"
    git("add", ".")
    git("commit", "-m", "second")
    assert lint(capsys, tmp_path, "--since", "HEAD")["statements"] == []
    assert main(["migration", "lint", str(tmp_path), "--since", "nothing"]) == 2
