"""Constraints that are added."""

from __future__ import annotations

from backend_lead.gates.grammar import Node
from backend_lead.migrate.catalog import Constraint, Index, Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import attach, constraint_of, inherit_index, is_unique_key, primary_key
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.type_changes import type_change

FAILS_ON = {
    "check": "row that the constraint does not allow",
    "unique": "value that is there twice",
    "primary_key": "value that is there twice or NULL",
    "exclusion": "pair of rows that excludes each other",
    "foreign_key": "value that {target} does not have",
    "not_null": "NULL",
}


def _add(command: Node, relation: Relation, judge: Judge) -> None:
    node = getattr(command, "def").constraint
    constraint = constraint_of(node, relation.name, (), judge.catalog)
    if constraint is None:
        return
    if node.conname and node.conname in relation.constraints:
        judge.fail("constraint-exists", relation.name, f"{relation.name} has a constraint {node.conname} already.")
    _check_version(constraint, relation, judge)
    judge_new(constraint, relation, judge, named=bool(node.conname), index=node.indexname)
    attach(relation, constraint, judge.catalog)
    for child in judge.catalog.children(relation.name):
        copied = constraint_of(node, child.name, (), judge.catalog)
        if copied is not None and constraint.kind in ("check", "not_null"):
            attach(child, copied, judge.catalog)
    if relation.kind == "partitioned" and constraint.index:
        inherit_index(judge.catalog.indexes[constraint.index], judge.catalog)


# Since 18 a NOT NULL has a name and may be NOT VALID, a CHECK and a key may be NOT ENFORCED, and a key of a partitioned
# table NOT VALID.
_MORE_FORMS = 18


def _check_version(constraint: Constraint, relation: Relation, judge: Judge) -> None:
    """Refuse the forms that came with a later version."""
    major = judge.facts.major
    unproven = constraint.kind == "foreign_key" and relation.kind == "partitioned" and not constraint.valid
    if major >= _MORE_FORMS or not (constraint.kind == "not_null" or not constraint.enforced or unproven):
        return
    what = "NOT ENFORCED" if not constraint.enforced else "this NOT NULL" if not unproven else "a NOT VALID key here"
    judge.fail("newer-syntax", relation.name, f"PostgreSQL {_MORE_FORMS} is the first to know {what}.")


def judge_new(
    constraint: Constraint,
    relation: Relation,
    judge: Judge,
    *,
    fresh: bool = False,
    named: bool = True,
    index: str = "",
) -> None:
    """Judge a constraint that is added.  `fresh`: it is about a column that is added with it and holds NULL."""
    missing = [name for name in constraint.columns if relation.columns and name not in relation.columns]
    if missing and constraint.kind != "exclusion":
        judge.fail("column-missing", relation.name, f"{relation.name} has no column {missing[0]}.")
    handler = {
        "check": _check,
        "not_null": _not_null,
        "foreign_key": _foreign_key,
        "unique": _unique,
        "primary_key": _primary_key,
        "exclusion": _exclusion,
    }[constraint.kind]
    handler(constraint, relation, judge, fresh, index)
    looked_at = constraint.valid and constraint.enforced and not index
    if looked_at and not fresh and not relation.new and can_fail(constraint, relation):
        what = FAILS_ON[constraint.kind].format(target=constraint.target)
        judge.fail("row-in-the-way", relation.name, f"It ends at the first {what} in {relation.name}.", certain=False)


def can_fail(constraint: Constraint, relation: Relation) -> bool:
    """Say whether rows may be in the way; what the change just wrote for all rows is taken to be right."""
    columns = [relation.columns[name] for name in constraint.columns if name in relation.columns]
    return not (constraint.kind in ("check", "not_null") and columns and all(column.filled for column in columns))


def _check(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    children = family(relation, judge)
    if not constraint.enforced or not constraint.valid:
        judge.act("add-check-not-valid", target=relation.name, children=children)
        return
    judge.act("add-check", target=relation.name, children=children)
    judge.instead(
        f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} CHECK ({constraint.text}) NOT VALID;",
        f"ALTER TABLE {relation.name} VALIDATE CONSTRAINT {constraint.name};  -- in a transaction of its own",
    )


def _not_null(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    children = family(relation, judge)
    columns = [relation.columns[name] for name in constraint.columns if name in relation.columns]
    if all(column.not_null for column in columns) and columns:
        judge.act("set-not-null-already", target=relation.name, children=children)
    elif not constraint.valid:
        judge.act("add-not-null-not-valid", target=relation.name, children=children)
        for column in columns:
            column.not_null = True
    else:
        judge.act("add-not-null", target=relation.name, children=children)
        judge.instead(
            f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} NOT NULL "
            f"{', '.join(constraint.columns)} NOT VALID;",
            f"ALTER TABLE {relation.name} VALIDATE CONSTRAINT {constraint.name};  -- in a transaction of its own",
        )


