"""Which table a name in a statement stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Something to select from: a table, or a subquery whose `outputs` lead to columns of tables.

    `stars` are the tables all of whose columns a subquery passes on.
    """

    table: str | None = None
    outputs: dict[str, str | None] = field(default_factory=dict)
    stars: tuple[str, ...] = ()

    def column(self, name: str) -> str | None:
        """Return `table.column` for a column of this source, a bare name when its table cannot be told, or None when
        it has no such column."""
        if self.table is not None:
            return f"{self.table}.{name}"
        if name in self.outputs:
            return self.outputs[name] or name
        if len(self.stars) == 1:
            return f"{self.stars[0]}.{name}"
        return name if self.stars else None

    def every(self) -> list[str]:
        """Return what `*` stands for."""
        if self.table is not None:
            return [f"{self.table}.*"]
        return [f"{table}.*" for table in self.stars] + [value or name for name, value in self.outputs.items()]


@dataclass(slots=True)
class Scope:
    """The sources that names can refer to, and the scope around them.  `queries` are the names of WITH."""

    parent: Scope | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    queries: dict[str, Source] = field(default_factory=dict)

    def query(self, name: str) -> Source | None:
        """Return the WITH query of that name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.queries:
                return scope.queries[name]
            scope = scope.parent
        return None

    def resolve(self, fields: Sequence[str]) -> str:
        """Return `table.column` for a column reference, or the bare column name when its table cannot be told."""
        if len(fields) == 1:
            return self._bare(fields[0])
        *qualifier, name = fields
        source = self._named(qualifier[-1])
        return (source.column(name) if source else None) or name

    def every(self, qualifier: Sequence[str]) -> list[str]:
        """Return what `*` or `qualifier.*` stands for."""
        if qualifier:
            source = self._named(qualifier[-1])
            return source.every() if source else ["*"]
        return [column for source in self.sources.values() for column in source.every()]

    def _named(self, name: str) -> Source | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.sources:
                return scope.sources[name]
            scope = scope.parent
        return None

    def _bare(self, name: str) -> str:
        scope: Scope | None = self
        while scope is not None:
            named = [s for s in scope.sources.values() if s.table is None and s.outputs.get(name)]
            if named:
                return named[0].outputs[name] or name
            found = {column for s in scope.sources.values() if (column := s.column(name))}
            if found:
                return found.pop() if len(found) == 1 else name
            scope = scope.parent
        return name


def parts(reference: str) -> tuple[str, str]:
    """Split `table.column` into table ("" when there is none) and column; the table may carry a schema."""
    table, _, column = reference.rpartition(".")
    return table, column
