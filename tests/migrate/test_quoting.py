"""Names in SQL that we write."""

from __future__ import annotations

import pytest

from backend_lead.gates.grammar import parse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import replay
from backend_lead.migrate.rewriting import rewrite
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place

SCHEMA = """
CREATE TABLE "User" ("id" bigint PRIMARY KEY, "teamId" bigint, email text);
CREATE TABLE "order" (id bigint PRIMARY KEY, "user" bigint, total integer);
CREATE TABLE plain (id bigint PRIMARY KEY, total integer);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER plain_touch BEFORE UPDATE ON plain FOR EACH ROW EXECUTE FUNCTION touch();
"""


def script(*statements):
    sent = tuple(Sent(sql, Place("m.sql", number), 0) for number, sql in enumerate(statements, 1))
    return Script("m.sql", "sql", sent)


def rewritten(sql):
    catalog = Catalog(complete=True)
    replay([script(SCHEMA)], catalog, 18)
    return "\n".join(line for step in rewrite(script(sql), catalog, 18).steps for line in step.up)


@pytest.mark.parametrize(("sql", "named"), [
    ('ALTER TABLE "User" ALTER COLUMN "teamId" SET NOT NULL', '"User"'),
    ('ALTER TABLE "User" ADD CONSTRAINT "User_teamId_key" UNIQUE ("teamId")', '"User_teamId_key"'),
    ('UPDATE "User" SET "teamId" = 1', '"User".id%TYPE'),
    ('ALTER TABLE "order" ALTER COLUMN total SET NOT NULL', '"order"'),
    ('UPDATE "order" SET total = 1', 'UPDATE "order" SET total = 1'),
    ('ALTER TABLE "order" ADD COLUMN number serial', "nextval('order_number_seq')"),
    ('ALTER TABLE "User" ADD COLUMN number serial', "nextval('\"User_number_seq\"')"),
])
def test_names_that_need_quotes_have_them(sql, named):
    text = rewritten(sql)
    assert named in text
    parse(text)
    for wrong in ("ALTER TABLE User", "TABLE order ", "UPDATE order ", "UPDATE User"):
        assert wrong not in text


def test_plain_names_stay_as_they_are():
    assert '"' not in rewritten("ALTER TABLE plain ALTER COLUMN total SET NOT NULL")


def test_triggers_that_fire_while_rows_are_filled_are_named():
    assert "plain_touch of plain may fire" in rewritten("UPDATE plain SET total = 1")
