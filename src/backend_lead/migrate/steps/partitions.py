"""Partitions: made, attached, detached."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from backend_lead.gates.grammar import Node, deparse, kind
from backend_lead.migrate.catalog import Constraint, Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import inherit_index
from backend_lead.migrate.steps.alter_table import attach_index, indexes_of
from backend_lead.migrate.steps.constraints import key_index
from backend_lead.migrate.steps.indexes import outside_transaction
from backend_lead.migrate.steps.picking import day_of, is_moment


def bound_text(bound: Node) -> str:
    """Return a partition bound in one spelling."""
    if bound.is_default:
        return "DEFAULT"
    if bound.strategy == "h":
        return f"modulus {bound.modulus} remainder {bound.remainder}"
    lower = ", ".join(deparse(item) for item in (bound.lowerdatums or bound.listdatums))
    upper = ", ".join(deparse(item) for item in bound.upperdatums)
    return f"{lower} .. {upper}" if bound.strategy == "r" else lower


def make_partition(node: Node, relation: Relation, parent: str, judge: Judge) -> None:
    """Judge CREATE TABLE … PARTITION OF, whose table stands in the catalog already."""
    _check_bound(relation.name, parent, node.partbound, judge)
    relation.partition, relation.bound = True, bound_text(node.partbound)
    relation.is_default = bool(node.partbound.is_default)
    default = [each.name for each in judge.catalog.children(parent) if each.is_default and each.name != relation.name]
    judge.act(
        "create-partition",
        parent=parent,
        default=default,
        referencing=_referring(parent, judge),
        **{"parent_indexes" if default else "indexes_above": [i.name for i in judge.catalog.indexes_of(parent)]},
    )
    if default:
        judge.fail(
            "row-in-the-way",
            parent,
            f"It ends at the first row of {default[0]} that belongs into {relation.name}.",
            certain=False,
        )
    above = judge.catalog.relations.get(parent)
    _follow_keys("clone-foreign-key-empty", above, judge)
    for name, constraint in above.constraints.items() if above is not None else ():
        if not constraint.index:
            relation.constraints.setdefault(name, replace(constraint))
    for index in judge.catalog.indexes_of(parent):
        inherit_index(index, judge.catalog, [relation])


def has_key(child: Relation | None, key: Constraint) -> bool:
    """Say whether a table has a valid foreign key that a partition's would be: it is taken over unchecked."""
    return child is not None and any(
        each.valid
        and each.enforced
        and (each.columns, each.target, each.target_columns, each.on_delete, each.on_update)
        == (key.columns, key.target, key.target_columns, key.on_delete, key.on_update)
        for each in child.constraints_of("foreign_key")
    )


def _follow_keys(step: str, parent: Relation | None, judge: Judge, child: Relation | None = None) -> None:
    """A partition has the foreign keys of its parent: where they lead is opened, and looked through for rows."""
    for key in parent.constraints_of("foreign_key") if parent is not None else ():
        if has_key(child, key):
            judge.act("take-over-foreign-key", referenced=key.target, referenced_key=key_index(key, judge))
        elif key.target != parent.name:  # type: ignore[union-attr]
            # Without rows only the key is opened; looking through rows opens every index.
            opened = {"referenced_key": key_index(key, judge)}
            if step != "clone-foreign-key-empty":
                opened = {"referenced_indexes": indexes_of([key.target], judge)}
            judge.act(step, referenced=key.target, **opened)


def _check_bound(name: str, parent: str, bound: Node, judge: Judge) -> None:
    """Refuse a bound that another partition has, as far as constants tell."""
    mine = _range(bound)
    for child in judge.catalog.children(parent):
        if child.name == name or not child.partition:
            continue
        if bound.is_default and child.is_default:
            judge.fail("overlap", parent, f"{parent} has a default partition already: {child.name}.")
        if mine is not None and child.span is not None and _overlap(mine, child.span):
            judge.fail("overlap", parent, f"The bound overlaps that of {child.name}.")
    relation = judge.catalog.relations.get(name)
    if relation is not None:
        relation.span = mine


