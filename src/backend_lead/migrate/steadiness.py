"""Why an expression may give another result tomorrow: what PostgreSQL refuses in an index or a generated column.

Which functions are immutable was read from a server's pg_proc; which casts are not is said by the functions that read
and write the types (date_out and the like are STABLE: they look at the time zone or at DateStyle).
"""

from __future__ import annotations

from backend_lead.gates.grammar import Node, kind, walk
from backend_lead.migrate.catalog import Catalog, Relation
from backend_lead.migrate.expressions import changes_by_row, is_unsteady, kind_or_empty, type_of
from backend_lead.migrate.facts import Facts
from backend_lead.read.sql_conditions import names

_ZONED = "timestamp with time zone"
_MOMENTS = frozenset({"date", "timestamp without time zone", "time without time zone", _ZONED, "time with time zone"})
_TEXTS = frozenset({"text", "character varying", "character"})
# Immutable for other types, and STABLE for a timestamp with time zone.
_OF_THE_ZONE = frozenset({"date_trunc", "date_part", "extract", "date"})


def why_unsteady(node: Node, relation: Relation | None, catalog: Catalog, facts: Facts) -> str:
    """Return what of an expression over a table's columns is not immutable, "" where nothing is known not to be."""
    if changes_by_row(node, catalog, facts):
        return "a volatile function"
    if is_unsteady(node, facts):
        return "a function that is not immutable"
    for part in walk(node):
        what = kind_or_empty(part)
        if what == "sqlvalue_function":
            return "the current time or user"
        if what == "func_call":
            words = names(part.func_call.funcname)
            own = catalog.functions.get(catalog.words(words))
            if own == "stable":
                return f"{words[-1]}, which is STABLE"
            zoned = any(_type(each, relation) == _ZONED for each in part.func_call.args)
            if own is None and words[-1] in _OF_THE_ZONE and zoned and len(part.func_call.args) < 3:
                return f"{words[-1]} of a timestamp with time zone"
        if what == "type_cast":
            source, target = _type(part.type_cast.arg, relation), type_of(part.type_cast.type_name).name
            if _depends_on_settings(source, target):
                return f"a cast of {source} to {target}"
    return ""


def _depends_on_settings(source: str, target: str) -> bool:
    if source == target or not source:
        return False
    if _ZONED in (source, target) and {source, target} <= _MOMENTS | _TEXTS:
        return True
    return (source in _MOMENTS and target in _TEXTS) or (source in _TEXTS and target in _MOMENTS)


def _type(node: Node, relation: Relation | None) -> str:
    """Return the name of the type of a bare column, "" for anything else."""
    if relation is None or kind(node) != "column_ref":
        return ""
    fields = names(node.column_ref.fields)
    column = relation.columns.get(fields[-1]) if fields else None
    return column.type.name if column is not None and not column.type.array else ""


def holds_query(node: Node) -> bool:
    """Say whether an expression holds a query, which no default, check, index or generated column may."""
    return any(kind_or_empty(part) == "sub_link" for part in walk(node))
