"""What the names of a statement stand for, as far as the catalogue tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.gates.grammar import Node, enum_name, kind, parse, wrapped
from backend_lead.model.table import Column, Table


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a server knows: tables by the name that statements use, names of functions that are volatile and of those
    that are aggregates, the average bytes of columns by table and column, and the major version."""

    tables: Mapping[str, Table]
    volatile: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()
    widths: Mapping[tuple[str, str], int] = field(default_factory=dict)
    major: int = 18


@dataclass(frozen=True, slots=True)
class Source:
    """Something in FROM: `table` is None for a subquery, a function, a view or the like.  `nullable`: an outer join may
    put NULL in place of its columns."""

    alias: str
    table: Table | None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A column that a name stands for, the source that has it, and how many queries further out that is."""

    source: Source
    column: Column
    depth: int = 0

    @property
    def not_null(self) -> bool:
        """Say whether it can never be NULL here."""
        return not self.column.nullable and not self.source.nullable


@dataclass(frozen=True, slots=True)
class Scope:
    """The sources that names can refer to, those of the query around it behind `parent`."""

    sources: tuple[Source, ...]
    parent: Scope | None = None
    merged: frozenset[str] = frozenset()

    def resolve(self, node: Node) -> Resolved | None:
        """Return what a column_ref stands for, None when that cannot be told.  `node` may be any node."""
        if kind(node) != "column_ref" or any(kind(part) != "string" for part in node.column_ref.fields):
            return None
        words = [part.string.sval for part in node.column_ref.fields]
        return self._named(words[-2], words[-1]) if len(words) > 1 else self._bare(words[0])

    def source(self, alias: str) -> Source | None:
        """Return the source of this query with that alias."""
        return next((each for each in self.sources if each.alias == alias), None)

    def _named(self, alias: str, name: str) -> Resolved | None:
        scope: Scope | None = self
        depth = 0
        while scope is not None:
            source = scope.source(alias)
            if source is not None:
                column = source.table.column(name) if source.table is not None else None
                return Resolved(source, column, depth) if column is not None else None
            scope, depth = scope.parent, depth + 1
        return None

    def _bare(self, name: str) -> Resolved | None:
        scope: Scope | None = self
        depth = 0
        while scope is not None:
            if name in scope.merged or any(each.table is None for each in scope.sources):
                return None
            found = [(each, column) for each in scope.sources
                     if each.table is not None and (column := each.table.column(name)) is not None]
            if found:
                return Resolved(*found[0], depth) if len(found) == 1 else None
            scope, depth = scope.parent, depth + 1
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT of a statement with its scope; `top` is the outermost one."""

    select: Node
    scope: Scope
    top: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT as a tree of its own (a node that holds a select_stmt) that a rewrite may change, and the catalogue."""

    tree: Node
    catalog: Catalog

    @property
    def select(self) -> Node:
        """The outermost SELECT."""
        found: Node = self.tree.select_stmt
        return found

    def copy(self) -> Statement:
        """Return a copy."""
        return Statement(wrapped("select_stmt", self.select), self.catalog)

    def queries(self) -> Iterator[Query]:
        """Yield every SELECT, the outermost first."""
        yield from _queries(self.select, None, self.catalog, frozenset(), top=True)


def within(message: Node) -> Iterator[Node]:
    """Yield a message and what is inside it, but nothing of the queries inside it."""
    pending = [message]
    while pending:
        current = pending.pop()
        yield current
        inside = []
        for description, value in current.ListFields():
            if description.message_type is None:
                continue
            inside += [value] if hasattr(value, "ListFields") else list(value)
        pending.extend(reversed([each for each in inside if type(each).__name__ != "SelectStmt"]))


def nodes(message: Node) -> Iterator[Node]:
    """Yield the nodes (of type Node) within a message, which can be replaced, outside of the queries inside it."""
    return (each for each in within(message) if type(each).__name__ == "Node" and kind(each) != "select_stmt")


def from_items(select: Node) -> Iterator[tuple[Node, bool]]:
    """Yield the items of FROM, those of joins one by one, with whether an outer join may make them NULL."""
    for item in select.from_clause:
        yield from _joined(item, nullable=False)


def _joined(item: Node, *, nullable: bool) -> Iterator[tuple[Node, bool]]:
    if kind(item) != "join_expr":
        yield item, nullable
        return
    join = enum_name(item.join_expr, "jointype")
    yield from _joined(item.join_expr.larg, nullable=nullable or join in ("JOIN_RIGHT", "JOIN_FULL"))
    yield from _joined(item.join_expr.rarg, nullable=nullable or join in ("JOIN_LEFT", "JOIN_FULL"))


def _queries(select: Node, parent: Scope | None, catalog: Catalog, names: frozenset[str], *,
             top: bool = False) -> Iterator[Query]:
    names = names | {each.common_table_expr.ctename for each in select.with_clause.ctes}
    for each in select.with_clause.ctes:
        if kind(each.common_table_expr.ctequery) == "select_stmt":
            yield from _queries(each.common_table_expr.ctequery.select_stmt, parent, catalog, names)
    if enum_name(select, "op") != "SETOP_NONE":
        yield Query(select, Scope((), parent), top)
        for arm in (select.larg, select.rarg):
            yield from _queries(arm, parent, catalog, names)
        return
    sources, merged = [], set[str]()
    for item, nullable in from_items(select):
        sources.append(_source(item, catalog, names, nullable=nullable))
    for each in (each for item in select.from_clause for each in within(item)):
        if type(each).__name__ == "JoinExpr":
            merged |= {part.string.sval for part in each.using_clause}
            if each.is_natural:
                merged |= {column.name for source in sources if source.table for column in source.table.columns}
    scope = Scope(tuple(sources), parent, frozenset(merged))
    yield Query(select, scope, top)
    for item, _ in from_items(select):
        if kind(item) == "range_subselect":
            yield from _queries(item.range_subselect.subquery.select_stmt,
                                scope if item.range_subselect.lateral else parent, catalog, names)
    for each in within(select):
        if type(each).__name__ == "SubLink" and kind(each.subselect) == "select_stmt":
            yield from _queries(each.subselect.select_stmt, scope, catalog, names)


def _source(item: Node, catalog: Catalog, names: frozenset[str], *, nullable: bool) -> Source:
    what = kind(item)
    if what == "range_var":
        named = item.range_var
        full = f"{named.schemaname}.{named.relname}" if named.schemaname else named.relname
        # Renamed columns (`FROM a AS b (c, d)`) are not followed.
        hidden = (not named.schemaname and named.relname in names) or named.alias.colnames
        table = None if hidden else catalog.tables.get(full)
        return Source(named.alias.aliasname or named.relname, table, nullable)
    alias = getattr(getattr(item, what), "alias", None) if what else None
    return Source(alias.aliasname if alias is not None else "", None, nullable)


def unique_keys(table: Table, *, nullable: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the lists of columns whose values no two rows share; `nullable`: also where NULLs may repeat."""
    if table.primary_key:
        yield table.primary_key
    for index in table.indexes:
        if index.unique and index.valid and not index.predicate and not any(c.startswith("(") for c in index.columns):
            columns = [table.column(name) for name in index.columns]
            if nullable or all(column is not None and not column.nullable for column in columns):
                yield index.columns


def covered(table: Table, names: Sequence[str] | frozenset[str], *, nullable: bool = False) -> bool:
    """Say whether these columns hold a unique key of the table."""
    return any(set(key) <= set(names) for key in unique_keys(table, nullable=nullable))


def qualified(node: Node, scope: Scope) -> Node | None:
    """Return a column with its source's name in front, so that it means the same inside a query of its own."""
    found = scope.resolve(node)
    if found is None or not found.source.alias:
        return None
    if len(node.column_ref.fields) > 1:
        return node
    made: Node = parse("SELECT a.b")[0].stmt.select_stmt.target_list[0].res_target.val
    made.column_ref.fields[0].string.sval = found.source.alias
    made.column_ref.fields[1].string.sval = found.column.name
    return made