def _foreign_key(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    judge_reference(constraint, relation, judge)
    judge.keys.append((relation.name, constraint.columns, constraint.target))
    children = family(relation, judge)
    roles = {"referenced": constraint.target, "referenced_key": key_index(constraint, judge)}
    if not constraint.valid or not constraint.enforced or fresh:
        key = "add-foreign-key-not-valid" if not fresh else "add-foreign-key-fresh"
        parts = judge.catalog.children(constraint.target)
        opened = [each.name for part in parts for each in unique_on(part.name, constraint.target_columns, judge)]
        judge.act(
            key,
            target=relation.name,
            children=children,
            referenced_children=[part.name for part in parts],
            referenced_child_keys=opened,
            **roles,
        )
        return
    if relation.new and not relation.filled:
        judge.act(
            "add-foreign-key-empty",
            referenced=constraint.target,
            referenced_indexes=indexes_of([constraint.target], judge),
        )
        return
    judge.act(
        "add-foreign-key",
        target=relation.name,
        children=children,
        indexes=indexes_of([relation.name, *children], judge),
        **roles,
        **whole_target(constraint.target, judge),
    )
    if relation.rows == 0:
        # Nothing to look up in the other table.
        for each in (constraint.target, *(child.name for child in judge.catalog.children(constraint.target))):
            judge.work.pop(each, None)
            judge.scans.discard(each)
    columns = ", ".join(constraint.columns)
    where = (
        f"{constraint.target} ({', '.join(constraint.target_columns)})"
        if constraint.target_columns
        else constraint.target
    )
    judge.instead(
        f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} FOREIGN KEY ({columns}) "
        f"REFERENCES {where} NOT VALID;",
        f"ALTER TABLE {relation.name} VALIDATE CONSTRAINT {constraint.name};  -- in a transaction of its own",
    )


def whole_target(target: str, judge: Judge) -> dict[str, list[str]]:
    """What is looked at where a foreign key leads: the partitions and every index."""
    children = [child.name for child in judge.catalog.children(target)]
    indexes = [index.name for each in (target, *children) for index in judge.catalog.indexes_of(each)]
    return {"referenced_children": children, "referenced_indexes": indexes}


def judge_reference(constraint: Constraint, relation: Relation, judge: Judge) -> None:
    """Judge whether a foreign key can lead where it says."""
    target = judge.catalog.relations.get(constraint.target)
    if target is None and judge.catalog.complete:
        judge.fail("table-missing", constraint.target, f"There is no table {constraint.target}.")
    if target is not None and judge.catalog.complete:
        _check_target(constraint, relation, target, judge)


def key_index(constraint: Constraint, judge: Judge) -> list[str]:
    """Return the index that keeps what a foreign key leads to unique."""
    return [index.name for index in unique_on(constraint.target, constraint.target_columns, judge)]


def unique_on(table: str, columns: tuple[str, ...], judge: Judge) -> list[Index]:
    """Return the index of a table that keeps some columns unique, in a list of one or none."""
    indexes = judge.catalog.indexes_of(table)
    return [index for index in indexes if index.unique and set(index.columns) == set(columns)][:1]


def _check_target(constraint: Constraint, relation: Relation, target: Relation, judge: Judge) -> None:
    """A foreign key needs a unique key to lead to, and types that can be compared."""
    columns = constraint.target_columns or primary_key(judge.catalog, target.name)
    if not columns:
        judge.fail("no-key", target.name, f"{target.name} has no primary key for a foreign key to lead to.")
    absent = [name for name in columns if name not in target.columns]
    if absent:
        judge.fail("column-missing", target.name, f"{target.name} has no column {absent[0]}.")
    if len(columns) != len(constraint.columns):
        judge.fail(
            "key-length",
            target.name,
            f"{len(constraint.columns)} columns cannot refer to {len(columns)} of {target.name}.",
        )
    if not is_unique_key(judge.catalog, target.name, columns):
        judge.fail(
            "no-unique-key",
            target.name,
            f"Nothing keeps {target.name} ({', '.join(columns)}) unique, so no foreign key can lead to it.",
        )
    if target.unlogged and not relation.unlogged:
        judge.fail("unlogged-target", target.name, f"{target.name} is unlogged, and {relation.name} is not.")
    for mine, theirs in zip(constraint.columns, columns, strict=False):
        left, right = relation.columns.get(mine), target.columns.get(theirs)
        if left is not None and right is not None and not _comparable(left.type, right.type, judge):
            judge.fail(
                "key-type",
                target.name,
                f"{relation.name}.{mine} is {left.type}, {target.name}.{theirs} is "
                f"{right.type}: there is no = between them.",
            )


