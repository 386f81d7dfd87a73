"""A throw-away PostgreSQL with rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

from backend_lead.errors import WrongUse
from backend_lead.gates.local_postgres import GUEST, OWNER, LocalPostgres

_STRATEGIES_SINCE = 150_000


class Scratch:
    """An embedded PostgreSQL in a temporary folder, for as long as the `with` block lasts.

    `settings` are server settings (`{"archive_mode": "on"}`); `statements` preloads pg_stat_statements; `tcp` lets it
    listen on 127.0.0.1 beside its socket; `major` is a version of the system's in place of the embedded one.  Needs the
    extra `local`; raises WrongUse with the command that installs it.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, statements: bool = False,
                 tcp: bool = False, major: int | None = None) -> None:
        preload = {"shared_preload_libraries": "pg_stat_statements"} if statements else {}
        self._settings = {**preload, **(settings or {})}
        self._tcp = tcp
        self._major = major
        self._server: LocalPostgres | None = None

    def __enter__(self) -> Scratch:
        self._server = LocalPostgres(self._settings, tcp=self._tcp, major=self._major)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def server(self) -> LocalPostgres:
        """The running server; raises WrongUse outside the `with` block."""
        if self._server is None:
            raise WrongUse("The scratch PostgreSQL is not running.", "Use it inside a with block.")
        return self._server

    def close(self) -> None:
        """Stop the server and remove its files; may be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def dsn(self, database: str = "postgres", role: str = OWNER, *, tcp: bool = False) -> str:
        """Return the address of a database for a role: through the socket without a password, or over TCP with the
        owner's password."""
        return self.server.dsn(database, role, tcp=tcp)

    def create_database(self, name: str, template: str | None = None, *, guest: bool = False) -> str:
        """Create a database and return its address for the owner; `guest`: it belongs to the role that runs SQL which
        is not ours."""
        copied = f' TEMPLATE "{_quoted(template)}"' if template else ""
        owner = f" OWNER {GUEST}" if guest else ""
        if guest:
            self.server.admit_guest()
        # Files are copied two to three times as fast as pages through the log; before 15 nothing else was done.
        how = " STRATEGY FILE_COPY" if self.server.version >= _STRATEGIES_SINCE else ""
        self.execute(f'CREATE DATABASE "{_quoted(name)}"{owner}{copied}{how}')
        if guest and not template:
            self.execute(f"ALTER SCHEMA public OWNER TO {GUEST}", database=name)
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, and end the sessions in it."""
        self.execute(f'DROP DATABASE IF EXISTS "{_quoted(name)}" WITH (FORCE)')

    def execute(self, sql: str, parameters: Sequence[object] | None = None, *,
                database: str = "postgres") -> list[tuple[object, ...]]:
        """Run SQL as the owner, outside a transaction, and return the rows of its last statement.

        Several statements may stand in one text when there are no parameters.  Raises WrongUse with what the server
        said.
        """
        return self.server.execute(sql, parameters, database)


def _quoted(name: str) -> str:
    return name.replace('"', '""')
