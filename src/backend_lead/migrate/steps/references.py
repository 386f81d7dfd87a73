"""What the server does by itself when rows with foreign keys are written: it looks, and it deletes or changes along."""

from __future__ import annotations

from collections.abc import Collection

from backend_lead.migrate.catalog import Constraint, Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps.alter_table import indexes_of

_CHANGES = frozenset({"n", "d"})
_CASCADE = "c"


def follow_values(relation: Relation | None, columns: Collection[str], judge: Judge) -> None:
    """Judge what is looked up because these columns were written: the rows that their foreign keys lead to."""
    if relation is None:
        return
    for target in sorted({key.target for key in _enforced(relation) if set(key.columns) & set(columns)}):
        judge.act("look-up-referenced", target=target, indexes=indexes_of([target], judge))


def follow_deletion(name: str, judge: Judge, seen: frozenset[str] = frozenset()) -> None:
    """Judge what becomes of the rows that refer to what is deleted of a table."""
    for owner, key in judge.catalog.referencing(name):
        if not key.enforced or owner.name in seen:
            continue
        if key.on_delete == _CASCADE:
            _along("cascade-delete", owner, key, judge)
            follow_deletion(owner.name, judge, seen | {name, owner.name})
        else:
            _along("cascade-update" if key.on_delete in _CHANGES else "look-up-referencing", owner, key, judge)


def holding_on(name: str, judge: Judge, seen: frozenset[str] = frozenset()) -> str:
    """Return a table whose foreign key refuses that rows of this one are deleted, also behind one that cascades."""
    for owner, key in judge.catalog.referencing(name):
        if not key.enforced or owner.name in seen:
            continue
        if key.on_delete == _CASCADE:
            if further := holding_on(owner.name, judge, seen | {name}):
                return further
        elif key.on_delete not in _CHANGES:
            return owner.name
    return ""


def follow_change(name: str, columns: Collection[str], judge: Judge, seen: frozenset[str] = frozenset()) -> None:
    """Judge what becomes of the rows that refer to these columns of a table, which are changed."""
    for owner, key in judge.catalog.referencing(name):
        if not key.enforced or owner.name in seen or not set(key.target_columns) & set(columns):
            continue
        changes = key.on_update == _CASCADE or key.on_update in _CHANGES
        _along("cascade-update" if changes else "look-up-referencing", owner, key, judge)
        if changes:
            follow_change(owner.name, key.columns, judge, seen | {name, owner.name})


def _along(step: str, owner: Relation, key: Constraint, judge: Judge) -> None:
    family = [owner.name, *(child.name for child in judge.catalog.children(owner.name))]
    judge.act(step, target=family, indexes=indexes_of(family, judge))
    for name in family:
        # With an index on the key only the rows that refer to it are read.
        if any(set(index.columns[: len(key.columns)]) == set(key.columns) for index in judge.catalog.indexes_of(name)):
            judge.scans.discard(name)
            judge.work.pop(name, None)


def _enforced(relation: Relation) -> list[Constraint]:
    return [key for key in relation.constraints_of("foreign_key") if key.enforced]
