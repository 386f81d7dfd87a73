"""Migrations on a real server: what blocks is seen to block, what is safe is not, and the way down is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.config import load
from backend_lead.lead.before import Request
from backend_lead.lead.migration_proofs import prove_migrations
from backend_lead.lead.options import Options
from backend_lead.model.proof import MigrationProof, ProofVerdict

SCHEMA = """
CREATE TYPE state AS ENUM ('new', 'sent');
CREATE TABLE customers (id int PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, nickname text, age int CHECK (age BETWEEN 1 AND 120));
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id),
    state state NOT NULL DEFAULT 'new',
    channel text CHECK (channel IN ('web', 'shop')),
    amount numeric(10,2) NOT NULL CHECK (amount > 0)
);
"""
QUERIES = """
-- the two that matter
SELECT id, nickname FROM customers WHERE email = %s;
INSERT INTO orders (customer_id, amount) VALUES (%(customer)s, %(amount)s);
"""


def prove(folder: Path, up: str, down: str | None = None, rows: int = 3000) -> MigrationProof:
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "queries.sql").write_text(QUERIES)
    (folder / "001.up.sql").write_text(up)
    if down is not None:
        (folder / "001.down.sql").write_text(down)
    request = Request((folder / "001.up.sql",), folder / "schema.sql", folder / "queries.sql")
    settings = load(folder, environment={}, options={}, rule_ids=list)
    report = prove_migrations(request, Options(folder, str(folder), settings), rows)
    assert not report.backend.unresolved
    assert not report.proofs[0].unresolved
    return report.proofs[0]


def test_an_index_blocks_and_goes_away_again(tmp_path: Path):
    proof = prove(tmp_path, "CREATE INDEX orders_state_idx ON orders (state);", "DROP INDEX orders_state_idx;")
    only = proof.statements[0]
    assert only.verdict is ProofVerdict.BLOCKS
    assert [str(lock.mode) for lock in only.locks if lock.relation == "orders"] == ["ShareLock"]
    assert "orders" in only.scans
    assert (proof.reversible.schema_equal, proof.reversible.data_equal) == (True, True)
    assert proof.rows == 3000


def test_a_nullable_column_is_safe(tmp_path: Path):
    proof = prove(tmp_path, "ALTER TABLE orders ADD COLUMN gift boolean;", "ALTER TABLE orders DROP COLUMN gift;")
    assert proof.verdict is ProofVerdict.SAFE
    assert proof.statements[0].stall.select is not None


def test_a_column_that_is_used_breaks_its_query_and_does_not_come_back_with_its_values(tmp_path: Path):
    proof = prove(tmp_path, "ALTER TABLE customers DROP COLUMN nickname;", "ALTER TABLE customers ADD COLUMN nickname text;")
    only = proof.statements[0]
    assert only.verdict is ProofVerdict.LOSES
    assert set(only.harms) == {ProofVerdict.LOSES, ProofVerdict.BREAKS}
    assert [query for query, _ in only.breaks] == ["SELECT id, nickname FROM customers WHERE email = %s"]
    assert (proof.reversible.schema_equal, proof.reversible.data_equal) == (True, False)


def test_a_way_down_that_forgets_something_is_told(tmp_path: Path):
    proof = prove(tmp_path, "CREATE INDEX a ON orders (state); CREATE INDEX b ON orders (channel);", "DROP INDEX a;")
    assert proof.reversible.schema_equal is False
    assert "CREATE INDEX b ON public.orders" in proof.reversible.difference


def test_the_safe_form_of_a_check_is_safe_and_the_short_one_is_not(tmp_path: Path):
    short = prove(tmp_path, "ALTER TABLE customers ALTER COLUMN nickname SET NOT NULL;", rows=20_000)
    assert ProofVerdict.BLOCKS in short.statements[0].harms
    safe = prove(tmp_path, "BEGIN; ALTER TABLE customers ADD CONSTRAINT there CHECK (nickname IS NOT NULL) NOT VALID; COMMIT;"
                           "ALTER TABLE customers VALIDATE CONSTRAINT there;")
    assert [each.verdict for each in safe.statements] == [ProofVerdict.SAFE, ProofVerdict.SAFE]


def test_what_the_server_refuses_fails_and_what_made_up_rows_refuse_is_undecided(tmp_path: Path):
    assert prove(tmp_path, "ALTER TABLE orders DROP COLUMN nothing;").verdict is ProofVerdict.FAILS
    undecided = prove(tmp_path, "ALTER TABLE orders ADD CONSTRAINT many CHECK (amount > 100000);")
    assert undecided.verdict is ProofVerdict.UNDECIDED


@pytest.mark.parametrize("statement", ["CREATE INDEX CONCURRENTLY x ON orders (state)", "DROP INDEX CONCURRENTLY nothing"])
def test_what_stands_alone_is_refused_in_a_transaction(tmp_path: Path, statement: str):
    assert prove(tmp_path, f"ALTER TABLE orders ADD COLUMN a int; {statement};").statements[-1].verdict is ProofVerdict.FAILS


def test_behind_an_open_transaction_everybody_waits_unless_the_migration_gives_up(tmp_path: Path):
    waits = prove(tmp_path, "ALTER TABLE orders ADD COLUMN gift boolean;").queue
    assert waits is not None
    assert waits.stood_still, "the lock is waited for, and everybody waits behind it"
    assert waits.gave_up == ""
    patient = prove(tmp_path, "SET LOCAL lock_timeout = '50ms';\nALTER TABLE orders ADD COLUMN gift boolean;").queue
    assert patient is not None
    assert not patient.stood_still
    assert "lock timeout" in patient.gave_up
    assert prove(tmp_path, "CREATE TABLE fresh (id int);").queue is None


@pytest.mark.parametrize(("condition", "verdict"), [("true", ProofVerdict.SAFE),
                                                    ("await knex.schema.hasTable('orders')", ProofVerdict.UNDECIDED)])
def test_a_program_of_which_not_all_is_known_is_never_safe(condition: str, verdict: ProofVerdict, tmp_path: Path):
    (tmp_path / "schema.sql").write_text(SCHEMA)
    path = tmp_path / "001_gift.js"
    path.write_text(f"exports.up = async (knex) => {{ if ({condition}) await knex.schema.table('orders', (t) => "
                    "t.boolean('gift')); };\nexports.down = (knex) => knex.schema.table('orders', (t) => "
                    "t.dropColumn('gift'));")
    settings = load(tmp_path, environment={}, options={}, rule_ids=list)
    report = prove_migrations(Request((path,), tmp_path / "schema.sql"), Options(tmp_path, str(tmp_path), settings), 300)
    assert [each.verdict for each in report.proofs[0].statements] == [ProofVerdict.SAFE]
    assert report.proofs[0].verdict is verdict
