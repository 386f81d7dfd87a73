"""Statements of SQLAlchemy while they are put together: `select`, `session.query`, `insert`, `update`, `delete`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from backend_lead.model.place import Place
from backend_lead.model.query import Assignment, Filter, Query
from backend_lead.read.code.interpreter import Interpreter, Site
from backend_lead.read.code.orms.sqlalchemy_columns import Aggregate, ColumnRef, RelationRef
from backend_lead.read.code.orms.sqlalchemy_models import CoreTable, table_of
from backend_lead.read.code.querying import (
    Condition,
    Rows,
    assignments_of,
    bound_of,
    conditions_of,
    is_absent,
    plain,
    row_sources,
    send,
    unknown_row,
)
from backend_lead.read.code.values import (
    ClassValue,
    External,
    Fields,
    Items,
    Known,
    Native,
    Setting,
    Unknown,
    Value,
    literal,
    text_of,
)

MARKERS: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Parts:
    """What a statement says so far."""

    operation: str
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: str | None = None
    offset: str | None = None
    assignments: tuple[Assignment, ...] = ()
    single: bool = False
    grouped: bool = False
    complete: bool = True
    loaded: frozenset[str] = frozenset()
    entities: tuple[Value, ...] = ()
    sources: frozenset[str] = frozenset()
    absent: bool = False
    legacy: bool = False
    place: Place = field(default_factory=lambda: Place("", 0))


class Statement(Value):
    """A statement; each method gives a new one."""

    __slots__ = ("parts",)

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.sources)
        self.parts = parts

    def signature(self) -> object:
        p = self.parts
        return (
            "statement",
            p.operation,
            p.tables,
            p.columns,
            p.filters,
            p.order_by,
            p.limit,
            p.offset,
            p.assignments,
            p.loaded,
            p.sources,
            p.absent,
        )

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        from backend_lead.read.code.orms.sqlalchemy_sessions import TERMINALS

        if name in TERMINALS and (self.parts.legacy or name in ("scalar_subquery",)):
            return Native(lambda site, r: TERMINALS[name](self, site, r), name)
        method = _METHODS.get(name)
        if method is not None:
            return Native(lambda site, r: Statement(method(self.parts, site, r)), name)
        if name in ("c", "columns", "subquery", "cte", "alias", "lateral"):
            return self if name in ("c", "columns") else Native(lambda site, r: self, name)
        for entity in self.parts.entities:
            table = table_of(entity, run)
            if table is not None and table.column(name) is not None:
                return ColumnRef(table.name, name)
        return Native(lambda site, r: self, name)

    def iterated(self, run: Interpreter) -> list[Value]:
        """Iterating a legacy query sends it."""
        if not self.parts.legacy or run.frame is None:
            return [Unknown(self.sources)]
        rows = send_statement(run, Site([], {}, run.line, run.frame), self.parts)
        return list(rows.elements() or ())

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`~query.exists()`."""
        return Condition(self.parts.filters, self.sources)


def send_statement(run: Interpreter, site: Site, parts: Parts, **changes: Any) -> Rows:
    """Send a statement here; gives its rows."""
    parts = replace(parts, **changes) if changes else parts
    columns = parts.columns or tuple(f"{t}.*" for t in parts.tables[:1])
    made = send(
        run,
        site,
        Query(
            parts.operation,
            parts.tables,
            site.place,
            columns if parts.operation == "select" else (),
            parts.filters,
            parts.order_by,
            parts.limit,
            parts.offset,
            parts.single or parts.limit == "1",
            assignments=parts.assignments,
            complete=parts.complete,
            grouped=parts.grouped,
        ),
    )
    return Rows(_row(run, parts), made, parts.absent and run.anonymous)


def _row(run: Interpreter, parts: Parts) -> Value:
    from backend_lead.read.code.orms.sqlalchemy_rows import row_of

    extra = row_sources(parts.filters)
    made: list[Value] = []
    for entity in parts.entities:
        table = table_of(entity, run)
        if isinstance(entity, ClassValue) and table is not None:
            made.append(row_of(entity, table, run, extra, parts.loaded))
        elif isinstance(entity, ColumnRef):
            made.append(Unknown(frozenset({f"row:{entity.reference}"}) | extra))
        elif isinstance(entity, CoreTable) and table is not None:
            made.append(unknown_row((table.name,), tuple(f"{table.name}.{c.name}" for c in table.columns), extra))
        else:
            made.append(Unknown(entity.sources | extra))
    if len(made) == 1:
        return made[0]
    if made and all(isinstance(e, ColumnRef) for e in parts.entities):
        return unknown_row(parts.tables, tuple(e.reference for e in parts.entities if isinstance(e, ColumnRef)), extra)
    return Items(made, "tuple", True) if made else unknown_row(parts.tables, (), extra)


