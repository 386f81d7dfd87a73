"""Histories are replayed as a server takes them: what one statement leaves is what the next one meets."""

from __future__ import annotations

import pytest

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.migration import HazardKind
from backend_lead.model.place import Place

SCHEMA = """
CREATE TABLE people (id serial PRIMARY KEY, name text, born date, CHECK (num_nonnulls(name, born) > 0));
CREATE MATERIALIZED VIEW named AS SELECT id, name FROM people;
CREATE UNIQUE INDEX named_idx ON named (id);
CREATE VIEW above AS SELECT id FROM named;
CREATE FUNCTION rank(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT n $$;
CREATE FUNCTION rank(n text) RETURNS text LANGUAGE sql AS $$ SELECT n $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE people ADD CONSTRAINT people_name_key UNIQUE (name);
"""
TAKEN = {
    "a view goes with its indexes and what reads it": """
        DROP MATERIALIZED VIEW named CASCADE; CREATE TABLE above (id int); CREATE TABLE named (id int);
        CREATE INDEX named_idx ON named (id);""",
    "a table of a query has the query's columns": """
        CREATE TABLE copy AS SELECT max(id) AS id, p.name, (p).born FROM people p GROUP BY p.name, p.born;
        CREATE INDEX ON copy (born); ALTER TABLE copy ADD PRIMARY KEY (id);
        ALTER TABLE copy ADD FOREIGN KEY (id) REFERENCES people (id);""",
    "a table of a query whose columns are not known has any": """
        CREATE TABLE copy AS SELECT * FROM jsonb_populate_record(NULL::people, '{}'); ALTER TABLE copy ADD COLUMN more int;
        CREATE INDEX ON copy (born);""",
    "an index gives its name to the constraint": """
        ALTER INDEX people_name_key RENAME TO by_name; ALTER TABLE people DROP CONSTRAINT by_name;""",
    "a check over several columns is named after the table": "ALTER TABLE people DROP CONSTRAINT people_check;",
    "a function goes by its arguments": "DROP FUNCTION rank(integer); DROP FUNCTION rank(text);",
    "a function may be made anew with another result": """
        DROP FUNCTION rank(integer); CREATE OR REPLACE FUNCTION rank(n integer) RETURNS bigint LANGUAGE sql AS 'SELECT n';""",
    "a function of another name is called by its triggers": """
        ALTER FUNCTION touch() RENAME TO touched; DROP TRIGGER touched ON people; DROP FUNCTION touched;""",
    "a sequence whose column has no default any more goes": """
        ALTER TABLE people ALTER COLUMN id DROP DEFAULT; DROP SEQUENCE people_id_seq;""",
    "PostgreSQL's own tables are there": "SELECT indexrelid FROM pg_index; UPDATE pg_index SET indisvalid = false;",
}


def judged(text: str) -> list[str]:
    catalog = Catalog(complete=True)
    made = Script("0.sql", "sql", (Sent(SCHEMA, Place("0.sql", 1), None),))
    assert replay([made], catalog, 18) == []
    [file] = lint([Script("1.sql", "sql", (Sent(text, Place("1.sql", 1), None),))], catalog, 18).files
    return [
        hazard.because
        for statement in file.statements
        for hazard in statement.hazards
        if hazard.kind is HazardKind.FAILS and hazard.certain
    ]


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN.keys())
def test_what_a_server_takes_is_not_said_to_fail(text: str, postgres):
    assert judged(text) == []
    postgres.create_database("replayed")
    try:
        postgres.execute(SCHEMA, database="replayed")
        postgres.execute(text, database="replayed")
    finally:
        postgres.drop_database("replayed")


@pytest.mark.parametrize(
    "text",
    [
        "DROP SEQUENCE people_id_seq;",
        "CREATE OR REPLACE FUNCTION rank(n integer) RETURNS bigint LANGUAGE sql AS 'SELECT n';",
        "DROP FUNCTION rank(date);  DROP FUNCTION nothing(date);",
        "ALTER TABLE people ADD COLUMN code text DEFAULT no_such_function();",
    ],
)
def test_what_a_server_refuses_is(text: str):
    assert judged(text)


def test_what_was_not_measured_of_mysql_is_undecided_and_no_fault():
    texts = (
        "ALTER TABLE `users` ADD COLUMN `phone` varchar(20)",
        "CREATE TABLE a (id int unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB",
        "ALTER TABLE users MODIFY COLUMN phone varchar(40), ALGORITHM=INPLACE",
    )
    made = Script("1.sql", "sql", tuple(Sent(sql, Place("1.sql", 1), None) for sql in texts))
    [file] = lint([made], Catalog(complete=True), 18).files
    assert [bool(each.undecided) for each in file.statements] == [False, False, True]
    assert not any(each.hazards for each in file.statements)
