"""Constraints that are there: validated, dropped, altered."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.steps.constraints import FAILS_ON, can_fail, whole_target


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
            **whole_target(constraint.target, judge),
        )
    else:
        judge.act("validate-check", target=relation.name, children=children)
    if not relation.new and can_fail(constraint, relation):
        what = FAILS_ON[constraint.kind].format(target=constraint.target)
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
        beyond = [child.name for child in judge.catalog.children(constraint.target)]
        judge.act(
            "drop-foreign-key",
            target=relation.name,
            referenced=constraint.target,
            children=children,
            referenced_children=beyond,
        )
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
    "AT_ValidateConstraint": _validate,
    "AT_DropConstraint": drop,
    "AT_AlterConstraint": _alter,
}
