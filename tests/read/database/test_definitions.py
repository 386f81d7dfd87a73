"""A live server → its schema as SQL that makes the same schema again."""

from __future__ import annotations

import pytest

from backend_lead.gates.database import DatabaseGate
from backend_lead.read.database.definitions import Definitions, read_definitions

SCHEMA = """
CREATE SCHEMA audit;
CREATE TYPE mood AS ENUM ('fine', 'it''s');
CREATE TYPE audit.pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT over_zero CHECK (VALUE > 0);
CREATE SEQUENCE numbers;
CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2 $$;
CREATE TABLE users (id serial PRIMARY KEY, email varchar(80) COLLATE "C" NOT NULL UNIQUE, feels mood DEFAULT 'fine',
    n positive, sides audit.pair, doubled integer GENERATED ALWAYS AS (twice(id)) STORED, number bigint DEFAULT nextval('numbers'));
CREATE FUNCTION shown(u users) RETURNS text LANGUAGE sql AS $$ SELECT u.email $$;
CREATE TABLE "Order" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "user" int NOT NULL, at date NOT NULL,
    CONSTRAINT order_user FOREIGN KEY ("user") REFERENCES users ON DELETE CASCADE DEFERRABLE, CHECK (at > '2000-01-01'));
ALTER TABLE "Order" ADD CONSTRAINT late CHECK (at < '2100-01-01') NOT VALID;
ALTER TABLE users ADD CONSTRAINT n_there NOT NULL n NOT VALID;
CREATE UNIQUE INDEX ON "Order" ("user", at DESC) WHERE at > '2020-01-01';
CREATE TABLE audit.events (id uuid, at date, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE audit.events_2020 PARTITION OF audit.events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE audit.events_rest PARTITION OF audit.events DEFAULT PARTITION BY HASH (id);
CREATE TABLE audit.events_rest_a PARTITION OF audit.events_rest FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX by_kind ON audit.events (kind);
CREATE TABLE parent (a int);
CREATE UNLOGGED TABLE child (b int) INHERITS (parent);
CREATE VIEW seen AS SELECT id, email FROM users;
CREATE MATERIALIZED VIEW counted AS SELECT email, count(*) AS n FROM seen GROUP BY email;
CREATE UNIQUE INDEX ON counted (email);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
"""


def definitions(dsn: str) -> Definitions:
    with DatabaseGate(dsn, allow_superuser=True) as gate:
        return read_definitions(gate)


@pytest.fixture
def first(postgres):
    dsn = postgres.create_database("defined")
    postgres.execute(SCHEMA, database="defined")
    yield dsn
    postgres.drop_database("defined")


def test_a_schema_that_is_made_from_it_is_read_as_the_same(postgres, first):
    found = definitions(first)
    assert found.missing == ()
    assert found.major >= 18
    again = postgres.create_database("again")
    try:
        for statement in found.statements:
            postgres.execute(statement, database="again")
        assert definitions(again).statements == found.statements
    finally:
        postgres.drop_database("again")
    text = "\n".join(found.statements)
    for part in ("late", "by_kind", "seen", "counted", "touched", "shown", "over_zero", "numbers", "DEFERRABLE", "n_there NOT NULL n NOT VALID"):
        assert part in text, part


def test_a_table_without_a_page_has_no_row_and_others_are_estimated(postgres, first):
    postgres.execute("INSERT INTO users (email) SELECT 'u' || n FROM generate_series(1, 5000) n", database="defined")
    rows = definitions(first).rows
    assert rows["Order"] == 0
    assert rows["audit.events_2020"] == 0
    assert 2_000 < rows["users"] < 20_000, "never analyzed: estimated by its size"
    postgres.execute("ANALYZE users", database="defined")
    assert definitions(first).rows["users"] == 5000


def test_a_reader_without_powers_may_ask(postgres, first):
    postgres.execute("CREATE ROLE definer LOGIN NOSUPERUSER")
    try:
        postgres.execute("GRANT CONNECT ON DATABASE defined TO definer; GRANT pg_monitor TO definer", database="defined")
        with DatabaseGate(postgres.dsn("defined", "definer")) as gate:
            assert read_definitions(gate).statements == definitions(first).statements
    finally:
        postgres.execute("DROP OWNED BY definer; DROP ROLE definer", database="defined")
