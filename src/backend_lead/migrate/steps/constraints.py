"""Constraints: added, validated, dropped."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Constraint, Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import attach, constraint_of, inherit_index, is_unique_key, primary_key
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.type_changes import type_change

_FAILS_ON = {
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
    judge_new(constraint, relation, judge, named=bool(node.conname), index=node.indexname)
    attach(relation, constraint, judge.catalog)
    for child in judge.catalog.children(relation.name):
        copied = constraint_of(node, child.name, (), judge.catalog)
        if copied is not None and constraint.kind in ("check", "not_null"):
            attach(child, copied, judge.catalog)
    if relation.kind == "partitioned" and constraint.index:
        inherit_index(judge.catalog.indexes[constraint.index], judge.catalog)


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
    if looked_at and not fresh and not relation.new and _can_fail(constraint, relation):
        what = _FAILS_ON[constraint.kind].format(target=constraint.target)
        judge.fail("row-in-the-way", relation.name, f"It ends at the first {what} in {relation.name}.", certain=False)


def _can_fail(constraint: Constraint, relation: Relation) -> bool:
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
        judge.act(key, target=relation.name, children=children, **roles)
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
        **_whole_target(constraint.target, judge),
    )
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


def _whole_target(target: str, judge: Judge) -> dict[str, list[str]]:
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
    return [
        index.name
        for index in judge.catalog.indexes_of(constraint.target)
        if index.unique and set(index.columns) == set(constraint.target_columns)
    ][:1]


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
    judge.act(
        "add-primary-key", target=relation.name, children=children if nullable or relation.kind == "partitioned" else ()
    )
    names = ", ".join(constraint.columns)
    judge.instead(
        f"CREATE UNIQUE INDEX CONCURRENTLY {constraint.name}_idx ON {relation.name} ({names});"
        "  -- outside a transaction",
        f"ALTER TABLE {relation.name} ADD CONSTRAINT {constraint.name} PRIMARY KEY USING INDEX {constraint.name}_idx;",
    )


def _exclusion(constraint: Constraint, relation: Relation, judge: Judge, fresh: bool, index: str) -> None:
    judge.act("add-exclusion", target=relation.name, children=family(relation, judge))


def _validate(command: Node, relation: Relation, judge: Judge) -> None:
    constraint = relation.constraints.get(command.name)
    children = family(relation, judge)
    if constraint is None:
        if judge.catalog.complete and not relation.new:
            judge.fail("constraint-missing", relation.name, f"{relation.name} has no constraint {command.name}.")
        judge.act("validate-check", target=relation.name, children=children)
        return
    if constraint.valid:
        judge.act("validate-already", target=relation.name)
        return
    if constraint.kind == "foreign_key":
        judge.act(
            "validate-foreign-key",
            target=relation.name,
            children=children,
            indexes=indexes_of([relation.name, *children], judge),
            referenced=constraint.target,
            **_whole_target(constraint.target, judge),
        )
    else:
        judge.act("validate-check", target=relation.name, children=children)
    if not relation.new and _can_fail(constraint, relation):
        what = _FAILS_ON[constraint.kind].format(target=constraint.target)
        judge.fail("row-in-the-way", relation.name, f"It ends at the first {what} in {relation.name}.", certain=False)
    constraint.valid = True


def drop(command: Node, relation: Relation, judge: Judge) -> None:
    """Judge and apply DROP CONSTRAINT."""
    constraint = relation.constraints.get(command.name)
    children = family(relation, judge)
    if constraint is None:
        if judge.catalog.complete and not command.missing_ok:
            judge.fail("constraint-missing", relation.name, f"{relation.name} has no constraint {command.name}.")
        judge.act("drop-constraint", target=relation.name, children=children)
        return
    if constraint.kind == "foreign_key":
        judge.act("drop-foreign-key", target=relation.name, referenced=constraint.target, children=children)
    elif constraint.index:
        dependents = [
            (owner, key)
            for owner, key in judge.catalog.referencing(relation.name)
            if set(key.target_columns or constraint.columns) == set(constraint.columns)
        ]
        if dependents and enum_name(command, "behavior") != "DROP_CASCADE":
            judge.fail(
                "still-needed",
                relation.name,
                f"The foreign key {dependents[0][1].name} of {dependents[0][0].name} needs {command.name}.",
            )
        parts = [each.name for each in judge.catalog.indexes.values() if each.parent == constraint.index]
        judge.act(
            "drop-key",
            target=relation.name,
            index=constraint.index,
            indexes=parts,
            children=children,
            referencing=[owner.name for owner, _ in dependents],
        )
        for owner, key in dependents:
            owner.constraints.pop(key.name, None)
        for name in (constraint.index, *parts):
            judge.catalog.indexes.pop(name, None)
    else:
        judge.act("drop-constraint", target=relation.name, children=children)
    del relation.constraints[command.name]


def _alter(command: Node, relation: Relation, judge: Judge) -> None:
    given = getattr(command, "def").atalter_constraint
    name = given.conname or command.name
    known = relation.constraints.get(name)
    if name and known is None and judge.catalog.complete and relation.constraints:
        judge.fail("constraint-missing", relation.name, f"{relation.name} has no constraint {name}.")
    if known is None or known.kind != "foreign_key" or not given.alter_enforceability:
        judge.act("alter-constraint", target=relation.name)
        return
    known.enforced = bool(given.is_enforced)
    known.valid = known.valid and known.enforced
    if not known.enforced:
        judge.act("alter-constraint-unenforced", target=relation.name, referenced=known.target)
        return
    known.valid = True
    tables = [relation.name, known.target]
    judge.act(
        "alter-constraint-enforced", target=relation.name, referenced=known.target, indexes=indexes_of(tables, judge)
    )
    because = f"It ends at the first value that {known.target} does not have in {relation.name}."
    judge.fail("row-in-the-way", relation.name, because, certain=False)


COMMANDS = {
    "AT_AddConstraint": _add,
    "AT_ValidateConstraint": _validate,
    "AT_DropConstraint": drop,
    "AT_AlterConstraint": _alter,
}
