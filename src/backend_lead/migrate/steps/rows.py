"""Rows: inserted, changed, deleted, read."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.gates.grammar import Node, enum_name, kind, walk, wrapped
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.expressions import kind_or_empty
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import is_null, primary_key
from backend_lead.migrate.refusing import refused
from backend_lead.migrate.resolving import Use, use_of
from backend_lead.migrate.steps.alter_table import heads_of, indexes_of
from backend_lead.migrate.steps.picking import no_partition_takes, partitions_met, picks_few, says_already
from backend_lead.migrate.steps.references import follow_change, follow_deletion, follow_values, holding_on
from backend_lead.migrate.values import fits
from backend_lead.read.sql_conditions import names


def read_query(node: Node, judge: Judge, key: str = "select") -> None:
    """Judge what a query reads: nobody waits for it, but it goes through rows."""
    used = _checked(node, judge)
    # Without data a query is only understood, and what lies behind its relations is not opened.
    bare = key.endswith("-without-data")
    sources = list(dict.fromkeys(used.relations)) if bare else with_what_is_behind(used.relations, judge)
    picked = picks_few(node, judge)
    judge.act(key, sources=sources, source_indexes=indexes_of(sources, judge), source_heads=heads_of(sources, judge))
    if picked:
        for name in sources:
            judge.work.pop(name, None)
            judge.scans.discard(name)


def with_what_is_behind(found: list[str], judge: Judge) -> list[str]:
    """Return the relations with what views read behind them, and partitions."""
    every: list[str] = []
    for name in found:
        every.append(name)
        relation = judge.catalog.relations.get(name)
        if relation is not None and relation.kind == "view":
            every += with_what_is_behind(sorted(relation.relations), judge)
        every += [child.name for child in judge.catalog.children(name)]
    return list(dict.fromkeys(every))


def _checked(node: Node, judge: Judge) -> Use:
    used = use_of(node, judge.catalog)
    if judge.catalog.complete:
        for name in used.relations:
            if name not in judge.catalog.relations and "." not in name and not name.startswith("pg_"):
                judge.fail("table-missing", name, f"There is no table {name}.")
        for name, column in used.columns:
            relation = judge.catalog.relations.get(name)
            if relation is not None and relation.columns and column not in relation.columns and relation.kind != "view":
                judge.fail("column-missing", name, f"{name} has no column {column}.")
    for name, column, text in used.literals:
        relation = judge.catalog.relations.get(name)
        if relation is not None and column in relation.columns:
            own = judge.catalog.types.get(relation.columns[column].type.name)
            if own is not None and own.kind == "enum" and text in own.fresh:
                judge.fail(
                    "fresh-enum-value",
                    name,
                    f"{text!r} was added to {own.name} in this transaction: PostgreSQL takes it only after the commit.",
                )
            elif own is not None and own.kind == "enum" and text not in own.values:
                judge.fail("wrong-value", name, f"{text!r} is no value of {own.name}.")
    return used


def _written(node: Node, judge: Judge) -> tuple[str, Relation | None]:
    name = judge.catalog.name(node.relation)
    relation = judge.catalog.relations.get(name)
    if relation is None and judge.catalog.complete and not _is_query(node, name) and not name.startswith("pg_"):
        judge.fail("table-missing", name, f"There is no table {name}.")
    return name, relation


def _is_query(node: Node, name: str) -> bool:
    return any(item.common_table_expr.ctename == name for item in node.with_clause.ctes)


def _insert(node: Node, judge: Judge) -> None:
    name, relation = _written(node, judge)
    whole = _whole("insert_stmt", node)
    used = _checked(whole, judge)
    sources = with_what_is_behind([each for each in used.relations if each != name], judge)
    family = (
        [child.name for child in judge.catalog.children(name)]
        if relation is not None and relation.kind == "partitioned"
        else []
    )
    judge.act(
        "insert",
        target=name,
        children=family,
        sources=sources,
        source_indexes=indexes_of(sources, judge),
        source_heads=heads_of(sources, judge),
        sequences=_counted(relation, [column.res_target.name for column in node.cols], judge),
    )
    given = [column.res_target.name for column in node.cols] or list(relation.columns if relation is not None else ())
    follow_values(relation, given, judge)
    if node.HasField("on_conflict_clause") and node.on_conflict_clause.HasField("infer"):
        # The planner opens the indexes to find the one that decides; a plain INSERT lets go of them again.
        judge.act("insert-on-conflict", indexes=indexes_of([name, *family], judge))
    if node.HasField("on_conflict_clause") and relation is not None and not relation.new and from_many(node):
        if node.on_conflict_clause.target_list:
            judge.works_on(name, "write")
        for target in node.on_conflict_clause.target_list:
            _overwritten(name, target.res_target.name, judge)
    _missing_values(node, relation, judge)
    select = node.select_stmt.select_stmt if node.HasField("select_stmt") else None
    from_query = select is not None and not select.values_lists
    if relation is not None:
        relation.emptied = False
    if from_query and relation is not None:
        relation.filled = True
        _carried_over(node, given, relation, judge)
        if sources:
            judge.work[sources[0]] = "copy"
    elif relation is not None and relation.new:
        relation.filled = False
    if not from_query:
        for each in sources:
            judge.work.pop(each, None)


def _carried_over(node: Node, given: list[str], relation: Relation, judge: Judge) -> None:
    """A new table that takes columns of every row of another, with its key, holds what these columns held."""
    select = node.select_stmt.select_stmt
    whole = not any(select.HasField(each) for each in ("where_clause", "limit_count", "limit_offset", "having_clause"))
    tables = [judge.catalog.name(each.range_var) for each in select.from_clause if kind(each) == "range_var"]
    if not relation.new or not whole or len(tables) != 1 or len(select.from_clause) != 1 or select.group_clause:
        return
    taken = [each.res_target.val for each in select.target_list]
    carried = {
        target: names(value.column_ref.fields)[-1]
        for target, value in zip(given, taken, strict=False)
        if kind(value) == "column_ref" and kind(value.column_ref.fields[-1]) == "string"
    }
    key = primary_key(judge.catalog, tables[0])
    if key and set(key) <= set(carried.values()):
        for target, column in carried.items():
            if target in relation.columns:
                relation.columns[target].depends_on |= {f"={tables[0]}.{column}"}


def _counted(relation: Relation | None, given: list[str], judge: Judge) -> list[str]:
    """The sequences that give the columns which the statement leaves out."""
    if relation is None or not given:
        return []
    left = {f"{relation.name}.{column}" for column in relation.columns if column not in given}
    return sorted(
        each.name for each in judge.catalog.relations.values() if each.kind == "sequence" and each.owned in left
    )


def _overwritten(table: str, column: str, judge: Judge) -> None:
    judge.lose(
        "values-overwritten",
        table,
        f"What {table}.{column} held is written over, and the way down cannot bring it back.",
        certain=False,
    )


def from_many(node: Node) -> bool:
    """Say whether an INSERT takes its rows from a query."""
    return bool(node.HasField("select_stmt") and not node.select_stmt.select_stmt.values_lists)


def _missing_values(node: Node, relation: Relation | None, judge: Judge) -> None:
    """A column that may not be NULL and has no default must be given."""
    if relation is None or not relation.columns or not node.HasField("select_stmt"):
        return
    columns = [column.res_target.name for column in node.cols]
    rows = node.select_stmt.select_stmt.values_lists
    if not columns:
        columns = list(relation.columns)[: len(rows[0].list.items)] if rows else list(relation.columns)
    for column in relation.columns.values():
        if column.identity == "always" and column.name in columns and node.override not in (2, 3):
            judge.fail(
                "identity-given",
                relation.name,
                f"{relation.name}.{column.name} is GENERATED ALWAYS: give it by OVERRIDING SYSTEM VALUE.",
            )
        if column.generated and column.name in columns and (not rows or _gives(rows, columns.index(column.name))):
            judge.fail(
                "generated-given", relation.name, f"{relation.name}.{column.name} is generated."
            )
        needed = column.not_null and not (column.has_default or column.identity or column.generated)
        if needed and column.name not in columns:
            judge.fail(
                "null-inserted", relation.name, f"{relation.name}.{column.name} may not be NULL and gets no value."
            )
    for row in rows:
        given = dict(zip(columns, row.list.items, strict=False))
        homeless = no_partition_takes(relation, given, judge) if relation.key_columns else ""
        if homeless:
            judge.fail("no-partition", relation.name, f"No partition of {relation.name} takes {homeless!r}.")
        for check in relation.constraints_of("check"):
            if check.enforced and refused(check.text, given):
                judge.fail("refused", relation.name, f"{check.name} of {relation.name} does not allow it.")
        for name, value in given.items():
            if name in relation.columns:
                wrong = fits(value, relation.columns[name].type, judge.catalog)
                if wrong:
                    judge.fail("wrong-value", relation.name, f"{wrong}: {relation.name}.{name}.")


def _gives(rows: Sequence[Node], position: int) -> bool:
    """Say whether any row has something else than DEFAULT there."""
    given = [row.list.items[position] for row in rows if position < len(row.list.items)]
    return any(kind(value) != "set_to_default" for value in given)


def _update(node: Node, judge: Judge) -> None:
    name, relation = _written(node, judge)
    used = _checked(_whole("update_stmt", node), judge)
    sources = with_what_is_behind([each for each in used.relations if each != name], judge)
    family = partitions_met(name, only_where(node), judge)
    judge.act(
        "update",
        target=name,
        children=family,
        indexes=indexes_of([name, *family], judge),
        heads=heads_of([name], judge),
        sources=sources,
        source_indexes=indexes_of(sources, judge),
        source_heads=heads_of(sources, judge),
    )
    changed = [target.res_target.name for target in node.target_list if not is_null(target.res_target.val)]
    follow_values(relation, changed, judge)
    follow_change(name, changed, judge)
    _row_locks(node, name, family, judge)
    _overwrites(node, name, relation, judge)
    _checked_again(name, relation, judge)


def _checked_again(name: str, relation: Relation | None, judge: Judge) -> None:
    """Rows that were there before a constraint are held against it when they are written, whatever is written."""
    unproven = [each for each in relation.constraints_of("check") if not each.valid] if relation is not None else []
    if unproven and relation is not None and not relation.new and any(each.enforced for each in unproven):
        judge.fail(
            "row-in-the-way",
            name,
            f"It ends at the first row that {unproven[0].name}, which was never validated, does not allow.",
            certain=False,
        )


def _row_locks(node: Node, name: str, family: list[str], judge: Judge) -> None:
    """Every row that is written stays locked until the transaction ends."""
    few = picks_few(only_where(node), judge, name)
    for each in (name, *family):
        if few:
            judge.work.pop(each, None)
            judge.scans.discard(each)
        elif each in judge.work:
            judge.work[each] = "write"


def only_where(node: Node) -> Node | None:
    """Return the condition of a statement, None where it has none."""
    return node.where_clause if node.HasField("where_clause") else None


def _overwrites(node: Node, name: str, relation: Relation | None, judge: Judge) -> None:
    """What columns held before is gone when they are set, unless they held nothing or were made by the change."""
    where = only_where(node)
    empty = _only_nulls(where) if where is not None else frozenset()
    for target in node.target_list:
        column = relation.columns.get(target.res_target.name) if relation is not None else None
        if column is None:
            continue
        value = target.res_target.val
        if kind(value) == "column_ref" and (where is None or _not_null_of(where, value)):
            column.depends_on |= {f"={names(value.column_ref.fields)[-1]}"}
        made = column.new or relation is None or relation.new
        if where is None or column.name in empty or _covers_nulls(where, column.name):
            column.filled = True
        if made or column.name in empty or (where is not None and says_already(where, column.name, value)):
            continue
        _overwritten(name, column.name, judge)


def _not_null_of(where: Node, value: Node) -> bool:
    """`WHERE new IS NULL` and `WHERE old IS NOT NULL` leave nothing of the old column behind."""
    return kind(where) == "null_test"


def _only_nulls(where: Node) -> frozenset[str]:
    """The columns that are NULL in every row that is picked."""
    if kind(where) == "null_test" and where.null_test.nulltesttype == 1 and kind(where.null_test.arg) == "column_ref":
        return frozenset(names(where.null_test.arg.column_ref.fields)[-1:])
    if kind(where) == "bool_expr" and where.bool_expr.boolop == 1:
        return frozenset().union(*(_only_nulls(part) for part in where.bool_expr.args))
    return frozenset()


def _covers_nulls(where: Node, column: str) -> bool:
    return _only_nulls(where) == {column} and kind(where) == "null_test"


def _delete(node: Node, judge: Judge) -> None:
    name, relation = _written(node, judge)
    used = _checked(_whole("delete_stmt", node), judge)
    sources = with_what_is_behind([each for each in used.relations if each != name], judge)
    family = partitions_met(name, only_where(node), judge)
    judge.act(
        "delete",
        target=name,
        children=family,
        indexes=indexes_of([name, *family], judge),
        heads=heads_of([name], judge),
        sources=sources,
        source_indexes=indexes_of(sources, judge),
        source_heads=heads_of(sources, judge),
    )
    follow_deletion(name, judge)
    _row_locks(node, name, family, judge)
    if relation is None or not (relation.new or relation.temporary):
        which = "Every row" if only_where(node) is None else "What is deleted"
        judge.lose("rows-deleted", name, f"{which} of {name} is gone, and the way down cannot bring it back.")
        holder = holding_on(name, judge)
        if holder:
            judge.fail(
                "row-in-the-way",
                name,
                f"It ends at the first row of {holder} that refers to what is deleted.",
                certain=False,
            )
        if relation is not None and only_where(node) is None:
            relation.emptied = True


def _merge(node: Node, judge: Judge) -> None:
    name, _ = _written(node, judge)
    used = _checked(_whole("merge_stmt", node), judge)
    sources = with_what_is_behind([each for each in used.relations if each != name], judge)
    commands = {enum_name(clause.merge_when_clause, "command_type") for clause in node.merge_when_clauses}
    writes = bool(commands & {"CMD_UPDATE", "CMD_DELETE"})
    judge.act(
        "merge",
        target=name,
        indexes=indexes_of([name], judge),
        sources=sources,
        source_indexes=indexes_of(sources, judge),
    )
    relation = judge.catalog.relations.get(name)
    for clause in node.merge_when_clauses:
        given = [target.res_target.name for target in clause.merge_when_clause.target_list]
        follow_values(relation, given, judge)
        if enum_name(clause.merge_when_clause, "command_type") == "CMD_UPDATE":
            follow_change(name, given, judge)
            for column in given if not (relation and relation.new) else ():
                _overwritten(name, column, judge)
    if writes:
        judge.works_on(name, "write")
    if "CMD_DELETE" in commands:
        follow_deletion(name, judge)
        judge.lose("rows-deleted", name, f"What is deleted of {name} is gone, and the way down cannot bring it back.")


def _select(node: Node, judge: Judge) -> None:
    for part in walk(node):
        if kind_or_empty(part) == "func_call" and names(part.func_call.funcname)[-1] in ("setval", "nextval"):
            for argument in part.func_call.args:
                text = argument.type_cast.arg if kind(argument) == "type_cast" else argument
                if kind(text) == "a_const" and text.a_const.WhichOneof("val") == "sval":
                    judge.act("set-sequence", target=text.a_const.sval.sval)
    read_query(_whole("select_stmt", node), judge)


def _copy(node: Node, judge: Judge) -> None:
    if node.HasField("relation"):
        name = judge.catalog.name(node.relation)
        if node.is_from:
            judge.act("insert", target=name)
        else:
            judge.act("select", sources=name, source_indexes=indexes_of([name], judge))


def _whole(what: str, node: Node) -> Node:
    """Return a Node around a statement."""
    return wrapped(what, node)


STATEMENTS = {
    "insert_stmt": _insert,
    "update_stmt": _update,
    "delete_stmt": _delete,
    "merge_stmt": _merge,
    "select_stmt": _select,
    "copy_stmt": _copy,
}
