"""A migration on a real database: only proven, part by part, and on from there however it ended."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from backend_lead.prove.scratch import Scratch

SCHEMA = """
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL, note text);
INSERT INTO orders SELECT i, 'new', 'n' || i FROM generate_series(1, 30000) i;
"""
MIGRATION = """-- no-transaction
ALTER TABLE orders ADD COLUMN channel text;
CREATE INDEX CONCURRENTLY orders_state_idx ON orders (state);
ALTER TABLE orders ADD CONSTRAINT there CHECK (note IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT there;
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
INSERT INTO orders VALUES (0, 'once', 'only');
DROP INDEX CONCURRENTLY orders_state_idx;
"""


@pytest.fixture(scope="module")
def server():
    with Scratch() as scratch:
        scratch.create_database("base")
        scratch.execute(SCHEMA, database="base")
        yield scratch


@pytest.fixture
def database(server: Scratch):
    dsn = server.create_database("live", template="base")
    yield dsn
    server.drop_database("live")


def migration(folder: Path, text: str) -> str:
    path = folder / "0001_change.sql"
    path.write_text(text)
    return str(path)


def test_only_what_was_proven_as_it_is_now_is_run(tmp_path: Path, server: Scratch, database: str,
                                                  capsys: pytest.CaptureFixture[str]):
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL, note text);")
    path = migration(tmp_path, "ALTER TABLE orders ADD COLUMN channel text;")
    assert main(["migration", "apply", path, "--db", database, "-q"]) == 2
    assert "was not proven" in capsys.readouterr().err
    assert main(["migration", "prove", path, "--schema", str(tmp_path / "schema.sql"), "--rows", "200", "-q"]) == 0
    assert main(["migration", "apply", path, "--db", database, "-q"]) == 0
    assert "1 parts run" in capsys.readouterr().out
    assert main(["migration", "apply", path, "--db", database, "-q"]) == 0
    assert "0 parts run, 1 were done before" in capsys.readouterr().out
    migration(tmp_path, "ALTER TABLE orders ADD COLUMN channel2 text;")
    assert main(["migration", "apply", path, "--db", database, "-q"]) == 2


def test_a_lock_is_not_waited_for_longer_than_was_said(tmp_path: Path, server: Scratch, database: str,
                                                       capsys: pytest.CaptureFixture[str]):
    import psycopg

    path = migration(tmp_path, "ALTER TABLE orders ADD COLUMN channel text;")
    typed = ["migration", "apply", path, "--db", database, "--unproven", "--lock-timeout", "50", "--tries", "2"]
    with psycopg.connect(database) as holder:
        holder.execute("SELECT count(*) FROM orders")
        assert main(typed) == 2
        said = capsys.readouterr().err
        assert "try 2" in said
        assert "lock timeout" in said
        holder.rollback()
    assert main(typed) == 0


def test_one_run_at_a_time(tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]):
    from backend_lead.gates.applying import ApplyGate

    path = migration(tmp_path, "ALTER TABLE orders ADD COLUMN channel text;")
    with ApplyGate(database):
        assert main(["migration", "apply", path, "--db", database, "--unproven", "-q"]) == 2
    assert "Another run is changing the database" in capsys.readouterr().err


def test_what_the_server_refuses_leaves_what_went_before(tmp_path: Path, server: Scratch, database: str):
    path = migration(tmp_path, "-- no-transaction\nALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders ADD COLUMN state int;")
    assert main(["migration", "apply", path, "--db", database, "--unproven", "-q"]) == 2
    states = server.execute("SELECT part, state FROM backend_lead.applied ORDER BY part", database="live")
    assert states == [(0, "done")]


def test_a_block_whose_end_cannot_be_seen_is_asked_about(tmp_path: Path, server: Scratch, database: str,
                                                         capsys: pytest.CaptureFixture[str]):
    path = migration(tmp_path, "-- no-transaction\nDO $$ BEGIN UPDATE orders SET note = 'x' WHERE id = 1; COMMIT; END $$;")
    typed = ["migration", "apply", path, "--db", database, "--unproven", "-q"]
    assert main(typed) == 0
    server.execute("UPDATE backend_lead.applied SET state = 'started'", database="live")
    assert main(typed) == 2
    assert "whether it ended cannot be seen" in capsys.readouterr().err
    assert main([*typed, "--finished"]) == 0


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_it_goes_on_from_there(seed: int, tmp_path: Path, server: Scratch, database: str):
    path = migration(tmp_path, MIGRATION)
    command = [sys.executable, "-m", "backend_lead.doors.cli.main", "migration", "apply", path, "--db", database, "--unproven"]
    dice = random.Random(seed)
    for _ in range(12):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
        time.sleep(0.35 + dice.random() * 0.35)
        running.send_signal(signal.SIGKILL)
        if running.wait() == 0:
            break
        _wait_until_gone(server)
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
    assert done.returncode == 0, done.stderr
    ledger = server.execute("SELECT count(*), count(*) FILTER (WHERE state = 'done') FROM backend_lead.applied", database="live")
    assert ledger == [(7, 7)]
    assert server.execute("SELECT count(*) FROM orders WHERE id = 0", database="live") == [(1,)]
    indexes = server.execute("SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'orders'::regclass "
                             "ORDER BY 1", database="live")
    assert indexes == [("orders_note_idx", True), ("orders_pkey", True)]
    assert server.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'there'", database="live") == [(True,)]


def _wait_until_gone(server: Scratch) -> None:
    """A killed client's session ends when the server notices: until then it holds the database."""
    for _ in range(200):
        left = server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend-lead apply'")
        if left == [(0,)]:
            return
        time.sleep(0.05)
