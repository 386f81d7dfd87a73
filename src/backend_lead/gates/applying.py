"""The gate that writes: the only way of the tool to change a database of somebody's, and only a migration goes
through it.

Every transaction commits together with its line in the ledger, so that after a crash either both are there or neither.
A statement that runs by itself has its line before it, as `started`, and is looked at again when the run is resumed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from backend_lead.errors import DatabaseUnreachable, WrongUse
from backend_lead.gates.database import normal_dsn, secrets_of, shown_dsn
from backend_lead.gates.text import MASK, mask, one_line

if TYPE_CHECKING:
    import psycopg

_LEDGER = """
    CREATE SCHEMA IF NOT EXISTS backend_lead;
    CREATE TABLE IF NOT EXISTS backend_lead.applied (
        plan text NOT NULL, part integer NOT NULL, path text NOT NULL, state text NOT NULL, statement text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(), finished_at timestamptz, PRIMARY KEY (plan, part));
"""
# Any number will do, as long as every run of ours asks for the same.
_LOCK = 7_316_542_089
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits: for a lock before it gives up, in milliseconds, how often it tries again, and how long it
    rests in between, in seconds; for a statement, in milliseconds, 0 for ever."""

    lock: int = 2_000
    tries: int = 10
    rest: float = 0.5
    longest_rest: float = 30.0
    statement: int = 0


class Refusal(WrongUse):
    """The server did not run a part of a migration; what went before it is kept, and the run can be resumed."""


class ApplyGate:
    """A session that may change a database, for as long as the `with` block lasts; one at a time for a database.

    Raises DatabaseUnreachable when the server does not answer, WrongUse when another run holds the database.
    """

    def __init__(self, dsn: str, patience: Patience | None = None) -> None:
        self._dsn = normal_dsn(dsn)
        self._secrets = secrets_of(self._dsn)
        self._patience = patience or Patience()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def __enter__(self) -> ApplyGate:
        import psycopg

        try:
            self._connection = psycopg.connect(
                self._dsn, autocommit=True, prepare_threshold=None, application_name="backend-lead apply"
            )
        except psycopg.Error as error:
            raise DatabaseUnreachable(
                f"The database at {shown_dsn(self._dsn)} cannot be reached: {self._said(error)}", "Check the address."
            ) from None
        if not self._rows("SELECT pg_try_advisory_lock(%s)", (_LOCK,))[0][0]:
            self.close()
            raise WrongUse(
                f"Another run is changing the database at {shown_dsn(self._dsn)}.",
                "Wait until it has ended, and try again.",
            )
        self._rows(_LEDGER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session; may be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def states(self, plan: str) -> dict[int, str]:
        """Return what the ledger says of the parts of a plan: `started` or `done`."""
        return dict(self._rows("SELECT part, state FROM backend_lead.applied WHERE plan = %s", (plan,)))

    def together(self, plan: str, part: int, path: str, statements: Sequence[str], told: Callable[[str], None]) -> None:
        """Run statements in one transaction with their line in the ledger.  Waits for locks only so long, and tries
        again; raises Refusal with what the server said, and then nothing of the part has happened."""

        def run() -> None:
            self._rows("BEGIN")
            self._rows(f"SET LOCAL lock_timeout = {self._patience.lock:d}")
            self._rows(f"SET LOCAL statement_timeout = {self._patience.statement:d}")
            for statement in statements:
                self._rows(statement)
            self._write(plan, part, path, "done", statements[0])
            self._rows("COMMIT")

        self._patiently(run, statements[0], told)

    def alone(self, plan: str, part: int, path: str, statement: str, told: Callable[[str], None]) -> None:
        """Run a statement that PostgreSQL runs by itself only, with its line in the ledger before and after it."""

        def run() -> None:
            self._write(plan, part, path, "started", statement)
            # A lock that is not had in time would leave an index that is INVALID: these statements wait.
            self._rows("SET lock_timeout = 0")
            self._rows(f"SET statement_timeout = {self._patience.statement:d}")
            self._rows(statement)
            self._write(plan, part, path, "done", statement)

        self._patiently(run, statement, told)

    def done(self, plan: str, part: int, path: str, statement: str) -> None:
        """Write that a part is done, because looking showed it."""
        self._write(plan, part, path, "done", statement)

    def index(self, name: str) -> bool | None:
        """Return whether an index is valid, None when there is none of that name."""
        rows = self._rows("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (name,))
        return bool(rows[0][0]) if rows else None

    def drop_index(self, name: str) -> None:
        """Drop an index that was begun and not finished."""
        self._rows(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    def invalid_indexes(self) -> list[str]:
        """Return the indexes of the database that are INVALID: they cost writes and serve nobody."""
        return [
            str(name)
            for (name,) in self._rows(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND indrelid IN "
                "(SELECT oid FROM pg_class WHERE relkind <> 'p') ORDER BY 1"
            )
        ]

    def _write(self, plan: str, part: int, path: str, state: str, statement: str) -> None:
        finished = "clock_timestamp()" if state == "done" else "NULL"
        self._rows(
            "INSERT INTO backend_lead.applied (plan, part, path, state, statement, finished_at) VALUES "
            f"(%s, %s, %s, %s, %s, {finished}) ON CONFLICT (plan, part) DO UPDATE SET state = excluded.state, "
            "finished_at = excluded.finished_at",
            (plan, part, path, state, mask(one_line(statement, 200))),
        )

    def _patiently(self, run: Callable[[], None], statement: str, told: Callable[[str], None]) -> None:
        import psycopg

        rest = self._patience.rest
        for number in range(1, self._patience.tries + 1):
            try:
                run()
                return
            except psycopg.Error as error:
                with contextlib.suppress(psycopg.Error):
                    self._rows("ROLLBACK")
                if error.sqlstate != _LOCK_NOT_AVAILABLE or number == self._patience.tries:
                    raise Refusal(
                        f"The server refused {one_line(mask(statement), 80)}: {self._said(error)}",
                        "What went before it is kept. Mend the cause, and run the same command again: it goes on "
                        "from here.",
                    ) from None
                told(f"a lock was not to be had within {self._patience.lock} ms; try {number + 1} in {rest:g} s")
                time.sleep(rest)
                rest = min(rest * 2, self._patience.longest_rest)

    def _rows(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        if self._connection is None:
            raise WrongUse("The session with the database is closed.", "Use ApplyGate inside a with block.")
        cursor = self._connection.execute(sql.encode(), parameters)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []

    def _said(self, error: Exception) -> str:
        said = str(error)
        for secret in self._secrets:
            said = said.replace(secret, MASK)
        return mask(one_line(said, 400))
