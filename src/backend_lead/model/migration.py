"""A change of the schema: its files and statements, and what each statement does to a database that is in use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.place import Place, Unresolved
from backend_lead.model.query import Query


class LockMode(StrEnum):
    """PostgreSQL's modes of table locks as `pg_locks` prints them; the order of the members is their strength."""

    ACCESS_SHARE = "AccessShareLock"
    ROW_SHARE = "RowShareLock"
    ROW_EXCLUSIVE = "RowExclusiveLock"
    SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
    SHARE = "ShareLock"
    SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
    EXCLUSIVE = "ExclusiveLock"
    ACCESS_EXCLUSIVE = "AccessExclusiveLock"

    @property
    def strength(self) -> int:
        """0 for the weakest."""
        return list(LockMode).index(self)

    @property
    def blocks_reads(self) -> bool:
        """Whether a SELECT waits for it."""
        return self is LockMode.ACCESS_EXCLUSIVE

    @property
    def blocks_writes(self) -> bool:
        """Whether an INSERT, UPDATE or DELETE waits for it (PostgreSQL manual, 13.3.1, the table of conflicts)."""
        return self.strength >= LockMode.SHARE.strength


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """The strongest lock that a statement takes on one relation that was there before it."""

    relation: str
    mode: LockMode


class HazardKind(StrEnum):
    """What a statement can do to the people who use the database."""

    BLOCKS = "blocks"
    BREAKS = "breaks"
    LOSES = "loses"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Hazard:
    """One way in which a statement does harm.

    `cause` says how (`index-build`, `rewrite`, `column-dropped`), `relation` on what, `because` in words.  `certain` is
    False when it depends on the rows (a SET NOT NULL fails only where there is a NULL).  `query` is the statement of
    the application that breaks.
    """

    kind: HazardKind
    cause: str
    relation: str
    because: str
    certain: bool = True
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as the migration tool sends it.

    `index` counts from 0 within its file, `place` is where it stands, `transactional` says that it runs inside a
    transaction with others of its file, `stands_alone` that PostgreSQL refuses it inside one.  `rewrites` are relations
    written anew, `rebuilds` indexes built anew, `scans` tables read row by row.  `blocks_reads` and
    `blocks_writes`: somebody waits for a time that grows with a table, not only for an instant.  `undecided` says
    why nothing can be
    told about it.  `safe_alternative` is the text to write instead.  `unsupported_keys` are foreign keys that it
    adds and that no index supports when the change has ended: (table, columns, referenced table).
    """

    index: int
    sql: str
    place: Place
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    rebuilds: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    transactional: bool = True
    stands_alone: bool = False
    blocks_reads: bool = False
    blocks_writes: bool = False
    hazards: tuple[Hazard, ...] = ()
    safe_alternative: str | None = None
    undecided: str = ""
    unsupported_keys: tuple[tuple[str, tuple[str, ...], str], ...] = ()

    def has(self, kind: HazardKind) -> bool:
        """Say whether there is a hazard of that kind."""
        return any(hazard.kind is kind for hazard in self.hazards)


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One file of a migration tool: what it sends on the way up, and on the way down when it says so.

    `goes_back` says that its tool runs ways down."""

    path: str
    tool: str
    statements: tuple[Statement, ...] = ()
    down: tuple[str, ...] | None = None
    lock_timeout: bool = False
    goes_back: bool = False
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The files that are judged, for one major version of PostgreSQL; `speaks_for` is the version that was measured.
    `server` names another system where its rules were gone by instead (`MariaDB 10.11`).

    `queries` are those of the running application; None when nothing is known of it.
    """

    files: tuple[MigrationFile, ...]
    postgres: int
    speaks_for: int
    queries: tuple[Query, ...] | None = None
    server: str = ""
