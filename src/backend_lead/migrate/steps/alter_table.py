"""ALTER TABLE: the table itself, and the settings that touch no row."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps import commands

# Storage parameters that are changed without keeping anybody out; measured, see the steps "set-option-…".
_LIGHT_PREFIXES = (
    "autovacuum_",
    "toast.autovacuum_",
    "fillfactor",
    "toast_tuple_target",
    "parallel_workers",
    "vacuum_",
    "log_autovacuum",
)


def alter_table(node: Node, judge: Judge) -> None:
    """Judge each command of the statement in turn."""
    name = judge.catalog.name(node.relation)
    what = enum_name(node, "objtype")
    if what == "OBJECT_INDEX":
        _alter_index(node, name, judge)
        return
    if what == "OBJECT_TYPE":
        judge.act("alter-composite-type")
        users = judge.catalog.users_of_type(name)
        retyped = any(enum_name(part.alter_table_cmd, "subtype") == "AT_AlterColumnType" for part in node.cmds)
        if users and retyped:
            used = f"{users[0][0].name}.{users[0][1].name}"
            judge.fail("type-in-use", users[0][0].name, f"The column {used} uses {name}, whose attributes stay.")
        return
    relation = judge.catalog.relations.get(name)
    if relation is None:
        if node.missing_ok:
            return
        if judge.catalog.complete:
            judge.fail("table-missing", name, f"There is no table {name}.")
        # Not known: what a statement does to a table does not depend on the rest of the schema most of the time.
        relation = judge.catalog.relations[name] = Relation(name, "table")
    for part in node.cmds:
        command = part.alter_table_cmd
        subtype = enum_name(command, "subtype")
        handler = commands().get(subtype)
        if handler is not None:
            handler(command, relation, judge)
        else:
            judge.act(f"alter-table-{_words(subtype)}", target=name)


def attach_index(child: str, parent: str, judge: Judge) -> None:
    """Judge and apply ALTER INDEX … ATTACH PARTITION."""
    above, found = (judge.catalog.indexes.get(each) for each in (parent, child))
    judge.act(
        "attach-index",
        target=parent,
        index=child,
        table=above.table if above else (),
        partition=found.table if found else (),
    )
    if found is not None:
        found.parent = parent


def _alter_index(node: Node, name: str, judge: Judge) -> None:
    index = judge.catalog.indexes.get(name)
    if index is None and judge.catalog.complete and not node.missing_ok:
        judge.fail("index-missing", name, f"There is no index {name}.")
    for part in node.cmds:
        subtype = enum_name(part.alter_table_cmd, "subtype")
        if subtype == "AT_AttachPartition":
            child = judge.catalog.name(getattr(part.alter_table_cmd, "def").partition_cmd.name)
            attach_index(child, name, judge)
            continue
        judge.act(f"alter-index-{_words(subtype)}", target=name, table=index.table if index else ())


def _words(subtype: str) -> str:
    """`AT_SetStatistics` is `set-statistics`."""
    text = subtype.removeprefix("AT_")
    return "".join(
        f"-{letter.lower()}" if letter.isupper() and index else letter.lower() for index, letter in enumerate(text)
    )


def family(relation: Relation, judge: Judge) -> list[str]:
    """Return the names of partitions and inheriting tables."""
    return [child.name for child in judge.catalog.children(relation.name)]


def indexes_of(names: list[str], judge: Judge) -> list[str]:
    """Return the names of the indexes of some tables; those of a partitioned table are only heads of its
    partitions'."""
    relations = judge.catalog.relations
    return [
        index.name
        for name in names
        if name not in relations or relations[name].kind != "partitioned"
        for index in judge.catalog.indexes_of(name)
    ]


def heads_of(names: list[str], judge: Judge) -> list[str]:
    """Return the indexes of those tables that are partitioned: they hold nothing, and are opened all the same."""
    relations = judge.catalog.relations
    return [
        index.name
        for name in names
        if name in relations and relations[name].kind == "partitioned"
        for index in judge.catalog.indexes_of(name)
    ]


def _recursing(key: str) -> object:
    def handle(command: Node, relation: Relation, judge: Judge) -> None:
        judge.act(key, target=relation.name, children=family(relation, judge))

    return handle


def _options(command: Node, relation: Relation, judge: Judge) -> None:
    given = getattr(command, "def")
    names = [item.def_elem.defname for item in given.list.items] if kind(given) == "list" else []
    light = all(name.startswith(_LIGHT_PREFIXES) for name in names)
    judge.act("set-option-light" if light else "set-option", target=relation.name)


def _logged(key: str) -> object:
    def handle(command: Node, relation: Relation, judge: Judge) -> None:
        there = relation.unlogged == (key == "set-unlogged")
        referenced = [constraint.target for constraint in relation.constraints_of("foreign_key")]
        judge.act(
            f"{key}-already" if there and not relation.new else key,
            target=relation.name,
            indexes=indexes_of([relation.name], judge),
            referenced=referenced,
        )
        relation.unlogged = key == "set-unlogged"

    return handle


def _inherit(command: Node, relation: Relation, judge: Judge) -> None:
    parent = judge.catalog.name(getattr(command, "def").range_var)
    judge.act("inherit", target=relation.name, parent=parent)
    relation.parents = (*relation.parents, parent)


def _no_inherit(command: Node, relation: Relation, judge: Judge) -> None:
    parent = judge.catalog.name(getattr(command, "def").range_var)
    judge.act("no-inherit", target=relation.name, parent=parent)
    relation.parents = tuple(each for each in relation.parents if each != parent)


def _trigger(key: str) -> object:
    def handle(command: Node, relation: Relation, judge: Judge) -> None:
        if command.name and command.name not in relation.triggers and judge.catalog.complete and not relation.new:
            judge.fail("trigger-missing", relation.name, f"{relation.name} has no trigger {command.name}.")
        judge.act(key, target=relation.name, children=family(relation, judge))

    return handle


def _access_method(command: Node, relation: Relation, judge: Judge) -> None:
    same = command.name in ("heap", "")
    judge.act(
        "set-access-method-same" if same else "set-access-method",
        target=relation.name,
        indexes=indexes_of([relation.name], judge),
    )


def _tablespace(command: Node, relation: Relation, judge: Judge) -> None:
    same = command.name == "pg_default"
    judge.act("set-tablespace-same" if same else "set-tablespace", target=relation.name)
    if not same:
        judge.rewrites.add(relation.name)
        judge.works_on(relation.name, "rewrite")


STATEMENTS = {"alter_table_stmt": alter_table}
COMMANDS = {
    "AT_SetRelOptions": _options,
    "AT_ResetRelOptions": _options,
    "AT_SetLogged": _logged("set-logged"),
    "AT_SetUnLogged": _logged("set-unlogged"),
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _no_inherit,
    "AT_EnableTrig": _trigger("enable-trigger"),
    "AT_DisableTrig": _trigger("disable-trigger"),
    "AT_EnableTrigAll": _recursing("enable-trigger"),
    "AT_DisableTrigAll": _recursing("disable-trigger"),
    "AT_EnableTrigUser": _recursing("enable-trigger"),
    "AT_DisableTrigUser": _recursing("disable-trigger"),
    "AT_SetAccessMethod": _access_method,
    "AT_SetTableSpace": _tablespace,
}