# ---------------------------------------------------------------- beginning


def query_of(entities: list[Value], run: Interpreter, legacy: bool = True, operation: str = "select") -> Statement:
    """A statement over these entities."""
    tables: dict[str, None] = {}
    columns: list[str] = []
    aggregates = 0
    sources: frozenset[str] = frozenset()
    flat = [e for value in entities for e in (value.values if isinstance(value, Items) else [value])]
    for entity in flat:
        sources |= entity.sources
        table = table_of(entity, run)
        if table is not None:
            tables[table.name] = None
            columns.append(f"{table.name}.*")
        elif isinstance(entity, ColumnRef):
            if entity.table:
                tables[entity.table] = None
            columns.append(entity.reference)
        elif isinstance(entity, Aggregate):
            aggregates += 1
            if entity.inner is not None and entity.inner.table:
                tables[entity.inner.table] = None
            columns.append(f"({entity.name})")
    complete = all(isinstance(e, (ClassValue, ColumnRef, CoreTable, Aggregate)) for e in flat)
    return Statement(
        Parts(
            operation,
            tuple(tables),
            tuple(columns),
            single=bool(flat) and aggregates == len(flat),
            entities=tuple(flat),
            sources=sources,
            complete=complete,
            legacy=legacy,
        )
    )


def _select(site: Site, run: Interpreter) -> Value:
    return query_of(list(site.positional), run, legacy=False)


def _change(operation: str) -> Callable[[Site, Interpreter], Value]:
    def make(site: Site, run: Interpreter) -> Value:
        statement = query_of(list(site.positional[:1]), run, legacy=False, operation=operation)
        return Statement(replace(statement.parts, columns=(), single=False))

    return make


def _exists(site: Site, run: Interpreter) -> Value:
    filters, sources, _ = conditions_of(site.positional)
    for value in site.positional:
        if isinstance(value, Statement):
            filters = (*filters, *value.parts.filters)
            sources |= value.sources
    return Condition(filters, sources)


def table_method(core: CoreTable, name: str) -> Value | None:
    """`orders.select()`, `.insert()`, `.update()`, `.delete()`."""
    if name == "select":
        return Native(lambda site, r: query_of([core], r, legacy=False), name)
    if name in ("insert", "update", "delete"):
        return Native(
            lambda site, r: Statement(
                replace(query_of([core], r, legacy=False, operation=name).parts, columns=(), single=False)
            ),
            name,
        )
    return None


# ---------------------------------------------------------------- adding


def _where(parts: Parts, site: Site, run: Interpreter) -> Parts:
    filters, sources, complete = conditions_of(site.positional)
    return _restricted(parts, filters, sources, complete, [*site.positional])


def _restricted(
    parts: Parts, filters: tuple[Filter, ...], sources: frozenset[str], complete: bool, values: list[Value]
) -> Parts:
    named = dict.fromkeys(parts.tables)
    for part in filters:
        if part.table:
            named.setdefault(part.table, None)
    return replace(
        parts,
        filters=(*parts.filters, *filters),
        sources=parts.sources | sources,
        complete=parts.complete and complete,
        tables=tuple(named),
        absent=parts.absent or _compares_absent(filters, sources),
    )


def _compares_absent(filters: tuple[Filter, ...], sources: frozenset[str]) -> bool:
    """A row looked up by a credential that the request does not carry is not found."""
    return any(f.operator == "=" and "credential" in f.sources and not f.alternative for f in filters)


