"""What a database knows about its own rows without showing one: sizes, distributions, use, and planner settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend_lead.model.server import Statement


@dataclass(frozen=True, slots=True)
class RelationStatistics:
    """Pages of 8 KiB, estimated rows and all-visible pages of one table, index or materialised view, as pg_class has
    them since the last ANALYZE; `blocks` is how long the file is now, None when nobody measured it."""

    schema: str
    name: str
    pages: int
    rows: float
    all_visible: int = 0
    blocks: int | None = None

    @property
    def length(self) -> int:
        """Pages that the planner finds in the file."""
        return self.pages if self.blocks is None else self.blocks


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """One row of pg_stats.  `distinct` is negative where it is a share of the rows; arrays are PostgreSQL's text.

    `inherited`: over the table with its children.  `others` are the fields for elements and ranges, by the names of
    pg_stats.
    """

    schema: str
    relation: str
    column: str
    inherited: bool = False
    null_share: float = 0.0
    width: int = 0
    distinct: float = 0.0
    common_values: str | None = None
    common_shares: str | None = None
    histogram: str | None = None
    correlation: float | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExtendedStatistics:
    """The data of one CREATE STATISTICS: the server's own bytes in hexadecimal, by kind (ndistinct, dependencies,
    mcv)."""

    schema: str
    name: str
    inherited: bool = False
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexUse:
    """How often an index was used since the counters began, on this server."""

    schema: str
    name: str
    scans: int


@dataclass(frozen=True, slots=True)
class TableUse:
    """What was written to a table since the counters began, in rows; `hot` of the updates touched no index."""

    schema: str
    name: str
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    hot: int = 0


@dataclass(frozen=True, slots=True)
class PlannerStatistics:
    """Everything the planner of a server knows, so that another server can plan as this one does.

    `version_number` is the server's (180006).  `settings` are (name, value) of the planner's settings.  `collation` are
    (name, value) of the database's encoding and locale.  `schema_sql` builds the schema.  `age_days` is how long the
    counters have run, None when unknown.  `masked`: values were replaced.  `missing` says what could not be read.
    """

    version_number: int
    database: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    collation: tuple[tuple[str, str], ...] = ()
    relations: tuple[RelationStatistics, ...] = ()
    columns: tuple[ColumnStatistics, ...] = ()
    extended: tuple[ExtendedStatistics, ...] = ()
    index_use: tuple[IndexUse, ...] = ()
    table_use: tuple[TableUse, ...] = ()
    statements: tuple[Statement, ...] = ()
    replicas: int | None = None
    age_days: float | None = None
    schema_sql: str = ""
    masked: bool = False
    missing: tuple[str, ...] = ()

    @property
    def major(self) -> int:
        """The major version of PostgreSQL."""
        return self.version_number // 10_000

    def relation(self, schema: str, name: str) -> RelationStatistics | None:
        """Return the statistics of a relation, or None."""
        return next((each for each in self.relations if (each.schema, each.name) == (schema, name)), None)
