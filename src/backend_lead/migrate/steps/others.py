"""Everything else: triggers, policies, functions, sequences, privileges, maintenance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backend_lead.gates.grammar import Node, SqlUnreadable, enum_name, kind, parse
from backend_lead.migrate.catalog import Catalog, Relation
from backend_lead.migrate.expressions import columns_in, texts_in, type_of
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.resolving import use_of
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.steps.indexes import outside_transaction
from backend_lead.model.migration import LockMode
from backend_lead.read.sql_conditions import names

_VOLATILITY = {"immutable": "immutable", "stable": "stable", "volatile": "volatile"}
_OUTPUTS = frozenset({"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"})
_UTC = frozenset({"utc", "etc/utc", "gmt", "etc/gmt", "zulu", "etc/zulu", "universal"})
# Numbers of PostgreSQL's LOCK modes, as the grammar gives them.
_MODES = dict(enumerate(LockMode, start=1))


def _table(node: Node, judge: Judge) -> Relation | None:
    name = judge.catalog.name(node)
    found = judge.catalog.relations.get(name)
    if found is None and judge.catalog.complete:
        judge.fail("table-missing", name, f"There is no table {name}.")
    return found


def _trigger(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.relation)
    relation = _table(node.relation, judge)
    if relation is not None and node.trigname in relation.triggers and not node.replace:
        judge.fail("trigger-exists", name, f"{name} has a trigger {node.trigname} already.")
    judge.act("create-trigger", target=name, children=family(relation, judge) if relation is not None else ())
    if relation is not None:
        relation.triggers[node.trigname] = judge.catalog.words(names(node.funcname))
        relation.events[node.trigname] = node.events


def _rule(node: Node, judge: Judge) -> None:
    _table(node.relation, judge)
    judge.act("create-rule", target=judge.catalog.name(node.relation))


def _policy(key: str) -> object:
    def handle(node: Node, judge: Judge) -> None:
        relation = _table(node.table, judge)
        judge.act(key, target=judge.catalog.name(node.table))
        if relation is not None:
            given = [each for each in ("qual", "with_check") if node.HasField(each)]
            read = frozenset().union(*(columns_in(getattr(node, each)) for each in given))
            relation.policies[node.policy_name] = read | relation.policies.get(node.policy_name, frozenset())

    return handle


def _function(node: Node, judge: Judge) -> None:
    volatility = "volatile"
    for option in node.options:
        if option.def_elem.defname == "volatility":
            volatility = _VOLATILITY.get(option.def_elem.arg.string.sval, "volatile")
    language, body = _program(node)
    used = _of_queries(body, judge.catalog) if language == "sql" else _Opened()
    judge.act("create-function", read=used.read, written=used.written)
    name = judge.catalog.words(names(node.funcname))
    judge.catalog.named[name] = frozenset((*used.read, *used.written, *used.counted))
    (judge.catalog.refusing.add if _REFUSES.match(body) else judge.catalog.refusing.discard)(name)
    judge.catalog.row_columns[name] = row_columns(body)
    taken = [part.function_parameter for part in node.parameters]
    inputs = ", ".join(str(type_of(each.arg_type)) for each in taken if enum_name(each, "mode") not in _OUTPUTS)
    signature, result = f"{name}({inputs})", str(type_of(node.return_type)) if node.HasField("return_type") else ""
    before = judge.catalog.results.get(signature, result)
    if node.replace and before != result and before and result:
        judge.fail("other-result", "", f"{signature} gives {before}: a function that gives {result} cannot replace it.")
    judge.catalog.results[signature] = result
    judge.catalog.functions[judge.catalog.words(names(node.funcname))] = volatility


# A function that looks which table called it may be meant for tables of several shapes.
_WHICH_TABLE = re.compile(r"(?i)\b(?:tg_table_name|tg_relname|tg_op|tg_when)\b")
# A program that begins with an error has no other end.
_REFUSES = re.compile(r"(?is)\s*begin\s+raise\s+(?:exception\b|'|sqlstate\b)")
_OF_THE_ROW = re.compile(r"(?i)\b(?:new|old)\.(?:\"([^\"]+)\"|([a-z_]\w*))")


def row_columns(body: str) -> frozenset[str]:
    """Return the columns that a trigger's function takes from the row; none where it asks which table called it."""
    if _WHICH_TABLE.search(body):
        return frozenset()
    return frozenset(quoted or bare.lower() for quoted, bare in _OF_THE_ROW.findall(body))


