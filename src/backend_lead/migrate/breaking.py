"""Whether what the application sends still works on a changed schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_lead.migrate.catalog import Catalog, Column, Relation
from backend_lead.migrate.resolving import Use


@dataclass(frozen=True, slots=True)
class Breakage:
    """Why a statement of the application does not work any more.

    `prepared_only`: it works when it is sent anew, and fails where it was prepared before the change.
    """

    relation: str
    because: str
    prepared_only: bool = False


def breakage(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    """Return why a statement that works on the schema before fails on the one after, or None."""
    checks = (
        _relations, _columns, _inserted, _identities, _conflict, _literals, _functions, _types, _triggers, _emptied,
    )  # fmt: skip
    for check in checks:
        found = check(use, before, after)
        if found is not None:
            return found
    return _results(use, before, after)


def _relations(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for name in use.relations:
        if name in before.relations and name not in after.relations:
            return Breakage(name, f"{name} is not there any more")
        old, new = before.relations.get(name), after.relations.get(name)
        if new is not None and new.unpopulated and old is not None and not old.unpopulated:
            return Breakage(name, f"{name} has no rows until it is refreshed, and nobody can read it before")
    return None


def _columns(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for name, column in use.columns:
        old, new = before.relations.get(name), after.relations.get(name)
        if old is None or new is None:
            continue
        if (column in old.columns or not old.columns) and new.columns and column not in new.columns:
            return Breakage(name, f"{name}.{column} is not there any more")
        if not old.columns and not new.columns and column in getattr(new, "gone", ()):
            return Breakage(name, f"{name}.{column} is not there any more")
    return None


def _needs(column: Column) -> bool:
    return column.not_null and not (column.has_default or column.identity or column.generated)


def _inserted(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    if use.inserts is None or use.inserts[1] is None:
        return None
    name, given = use.inserts
    new, old = after.relations.get(name), before.relations.get(name)
    if new is None or old is None:
        return None
    for column in new.columns.values():
        if _needs(column) and column.name not in (given or ()):
            known = old.columns.get(column.name)
            refused = any(column.name in check.proves and check.enforced for check in old.constraints_of("check"))
            if (known is None or not _needs(known)) and not refused:
                return Breakage(name, f"it gives no {column.name}, which may not be NULL and has no default")
    for check in new.constraints_of("check") if not use.assumed else ():
        absent = [each for each in sorted(check.proves) if each not in (given or ()) and _is_left_empty(new, each)]
        if absent and check.enforced and check.name not in old.constraints:
            return Breakage(name, f"it gives no {absent[0]}, which {check.name} does not allow to be NULL")
    return None


def _is_left_empty(relation: Relation, column: str) -> bool:
    """Say whether a row that gives no value for a column has NULL in it."""
    known = relation.columns.get(column)
    return known is not None and not (known.has_default or known.identity or known.generated)


def _identities(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for name, column in use.written:
        old, new = _column(before, name, column), _column(after, name, column)
        if old is None or new is None:
            continue
        if new.generated and not old.generated:
            return Breakage(name, f"it writes {name}.{column}, which is generated now")
        if new.identity == "always" and old.identity != "always" and not use.overriding:
            return Breakage(name, f"it writes {name}.{column}, which is GENERATED ALWAYS now")
        own = after.types.get(new.type.name)
        if str(old.type) != str(new.type) and (name, column) in use.parameters and _other_family(old, new, own):
            return Breakage(name, f"it writes a {old.type} to {name}.{column}, which is {new.type} now")
    return None


_TEXTS = frozenset({"text", "character varying", "character", "citext"})


def _other_family(old: Column, new: Column, own: object) -> bool:
    """Say whether values of the old type are not taken any more where the new one is wanted."""
    if old.type.name in _TEXTS:
        return new.type.name not in _TEXTS and not (own is not None and getattr(own, "kind", "") == "domain")
    return False


def _column(catalog: Catalog, name: str, column: str) -> Column | None:
    relation = catalog.relations.get(name)
    return relation.columns.get(column) if relation is not None else None


def _conflict(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    if use.conflict is None:
        return None
    name, columns, constraint = use.conflict
    if not _has_key(before, name, columns, constraint) or _has_key(after, name, columns, constraint):
        return None
    what = constraint or f"({', '.join(columns)})"
    return Breakage(name, f"its ON CONFLICT {what} has no unique key of {name} to go by any more")


def _has_key(catalog: Catalog, name: str, columns: Sequence[str], constraint: str) -> bool:
    if constraint:
        relation = catalog.relations.get(name)
        return relation is not None and constraint in relation.constraints
    return any(index.unique and set(index.columns) == set(columns) for index in catalog.indexes_of(name))


def _literals(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for name, column, text in use.literals:
        old, new = _column(before, name, column), _column(after, name, column)
        if old is None or new is None:
            continue
        was, now = before.types.get(old.type.name), after.types.get(new.type.name)
        known = was is None or was.kind != "enum" or text in was.values
        if now is not None and now.kind == "enum" and text not in now.values and known:
            return Breakage(name, f"{text!r} is no value of {now.name} any more")
    for name, column in (*use.parameters, *use.bound.values()):
        old, new = _column(before, name, column), _column(after, name, column)
        if old is None or new is None:
            continue
        was, now = before.types.get(old.type.name), after.types.get(new.type.name)
        gone = [each for each in was.values if now is None or each not in now.values] if was is not None else []
        if was is not None and now is not None and was.kind == now.kind == "enum" and gone:
            return Breakage(name, f"it may send {gone[0]!r}, which is no value of {now.name} any more")
    return None


def _functions(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for function in use.functions:
        if function in before.functions and function not in after.functions:
            return Breakage(function, f"the function {function} is not there any more")
        for name in sorted(after.named.get(function, ())):
            if name in before.relations and name not in after.relations:
                return Breakage(name, f"the function {function} names {name}, which is not there any more")
    return None


def _types(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    for name in use.types:
        if name in before.types and name not in after.types:
            return Breakage(name, f"the type {name} is not there any more")
    return None


_INSERT, _UPDATE = 4, 16


def _triggers(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    """A trigger's function that takes a column from the row which the table does not have fails at the first row."""
    written = use.inserts[0] if use.inserts is not None else use.written[0][0] if use.written else ""
    event = _INSERT if use.inserts is not None else _UPDATE
    old, new = before.relations.get(written), after.relations.get(written)
    if new is None or not new.columns:
        return None
    for name, function in sorted(new.triggers.items()):
        if not new.events.get(name, event) & event:
            continue
        if function in after.refusing and (old is None or old.triggers.get(name) != function):
            return Breakage(written, f"the trigger {name} of {written} calls {function}, which only raises an error")
        missing = sorted(after.row_columns.get(function, frozenset()) - new.columns.keys())
        same = old is not None and old.triggers.get(name) == function
        known = same and old is not None and before.row_columns.get(function) == after.row_columns.get(function)
        fresh = [each for each in missing if not known or (old is not None and each in old.columns)]
        if fresh:
            return Breakage(written, f"the trigger {name} of {written} takes {fresh[0]}, which {written} does not have")
    return None