def _range(bound: Node) -> tuple[str, tuple[object, ...]] | None:
    """Return a bound of plain constants as something to compare: ("range", (low, high)) or ("list", values)."""
    if bound.strategy == "r":
        low, high = ([_constant(item) for item in part] for part in (bound.lowerdatums, bound.upperdatums))
        if len(low) == len(high) == 1 and None not in (low[0], high[0]) and type(low[0]) is type(high[0]):
            return "range", (low[0], high[0])
    if bound.strategy == "l":
        values = [_constant(item) for item in bound.listdatums]
        if None not in values:
            return "list", tuple(values)
    return None


def _constant(node: Node) -> object:
    while kind(node) == "type_cast":
        node = node.type_cast.arg
    if kind(node) != "a_const":
        return None
    which = node.a_const.WhichOneof("val")
    return {"ival": lambda: node.a_const.ival.ival, "sval": lambda: node.a_const.sval.sval}.get(which, lambda: None)()


def _overlap(one: tuple[str, tuple[Any, ...]], other: tuple[str, tuple[Any, ...]]) -> bool:
    (kind_one, first), (kind_other, second) = one, other
    if kind_one != kind_other or {type(value) for value in (*first, *second)} not in ({int}, {str}):
        return False
    if kind_one == "list":
        return bool(set(first) & set(second))
    if all(isinstance(each, str) and is_moment(each) for each in (*first, *second)):
        # The same moment is spelled in many ways; the day is what can be compared.
        first, second = tuple(day_of(each) for each in first), tuple(day_of(each) for each in second)
    return bool(first[0] < second[1] and second[0] < first[1])


def _attach(command: Node, relation: Relation, judge: Judge) -> None:
    given = getattr(command, "def").partition_cmd
    name = judge.catalog.name(given.name)
    if relation.name in judge.catalog.indexes or (
        relation.kind == "table" and not relation.columns and name in judge.catalog.indexes
    ):
        attach_index(name, relation.name, judge)
        return
    child = judge.catalog.relations.get(name)
    if child is None and judge.catalog.complete:
        judge.fail("table-missing", name, f"There is no table {name}.")
    if child is not None and child.partition:
        judge.fail("partition-already", name, f"{name} is a partition already.")
    _check_bound(name, relation.name, given.bound, judge)
    default = [each.name for each in judge.catalog.children(relation.name) if each.is_default]
    is_default = bool(given.bound.is_default)
    bare = child is not None and [
        index
        for index in judge.catalog.indexes_of(relation.name)
        if not any(
            mine.columns == index.columns and mine.unique >= index.unique for mine in judge.catalog.indexes_of(name)
        )
    ]
    proven = child is not None and not bare and _proven(child, relation, given.bound)
    key = "attach-partition-proven" if proven else "attach-partition"
    judge.act(
        key,
        target=relation.name,
        partition=name,
        target_indexes=[index.name for index in judge.catalog.indexes_of(relation.name)],
        referencing=_referring(relation.name, judge),
        referenced_key=indexes_of([name], judge) if _referring(relation.name, judge) else [],
    )
    if default and not is_default:
        judge.act("attach-beside-default", default=default)
    _follow_keys("clone-foreign-key", relation, judge, child)
    if not proven and (child is None or not child.new):
        low = f"{relation.key_columns[0]} …" if relation.key_columns else "the bound"
        judge.instead(
            f"ALTER TABLE {name} ADD CONSTRAINT {name}_bound CHECK ({low}) NOT VALID;",
            f"ALTER TABLE {name} VALIDATE CONSTRAINT {name}_bound;  -- in a transaction of its own",
            f"{judge.sql.strip().rstrip(';')};",
        )
        judge.fail("row-in-the-way", name, f"It ends at the first row of {name} outside the bound.", certain=False)
    if child is not None:
        child.parents, child.partition = (*child.parents, relation.name), True
        child.bound, child.is_default = bound_text(given.bound), is_default