def _program(node: Node) -> tuple[str, str]:
    """Return the language and the text of a function."""
    language, body = "", ""
    for option in (part.def_elem for part in node.options):
        if option.defname == "language":
            language = option.arg.string.sval.lower()
        elif option.defname == "as" and kind(option.arg) == "list":
            body = option.arg.list.items[0].string.sval
    return language, body


@dataclass
class _Opened:
    read: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)


def _of_queries(body: str, catalog: Catalog) -> _Opened:
    """The relations that the queries of a function in SQL name: it is understood when it is made."""
    found = _Opened()
    try:
        trees = parse(body)
    except SqlUnreadable:
        return found
    for tree in trees:
        what = kind(tree.stmt)
        target = ""
        if what in ("insert_stmt", "update_stmt", "delete_stmt"):
            target = catalog.name(getattr(tree.stmt, what).relation)
            found.written += [target] if target in catalog.relations else []
        found.read += [each for each in use_of(tree.stmt, catalog).relations if each != target]
        texts = (text.removeprefix("public.").replace('"', "") for text in texts_in(tree.stmt))
        found.counted += [text for text in texts if text in catalog.relations]
    found.read = [each for each in dict.fromkeys(found.read) if each in catalog.relations and each not in found.written]
    return found


def _define(node: Node, judge: Judge) -> None:
    judge.act("define")
    if enum_name(node, "kind") == "OBJECT_AGGREGATE":
        judge.catalog.functions[judge.catalog.words(names(node.defnames))] = "immutable"


def _schema(node: Node, judge: Judge) -> None:
    if node.schemaname in judge.catalog.schemas and not node.if_not_exists:
        judge.fail("schema-exists", node.schemaname, f"There is a schema {node.schemaname} already.")
    judge.act("create-schema")
    judge.catalog.schemas.add(node.schemaname)


def _extension(node: Node, judge: Judge) -> None:
    if judge.catalog.available and node.extname not in judge.catalog.available:
        judge.fail("extension-missing", "", f"The server has no extension {node.extname}.")
    judge.act("create-extension")
    judge.catalog.extensions.add(node.extname)


def _create_sequence(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.sequence)
    if name in judge.catalog.relations:
        if node.if_not_exists:
            return
        judge.fail("sequence-exists", name, f"There is a relation {name} already.")
    judge.act("create-sequence")
    judge.catalog.relations[name] = Relation(name, "sequence", new=True, owned=_owner(node.options, judge.catalog))


def _owner(options: object, catalog: Catalog) -> str:
    for item in options:  # type: ignore[attr-defined]
        if item.def_elem.defname == "owned_by":
            words = names(item.def_elem.arg.list.items)
            return f"{catalog.words(words[:-1])}.{words[-1]}" if len(words) > 1 else ""
    return ""


def _alter_sequence(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.sequence)
    sequence = judge.catalog.relations.get(name)
    if sequence is None and judge.catalog.complete and not node.missing_ok:
        judge.fail("sequence-missing", name, f"There is no sequence {name}.")
    judge.act("alter-sequence", target=name)
    judge.rewrites.discard(name)
    judge.work.pop(name, None)
    if sequence is not None:
        sequence.owned = _owner(node.options, judge.catalog) or sequence.owned


def _comment(node: Node, judge: Judge) -> None:
    what = enum_name(node, "objtype")
    if what in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"):
        judge.act("comment", target=judge.catalog.words(names(node.object.list.items)))
    elif what in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"):
        *words, last = names(node.object.list.items)
        table = judge.catalog.words(words)
        relation = judge.catalog.table(table)
        there = () if relation is None else relation.columns if what == "OBJECT_COLUMN" else relation.constraints
        if relation is not None and there and not relation.loose and judge.catalog.complete and last not in there:
            thing = "column" if what == "OBJECT_COLUMN" else "constraint"
            judge.fail(f"{thing}-missing", table, f"{table} has no {thing} {last}.")
        judge.act("comment", target=table)
    else:
        judge.act("comment-on-other")


def _grant(node: Node, judge: Judge) -> None:
    if enum_name(node, "objtype") == "OBJECT_TABLE":
        judge.act(
            "grant", target=[judge.catalog.name(item.range_var) for item in node.objects if kind(item) == "range_var"]
        )
    else:
        judge.act("grant-on-other")


def _statistics(node: Node, judge: Judge) -> None:
    tables = [judge.catalog.name(item.range_var) for item in node.relations]
    judge.act("create-statistics", target=tables)
    if tables and node.defnames:
        judge.catalog.statistics[judge.catalog.words(names(node.defnames))] = tables[0]


