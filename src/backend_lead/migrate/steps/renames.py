"""Other names, and other schemas."""

from __future__ import annotations

import re
from dataclasses import replace

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Catalog, Relation
from backend_lead.migrate.expressions import with_columns_renamed
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps.columns import check_inherited
from backend_lead.read.sql_conditions import names


def _rename(node: Node, judge: Judge) -> None:
    what = enum_name(node, "rename_type")
    name = judge.catalog.name(node.relation) if node.HasField("relation") else ""
    handler = _RENAMES.get(what)
    if handler is None:
        judge.act(f"rename-{what.removeprefix('OBJECT_').lower()}", **({"target": name} if name else {}))
        return
    handler(node, name, judge)


def _rename_relation(node: Node, name: str, judge: Judge) -> None:
    catalog = judge.catalog
    relation = catalog.relations.get(name)
    what = enum_name(node, "rename_type").removeprefix("OBJECT_").lower()
    if relation is None:
        if name in catalog.indexes:
            _rename_index(node, name, judge)
            return
        if catalog.complete and not node.missing_ok:
            judge.fail(f"{what}-missing", name, f"There is no {what} {name}.")
        judge.act(f"rename-{what}", target=name)
        return
    schema = name.rpartition(".")[0]
    new = f"{schema}.{node.newname}" if schema else node.newname
    if new in catalog.taken():
        judge.fail("name-taken", new, f"There is a relation {new} already.")
    judge.act(f"rename-{what}", target=name)
    if not relation.new and relation.kind != "sequence":
        judge.instead(
            "-- keep the old name for the running application, in the same transaction:",
            f"CREATE VIEW {name} AS SELECT * FROM {new};  -- dropped when nobody uses it any more",
        )
    rename(catalog, relation, new)


def rename(catalog: Catalog, relation: Relation, new: str) -> None:
    """Give a relation another name everywhere."""
    old = relation.name
    catalog.relations[new] = catalog.relations.pop(old)
    relation.name = new
    for index in catalog.indexes_of(old):
        index.table = new
        if old.rpartition(".")[0] != new.rpartition(".")[0]:
            catalog.indexes.pop(index.name)
            index.name = catalog.beside(new, index.name.rpartition(".")[2])
            catalog.indexes[index.name] = index
    for each in catalog.relations.values():
        each.parents = tuple(new if parent == old else parent for parent in each.parents)
        each.relations = frozenset(new if used == old else used for used in each.relations)
        each.uses = frozenset(
            f"{new}.{used.rpartition('.')[2]}" if used.rpartition(".")[0] == old else used for used in each.uses
        )
        for constraint in each.constraints.values():
            if constraint.target == old:
                constraint.target = new
        if each.owned.rpartition(".")[0] == old:
            each.owned = f"{new}.{each.owned.rpartition('.')[2]}"


