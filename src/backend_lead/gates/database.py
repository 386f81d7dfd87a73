"""The database gate: reading a PostgreSQL server that matters to somebody.

Four walls, each of which has to fall before anything could be written:
the parser (one plain reading statement, `gates/statement.py`), the wire (extended protocol, where a second statement
is refused by the server, inside a read-only transaction that we begin and roll back), the role (superusers and roles
that reach the server's files or programs are turned away), and time (a statement ends after 5 s, waiting for a lock
after 200 ms, an idle transaction after 10 s).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, cast

from backend_lead.errors import DatabaseUnreachable, Refused, RefusedRole, WrongUse
from backend_lead.gates.statement import check_reading
from backend_lead.gates.text import MASK, mask, one_line

if TYPE_CHECKING:
    import psycopg

# Stands behind each statement, so that whoever looks at the server's activity sees who asks.
SIGNATURE = "/* backend-lead */"
_ROW_LIMIT = 200_000
_POWERS = ("pg_execute_server_program", "pg_write_server_files", "pg_read_server_files")
_ROLE_QUESTION = f"""
    SELECT current_user::text, current_database()::text,
           coalesce((SELECT bool_or(r.rolsuper) FROM pg_catalog.pg_roles r
                     WHERE r.rolname IN (current_user, session_user)), false),
           coalesce((SELECT array_agg(r.rolname::text ORDER BY r.rolname) FROM pg_catalog.pg_roles r
                     WHERE (r.rolsuper OR r.rolname IN {_POWERS!r}) AND r.rolname NOT IN (current_user, session_user)
                       AND pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')), '{{}}')
"""
_EXAMPLE = "postgresql://reader@db.example.org/shop"


class Wall(StrEnum):
    """What stands between a statement and the data."""

    PARSER = "parser"
    WIRE = "wire"
    ROLE = "role"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session of ours may hold anything, in milliseconds."""

    statement: int = 5_000
    lock: int = 200
    idle: int = 10_000
    connect: int = 5_000


class StatementFailed(Refused):
    """The server did not run a statement; `state` is its SQLSTATE ("42501" for a missing permission)."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.state = state


class DatabaseGate:
    """A session that can only read, for as long as the `with` block lasts.

    `dsn` is a PostgreSQL address in either spelling.  A superuser is refused unless `allow_superuser`.  Raises WrongUse
    for another kind of address, DatabaseUnreachable when the server does not answer, RefusedRole for a role that can do
    more than read tables; no message holds a password.
    """

    def __init__(self, dsn: str, *, allow_superuser: bool = False, limits: Limits | None = None,
                 _without: frozenset[Wall] = frozenset()) -> None:
        self._dsn = normal_dsn(dsn)
        self._secrets = secrets_of(self._dsn)
        self._allow_superuser = allow_superuser
        self._limits = limits or Limits()
        self._without = _without
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self.role = ""
        self.database = ""

    def __enter__(self) -> DatabaseGate:
        self._connection = self._connect()
        try:
            self._check_role()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the session; may be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of one reading statement with its parameters as `$1`.  Names without a schema mean
        PostgreSQL's own catalogues.

        Raises Refused when a wall says no, StatementFailed when the server does, DatabaseUnreachable when it is gone.
        """
        if Wall.PARSER not in self._without:
            check_reading(sql)
        return self._send(sql, parameters)

    def _send(self, sql: str, parameters: Sequence[object]) -> list[tuple[object, ...]]:
        import psycopg

        connection = self._connection
        if connection is None:
            raise WrongUse("The session with the database is closed.", "Use DatabaseGate inside a with block.")
        try:
            if Wall.WIRE in self._without:
                self._execute_simply(connection, self._time_limits("SET"))
                cursor = connection.execute(sql, parameters or None)
            else:
                self._execute_simply(connection, f"BEGIN TRANSACTION READ ONLY; {self._time_limits('SET LOCAL')}"
                                                 "SET LOCAL search_path = pg_catalog")
                # The binary format needs the extended protocol, which takes one statement.
                cursor = connection.execute(f"{sql}\n{SIGNATURE}", parameters or None, binary=True)
            return cursor.fetchmany(_ROW_LIMIT) if cursor.description else []
        except psycopg.Error as error:
            if connection.closed:
                raise DatabaseUnreachable(f"The database ended the session: {self._said(error)}",
                                          "Run this again; see the server's log when it happens twice.") from None
            raise StatementFailed(f"The database refused a statement: {self._said(error)}",
                                  error.sqlstate or "") from None
        except UnicodeError:
            raise StatementFailed("The database holds text that is not UTF-8.", "22021") from None
        finally:
            with contextlib.suppress(psycopg.Error):
                if Wall.WIRE not in self._without:
                    connection.execute("ROLLBACK")

    def _execute_simply(self, connection: psycopg.Connection[tuple[object, ...]], sql: str) -> None:
        if sql:
            connection.execute(sql)

    def _time_limits(self, command: str) -> str:
        if Wall.TIME in self._without:
            return ""
        limits = self._limits
        return (f"{command} statement_timeout = {limits.statement:d}; {command} lock_timeout = {limits.lock:d}; "
                f"{command} idle_in_transaction_session_timeout = {limits.idle:d}; ")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        import psycopg
        from psycopg import conninfo

        given = conninfo.conninfo_to_dict(self._dsn)
        seconds = max(self._limits.connect // 1000, 1)
        usual = {"connect_timeout": seconds, "application_name": "backend-lead", "tcp_user_timeout": 10_000, **given,
                 "client_encoding": "utf8"}
        try:
            return psycopg.connect(conninfo.make_conninfo("", **usual), autocommit=True,
                                   cursor_factory=psycopg.RawCursor)
        except psycopg.Error as error:
            raise DatabaseUnreachable(
                f"The database at {shown_dsn(self._dsn)} cannot be reached: {self._said(error)}",
                f"Check the address, or look at the source alone by leaving --db out; an address looks like {_EXAMPLE}",
            ) from None

    def _check_role(self) -> None:
        try:
            role, database, is_superuser, powers = self._send(_ROLE_QUESTION, ())[0]
        except StatementFailed as error:
            raise DatabaseUnreachable(
                f"The server at {shown_dsn(self._dsn)} does not answer as PostgreSQL does: {error.message}",
                f"Give the address of the database itself, not of a pool's console; it looks like {_EXAMPLE}",
            ) from None
        self.role, self.database = str(role), str(database)
        if Wall.ROLE in self._without or self._allow_superuser or not (is_superuser or powers):
            return
        why = "is a superuser" if is_superuser else f"has the powers of {', '.join(cast('list[str]', powers))}"
        raise RefusedRole(
            f"The role {one_line(self.role)} {why}: inside a read-only transaction it could still run programs on the "
            "server and write its files, so nothing was asked of the database.",
            "Create a role that only reads, and give its address:\n"
            + reader_script("backend_lead_reader", self.database)
            + "\nWhere that role does not matter, such as a database of your own machine, add --allow-superuser.")

    def _said(self, error: Exception) -> str:
        """Return what the server or the driver said, on one line, without passwords."""
        said = str(error)
        for secret in self._secrets:
            said = said.replace(secret, MASK)
        return mask(one_line(said, 400))


def reader_script(role: str, database: str) -> str:
    """Return the SQL that creates a role which can read what a review needs, and nothing else."""
    name, target = _identifier(role), _identifier(database)
    return "\n".join((
        f"CREATE ROLE {name} LOGIN PASSWORD 'choose-one' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
        " CONNECTION LIMIT 5;",
        f"ALTER ROLE {name} SET default_transaction_read_only = on;",
        f"GRANT CONNECT ON DATABASE {target} TO {name};",
        f"GRANT pg_monitor TO {name};  -- statistics and settings, no rows of tables",
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {name};  -- how far keys have come; for each schema",
    ))


def shown_dsn(dsn: str) -> str:
    """Return an address that may be printed: host, port and database; never user data, passwords or options."""
    from psycopg import ProgrammingError, conninfo

    try:
        given = conninfo.conninfo_to_dict(dsn)
    except ProgrammingError:
        return "the address that was given"
    host = given.get("host") or given.get("hostaddr") or "the local socket"
    port = f":{given['port']}" if given.get("port") else ""
    database = f"/{given['dbname']}" if given.get("dbname") else ""
    return one_line(f"{host}{port}{database}")


def normal_dsn(dsn: str) -> str:
    """Return an address that libpq understands; `postgresql+asyncpg://` of SQLAlchemy is taken as well."""
    from psycopg import ProgrammingError, conninfo

    scheme, separator, rest = dsn.strip().partition("://")
    scheme, _, _ = scheme.lower().partition("+") if separator else ("", "", "")
    if separator and scheme not in ("postgresql", "postgres"):
        raise WrongUse(f"--db was given an address of {one_line(scheme, 40)}://, and only PostgreSQL is read.",
                       f"An address looks like {_EXAMPLE}")
    normal = f"{scheme}://{rest}" if separator else dsn.strip()
    try:
        if "\0" in normal or not conninfo.conninfo_to_dict(normal):
            raise ValueError
    except (ProgrammingError, ValueError):
        # What libpq says about it would repeat a part of the address, and that part may be the password.
        raise WrongUse("--db was given something that is not a PostgreSQL address.",
                       f"An address looks like {_EXAMPLE}") from None
    return normal


def secrets_of(dsn: str) -> tuple[str, ...]:
    """Return what no message may repeat of an address, the longest first."""
    from psycopg import conninfo

    given = conninfo.conninfo_to_dict(dsn)
    found = {str(given[name]) for name in ("password", "sslpassword", "oauth_client_secret") if given.get(name)}
    if os.environ.get("PGPASSWORD"):
        found.add(os.environ["PGPASSWORD"])
    return tuple(sorted(found, key=len, reverse=True))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
