"""Everything else: triggers, policies, functions, sequences, privileges, maintenance."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.steps.indexes import outside_transaction
from backend_lead.migrate.steps.types import enum_unless_there
from backend_lead.model.migration import LockMode
from backend_lead.read.sql_conditions import names

_VOLATILITY = {"immutable": "immutable", "stable": "stable", "volatile": "volatile"}
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


def _rule(node: Node, judge: Judge) -> None:
    _table(node.relation, judge)
    judge.act("create-rule", target=judge.catalog.name(node.relation))


def _policy(key: str) -> object:
    def handle(node: Node, judge: Judge) -> None:
        _table(node.table, judge)
        judge.act(key, target=judge.catalog.name(node.table))

    return handle


def _function(node: Node, judge: Judge) -> None:
    volatility = "volatile"
    for option in node.options:
        if option.def_elem.defname == "volatility":
            volatility = _VOLATILITY.get(option.def_elem.arg.string.sval, "volatile")
    judge.act("create-function")
    judge.catalog.functions[judge.catalog.words(names(node.funcname))] = volatility


def _schema(node: Node, judge: Judge) -> None:
    if node.schemaname in judge.catalog.schemas and not node.if_not_exists:
        judge.fail("schema-exists", node.schemaname, f"There is a schema {node.schemaname} already.")
    judge.act("create-schema")
    judge.catalog.schemas.add(node.schemaname)


def _extension(node: Node, judge: Judge) -> None:
    judge.act("create-extension")
    judge.catalog.extensions.add(node.extname)


def _create_sequence(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.sequence)
    if name in judge.catalog.relations:
        if node.if_not_exists:
            return
        judge.fail("sequence-exists", name, f"There is a relation {name} already.")
    judge.act("create-sequence")
    judge.catalog.relations[name] = Relation(name, "sequence", new=True, owned=_owner(node.options))


def _owner(options: object) -> str:
    for item in options:  # type: ignore[attr-defined]
        if item.def_elem.defname == "owned_by":
            words = names(item.def_elem.arg.list.items)
            return ".".join(words[-2:]) if len(words) > 1 else ""
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
        sequence.owned = _owner(node.options) or sequence.owned


def _comment(node: Node, judge: Judge) -> None:
    what = enum_name(node, "objtype")
    if what in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"):
        judge.act("comment", target=judge.catalog.words(names(node.object.list.items)))
    elif what in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"):
        words = names(node.object.list.items)[:-1]
        judge.act("comment", target=judge.catalog.words(words))
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
    judge.act("create-statistics", target=[judge.catalog.name(item.range_var) for item in node.relations])


def _vacuum(node: Node, judge: Judge) -> None:
    options = {item.def_elem.defname for item in node.options}
    given = [judge.catalog.name(item.vacuum_relation.relation) for item in node.rels]
    every = given or sorted(
        name for name, each in judge.catalog.relations.items() if each.kind in ("table", "materialized")
    )
    children = [child.name for name in every for child in judge.catalog.children(name)]
    if not node.is_vacuumcmd:
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


def _do(node: Node, judge: Judge) -> None:
    bodies = [
        item.def_elem.arg.string.sval for item in node.args
        if item.def_elem.defname == "as" and kind(item.def_elem.arg) == "string"
    ]  # fmt: skip
    if len(bodies) == 1 and enum_unless_there(bodies[0], judge):
        return
    judge.undecided = "a DO block is a program, and what it runs is decided when it runs"


def _call(node: Node, judge: Judge) -> None:
    judge.undecided = "a procedure is a program, and what it runs is decided when it runs"


def _set(node: Node, judge: Judge) -> None:
    if node.name.lower() == "timezone":
        given = [argument.a_const.sval.sval for argument in node.args if kind(argument) == "a_const"]
        judge.catalog.utc = bool(given) and given[0].lower() in _UTC
    if node.name == "search_path":
        first = [argument.a_const.sval.sval for argument in node.args if kind(argument) == "a_const"][:1]
        judge.catalog.path = first[0] if first and first[0] not in ("public", '"$user"', "$user", "") else ""


def _publication(node: Node, judge: Judge) -> None:
    judge.act("publication")


STATEMENTS = {
    "create_trig_stmt": _trigger,
    "rule_stmt": _rule,
    "create_policy_stmt": _policy("create-policy"),
    "alter_policy_stmt": _policy("alter-policy"),
    "create_function_stmt": _function,
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
    "do_stmt": _do,
    "call_stmt": _call,
    "variable_set_stmt": _set,
    "create_publication_stmt": _publication,
    "alter_publication_stmt": _publication,
}
