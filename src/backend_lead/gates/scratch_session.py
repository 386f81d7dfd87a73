"""Sessions with a PostgreSQL of our own, where anything may be run.  Never used with a database of the target's."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO

from backend_lead.gates.local_postgres import OWNER, LocalPostgres
from backend_lead.gates.text import one_line


class ScratchError(Exception):
    """What the server said against a statement; `state` is its SQLSTATE."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class ScratchSession:
    """One session as the owner; statements run as they are typed, and transactions are the caller's.

    psycopg prepares nothing by itself here: it would deallocate what the caller prepared when a transaction is rolled
    back.
    """

    def __init__(self, server: LocalPostgres, database: str) -> None:
        import psycopg

        self._connection = psycopg.connect(server.dsn(database, OWNER), autocommit=True, prepare_threshold=None)
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