def _rename_column(node: Node, name: str, judge: Judge) -> None:
    relation = judge.catalog.relations.get(name)
    old, new = node.subname, node.newname
    if relation is None:
        if judge.catalog.complete and not node.missing_ok:
            judge.fail("table-missing", name, f"There is no table {name}.")
        judge.act("rename-column", target=name)
        return
    if relation.columns and relation.kind != "view":
        if old not in relation.columns:
            judge.fail("column-missing", name, f"{name} has no column {old}.")
        if new in relation.columns:
            judge.fail("column-exists", name, f"{name} has a column {new} already.")
        check_inherited(relation, old, judge)
    children = judge.catalog.children(name)
    judge.act("rename-column", target=name, children=[child.name for child in children])
    if not relation.new:
        judge.instead(
            f"ALTER TABLE {name} ADD COLUMN {new} …;  -- the type of {old}",
            f"-- keep both alike by a trigger, fill the rows that are there in batches: SET {new} = {old}",
            f"-- move the application to {new}, then: ALTER TABLE {name} DROP COLUMN {old};",
        )
    for each in (relation, *children):
        if old in each.columns:
            each.columns = {new if n == old else n: c for n, c in each.columns.items()}
            each.columns[new].name = new
        for column in each.columns.values():
            if column.generated and old in column.depends_on:
                column.depends_on = frozenset(new if c == old else c for c in column.depends_on)
                column.default = with_columns_renamed(column.default, {old: new}) if column.default else None
        for constraint in each.constraints.values():
            constraint.columns = tuple(new if c == old else c for c in constraint.columns)
            constraint.proves = frozenset(new if c == old else c for c in constraint.proves)
            constraint.text = re.sub(rf"\b{re.escape(old)}\b", new, constraint.text)
        for index in judge.catalog.indexes_of(each.name):
            index.columns = tuple(new if c == old else c for c in index.columns)
            index.mentions = frozenset(new if c == old else c for c in index.mentions)
    for _, key in judge.catalog.referencing(name):
        key.target_columns = tuple(new if c == old else c for c in key.target_columns)
    for view in judge.catalog.relations.values():
        view.uses = frozenset(f"{name}.{new}" if used == f"{name}.{old}" else used for used in view.uses)


def _rename_index(node: Node, name: str, judge: Judge) -> None:
    index = judge.catalog.indexes.get(name)
    if index is None and judge.catalog.complete and not node.missing_ok:
        judge.fail("index-missing", name, f"There is no index {name}.")
    judge.act("rename-index", target=name)
    if index is None:
        return
    index.name = judge.catalog.beside(index.table, node.newname)
    judge.catalog.indexes[index.name] = judge.catalog.indexes.pop(name)
    relation = judge.catalog.relations.get(index.table)
    if relation is None:
        return
    for constraint in [each for each in relation.constraints.values() if each.index == name]:
        # The constraint that an index keeps goes by the index's name.
        del relation.constraints[constraint.name]
        constraint.name, constraint.index = node.newname, index.name
        relation.constraints[node.newname] = constraint


def _rename_constraint(node: Node, name: str, judge: Judge) -> None:
    relation = judge.catalog.relations.get(name)
    if relation is not None and judge.catalog.complete and node.subname not in relation.constraints:
        judge.fail("constraint-missing", name, f"{name} has no constraint {node.subname}.")
    constraint = relation.constraints.pop(node.subname, None) if relation is not None else None
    judge.act("rename-constraint", target=name, index=constraint.index if constraint and constraint.index else ())
    if relation is not None and constraint is not None:
        constraint.name = node.newname
        relation.constraints[node.newname] = constraint
        if constraint.index in judge.catalog.indexes:
            index = judge.catalog.indexes.pop(constraint.index)
            index.name = constraint.index = judge.catalog.beside(index.table, node.newname)
            judge.catalog.indexes[index.name] = index


def _rename_function(node: Node, name: str, judge: Judge) -> None:
    judge.act("rename-function")
    words = names(node.object.object_with_args.objname)
    move_function(judge.catalog, judge.catalog.words(words), judge.catalog.words([*words[:-1], node.newname]))


def move_function(catalog: Catalog, old: str, new: str) -> None:
    """Give a function another name, also where triggers call it."""
    if old in catalog.functions:
        catalog.functions[new] = catalog.functions.pop(old)
    if old in catalog.row_columns:
        catalog.row_columns[new] = catalog.row_columns.pop(old)
    for signature in [each for each in catalog.results if each.startswith(f"{old}(")]:
        catalog.results[f"{new}{signature[len(old) :]}"] = catalog.results.pop(signature)
    for relation in catalog.relations.values():
        relation.triggers = {name: new if called == old else called for name, called in relation.triggers.items()}


def _rename_trigger(node: Node, name: str, judge: Judge) -> None:
    judge.act("rename-trigger", target=name)
    relation = judge.catalog.relations.get(name)
    if relation is not None and node.subname in relation.triggers:
        relation.triggers[node.newname] = relation.triggers.pop(node.subname)
        if node.subname in relation.events:
            relation.events[node.newname] = relation.events.pop(node.subname)