def _filter_by(parts: Parts, site: Site, run: Interpreter) -> Parts:
    table = next((t for t in (table_of(e, run) for e in reversed(parts.entities)) if t is not None), None)
    name = table.name if table is not None else (parts.tables[-1] if parts.tables else "")
    filters = tuple(
        Filter(
            name,
            k,
            "is null" if isinstance(v, Known) and v.value is None and not is_absent(v) else "=",
            plain(v.sources),
        )
        for k, v in site.keywords.items()
        if k != "**"
    )
    return _restricted(parts, filters, site.sources, "**" not in site.keywords, list(site.keywords.values()))


def _join(parts: Parts, site: Site, run: Interpreter) -> Parts:
    tables = dict.fromkeys(parts.tables)
    filters: list[Filter] = []
    complete = parts.complete
    target = site.argument(0)
    joined = table_of(target, run)
    if isinstance(target, RelationRef):
        joined = table_of(target.target, run)
        link = _relation_filter(target, run)
        filters += [link] if link is not None else []
    if joined is not None:
        tables.setdefault(joined.name, None)
    elif isinstance(target, Statement):
        for name in target.parts.tables:
            tables.setdefault(name, None)
        filters.extend(target.parts.filters)
    else:
        complete = False
    more, sources, whole = conditions_of(
        [*site.positional[1:], *[v for k, v in site.keywords.items() if k == "onclause"]]
    )
    if joined is not None and len(site.positional) < 2 and not isinstance(target, RelationRef):
        natural = _natural(parts.tables, joined.name, run)
        filters += [natural] if natural is not None else []
    return replace(
        parts,
        tables=tuple(tables),
        filters=(*parts.filters, *filters, *more),
        complete=complete and whole,
        sources=parts.sources | sources,
    )


def _relation_filter(relation: RelationRef, run: Interpreter) -> Filter | None:
    return _natural((relation.owner,), relation.table, run)


def _natural(tables: tuple[str, ...], other: str, run: Interpreter) -> Filter | None:
    """The condition of a join without ON: the foreign key between the two."""
    for name in tables:
        for here, there in ((name, other), (other, name)):
            table = _named(here, run)
            for key in table.foreign_keys if table is not None else ():
                if key.table == there:
                    column = key.referenced[0] if key.referenced else "id"
                    return Filter(here, key.columns[0], "=", (), f"{there}.{column}")
    return None


def _named(name: str, run: Interpreter) -> Any:
    cls = run.models.get(name)
    if cls is not None:
        return cls.marks["table"]
    core = run.core_tables.get(name)
    return core.table if core is not None else None


def _options(parts: Parts, site: Site, run: Interpreter) -> Parts:
    loaded = set(parts.loaded)
    for value in site.positional:
        for option in value.values if isinstance(value, Items) else [value]:
            loaded |= _loads(option, "")
    return replace(parts, loaded=frozenset(loaded))


def _loads(value: Value, prefix: str) -> set[str]:
    """The relationships that a loader option brings along, nested ones as `items.product`."""
    found: set[str] = set()
    if isinstance(value, External):
        owner = getattr(value, "chain", None)
        if owner is not None:
            found |= _loads(owner, prefix)
            prefix = next(iter(sorted(found, key=len, reverse=True)), "") + "." if found else prefix
        for argument in value.positional:
            if isinstance(argument, RelationRef):
                found.add(f"{prefix}{argument.name}")
                prefix = f"{prefix}{argument.name}."
            elif text_of(argument) == "*":
                found.add("*")
    return found


def _order_by(parts: Parts, site: Site, run: Interpreter) -> Parts:
    named = []
    for value in [v for p in site.positional for v in (p.values if isinstance(p, Items) else [p])]:
        if isinstance(value, ColumnRef):
            named.append(f"{value.reference}{' desc' if value.direction == 'desc' else ''}")
        elif isinstance(value, Aggregate):
            named.append(f"({value.name})")
        else:
            named.append("(expression)")
    return replace(parts, order_by=(*parts.order_by, *named), sources=parts.sources)


def _limit(parts: Parts, site: Site, run: Interpreter) -> Parts:
    return replace(parts, limit=bound_of(site.argument(0), run))


def _offset(parts: Parts, site: Site, run: Interpreter) -> Parts:
    value = site.argument(0)
    given = literal(value)
    if isinstance(given, int) and not isinstance(value, Setting):
        return replace(parts, offset=str(given) if given else None)
    return replace(parts, offset="input" if value is not None and value.sources else "computed")


