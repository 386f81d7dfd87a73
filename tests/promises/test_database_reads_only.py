"""Promise: reading a database never writes to it, never waits in it, and never holds it.

Every attack in `attacks.py` is tried on a real PostgreSQL with a canary table, sequence, view, large object, role and
folder; after it, nothing of them may have changed.
"""

from __future__ import annotations

import os

import attacks
import psycopg
import pytest

from backend_lead.errors import DatabaseUnreachable, Refused, RefusedRole, WrongUse
from backend_lead.gates.database import DatabaseGate, Limits, StatementFailed, Wall, reader_script, shown_dsn
from backend_lead.prove.scratch import Scratch

QUICK = Limits(statement=300, lock=100, idle=300)
ROLES = ("walls_reader", "walls_owner", "postgres")


@pytest.fixture(scope="module")
def postgres():
    """A server of its own: a role that another test makes would look like a change."""
    with Scratch(statements=True) as server:
        yield server


@pytest.fixture(scope="module")
def walls(postgres):
    """The folder of the canary database, with the state that it must keep."""
    folder = attacks.prepare(postgres)
    return folder, attacks.state(postgres, folder)


def attack(postgres, sql, folder, role, without=frozenset()):
    """Try one attack through a gate of its own, and return what stopped it."""
    with DatabaseGate(postgres.dsn("walls", role), allow_superuser=True, limits=QUICK, _without=without) as gate:
        try:
            gate.rows(sql.replace("{folder}", str(folder)))
        except (Refused, DatabaseUnreachable) as error:
            return error
    return None


def test_there_are_enough_attacks():
    assert len(set(attacks.ATTACKS)) == len(attacks.ATTACKS) >= 200


@pytest.mark.parametrize(("group", "sql"), attacks.ATTACKS)
def test_with_all_walls_nothing_changes(postgres, walls, group, sql):
    folder, before = walls
    for role in ROLES:
        stopped = attack(postgres, sql, folder, role)
        assert isinstance(stopped, Refused)
        if group == "endless":
            assert isinstance(stopped, StatementFailed)
            assert stopped.state == "57014"
        elif sql not in attacks.HIDDEN:
            assert not isinstance(stopped, StatementFailed)
            assert stopped.exit_code == 2
    assert attacks.state(postgres, folder) == before


# What is left to a wall's fall, by hand: with the parser away, an owner may end sessions of its own role, which the
# state of the database does not show; nothing stored changes.
@pytest.mark.parametrize("role", ["walls_reader", "walls_owner"])
@pytest.mark.parametrize(("group", "sql"), attacks.ATTACKS)
def test_without_the_parser_the_wire_and_time_hold(postgres, walls, group, sql, role):
    folder, before = walls
    attack(postgres, sql, folder, role, frozenset({Wall.PARSER}))
    assert attacks.state(postgres, folder) == before


@pytest.mark.parametrize("wall", [Wall.WIRE, Wall.ROLE, Wall.TIME])
def test_without_another_wall_the_parser_holds(postgres, walls, wall):
    folder, before = walls
    for group, sql in attacks.ATTACKS:
        if (group == "endless" and wall is Wall.TIME) or (sql in attacks.HIDDEN and wall is Wall.WIRE):
            continue
        role = "walls_owner" if sql in attacks.HIDDEN else "postgres"
        assert isinstance(attack(postgres, sql, folder, role, frozenset({wall})), Refused), sql
    assert attacks.state(postgres, folder) == before


def test_the_role_alone_keeps_a_reader_from_tables(postgres, walls):
    folder, before = walls
    alone = frozenset({Wall.PARSER, Wall.WIRE, Wall.TIME})
    for group in ("write", "definition", "several"):
        for sql in attacks.GROUPS[group]:
            attack(postgres, sql, folder, "walls_reader", alone)
    assert attacks.state(postgres, folder) == before


