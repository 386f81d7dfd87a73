"""What a live PostgreSQL says about itself: settings, statements, connections."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of pg_stat_statements: normalised text, number of calls, total and mean time in milliseconds, rows,
    shared blocks hit and read."""

    sql: str
    calls: int
    total_ms: float
    mean_ms: float
    rows: int
    blocks: int


@dataclass(frozen=True, slots=True)
class Session:
    """A connection to the server; `state` as in pg_stat_activity, `transaction_seconds` the age of its transaction."""

    pid: int
    application: str
    state: str
    transaction_seconds: float


@dataclass(frozen=True, slots=True)
class SequenceUse:
    """How far a key has come: the last value used of the largest the column's type can hold."""

    table: str
    column: str
    type: str
    last_value: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Server:
    """A live server.  `settings` are (name, value) in the units of pg_settings; `statistics_age_days` is how long the
    counters have been collecting, None when unknown; `missing` says what could not be read and why."""

    version: str
    major: int
    database: str
    settings: tuple[tuple[str, str], ...] = ()
    statements: tuple[Statement, ...] = ()
    sessions: tuple[Session, ...] = ()
    sequences: tuple[SequenceUse, ...] = ()
    statistics_age_days: float | None = None
    archived_count: int | None = None
    archive_failed_count: int | None = None
    replicas: int | None = None
    extensions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def setting(self, name: str) -> str | None:
        """Return the value of a setting, or None."""
        return next((value for key, value in self.settings if key == name), None)
