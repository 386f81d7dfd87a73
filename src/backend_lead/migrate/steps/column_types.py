"""A column's type is changed."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, deparse
from backend_lead.migrate.catalog import Catalog, Column, Index, Relation, Type
from backend_lead.migrate.expressions import is_known, own_type, type_of
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.steps.columns import check_inherited, found_column
from backend_lead.migrate.steps.constraints import key_index
from backend_lead.migrate.type_changes import type_change


def _type(command: Node, relation: Relation, judge: Judge) -> None:
    table, name = relation.name, command.name
    column = found_column(relation, name, judge)
    definition = getattr(command, "def").column_def
    new = type_of(definition.type_name)
    if definition.HasField("coll_clause"):
        new.collation = definition.coll_clause.collname[-1].string.sval
    if judge.catalog.complete and not is_known(new, judge.catalog):
        judge.fail("type-missing", table, f"There is no type {new.name}.")
    check_inherited(relation, name, judge)
    if name in relation.key_columns:
        judge.fail("partition-key", table, f"{name} is the partition key of {table}.")
    views = judge.catalog.views_on(table, name)
    if views:
        judge.fail(
            "view-in-the-way",
            table,
            f"The view {views[0].name} reads {table}.{name}, and PostgreSQL does not "
            "change the type of a column that a view reads.",
        )
    generated = [each.name for each in relation.columns.values() if name in each.depends_on and each.generated]
    if generated:
        judge.fail("generated-in-the-way", table, f"{table}.{generated[0]} is generated from {name}.")
    policies = sorted(policy for policy, read in relation.policies.items() if name in read)
    if policies:
        judge.fail("policy-in-the-way", table, f"The policy {policies[0]} of {table} reads {name}: its type stays.")
    if column is not None and column.identity and new.name not in _COUNTING:
        judge.fail("identity-type", table, f"{table}.{name} is an identity column, and {new} does not count.")
    if column is not None and column.generated and definition.HasField("raw_default"):
        judge.fail("generated", table, f"{table}.{name} is generated: its type is changed without USING.")
    using = definition.raw_default if definition.HasField("raw_default") else None
    children = family(relation, judge)
    if column is None:
        judge.act("alter-type-rewriting", target=table, children=children)
        judge.undecided = f"the type that {table}.{name} has now is not known"
        return
    if relation.partition:
        judge.fail("partition", table, f"{table} is a partition: the types are those of {', '.join(relation.parents)}.")
    changed = type_change(name, column.type, new, using, judge.catalog, judge.facts, utc=judge.catalog.utc)
    if changed.impossible:
        judge.fail("no-cast", table, f"{changed.impossible}: {table}.{name}.")
    _check_default(column, new, using is not None, relation, judge)
    collated = new.collation != column.type.collation and bool(new.collation or column.type.collation)
    same = str(new) == str(column.type) and not collated and using is None
    touched = [
        index.name
        for each in (table, *children)
        for index in judge.catalog.indexes_of(each)
        if name in index.columns or name in index.mentions
    ]
    every = indexes_of([table, *children], judge)
    if changed.rewrites:
        owned = [each.name for each in judge.catalog.relations.values() if each.owned == f"{table}.{name}"]
        judge.act(
            "alter-type-rewriting",
            target=table,
            children=children,
            indexes=every,
            **_linked(relation, name, judge, rewritten=True),
            **{"identities" if column.identity else "serials": owned},
        )
        judge.instead(*_by_new_column(relation, column, str(new), using))
    else:
        checks = any(
            name in constraint.columns and constraint.kind == "check" for constraint in relation.constraints.values()
        )
        anew = collated or _sorts_otherwise(column.type, new, judge.catalog)
        rebuilt = [each for each in touched if anew or _is_special(judge.catalog.indexes[each], name)]
        if same:
            judge.act("alter-type-same", target=table, children=children)
        else:
            judge.act(
                "alter-type-checking" if checks else "alter-type",
                target=table,
                children=children,
                indexes=touched,
                **_linked(relation, name, judge, rewritten=False),
            )
            if rebuilt:
                judge.act("alter-type-reindexing", target=table, children=children)
    if changed.rewrites and not same and any(_is_special(judge.catalog.indexes[each], name) for each in touched):
        judge.fail(
            "expression-in-the-way",
            table,
            f"It ends when an index's expression or condition does not take {name} as {new}.",
            certain=False,
        )
    if changed.loses:
        judge.lose("values-narrowed", table, f"{table}.{name} loses {changed.loses}.")
    if changed.may_fail:
        judge.fail("values-do-not-fit", table, f"It ends at {changed.may_fail} in {table}.{name}.", certain=False)
    for each in (relation, *judge.catalog.children(table)):
        if name in each.columns:
            each.columns[name].type = new


def _linked(relation: Relation, column: str, judge: Judge, *, rewritten: bool) -> dict[str, list[str]]:
    """The tables that foreign keys tie to a column: the keys are made anew, and those that were valid are checked when
    the values are others."""
    ties = [(key.target, key) for key in relation.constraints_of("foreign_key") if column in key.columns]
    ties += [
        (owner.name, key) for owner, key in judge.catalog.referencing(relation.name) if column in key.target_columns
    ]
    valid = sorted({name for name, key in ties if key.valid and rewritten})
    keys = [each for name, key in ties if name == key.target and name not in valid for each in key_index(key, judge)]
    return {
        "tied": valid,
        "tied_indexes": indexes_of(valid, judge),
        "tied_unchecked": sorted({name for name, _ in ties} - set(valid)),
        "tied_key": keys,
    }


_COUNTING = frozenset({"smallint", "integer", "bigint"})
# Types that share their operator classes, so that an index of one is an index of the other.
_SORTED_ALIKE = (frozenset({"text", "character varying"}), frozenset({"inet", "cidr"}))


def _sorts_otherwise(old: Type, new: Type, catalog: Catalog) -> bool:
    """Say whether an index holds the same values in another order, or by other rules, as the other type."""
    pair = {_below(old, catalog), _below(new, catalog)}
    return len(pair) > 1 and not any(pair <= alike for alike in _SORTED_ALIKE)


def _below(kind_of: Type, catalog: Catalog) -> str:
    own = own_type(kind_of, catalog)
    return _below(own.base, catalog) if own is not None and own.kind == "domain" and own.base else kind_of.name


def _is_special(index: Index, column: str) -> bool:
    """Say whether a column stands in an index's expressions or predicate: that index is built anew."""
    return column in index.mentions and column not in index.columns


def _check_default(column: Column, new: Type, explicit: bool, relation: Relation, judge: Judge) -> None:
    """A default must be castable too; what USING says does not hold for it."""
    if column.default is None or column.generated:
        return
    changed = type_change(column.name, column.type, new, None, judge.catalog, judge.facts)
    if changed.impossible and explicit:
        judge.fail(
            "default-in-the-way",
            relation.name,
            f"The default of {relation.name}.{column.name} is not turned into {new}: drop it first.",
        )


def _by_new_column(relation: Relation, column: Column, new: str, using: Node | None) -> list[str]:
    table, name = relation.name, column.name
    value = deparse(using) if using is not None else f"{name}::{new}"
    return [
        f"ALTER TABLE {table} ADD COLUMN {name}_new {new};",
        f"-- write both columns (a trigger), fill the rows that are there in batches: SET {name}_new = {value}",
        f"-- then, in one short transaction: rename {name} to {name}_old and {name}_new to {name}",
        f"-- drop {name}_old later",
    ]


COMMANDS = {"AT_AlterColumnType": _type}