def test_a_sound_question_is_answered_with_all_walls(postgres, walls):
    with DatabaseGate(postgres.dsn("walls", "walls_reader")) as gate:
        assert gate.rows("SELECT $1::int + 1, 'it''s; fine -- here', $2::text", (1, "x; DROP TABLE canary")) == [
            (2, "it's; fine -- here", "x; DROP TABLE canary")]
        assert gate.rows("SHOW transaction_read_only") == [("on",)]
        assert gate.rows("VALUES (1), (2)") == [(1,), (2,)]
        assert gate.rows("TABLE public.keeper") == [(1,)]
        assert gate.rows("EXPLAIN (FORMAT json) SELECT * FROM public.canary WHERE id = 1")[0][0]
        assert gate.rows("SELECT count(*) FROM pg_class WHERE relname LIKE 'can%'") == [(4,)]
        with pytest.raises(StatementFailed) as caught:
            gate.rows("SELECT 1 / 0")
        assert caught.value.state == "22012"
        assert gate.rows("SELECT 1") == [(1,)]


def test_a_superuser_is_refused_with_the_script_of_a_reader(postgres, walls):
    with pytest.raises(RefusedRole, match="postgres is a superuser") as caught, \
            DatabaseGate(postgres.dsn("walls")) as gate:
        gate.rows("SELECT 1")
    assert caught.value.exit_code == 4
    assert reader_script("backend_lead_reader", "walls") in caught.value.hint


@pytest.mark.parametrize("power", ["pg_execute_server_program", "pg_write_server_files", "pg_read_server_files",
                                   "a_superuser"])
def test_a_role_that_reaches_beyond_tables_is_refused(postgres, walls, power):
    postgres.execute("DROP ROLE IF EXISTS strong; DROP ROLE IF EXISTS a_superuser; CREATE ROLE a_superuser SUPERUSER; "
                     f"CREATE ROLE strong LOGIN; GRANT {power} TO strong")
    with pytest.raises(RefusedRole, match=f"strong has the powers of {power}"):
        DatabaseGate(postgres.dsn("walls", "strong")).__enter__()
    postgres.execute("DROP ROLE strong; DROP ROLE a_superuser")


def test_the_script_makes_a_role_that_reads_what_a_review_needs_and_no_rows(postgres):
    name = 'odd "name"'
    postgres.create_database(name)
    postgres.execute("CREATE TABLE secret (id int); CREATE SEQUENCE s", database=name)
    postgres.execute(reader_script("odd reader", name), database=name)
    with DatabaseGate(postgres.dsn(name, "odd reader")) as gate:
        assert gate.role == "odd reader"
        assert gate.rows("SELECT count(*) FROM pg_stat_activity WHERE query = '<insufficient privilege>'") == [(0,)]
        assert gate.rows("SELECT last_value FROM public.s") == [(1,)]
        with pytest.raises(StatementFailed) as caught:
            gate.rows("SELECT * FROM public.secret")
        assert caught.value.state == "42501"
    postgres.drop_database(name)
    postgres.execute('DROP ROLE "odd reader"')