def _values(parts: Parts, site: Site, run: Interpreter) -> Parts:
    attributes: dict[str, Value] = dict(site.keywords)
    for value in site.positional:
        for option in value.values if isinstance(value, Items) else [value]:
            if isinstance(option, Fields):
                attributes.update({str(k): v for k, v in option.values.items() if k != "*"})
                if not option.complete:
                    attributes["**"] = option.values.get("*", option)
            elif isinstance(option, Unknown):
                attributes["**"] = option
    return replace(parts, assignments=(*parts.assignments, *assignments_of(attributes)))


def _entities(parts: Parts, site: Site, run: Interpreter) -> Parts:
    made = query_of(list(site.positional), run).parts
    return replace(
        parts,
        columns=made.columns,
        entities=made.entities,
        single=made.single and not parts.grouped,
        tables=tuple(dict.fromkeys([*parts.tables, *made.tables])),
    )


def _add_columns(parts: Parts, site: Site, run: Interpreter) -> Parts:
    made = query_of(list(site.positional), run).parts
    return replace(parts, columns=(*parts.columns, *made.columns), entities=(*parts.entities, *made.entities))


def _from(parts: Parts, site: Site, run: Interpreter) -> Parts:
    tables = dict.fromkeys(parts.tables)
    complete, filters, sources = parts.complete, parts.filters, parts.sources
    for value in site.positional:
        table = table_of(value, run)
        if table is not None:
            tables.setdefault(table.name, None)
        elif isinstance(value, Statement):
            tables.update(dict.fromkeys(value.parts.tables))
            filters = (*filters, *value.parts.filters)
            sources |= value.sources
        else:
            complete = False
    return replace(parts, tables=tuple(tables), complete=complete, filters=filters, sources=sources)


def _grouped(parts: Parts, site: Site, run: Interpreter) -> Parts:
    return replace(parts, grouped=True, single=False)


def _union(parts: Parts, site: Site, run: Interpreter) -> Parts:
    for value in site.positional:
        if isinstance(value, Statement):
            parts = replace(parts, tables=tuple(dict.fromkeys([*parts.tables, *value.parts.tables])), complete=False)
    return parts


def _from_select(parts: Parts, site: Site, run: Interpreter) -> Parts:
    return replace(parts, complete=False)


_METHODS: dict[str, Callable[[Parts, Site, Interpreter], Parts]] = {
    "where": _where,
    "filter": _where,
    "having": _where,
    "filter_by": _filter_by,
    "join": _join,
    "outerjoin": _join,
    "join_from": _join,
    "options": _options,
    "order_by": _order_by,
    "limit": _limit,
    "offset": _offset,
    "values": _values,
    "with_entities": _entities,
    "with_only_columns": _entities,
    "add_columns": _add_columns,
    "select_from": _from,
    "group_by": _grouped,
    "distinct": _grouped,
    "union": _union,
    "union_all": _union,
    "from_select": _from_select,
}


class Loader(External):
    """A loader option (`selectinload(Order.items)`), with the one it is chained to."""

    __slots__ = ("chain",)

    def __init__(self, positional: tuple[Value, ...], chain: Loader | None = None) -> None:
        super().__init__("sqlalchemy.orm.loader", frozenset(), positional)
        self.chain = chain

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: Loader(tuple(site.positional), self), name)


def _aliased(site: Site, run: Interpreter) -> Value | None:
    return site.argument(0)


_PREFIXES = (
    "sqlalchemy",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.future",
    "sqlmodel",
    "flask_sqlalchemy.SQLAlchemy",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
)
_LOADERS = ("selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload", "noload", "raiseload")
CALLS: dict[str, Any] = {
    **{f"{p}.select": _select for p in _PREFIXES},
    **{f"{p}.exists": _exists for p in _PREFIXES},
    **{f"{p}.{op}": _change(op) for p in _PREFIXES for op in ("insert", "update", "delete")},
    **{f"sqlalchemy.orm.{name}": lambda site, run: Loader(tuple(site.positional)) for name in _LOADERS},
    **{
        f"sqlalchemy.orm.strategy_options.{name}": lambda site, run: Loader(tuple(site.positional)) for name in _LOADERS
    },
    "sqlalchemy.orm.aliased": _aliased,
    "sqlalchemy.alias": _aliased,
}
