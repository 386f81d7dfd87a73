"""Rows that are made up: many at once, and the table is afterwards what it was."""

from __future__ import annotations

import pytest

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.bulk import insert_many
from backend_lead.prove.rows import fill
from backend_lead.prove.sameness import schema_text
from backend_lead.prove.scratch import Scratch

SCHEMA = """
CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int NOT NULL CONSTRAINT kept REFERENCES owners ON DELETE CASCADE DEFERRABLE,
    parent int REFERENCES pets, name text, born date, EXCLUDE USING btree (name WITH =));
CREATE INDEX pets_owner ON pets (owner_id);
CREATE INDEX pets_lower ON pets (lower(name)) WHERE born IS NOT NULL;
CREATE TABLE visits (id int, pet_id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visits_2020 PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE visits ADD FOREIGN KEY (pet_id) REFERENCES pets (id);
CREATE INDEX visits_pet ON visits (pet_id);
ALTER TABLE pets ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES owners (id) NOT VALID;
"""


def test_a_filled_table_has_the_indexes_and_the_keys_that_it_had():
    with Scratch() as scratch:
        scratch.create_database("pets", guest=True)
        with ScratchSession(scratch.server, "pets", guest=True) as session:
            session.run(SCHEMA)
            before = schema_text(scratch, "pets")
            filled = fill(session, 300)
            assert dict(filled.rows) == {"owners": 300, "pets": 300, "visits": 300}
            assert schema_text(scratch, "pets") == before
            with pytest.raises(ScratchError):
                session.run("INSERT INTO pets (id, owner_id) VALUES (9000, 9000)")


def test_rows_whose_keys_lead_nowhere_leave_an_empty_table_as_it_was():
    with Scratch() as scratch:
        scratch.create_database("pets", guest=True)
        with ScratchSession(scratch.server, "pets", guest=True) as session:
            session.run(SCHEMA)
            before = schema_text(scratch, "pets")
            for sql in ("INSERT INTO pets (id, owner_id) VALUES (1, 1)", "INSERT INTO pets (id, owner_id) VALUES (1, 'x')"):
                with pytest.raises(ScratchError):
                    insert_many(session, "pets", lambda sql=sql: session.run(sql))
                assert session.run("SELECT count(*) FROM pets") == [(0,)]
                assert schema_text(scratch, "pets") == before


def test_checks_of_lengths_and_of_a_single_value_are_met():
    with Scratch() as scratch:
        scratch.create_database("pets", guest=True)
        with ScratchSession(scratch.server, "pets", guest=True) as session:
            session.run("CREATE TABLE pets (id int PRIMARY KEY, code text NOT NULL CHECK (length(code) <= 3), "
                        "kind text NOT NULL CHECK (kind IN ('cat')))")
            filled = fill(session, 300)
            assert (dict(filled.rows), filled.unresolved) == ({"pets": 300}, ())