_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_TEXTS = frozenset({"text", "character varying", "character", "name"})


def _comparable(left: object, right: object, judge: Judge) -> bool:
    names = {getattr(left, "name", ""), getattr(right, "name", "")}
    if "unknown" in names or len(names) == 1 or names <= _NUMBERS or names <= _TEXTS:
        return True
    kinds = [judge.catalog.types.get(name) for name in names]
    if any(kind is not None and kind.kind == "domain" for kind in kinds) or "citext" in names:
        return True
    change = type_change("", left, right, None, judge.catalog, judge.facts)  # type: ignore[arg-type]
    back = type_change("", right, left, None, judge.catalog, judge.facts)  # type: ignore[arg-type]
    # Types that cast without being asked are compared as one of them; to text only assignment would cast.
    return not names & _TEXTS and not (change.impossible and back.impossible)


def _unique(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    children = family(relation, judge)
    if index:
        _check_index(index, relation, judge)
        there = judge.catalog.beside(relation.name, index)
        judge.act(f"add-unique-using-index{_renamed(constraint, index)}", target=relation.name, index=there)
        return
    _check_partition_key(constraint.columns, relation, judge)
    judge.act("add-unique", target=relation.name, children=children)
    columns = ", ".join(constraint.columns)
    judge.instead(
        f"CREATE UNIQUE INDEX CONCURRENTLY {constraint.name}_idx ON {relation.name} ({columns});"
        "  -- outside a transaction",
        f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} UNIQUE USING INDEX {constraint.name}_idx;",
    )


def _renamed(constraint: Constraint, index: str) -> str:
    """An index that has the constraint's name already is not renamed, and stays open to others."""
    return "-of-the-same-name" if constraint.name == index else ""


def _check_index(index: str, relation: Relation, judge: Judge) -> None:
    found = judge.catalog.indexes.get(judge.catalog.beside(relation.name, index))
    if found is None and judge.catalog.complete:
        judge.fail("index-missing", relation.name, f"There is no index {index}.")
    if found is not None and (not found.unique or found.partial):
        judge.fail("index-unfit", relation.name, f"{index} is not a unique index over all rows.")


def _check_partition_key(columns: tuple[str, ...], relation: Relation, judge: Judge) -> None:
    absent = [name for name in relation.key_columns if name not in columns]
    if absent:
        judge.fail(
            "partition-key",
            relation.name,
            f"A unique key of the partitioned table {relation.name} must hold its partition key {absent[0]}.",
        )


def _primary_key(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    if relation.constraints_of("primary_key"):
        judge.fail("second-primary-key", relation.name, f"{relation.name} has a primary key already.")
    children = family(relation, judge)
    columns = [relation.columns[name] for name in constraint.columns if name in relation.columns]
    nullable = any(not column.not_null for column in columns)
    if nullable and any(
        not column.not_null
        and not any(column.name in check.proves and check.valid for check in relation.constraints_of("check"))
        for column in columns
    ):
        proven = False
    else:
        proven = True
    if index:
        _check_index(index, relation, judge)
        judge.act(
            f"add-primary-key-using-index{'' if proven else '-nullable'}{_renamed(constraint, index)}",
            target=relation.name,
            index=judge.catalog.beside(relation.name, index),
            children=() if proven else children,
        )
        if not proven and not relation.new:
            judge.fail(
                "null-there",
                relation.name,
                f"It ends at the first NULL in {relation.name} ({', '.join(constraint.columns)}).",
                certain=False,
            )
        return
    _check_partition_key(constraint.columns, relation, judge)
    changed = nullable or relation.kind == "partitioned"
    judge.act(
        "add-primary-key", target=relation.name, **{"children" if changed else "children_with_not_null": children}
    )
    names = ", ".join(constraint.columns)
    judge.instead(
        f"CREATE UNIQUE INDEX CONCURRENTLY {constraint.name}_idx ON {relation.name} ({names});"
        "  -- outside a transaction",
        f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} PRIMARY KEY USING INDEX {constraint.name}_idx;",
    )


def _exclusion(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    judge.act("add-exclusion", target=relation.name, children=family(relation, judge))


COMMANDS = {"AT_AddConstraint": _add}