def _rename_type(node: Node, name: str, judge: Judge) -> None:
    words = names(node.object.list.items)
    old = judge.catalog.words(words)
    judge.act("rename-type")
    kind_of = judge.catalog.types.pop(old, None)
    if kind_of is None:
        if judge.catalog.complete:
            judge.fail("type-missing", old, f"There is no type {old}.")
        return
    for _, column in judge.catalog.users_of_type(old):
        column.type = replace(column.type, name=node.newname)
    kind_of.name, kind_of.born = node.newname, kind_of.born or old
    judge.catalog.types[node.newname] = kind_of


def _rename_schema(node: Node, name: str, judge: Judge) -> None:
    catalog = judge.catalog
    old, new = node.subname, node.newname
    if old not in catalog.schemas and catalog.complete:
        judge.fail("schema-missing", old, f"There is no schema {old}.")
    judge.act("rename-schema")
    catalog.schemas = {new if each == old else each for each in catalog.schemas}
    for relation in list(catalog.relations.values()):
        if relation.name.rpartition(".")[0] == old:
            rename(catalog, relation, f"{new}.{relation.name.rpartition('.')[2]}")
    for kind_of in list(catalog.types.values()):
        if kind_of.name.rpartition(".")[0] == old:
            moved = f"{new}.{kind_of.name.rpartition('.')[2]}"
            for _, column in catalog.users_of_type(kind_of.name):
                column.type = replace(column.type, name=moved)
            catalog.types[moved] = catalog.types.pop(kind_of.name)
            kind_of.name, kind_of.born = moved, kind_of.born or kind_of.name


_RENAMES = {
    "OBJECT_SCHEMA": _rename_schema,
    "OBJECT_TABLE": _rename_relation,
    "OBJECT_VIEW": _rename_relation,
    "OBJECT_MATVIEW": _rename_relation,
    "OBJECT_SEQUENCE": _rename_relation,
    "OBJECT_COLUMN": _rename_column,
    "OBJECT_INDEX": _rename_index,
    "OBJECT_TABCONSTRAINT": _rename_constraint,
    "OBJECT_FUNCTION": _rename_function,
    "OBJECT_PROCEDURE": _rename_function,
    "OBJECT_TRIGGER": _rename_trigger,
    "OBJECT_TYPE": _rename_type,
    "OBJECT_DOMAIN": _rename_type,
}


def _set_schema(node: Node, judge: Judge) -> None:
    what = enum_name(node, "object_type")
    if what in ("OBJECT_FUNCTION", "OBJECT_PROCEDURE"):
        words = names(node.object.object_with_args.objname)
        moved = [*([] if node.newschema == "public" else [node.newschema]), words[-1]]
        move_function(judge.catalog, judge.catalog.words(words), ".".join(moved))
    if what not in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE"):
        judge.act("set-schema-of-other")
        return
    name = judge.catalog.name(node.relation)
    relation = judge.catalog.relations.get(name)
    if relation is None:
        if judge.catalog.complete and not node.missing_ok:
            judge.fail("table-missing", name, f"There is no table {name}.")
        judge.act("set-schema", target=name)
        return
    if judge.catalog.complete and node.newschema not in judge.catalog.schemas:
        judge.fail("schema-missing", name, f"There is no schema {node.newschema}.")
    owned = [
        each.name
        for each in judge.catalog.relations.values()
        if each.kind == "sequence" and each.owned.rpartition(".")[0] == name
    ]
    judge.act("set-schema", target=name, sequences=owned)
    bare = name.rpartition(".")[2]
    rename(judge.catalog, relation, f"{node.newschema}.{bare}" if node.newschema != "public" else bare)


STATEMENTS = {"rename_stmt": _rename, "alter_object_schema_stmt": _set_schema}