def _kind_of(name: str, judge: Judge) -> str:
    relation = judge.catalog.relations.get(name)
    return relation.kind if relation is not None else ""


def _vacuum(node: Node, judge: Judge) -> None:
    options = {item.def_elem.defname for item in node.options}
    given = [judge.catalog.name(item.vacuum_relation.relation) for item in node.rels]
    every = given or sorted(
        name for name, each in judge.catalog.relations.items() if each.kind in ("table", "materialized")
    )
    children = [child.name for name in every for child in judge.catalog.children(name)]
    if not node.is_vacuumcmd:
        partitioned = [name for name in given if _kind_of(name, judge) == "partitioned"]
        every = list(dict.fromkeys((*every, *(each.name for p in partitioned for each in judge.catalog.children(p)))))
        judge.act("analyze", target=every, indexes=indexes_of(every, judge))
        return
    outside_transaction("VACUUM", every[0] if every else "", judge)
    key = "vacuum-full" if "full" in options else "vacuum"
    judge.act(key, target=every, children=children, indexes=indexes_of([*every, *children], judge))


def _cluster(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.relation)
    _table(node.relation, judge)
    judge.act("cluster", target=name, indexes=indexes_of([name], judge))


def _lock(node: Node, judge: Judge) -> None:
    for item in node.relations:
        name = judge.catalog.name(item.range_var)
        _table(item.range_var, judge)
        relation = judge.catalog.relations.get(name)
        mode = _MODES.get(node.mode, LockMode.ACCESS_EXCLUSIVE)
        for each in (name, *(family(relation, judge) if relation is not None else ())):
            judge.lock(each, mode)
        # The lock of a view goes on to what it reads.
        for each in sorted(relation.relations) if relation is not None and relation.kind == "view" else ():
            judge.lock(each, mode)


def _call(node: Node, judge: Judge) -> None:
    judge.undecided = "a procedure is a program, and what it runs is decided when it runs"


def _set(node: Node, judge: Judge) -> None:
    if node.name.lower() == "timezone":
        given = [argument.a_const.sval.sval for argument in node.args if kind(argument) == "a_const"]
        judge.catalog.utc = bool(given) and given[0].lower() in _UTC
    if node.name == "search_path":
        first = [argument.a_const.sval.sval for argument in node.args if kind(argument) == "a_const"][:1]
        judge.catalog.path = first[0] if first and first[0] not in ("public", '"$user"', "$user", "") else ""


def _outside(what: str) -> object:
    def handle(node: Node, judge: Judge) -> None:
        outside_transaction(what, "", judge)

    return handle


def _publication(node: Node, judge: Judge) -> None:
    tables = [
        judge.catalog.name(each.pubtable.relation)
        for each in (item.publication_obj_spec for item in node.pubobjects)
        if each.HasField("pubtable")
    ]
    judge.act("publication", target=tables)
    known = judge.catalog.published.get(node.pubname, frozenset())
    how = enum_name(node, "action") if "action" in node.DESCRIPTOR.fields_by_name else "AP_SetObjects"
    left = {"AP_AddObjects": known | {*tables}, "AP_DropObjects": known - {*tables}}
    judge.catalog.published[node.pubname] = frozenset(left.get(how, tables))


STATEMENTS = {
    "create_trig_stmt": _trigger,
    "rule_stmt": _rule,
    "create_policy_stmt": _policy("create-policy"),
    "alter_policy_stmt": _policy("alter-policy"),
    "create_function_stmt": _function,
    "define_stmt": _define,
    "create_schema_stmt": _schema,
    "create_extension_stmt": _extension,
    "create_seq_stmt": _create_sequence,
    "alter_seq_stmt": _alter_sequence,
    "comment_stmt": _comment,
    "grant_stmt": _grant,
    "create_stats_stmt": _statistics,
    "vacuum_stmt": _vacuum,
    "cluster_stmt": _cluster,
    "lock_stmt": _lock,
    "call_stmt": _call,
    "variable_set_stmt": _set,
    "alter_system_stmt": _outside("ALTER SYSTEM"),
    "createdb_stmt": _outside("CREATE DATABASE"),
    "dropdb_stmt": _outside("DROP DATABASE"),
    "create_table_space_stmt": _outside("CREATE TABLESPACE"),
    "drop_table_space_stmt": _outside("DROP TABLESPACE"),
    "create_publication_stmt": _publication,
    "alter_publication_stmt": _publication,
}
