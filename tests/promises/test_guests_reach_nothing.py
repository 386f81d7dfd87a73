"""Promise: SQL that is not ours, run on a server of our own, reaches no file and no program of this machine.

Migrations that are proven, schemas that a shadow is built from and functions that a plan calls are run by a role that is
no superuser.  The first test shows that each canary would be made if it were one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.statistics import ColumnStatistics, PlannerStatistics, RelationStatistics
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow

TOUCH = "COPY (SELECT 1) TO PROGRAM 'touch {canary}'"
QUOTED = TOUCH.replace("'", "''")
# COPY is refused in a function that says it changes nothing; one that it calls may say otherwise.
GOING = (f"CREATE FUNCTION hidden() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE '{QUOTED}'; RETURN 1; END $$; "
         "CREATE FUNCTION go() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN hidden(); END $$")
# What a superuser could do at once.
DIRECT = (
    TOUCH,
    "COPY (SELECT 'x') TO '{canary}'",
    f"DO $$ BEGIN EXECUTE '{QUOTED}'; END $$",
    "SELECT lo_from_bytea(4242, 'x'); SELECT lo_export(4242, '{canary}')",
    f"{GOING}; CREATE TABLE made AS SELECT go()",
    f"{GOING}; EXPLAIN SELECT 1 WHERE go() = 1",
    f"CREATE TABLE fires (id int); CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE '{QUOTED}'; "
    "RETURN new; END $$; CREATE TRIGGER t BEFORE INSERT ON fires FOR EACH ROW EXECUTE FUNCTION fire(); "
    "INSERT INTO fires VALUES (1)",
)
# What would first have to make the role more than it is.
CLIMBING = tuple(f"{climb}; {TOUCH}" for climb in (
    "RESET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION postgres", "SET ROLE postgres", "RESET ROLE", "SET ROLE NONE",
    "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE bl_guest SUPERUSER", "GRANT pg_execute_server_program TO CURRENT_USER",
    "GRANT postgres TO CURRENT_USER", "CREATE ROLE climber SUPERUSER LOGIN; SET ROLE climber",
    "CREATE ROLE climber2; GRANT pg_execute_server_program TO climber2; SET ROLE climber2",
    "UPDATE pg_authid SET rolsuper = true", "ALTER FUNCTION pg_catalog.now() OWNER TO bl_guest",
))
# What is done for the guest by a superuser must be done alone.
BESIDE = (
    f"CREATE EXTENSION pgstattuple; {TOUCH}", f"{TOUCH}; CREATE EXTENSION pgstattuple",
    f"DROP EXTENSION IF EXISTS pgstattuple; {TOUCH}", f"CREATE EXTENSION pgstattuple /* */ ; {TOUCH}",
)
# A function that acts only for a superuser, where one might run it: by a name that looks like the catalogue's own, in an
# index whose size is foretold, in the check of a type whose values are read.
WAITING = """
CREATE FUNCTION public.hidden() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN EXECUTE '{touch}'; END IF; RETURN true;
END $$;
CREATE FUNCTION public.go() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN public.hidden(); END $$;
CREATE FUNCTION public.go_int(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM public.hidden(); RETURN $1; END $$;
CREATE FUNCTION public.quote_ident(name) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT CASE WHEN public.go() THEN $1::text END';
CREATE DOMAIN public.checked AS int CHECK (public.go());
CREATE TYPE public.pair AS (one public.checked, two text);
CREATE TABLE public.t (id int PRIMARY KEY, x int, c public.pair, d public.checked);
CREATE INDEX t_x ON public.t (x) WHERE x > 0 AND public.go();
CREATE INDEX t_go ON public.t (public.go_int(x));
CREATE VIEW public.v AS SELECT * FROM public.t WHERE public.go()
"""
OTHERS = (
    "CREATE FUNCTION run(cstring) RETURNS int LANGUAGE c AS 'libc.so.6', 'system'; SELECT run('touch {canary}')",
    "CREATE FUNCTION py() RETURNS int LANGUAGE plpython3u AS 'open(\"{canary}\", \"w\")'; SELECT py()",
    "CREATE EXTENSION file_fdw; CREATE SERVER f FOREIGN DATA WRAPPER file_fdw; "
    "CREATE FOREIGN TABLE ft (x text) SERVER f OPTIONS (program 'touch {canary}'); SELECT * FROM ft",
    "CREATE EXTENSION dblink; SELECT dblink_exec('dbname=postgres user=postgres', $$COPY (SELECT 1) TO PROGRAM "
    "'touch {canary}'$$)",
    "ALTER SYSTEM SET archive_command = 'touch {canary}'",
    "ALTER SYSTEM SET session_preload_libraries = '{canary}'",
    "LOAD '{canary}'",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
    "CREATE TABLESPACE t LOCATION '{canary}'",
)
READING = ("SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "SELECT lo_import('/etc/passwd')",
           "CREATE TABLE taken (line text); COPY taken FROM '/etc/passwd'",
           "CREATE TABLE taken2 (line text); COPY taken2 FROM PROGRAM 'id'", "SELECT pg_read_binary_file('PG_VERSION')")


@pytest.fixture(scope="module")
def server() -> Iterator[Scratch]:
    with Scratch() as opened:
        yield opened


@pytest.fixture
def canary(server: Scratch) -> Iterator[Path]:
    """A file that is not there; the server's account may make it."""
    path = server.server.folder / "canary"
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("text", BESIDE)
def test_what_stands_beside_an_extension_is_not_run_for_it(server: Scratch, canary: Path, text: str):
    server.drop_database("guests")
    server.create_database("guests", guest=True)
    with ScratchSession(server.server, "guests", guest=True) as session, suppress(ScratchError):
        session.play(text.replace("{canary}", str(canary)))
    assert not canary.exists()


def test_what_stands_before_an_owner_is_run(server: Scratch):
    server.create_database("owners", guest=True)
    with ScratchSession(server.server, "owners", guest=True) as session:
        with suppress(ScratchError):
            session.play("CREATE TABLE a (id int); ALTER TABLE a OWNER TO postgres")
        session.play("CREATE TABLE b (id int)")
        with suppress(ScratchError):
            session.play("ALTER TABLE b ADD COLUMN x int, OWNER TO postgres")
        session.play("ALTER TABLE b OWNER TO postgres")
        assert session.run("SELECT relname::text FROM pg_class WHERE relname IN ('a', 'b') ORDER BY 1") == [("b",)]


def each_alone(session: ScratchSession, text: str, canary: Path) -> None:
    """Run what stands between semicolons outside of dollar quotes one after the other, whatever is refused."""
    parts, inside = [""], False
    for piece in text.replace("{canary}", str(canary)).split("$$"):
        if inside:
            parts[-1] += f"$${piece}$$"
        else:
            first, *rest = piece.split(";")
            parts[-1] += first
            parts += rest
        inside = not inside
    for part in parts:
        with suppress(ScratchError):
            session.play(part)


@pytest.mark.parametrize("text", DIRECT)
def test_a_superuser_would_reach_it(server: Scratch, canary: Path, text: str):
    server.drop_database("super")
    server.create_database("super")
    with ScratchSession(server.server, "super") as session:
        each_alone(session, text, canary)
    assert canary.exists()


@pytest.mark.parametrize("text", [*DIRECT, *CLIMBING, *BESIDE, *OTHERS])
def test_the_guest_does_not(server: Scratch, canary: Path, text: str):
    server.drop_database("guests")
    server.create_database("guests", guest=True)
    with ScratchSession(server.server, "guests", guest=True) as session:
        each_alone(session, text, canary)
        assert session.run("SELECT rolsuper FROM pg_roles WHERE rolname = session_user") == [(False,)]
    assert not canary.exists()


@pytest.mark.parametrize("text", READING)
def test_the_guest_reads_no_file(server: Scratch, text: str):
    server.drop_database("guests")
    server.create_database("guests", guest=True)
    with ScratchSession(server.server, "guests", guest=True) as session:
        *before, last = text.split("; ")
        for part in before:
            session.play(part)
        with pytest.raises(ScratchError, match=r"permission denied|must be superuser|could not open|privileges"):
            session.play(last)


def test_what_a_guest_needs_of_extensions_and_owners_is_there(server: Scratch):
    server.create_database("needs", guest=True)
    with ScratchSession(server.server, "needs", guest=True) as session:
        for text in ("CREATE EXTENSION pg_trgm", 'CREATE EXTENSION IF NOT EXISTS "pgstattuple"',
                     "CREATE TABLE a (id int)", "ALTER TABLE a OWNER TO postgres", "CREATE SCHEMA b",
                     "CREATE EXTENSION hstore SCHEMA b", "DROP EXTENSION pgstattuple"):
            session.play(text)
        assert session.run("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1") == [
            ("hstore",), ("pg_trgm",)]
        with pytest.raises(ScratchError, match="does not exist"):
            session.play("ALTER TABLE a OWNER TO nobody_knows_him")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that whatever account runs a server may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


def test_a_proof_of_a_migration_runs_no_program(open_folder: Path, capsys):
    canary = open_folder / "canary"
    (open_folder / "1_evil.sql").write_text(TOUCH.replace("{canary}", str(canary)) + ";\nCREATE TABLE t (id int);\n",
                                            encoding="utf-8")
    main(["migration", "prove", str(open_folder / "1_evil.sql"), "-q"])
    assert not canary.exists()
    assert "permission denied" in " ".join(capsys.readouterr().out.split())


def test_a_shadow_of_a_hostile_schema_runs_no_program(open_folder: Path):
    canary = open_folder / "canary"
    schema = ";\n".join((
        "CREATE TABLE t (id int PRIMARY KEY, x int)",
        GOING, "CREATE VIEW v AS SELECT * FROM t WHERE x = go()", TOUCH, "CREATE INDEX i ON t (x) WHERE x > go()"))
    with Shadow(PlannerStatistics(180000, schema_sql=schema.replace("{canary}", str(canary)))) as shadow:
        with pytest.raises(ScratchError, match="permission denied"):
            shadow.plan("SELECT * FROM v")
        assert any("TO PROGRAM" in note for note in shadow.missing)
    assert not canary.exists()


def test_a_function_that_waits_for_a_superuser_waits_in_vain(open_folder: Path):
    canary = open_folder / "canary"
    touch = TOUCH.replace("{canary}", str(canary)).replace("'", "''")
    schema = WAITING.replace("{touch}", touch)
    columns = tuple(ColumnStatistics("public", "t", name, width=4, distinct=-1.0, common_values=values,
                                     common_shares="{0.5,0.5}") for name, values in (
                                         ("x", "{1,2}"), ("c", '{"(1,a)","(2,b)"}'), ("d", "{1,2}")))
    relations = (RelationStatistics("public", "t", 100, 10_000.0),)
    with Shadow(PlannerStatistics(180000, schema_sql=schema, relations=relations, columns=columns)) as shadow:
        assert shadow.plan("SELECT * FROM v WHERE x = 1")
        shadow.add_indexes({"mine": "CREATE INDEX mine ON t (go_int(x)) WHERE go()"})
        shadow.show(shadow.members, shadow.members)
        assert shadow.session.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert shadow.session.run("SELECT count(*) FROM pg_stats WHERE tablename = 't'")[0][0] >= 2
    assert not canary.exists()
