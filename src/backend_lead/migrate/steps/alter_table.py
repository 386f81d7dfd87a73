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
        _alter_composite(node, name, judge)
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
        if not node.relation.inh:
            _check_alone(command, subtype, relation, judge)
        handler = commands().get(subtype)
        if handler is not None:
            handler(command, relation, judge)
        else:
            judge.act(f"alter-table-{_words(subtype)}", target=name)


def _alter_composite(node: Node, name: str, judge: Judge) -> None:
    """Judge ALTER TYPE of a composite type, by the columns that hold its values."""
    judge.act("alter-composite-type")
    commands_given = [part.alter_table_cmd for part in node.cmds]
    for relation, column in judge.catalog.users_of_type(name):
        for command in commands_given:
            subtype = enum_name(command, "subtype")
            if subtype == "AT_AlterColumnType":
                used = f"{relation.name}.{column.name}"
                judge.fail("type-in-use", relation.name, f"The column {used} uses {name}, whose attributes stay.")
            if subtype == "AT_DropColumn" and not relation.new:
                held = f"What {relation.name}.{column.name} holds as {command.name}"
                judge.lose("column-dropped", relation.name, f"{held} is gone, and the way down cannot bring it back.")


def _check_alone(command: Node, subtype: str, relation: Relation, judge: Judge) -> None:
    """ONLY: what inheriting tables and partitions have with their parent is not changed in it alone."""
    children = family(relation, judge)
    if not children:
        return
    constraint = getattr(command, "def").constraint if subtype == "AT_AddConstraint" else None
    check = constraint is not None and enum_name(constraint, "contype") in ("CONSTR_CHECK", "CONSTR_NOTNULL")
    alone = subtype in ("AT_AddColumn", "AT_AlterColumnType", "AT_SetNotNull") or (
        subtype == "AT_DropColumn" and relation.kind == "partitioned"
    )
    if alone or (check and constraint is not None and not constraint.is_no_inherit):
        judge.fail("only-parent", relation.name, f"{children[0]} has what {relation.name} has: it is changed in both.")


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
    if relation.kind == "partitioned" and names and enum_name(command, "subtype") == "AT_SetRelOptions":
        judge.fail(
            "partitioned", relation.name, f"{relation.name} is partitioned: only its partitions have {names[0]}."
        )
    light = all(name.startswith(_LIGHT_PREFIXES) for name in names)
    judge.act("set-option-light" if light else "set-option", target=relation.name)


def _logged(key: str) -> object:
    def handle(command: Node, relation: Relation, judge: Judge) -> None:
        there = relation.unlogged == (key == "set-unlogged")
        publications = sorted(name for name, tables in judge.catalog.published.items() if relation.name in tables)
        if key == "set-unlogged" and publications and not there:
            because = f"{relation.name} is part of the publication {publications[0]}, which needs its log."
            judge.fail("published", relation.name, because)
        referenced = [constraint.target for constraint in relation.constraints_of("foreign_key")]
        judge.act(
            f"{key}-already" if there and not relation.new else key,
            target=relation.name,
            indexes=indexes_of([relation.name], judge),
            referenced=referenced,
        )
        relation.unlogged = key == "set-unlogged"

    return handle


def _replica_identity(command: Node, relation: Relation, judge: Judge) -> None:
    index = getattr(command, "def").replica_identity_stmt.name
    name = judge.catalog.beside(relation.name, index)
    if index and name not in judge.catalog.indexes and judge.catalog.complete:
        judge.fail("index-missing", relation.name, f"There is no index {index}.")
    judge.act("replica-identity", target=relation.name, index=name if index else ())


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
    "AT_ReplicaIdentity": _replica_identity,
    "AT_SetAccessMethod": _access_method,
    "AT_SetTableSpace": _tablespace,
}
