"""A syntax tree → the facts of one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_lead.gates.grammar import Node, deparse, kind, walk
from backend_lead.read.sql_conditions import Conditions, canonical, constant, names, outside_subqueries, uncast
from backend_lead.read.sql_facts import SqlFilter, SqlStatement
from backend_lead.read.sql_placeholders import named_holes
from backend_lead.read.sql_scope import Scope, Source

_AGGREGATES = frozenset({"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "array_agg", "string_agg",
                         "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "stddev", "variance",
                         "percentile_cont", "percentile_disc", "mode"})
_WRITES = {"insert_stmt": "insert", "update_stmt": "update", "delete_stmt": "delete", "merge_stmt": "update",
           "truncate_stmt": "delete"}
_AROUND_A_QUERY = frozenset({"declare_cursor_stmt", "prepare_stmt", "copy_stmt"})
_ONE_SELECT = 1  # SETOP_NONE of the grammar; what is above joins two SELECTs.


@dataclass(slots=True)
class StatementReader:
    """Reads one statement; `parameters` names its placeholders by number."""

    parameters: dict[int, str]
    tables: list[str] = field(default_factory=list)
    filters: list[SqlFilter] = field(default_factory=list)
    written: str | None = None
    operation: str = ""
    _conditions: Conditions = field(init=False)

    def __post_init__(self) -> None:
        self._conditions = Conditions(self.parameters, self._first_output)

    def read(self, node: Node) -> SqlStatement:
        """Return the facts of a statement; one that neither reads nor writes rows has the operation `other`."""
        what = kind(node)
        if what in _AROUND_A_QUERY and getattr(node, what).HasField("query"):
            return self.read(getattr(node, what).query)
        if what == "select_stmt" and not node.select_stmt.HasField("into_clause"):
            return self._read_select(node.select_stmt)
        if what in _WRITES:
            columns, assignments, single = self._write(node, Scope())
            return self._statement(_WRITES[what], columns=columns, assignments=assignments, single=single)
        for message in walk(node):
            if type(message).__name__ == "RangeVar":
                self._table(message)
        if what == "copy_stmt":
            return self._statement("insert" if node.copy_stmt.is_from else "select")
        return self._statement("other")

    def _statement(self, operation: str, *, columns: Iterable[str] = (), order_by: Iterable[str] = (),
                   limit: str | None = None, offset: str | None = None, single: bool = False,
                   assignments: Iterable[tuple[str, str | None]] = ()) -> SqlStatement:
        tables = tuple(dict.fromkeys([*([self.written] if self.written else []), *self.tables]))
        return SqlStatement(self.operation or operation, tables, tuple(dict.fromkeys(columns)),
                            tuple(dict.fromkeys(self.filters)), tuple(dict.fromkeys(order_by)), limit, offset, single,
                            tuple(dict.fromkeys(assignments)), self.written)

    def _read_select(self, select: Node) -> SqlStatement:
        scope = Scope()
        source = self._select(select, scope)
        order = [self._ordered(item.sort_by.node, scope, source) for item in select.sort_clause]
        limit, offset = self._bound(select, "limit_count"), self._bound(select, "limit_offset")
        single = limit == "1" or _one_row(select)
        return self._statement("select", columns=source.every(), order_by=order, limit=limit, offset=offset,
                               single=single)

    def _bound(self, select: Node, part: str) -> str | None:
        """Return LIMIT or OFFSET: digits, `$name`, or an expression; ALL is no limit."""
        if not select.HasField(part):
            return None
        node: Node = uncast(getattr(select, part))
        if kind(node) == "a_const":
            text = constant(node)
            return None if text == "null" else text
        if kind(node) == "param_ref":
            return self._named(f"${node.param_ref.number}")
        return self._named(deparse(node))

    def _named(self, text: str) -> str:
        """Write placeholders by their names: `$limit`, and a hole as `{0}`."""
        for number, name in sorted(self.parameters.items(), reverse=True):
            text = text.replace(f"${number}", name if name.startswith("{") else f"${name}")
        return named_holes(text)

    def _ordered(self, node: Node, scope: Scope, source: Source) -> str:
        """Return what an ORDER BY item sorts by: a column, through an output's name or number, or an expression."""
        outputs = list(source.outputs)
        if kind(node) == "a_const" and node.a_const.WhichOneof("val") == "ival":
            index = node.a_const.ival.ival - 1
            return (source.outputs[outputs[index]] or outputs[index]) if 0 <= index < len(outputs) else constant(node)
        if kind(node) == "column_ref":
            fields = names(node.column_ref.fields)
            if len(fields) == 1 and source.outputs.get(fields[0]):
                return source.outputs[fields[0]] or fields[0]
            return scope.resolve(fields)
        if kind(node) == "param_ref":
            return self._named(f"${node.param_ref.number}")
        operand = self._conditions.operand(node, scope)
        return operand.column or f"({self._named(canonical(node))})"

    def _first_output(self, node: Node, scope: Scope) -> str | None:
        source = self._query(node, Scope(parent=scope))
        every = source.every()
        return every[0] if every and not every[0].endswith("*") else None

    def _query(self, node: Node, scope: Scope) -> Source:
        """Read a nested query: a SELECT, or a write with RETURNING inside WITH."""
        what = kind(node)
        if what == "select_stmt":
            return self._select(node.select_stmt, scope)
        if what in _WRITES:
            columns, _, _ = self._write(node, scope)
            self.operation = self.operation or _WRITES[what]
            stars = tuple(column[:-2] for column in columns if column.endswith(".*"))
            return Source(outputs={c.rsplit(".", 1)[-1]: c for c in columns if not c.endswith("*")}, stars=stars)
        return Source()

    def _select(self, select: Node, scope: Scope) -> Source:
        """Read a SELECT inside a scope made for it; return what it gives to the query around it."""
        self._with(select.with_clause, scope)
        if select.op > _ONE_SELECT:
            left = self._select(select.larg, Scope(parent=scope))
            right = self._select(select.rarg, Scope(parent=scope))
            # The other side's columns come out under the names of this side, and are shown as well.
            outputs = left.outputs | {f"{name} of {len(left.outputs)}": c for name, c in right.outputs.items() if c}
            return Source(outputs=outputs, stars=tuple(dict.fromkeys((*left.stars, *right.stars))))
        self._from(select.from_clause, scope)
        outputs, stars = self._targets(select.target_list, scope)
        for part in ("where_clause", "having_clause"):
            if select.HasField(part):
                self.filters += self._conditions.read(getattr(select, part), scope)
        for row in select.values_lists:
            for value in row.list.items:
                self._conditions.operand(value, scope)
        return Source(outputs=outputs, stars=tuple(stars))

    def _targets(self, targets: Iterable[Node], scope: Scope) -> tuple[dict[str, str | None], list[str]]:
        """Return the outputs of a SELECT list or RETURNING by name, and the tables that `*` passes on whole."""
        outputs: dict[str, str | None] = {}
        stars: list[str] = []
        for target in targets:
            value = target.res_target.val
            columns = self._columns(value, scope)
            stars += [column[:-2] for column in columns if column.endswith(".*")]
            plain = [column for column in columns if not column.endswith("*")]
            if kind(value) == "column_ref" and plain and not _is_star(value):
                outputs[target.res_target.name or plain[0].rsplit(".", 1)[-1]] = plain[0]
            elif _is_star(value):
                outputs |= {column.rsplit(".", 1)[-1]: column for column in plain}
            else:
                # An expression gives each column that it shows; the first under the name that it is given.
                for index, column in enumerate(plain):
                    named = target.res_target.name if index == 0 else ""
                    outputs.setdefault(named or column.rsplit(".", 1)[-1], column)
        return outputs, stars

    def _columns(self, node: Node, scope: Scope) -> list[str]:
        """Return the columns that an expression shows; those that are only counted are not shown."""
        found: list[str] = []
        counted = {argument.column_ref.location for part in outside_subqueries(node) if _is_call(part, {"count"})
                   for argument in part.func_call.args if kind(argument) == "column_ref"}
        for part in outside_subqueries(node):
            what = kind(part)
            if what == "column_ref" and _is_star(part):
                found += scope.every(names(part.column_ref.fields))
            elif what == "column_ref" and part.column_ref.location not in counted:
                found.append(self._column_or_row(names(part.column_ref.fields), scope))
            elif what == "sub_link":
                source = self._query(part.sub_link.subselect, Scope(parent=scope))
                found += source.every() if part.sub_link.sub_link_type != 1 else []
        return found

    def _column_or_row(self, fields: list[str], scope: Scope) -> str:
        """`row_to_json(o)` shows every column of the table behind `o`."""
        if len(fields) == 1 and fields[0] in scope.sources and scope.sources[fields[0]].table:
            return f"{scope.sources[fields[0]].table}.*"
        return scope.resolve(fields)

    def _with(self, clause: Node, scope: Scope) -> None:
        for node in clause.ctes:
            query = node.common_table_expr
            if clause.recursive:
                scope.queries[query.ctename] = Source()
            source = self._query(query.ctequery, Scope(parent=scope))
            renamed = names(query.aliascolnames)
            if renamed:
                source = Source(outputs=dict(zip(renamed, source.outputs.values(), strict=False)), stars=source.stars)
            scope.queries[query.ctename] = source

    def _from(self, items: Iterable[Node], scope: Scope) -> None:
        conditions: list[Node] = []
        for item in items:
            self._from_item(item, scope, conditions)
        for join in conditions:
            if join.HasField("quals"):
                self.filters += self._conditions.read(join.quals, scope)

    def _from_item(self, item: Node, scope: Scope, conditions: list[Node]) -> list[Source]:
        """Put what stands in FROM into the scope; ON is read when all names are known."""
        what = kind(item)
        if what == "range_var":
            return [self._relation(item.range_var, scope)]
        if what == "join_expr":
            left = self._from_item(item.join_expr.larg, scope, conditions)
            right = self._from_item(item.join_expr.rarg, scope, conditions)
            self._using(names(item.join_expr.using_clause), left, right)
            conditions.append(item.join_expr)
            return left + right
        if what == "range_subselect":
            source = self._query(item.range_subselect.subquery, Scope(parent=scope))
            alias = item.range_subselect.alias
            renamed = names(alias.colnames)
            if renamed:
                source = Source(outputs=dict(zip(renamed, source.outputs.values(), strict=False)), stars=source.stars)
            scope.sources[alias.aliasname or f"?{len(scope.sources)}"] = source
            return [source]
        if what == "range_table_sample":
            return self._from_item(item.range_table_sample.relation, scope, conditions)
        if what == "range_function":
            for function in item.range_function.functions:
                self._conditions.operand(function, scope)
            alias = item.range_function.alias
            scope.sources[alias.aliasname or f"?{len(scope.sources)}"] = Source(
                outputs=dict.fromkeys(names(alias.colnames) or [alias.aliasname]))
        return []

    def _using(self, columns: list[str], left: list[Source], right: list[Source]) -> None:
        """`JOIN b USING (x)` compares a.x with b.x."""
        for column in columns:
            sides = [(source.table or "", source.column(column)) for source in (left[-1:] + right[:1])]
            if len(sides) == 2 and sides[0][0]:
                self.filters.append(SqlFilter(sides[0][0], column, "=", other=sides[1][1]))

    def _relation(self, relation: Node, scope: Scope, *, written: bool = False) -> Source:
        query = None if relation.schemaname or written else scope.query(relation.relname)
        source = query or Source(table=self._table(relation))
        scope.sources[relation.alias.aliasname or relation.relname] = source
        return source

    def _table(self, relation: Node) -> str:
        schema = relation.schemaname if relation.schemaname not in ("", "public") else ""
        name = named_holes(f"{schema}.{relation.relname}" if schema else relation.relname)
        if name not in self.tables:
            self.tables.append(name)
        return name

    def _write(self, node: Node, scope: Scope) -> tuple[list[str], list[tuple[str, str | None]], bool]:
        """Read a write; return the columns of RETURNING, what it sets, and whether it writes at most one row."""
        what = kind(node)
        if what == "truncate_stmt":
            written = [self._table(relation.range_var) for relation in node.truncate_stmt.relations]
            self.written = self.written or written[0]
            return [], [], False
        statement = getattr(node, what)
        self._with(statement.with_clause, scope)
        target = self._relation(statement.relation, scope, written=True)
        if self.written is None:
            self.written = target.table
        scope.sources |= {"excluded": target, "new": target, "old": target}
        assignments: list[tuple[str, str | None]] = []
        single = False
        if what == "insert_stmt":
            assignments, single = self._insert(statement, scope)
        elif what == "update_stmt":
            self._from(statement.from_clause, scope)
            assignments = self._assigned(statement.target_list, scope)
        elif what == "delete_stmt":
            self._from(statement.using_clause, scope)
        else:
            self._from([statement.source_relation], scope)
            self.filters += self._conditions.read(statement.join_condition, scope)
            for clause in statement.merge_when_clauses:
                assignments += self._assigned(clause.merge_when_clause.target_list, scope)
        if what in ("update_stmt", "delete_stmt") and statement.HasField("where_clause"):
            self.filters += self._conditions.read(statement.where_clause, scope)
        del scope.sources["excluded"], scope.sources["new"], scope.sources["old"]
        outputs, stars = self._targets(statement.returning_clause.exprs, scope)
        return Source(outputs=outputs, stars=tuple(stars)).every(), assignments, single

    def _insert(self, statement: Node, scope: Scope) -> tuple[list[tuple[str, str | None]], bool]:
        columns = [column.res_target.name for column in statement.cols]
        select = statement.select_stmt.select_stmt
        rows = [list(row.list.items) for row in select.values_lists]
        assignments: list[tuple[str, str | None]] = []
        if rows:
            for row in rows[:1]:
                for name, value in zip(columns, row, strict=False):
                    assignments.append((named_holes(name), self._parameter(value, scope)))
        else:
            assignments = [(named_holes(name), None) for name in columns]
            self._query(statement.select_stmt, Scope(parent=scope, sources={}))
        conflict = statement.on_conflict_clause
        assignments += self._assigned(conflict.target_list, scope)
        if conflict.HasField("where_clause"):
            self.filters += self._conditions.read(conflict.where_clause, scope)
        return assignments, len(rows) == 1

    def _assigned(self, targets: Iterable[Node], scope: Scope) -> list[tuple[str, str | None]]:
        found = []
        for target in targets:
            value = target.res_target.val
            if kind(value) == "multi_assign_ref":
                source, position = value.multi_assign_ref.source, value.multi_assign_ref.colno - 1
                rows = source.row_expr.args
                value = rows[position] if 0 <= position < len(rows) else source
            found.append((named_holes(target.res_target.name), self._parameter(value, scope)))
        return found

    def _parameter(self, value: Node, scope: Scope) -> str | None:
        """Return the placeholder that a value comes from, also through a cast or a function."""
        parameters = self._conditions.operand(value, scope).parameters
        return parameters[0] if parameters else None


def _is_call(node: Node, functions: frozenset[str] | set[str]) -> bool:
    return kind(node) == "func_call" and bool(functions.intersection(names(node.func_call.funcname)[-1:]))


def _is_star(node: Node) -> bool:
    return kind(node) == "column_ref" and bool(node.column_ref.fields) and kind(node.column_ref.fields[-1]) == "a_star"


def _one_row(select: Node) -> bool:
    """Say whether a SELECT always gives one row: an aggregate without GROUP BY, or nothing to select from."""
    if select.op > _ONE_SELECT or select.group_clause or len(select.values_lists) > 1:
        return False
    if not select.from_clause:
        return True
    return any(_is_call(part, _AGGREGATES) and not part.func_call.HasField("over")
               for target in select.target_list for part in outside_subqueries(target.res_target.val))