def _proven(child: Relation, parent: Relation, bound: Node) -> bool:
    """Say whether a valid CHECK of the child says at least what the bound says.  PostgreSQL proves it by predicates;
    only the plain spelling `key >= low AND key < high` with a NOT NULL key counts here."""
    if len(parent.key_columns) != 1:
        return False
    key = parent.key_columns[0]
    column = child.columns.get(key)
    checks = [constraint for constraint in child.constraints_of("check") if constraint.valid]
    if column is None or not (column.not_null or any(key in check.proves for check in checks)):
        return False
    if bound.strategy == "l":
        values = [str(_constant(item)) for item in bound.listdatums]
        # As it was typed, and as a server tells it: `key = ANY (ARRAY[…])`.
        among = r"(?:=\s*any|in)\b" if len(values) > 1 else r"(?:=|in\b)"
        listed = re.compile(rf"(?i)\b{re.escape(key)}\b\W*?(?:::\s*[\w ]+\W*?)?\s*{among}")
        texts = [check.text for check in checks if listed.search(check.text)]
        return any(all(value in text for value in values) for text in texts)
    if bound.strategy != "r":
        return False
    low, high = (str(_constant(part[0])) if part else "" for part in (bound.lowerdatums, bound.upperdatums))
    return any(
        constraint.valid and low in constraint.text and high in constraint.text and key in constraint.text
        for constraint in child.constraints_of("check")
    )


def _detach(command: Node, relation: Relation, judge: Judge) -> None:
    given = getattr(command, "def").partition_cmd
    name = judge.catalog.name(given.name)
    child = judge.catalog.relations.get(name)
    if child is None and judge.catalog.complete:
        judge.fail("table-missing", name, f"There is no table {name}.")
    default = [each.name for each in judge.catalog.children(relation.name) if each.is_default and each.name != name]
    if given.concurrent:
        outside_transaction("DETACH PARTITION CONCURRENTLY", relation.name, judge)
        if default:
            judge.fail(
                "default-partition",
                relation.name,
                f"{relation.name} has the default partition {default[0]}: nothing is detached concurrently from it.",
            )
        told = _told_of(relation, name, judge)
        judge.act("detach-partition-concurrently", target=relation.name, partition=name, **told)
    else:
        judge.act(
            "detach-partition",
            target=relation.name,
            partition=name,
            default=default,
            partition_indexes=indexes_of([name], judge),
            **_told_of(relation, name, judge),
        )
        _follow_keys("detach-foreign-key", relation, judge)
        if not default:
            judge.instead(f"{judge.sql.strip().rstrip(';')} CONCURRENTLY;  -- outside a transaction")
    _held_by_rows(relation, name, judge)
    if child is not None:
        child.parents = tuple(each for each in child.parents if each != relation.name)
        child.partition = False
        for index in judge.catalog.indexes_of(name):
            index.parent = ""


def _referring(table: str, judge: Judge) -> list[str]:
    """The tables whose foreign keys lead to a partitioned table: the keys are made for each partition."""
    return sorted({owner.name for owner, _ in judge.catalog.referencing(table)})


def _told_of(relation: Relation, name: str, judge: Judge) -> dict[str, list[str]]:
    """The tables that refer to a partitioned table: their rows may not refer to what the partition holds."""
    referring = _referring(relation.name, judge)
    return {
        "referencing": referring,
        "referencing_indexes": indexes_of(referring, judge),
        "referenced_key": indexes_of([name], judge) if referring else [],
    }


def _held_by_rows(relation: Relation, name: str, judge: Judge) -> None:
    for each in _referring(relation.name, judge):
        because = f"It ends at the first row of {each} that refers to what {name} holds."
        judge.fail("row-in-the-way", each, because, certain=False)


def _finalize(command: Node, relation: Relation, judge: Judge) -> None:
    judge.act(
        "detach-partition-finalize",
        target=relation.name,
        partition=judge.catalog.name(getattr(command, "def").partition_cmd.name),
    )


COMMANDS = {"AT_AttachPartition": _attach, "AT_DetachPartition": _detach, "AT_DetachPartitionFinalize": _finalize}
