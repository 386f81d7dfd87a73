"""DROP of everything: what still needs it, and what goes with it."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.expressions import TYPES_OF_EXTENSIONS, type_of, users_of_function, users_of_sequence
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.steps import Statement
from backend_lead.migrate.steps.indexes import drop_indexes
from backend_lead.migrate.steps.tables import drop_table, drop_tables
from backend_lead.migrate.steps.types import drop_domains, drop_types
from backend_lead.migrate.steps.views import drop_views
from backend_lead.read.sql_conditions import names


def _drop(node: Node, judge: Judge) -> None:
    what = enum_name(node, "remove_type")
    handler = {
        "OBJECT_TABLE": drop_tables,
        "OBJECT_INDEX": drop_indexes,
        "OBJECT_VIEW": drop_views,
        "OBJECT_MATVIEW": drop_views,
        "OBJECT_SEQUENCE": _drop_sequences,
        "OBJECT_TYPE": drop_types,
        "OBJECT_DOMAIN": drop_domains,
        "OBJECT_TRIGGER": _drop_trigger,
        "OBJECT_RULE": _drop_rule,
        "OBJECT_POLICY": _drop_policy,
        "OBJECT_SCHEMA": _drop_schemas,
        "OBJECT_FUNCTION": _drop_function,
        "OBJECT_EXTENSION": _drop_extension,
        "OBJECT_STATISTIC_EXT": _drop_statistics,
    }.get(what)
    if handler is not None:
        handler(node, judge)
    else:
        judge.act(f"drop-{what.removeprefix('OBJECT_').lower()}")


def _drop_sequences(node: Node, judge: Judge) -> None:
    for item in node.objects:
        name = judge.catalog.words(names(item.list.items))
        sequence = judge.catalog.relations.get(name)
        if sequence is None:
            if judge.catalog.complete and not node.missing_ok:
                judge.fail("sequence-missing", name, f"There is no sequence {name}.")
            continue
        users = users_of_sequence(sequence, judge.catalog.relations.values())
        if users and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail("still-needed", name, f"The default of {users[0]} needs {name}.")
        judge.act("drop-sequence", target=name)
        judge.catalog.relations.pop(name, None)


def _on_table(key: str) -> Statement:
    def handle(node: Node, judge: Judge) -> None:
        for item in node.objects:
            words = names(item.list.items)
            table = judge.catalog.words(words[:-1])
            relation = judge.catalog.relations.get(table)
            if key == "drop-trigger" and relation is not None and judge.catalog.complete:
                if words[-1] not in relation.triggers and not node.missing_ok:
                    judge.fail("trigger-missing", table, f"{table} has no trigger {words[-1]}.")
                relation.triggers.pop(words[-1], None)
                relation.events.pop(words[-1], None)
            if key == "drop-policy" and relation is not None:
                relation.policies.pop(words[-1], None)
            judge.act(key, target=table)

    return handle


_drop_trigger, _drop_rule, _drop_policy = _on_table("drop-trigger"), _on_table("drop-rule"), _on_table("drop-policy")


def _drop_schemas(node: Node, judge: Judge) -> None:
    for item in node.objects:
        schema = item.string.sval
        inside = [
            each
            for each in judge.catalog.relations.values()
            if (each.name.rpartition(".")[0] or "public") == schema and each.kind in ("table", "partitioned")
        ]
        if inside and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail("still-needed", schema, f"The schema {schema} holds {inside[0].name}.")
        for relation in inside:
            if relation.name in judge.catalog.relations:
                drop_table(relation, judge, cascade=True, together=[each.name for each in inside])
        judge.catalog.schemas.discard(schema)


def _drop_function(node: Node, judge: Judge) -> None:
    for item in node.objects:
        given = item.object_with_args
        words = names(given.objname)
        name = judge.catalog.words(words)
        users = [each.name for each in judge.catalog.relations.values() if name in each.triggers.values()]
        if users and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail("still-needed", users[0], f"A trigger of {users[0]} calls {name}.")
        callers = users_of_function(name, judge.catalog)
        if callers and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail("still-needed", callers[0][0], f"{callers[0][1]} calls {name}.")
        if name not in judge.catalog.functions and judge.catalog.complete and not node.missing_ok:
            judge.fail("function-missing", name, f"There is no function {name}.")
        results = judge.catalog.results
        gone = {f"{name}({', '.join(str(type_of(each.type_name)) for each in given.objargs)})"}
        if given.args_unspecified:
            gone = {signature for signature in results if signature.startswith(f"{name}(")}
        for signature in gone:
            results.pop(signature, None)
        if not any(signature.startswith(f"{name}(") for signature in results):
            judge.catalog.functions.pop(name, None)
    judge.act("drop-function")


def _drop_statistics(node: Node, judge: Judge) -> None:
    for item in node.objects:
        name = judge.catalog.words(names(item.list.items))
        table = judge.catalog.statistics.pop(name, "")
        judge.act("drop-statistics", target=table if table in judge.catalog.relations else ())


def _drop_extension(node: Node, judge: Judge) -> None:
    for item in node.objects:
        kinds = TYPES_OF_EXTENSIONS.get(item.string.sval, ())
        users = [each for kind_of in kinds for each in judge.catalog.users_of_type(kind_of)]
        if users and enum_name(node, "behavior") != "DROP_CASCADE":
            relation, column = users[0]
            place = f"{relation.name}.{column.name}"
            judge.fail("still-needed", relation.name, f"{place} is of the type {column.type.name}.")
    judge.act("drop-extension")
    for item in node.objects:
        judge.catalog.extensions.discard(item.string.sval)


STATEMENTS = {"drop_stmt": _drop}
