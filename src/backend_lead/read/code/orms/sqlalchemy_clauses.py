"""What each method of a statement adds: conditions, joins, order, bounds, values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend_lead.model.query import Filter
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal
from backend_lead.read.code.orms.sqlalchemy_columns import Aggregate, ColumnRef, RelationRef
from backend_lead.read.code.orms.sqlalchemy_loaders import load_options
from backend_lead.read.code.orms.sqlalchemy_models import table_of
from backend_lead.read.code.orms.sqlalchemy_relationships import column_behind
from backend_lead.read.code.orms.sqlalchemy_statements import CLAUSES, Parts, Statement, query_of
from backend_lead.read.code.querying import (
    assignments_of,
    bound_of,
    conditions_of,
    is_absent,
    plain,
)
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Known, Setting, Unknown, Value


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
    model = next((e for e in reversed(parts.entities) if table_of(e, run) is not None), None)
    table = table_of(model, run)
    name = table.name if table is not None else (parts.tables[-1] if parts.tables else "")
    filters = tuple(
        Filter(
            name,
            column_behind(model, k, run) if isinstance(model, ClassValue) else k,
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


def set_values(parts: Parts, site: Site, run: Interpreter) -> Parts:
    """`.values(...)`: the columns that an INSERT or UPDATE sets."""
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


CLAUSES.update(
    {
        "where": _where,
        "filter": _where,
        "having": _where,
        "filter_by": _filter_by,
        "join": _join,
        "outerjoin": _join,
        "join_from": _join,
        "options": load_options,
        "order_by": _order_by,
        "limit": _limit,
        "offset": _offset,
        "values": set_values,
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
)