def _emptied(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    """Rows that refer to others cannot be inserted where every row to refer to was taken away."""
    if use.inserts is None or use.inserts[1] is None:
        return None
    name, given = use.inserts
    relation = after.relations.get(name)
    for key in relation.constraints_of("foreign_key") if relation is not None else ():
        target = after.relations.get(key.target)
        was = before.relations.get(key.target)
        gone = target is not None and target.emptied and key.target != name and not (was is not None and was.emptied)
        if gone and key.enforced and set(key.columns) <= set(given or ()):
            return Breakage(name, f"it refers to rows of {key.target}, which has none any more")
    return None


def _results(use: Use, before: Catalog, after: Catalog) -> Breakage | None:
    """A prepared statement may not change the columns that it gives: "cached plan must not change result type"."""
    for place in use.results:
        if place is None:
            continue
        name, column = place
        old, new = before.relations.get(name), after.relations.get(name)
        if old is None or new is None:
            continue
        if column == "*":
            if not _alike(_shape(old, before), _shape(new, after)):
                return Breakage(
                    name,
                    f"it shows every column of {name}, and they are others now: where it was prepared, "
                    "PostgreSQL refuses it (cached plan must not change result type)",
                    True,
                )
            continue
        was, now = old.columns.get(column), new.columns.get(column)
        if was is None or now is None or UNKNOWN in (was.type.name, now.type.name):
            continue
        if _kind(was, before) != _kind(now, after):
            return Breakage(
                name,
                f"it shows {name}.{column}, which is {now.type} now: where it was prepared, PostgreSQL "
                "refuses it (cached plan must not change result type)",
                True,
            )
    return None


UNKNOWN = "unknown"
"""The type of a view's column that is made by an expression: what it gives is not worked out."""


def _alike(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> bool:
    """Say whether columns have the same names and, as far as they are known, types."""
    if [name for name, _ in old] != [name for name, _ in new]:
        return False
    return all(a == b or UNKNOWN in (a.strip(), b.strip()) for (_, a), (_, b) in zip(old, new, strict=True))


def _shape(relation: Relation, catalog: Catalog) -> list[tuple[str, str]]:
    return [(column.name, _kind(column, catalog)) for column in relation.columns.values()]


def _kind(column: Column, catalog: Catalog) -> str:
    """The type with its modifiers and collation; a type that was renamed is still the same."""
    own = catalog.types.get(column.type.name)
    text = str(column.type) if own is None else str(column.type).replace(own.name, own.born or own.name, 1)
    return f"{text} {column.type.collation}"
