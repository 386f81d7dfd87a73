"""Sessions with a PostgreSQL of our own, where anything may be run.  Never used with a database of the target's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO

from backend_lead.gates.local_postgres import GUEST, OWNER, LocalPostgres
from backend_lead.gates.text import one_line

_EXTENSION = re.compile(r"""(?i)\s*(?:create|drop|alter)\s+extension\s+(?:if\s+(?:not\s+)?exists\s+)?"?([\w-]+)""")
_OWNED = re.compile(r"(?is)\bowner\s+to\s+\"?(\w+)\"?\s*;?\s*$")
# Extensions that read files or talk to other servers, whoever may use them.
_REACHING = frozenset({"adminpack", "dblink", "file_fdw", "postgres_fdw", "xml2"})


class ScratchError(Exception):
    """What the server said against a statement; `state` is its SQLSTATE."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class ScratchSession:
    """One session as the owner, or as the guest who is no superuser; statements run as they are typed, and transactions
    are the caller's.

    psycopg prepares nothing by itself here: it would deallocate what the caller prepared when a transaction is rolled
    back.
    """

    def __init__(self, server: LocalPostgres, database: str, *, guest: bool = False) -> None:
        import psycopg

        self._server, self._database, self._guest = server, database, guest
        if guest:
            server.admit_guest()
        role = GUEST if guest else OWNER
        self._connection = psycopg.connect(server.dsn(database, role), autocommit=True, prepare_threshold=None)
        self.rowcount = 0
        self.status = ""

    def __enter__(self) -> ScratchSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session; may be called twice."""
        self._connection.close()

    @property
    def pid(self) -> int:
        """The server's process for this session."""
        return self._connection.info.backend_pid

    @property
    def version(self) -> int:
        """The server's version as a number: 180001."""
        return self._connection.info.server_version

    def run(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run SQL and return the rows of its last statement, none where it gives none.  Raises ScratchError."""
        import psycopg

        try:
            # psycopg reads a % in a text without parameters as itself.
            cursor = self._connection.execute(sql.encode(), parameters)
            while cursor.nextset():
                pass
            self.rowcount, self.status = cursor.rowcount, cursor.statusmessage or ""
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            diagnostics = getattr(error, "diag", None)
            said = (getattr(diagnostics, "message_primary", None) or str(error)).strip()
            raise ScratchError(one_line(said, 300), error.sqlstate or "") from None

    def play(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL that is not ours, as `run` does.

        What only a superuser may do and does no harm is done for the guest: installing an extension that the server's
        packages carry and that reaches neither files nor other servers.  Who owns something is left as it is, for a
        role that is there owns it as well.  Raises ScratchError.
        """
        if self._guest:
            extension = _EXTENSION.match(sql)
            if extension and self._is_for_superusers(extension[1].lower()):
                return self._installed(sql)
            if _OWNED.search(sql) and _names_a_role_that_is_there(self, sql):
                return []
        return self.run(sql)

    def _is_for_superusers(self, name: str) -> bool:
        if name in _REACHING or name.startswith("pl"):
            return False
        rows = self.run("SELECT to_jsonb(v) ->> 'trusted' FROM pg_available_extension_versions v WHERE name = %s "
                        "LIMIT 1", (name,))
        return bool(rows) and rows[0][0] != "true"

    def _installed(self, sql: str) -> list[tuple[Any, ...]]:
        with ScratchSession(self._server, self._database) as owner:
            # It would wait for what the guest's own transaction holds.
            owner.run("SET lock_timeout = '2s'")
            return owner.run(sql)

    def copy(self, sql: str, source: BinaryIO) -> None:
        """Run a COPY FROM STDIN with what a file holds.  Raises ScratchError."""
        import psycopg

        try:
            with self._connection.cursor() as cursor, cursor.copy(sql.encode()) as into:
                while block := source.read(1 << 20):
                    into.write(block)
        except psycopg.Error as error:
            raise ScratchError(one_line(str(error), 300), error.sqlstate or "") from None

    def cancel(self) -> None:
        """Ask the server to give up what the session is running."""
        self._connection.cancel_safe(timeout=5)


def _names_a_role_that_is_there(session: ScratchSession, sql: str) -> bool:
    owned = _OWNED.search(sql)
    return owned is not None and bool(session.run("SELECT 1 FROM pg_roles WHERE rolname = lower(%s)", (owned[1],)))