def test_sessions_are_short(postgres, walls):
    with DatabaseGate(postgres.dsn("walls", "walls_owner")) as gate:
        assert [gate.rows(f"SHOW {name}")[0][0] for name in (
            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")] == ["5s", "200ms", "10s"]


def test_a_lock_is_not_waited_for(postgres, walls):
    with psycopg.connect(postgres.dsn("walls", "walls_owner")) as holder:
        holder.execute("LOCK TABLE canary IN ACCESS EXCLUSIVE MODE")
        stopped = attack(postgres, "SELECT * FROM public.canary", walls[0], "walls_owner")
    assert isinstance(stopped, StatementFailed)
    assert stopped.state == "55P03"


def test_between_questions_nothing_is_held(postgres, walls):
    with DatabaseGate(postgres.dsn("walls", "walls_owner")) as gate:
        [(pid,)] = gate.rows("SELECT pg_backend_pid()")
        gate.rows("SELECT * FROM public.canary")
        assert postgres.execute(f"SELECT state, xact_start FROM pg_stat_activity WHERE pid = {pid}") == [("idle", None)]
        assert postgres.execute(f"SELECT count(*) FROM pg_locks WHERE pid = {pid}") == [(0,)]


def test_a_session_that_the_server_ends_is_told(postgres, walls):
    with DatabaseGate(postgres.dsn("walls", "walls_reader")) as gate:
        [(pid,)] = gate.rows("SELECT pg_backend_pid()")
        postgres.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
        with pytest.raises(DatabaseUnreachable, match="ended the session"):
            gate.rows("SELECT 1")


SECRET = "s3cret-Pa55"


@pytest.mark.parametrize("dsn", [
    f"postgresql://app:{SECRET}@127.0.0.1:1/shop",
    f"postgres://app:{SECRET}@127.0.0.1:1/shop?connect_timeout=1",
    f"postgresql+psycopg://app:{SECRET}@127.0.0.1:1/shop",
    f"postgresql://127.0.0.1:1/shop?user=app&password={SECRET}",
    f"host=127.0.0.1 port=1 user=app password={SECRET} dbname=shop",
    f"host=127.0.0.1 port=1 user=app password='{SECRET}'",
    f"host=/nowhere password={SECRET}",
    f"postgresql://app:{SECRET}@no-such-host.invalid/shop",
    f"postgresql://app:{SECRET}@127.0.0.1:1/shop?sslmode=verify-full&sslrootcert=/nowhere&sslpassword={SECRET}",
])
def test_an_unreachable_database_is_named_without_its_password(dsn):
    with pytest.raises(DatabaseUnreachable, match="cannot be reached") as caught:
        DatabaseGate(dsn).__enter__()
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{caught.value!r}{shown_dsn(dsn)}"
    assert caught.value.__cause__ is None
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("dsn", [
    f"mysql://app:{SECRET}@db/shop", f"mongodb+srv://app:{SECRET}@db/shop", f"sqlite:///{SECRET}.db", f"{SECRET}",
    f"app:{SECRET}@db/shop", f"postgresql://app:{SECRET}@db:notaport/shop", f"host=db passwort={SECRET}",
    f"postgresql://app:{SECRET}@[::1/shop", f"password={SECRET}\0 host=x", "", f"host = '{SECRET}",
    f"postgresql://u:{SECRET}@h/d?nonsense=1",
])
def test_another_kind_of_address_is_wrong_use_and_not_repeated(dsn):
    with pytest.raises((WrongUse, DatabaseUnreachable)) as caught:
        DatabaseGate(dsn).__enter__()
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{caught.value!r}"
    assert "postgresql://" in caught.value.hint


def test_a_wrong_password_is_not_repeated_by_the_server(postgres, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", SECRET)
    with pytest.raises(DatabaseUnreachable) as caught:
        DatabaseGate(f"postgresql://{SECRET}@/no_such?host={postgres.server.folder}").__enter__()
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"
    assert os.environ["PGPASSWORD"] == SECRET


def test_secrets_in_a_statement_are_masked_when_it_is_refused():
    with pytest.raises(Refused) as caught:
        DatabaseGate("host=x").rows(f"ALTER ROLE app PASSWORD = '{SECRET}'")
    assert SECRET not in caught.value.message


def test_planning_a_write_is_not_writing(postgres, walls):
    folder, before = walls
    with DatabaseGate(postgres.dsn("walls", "walls_owner")) as gate:
        assert "Delete" in str(gate.rows("EXPLAIN DELETE FROM public.canary"))
    assert attacks.state(postgres, folder) == before


def test_a_server_that_answers_otherwise_is_told(postgres, walls):
    gate = DatabaseGate(postgres.dsn("walls", "walls_reader"))
    with psycopg.connect(postgres.dsn("walls")) as holder:
        holder.execute("LOCK TABLE pg_catalog.pg_auth_members IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DatabaseUnreachable, match="does not answer as PostgreSQL does"):
            gate.__enter__()
