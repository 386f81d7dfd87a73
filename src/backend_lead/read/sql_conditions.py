"""The comparisons in WHERE, ON and HAVING."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from backend_lead.gates.grammar import Node, SqlUnreadable, children, deparse, kind, parse, walk
from backend_lead.read.sql_facts import SqlFilter
from backend_lead.read.sql_placeholders import HOLE, named_holes
from backend_lead.read.sql_scope import Scope, parts

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SPELLED = {"~~": "like", "!~~": "not like", "~~*": "ilike", "!~~*": "not ilike", "==": "=", "!=": "<>"}
# The kinds of Node in the grammar, by number.
_ANY, _ALL, _DISTINCT, _NOT_DISTINCT, _NULLIF, _IN, _SIMILAR = 2, 3, 4, 5, 6, 7, 10
_BETWEEN = {11: "between", 12: "not between", 13: "between", 14: "not between"}
_AND, _OR, _NOT = 1, 2, 3
_TRUTH = {1: "is true", 2: "is not true", 3: "is false", 4: "is not false", 5: "is null", 6: "is not null"}
_LIST_LIMIT = 50
_TEXTS = frozenset({"text", "varchar", "bpchar", "name"})
_MEANINGFUL = frozenset({"date", "time", "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb"})


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: a column (`plain` when nothing is done to it), parameters, or constant text."""

    column: str | None = None
    plain: bool = False
    parameters: tuple[str, ...] = ()
    text: str | None = None


@dataclass(slots=True)
class Conditions:
    """Reads conditions into filters.  `parameters` names the placeholders; `subquery` reads a nested SELECT and gives
    the first column that it returns."""

    parameters: dict[int, str]
    subquery: Callable[[Node, Scope], str | None]

    def read(self, node: Node, scope: Scope, alternative: bool = False) -> Iterator[SqlFilter]:
        """Yield the filters of one condition."""
        what = kind(node)
        if what == "bool_expr":
            loose = alternative or (node.bool_expr.boolop != _AND and len(node.bool_expr.args) > 1)
            negated = node.bool_expr.boolop == _NOT
            for part in node.bool_expr.args:
                if negated and kind(part) == "column_ref":
                    yield self._filter(self.operand(part, scope), "is false", alternative)
                else:
                    yield from self.read(part, scope, loose or negated)
        elif what == "a_expr":
            yield from self._comparison(node.a_expr, scope, alternative)
        elif what in ("null_test", "boolean_test"):
            yield from self._test(node, scope, alternative)
        elif what == "sub_link":
            yield from self._membership(node, scope, alternative)
        elif what in ("column_ref", "type_cast") and self.operand(node, scope).column:
            yield self._filter(self.operand(node, scope), "is true", alternative)
        else:
            self.operand(node, scope)

    def operand(self, node: Node, scope: Scope) -> Operand:
        """Return one side of a comparison; a subquery in it is read on the way."""
        node = uncast(node)
        what = kind(node)
        if what == "column_ref":
            name = scope.resolve(names(node.column_ref.fields))
            return Operand(column=name, plain=True)
        if what == "param_ref":
            return Operand(parameters=(self.parameters.get(node.param_ref.number, str(node.param_ref.number)),))
        if what == "sub_link":
            return Operand(column=self.subquery(node.sub_link.subselect, scope), plain=True)
        if what == "a_const":
            text = constant(node)
            holes = tuple(f"{{{hole}}}" for hole in HOLE.findall(text))
            return Operand(parameters=holes, text=None if holes else text)
        return self._expression(node, scope)

    def _expression(self, node: Node, scope: Scope) -> Operand:
        columns: list[str] = []
        parameters: list[str] = []
        for part in outside_subqueries(node):
            what = kind(part)
            if what == "column_ref":
                columns.append(scope.resolve(names(part.column_ref.fields)))
            elif what == "param_ref":
                parameters.append(self.parameters.get(part.param_ref.number, str(part.param_ref.number)))
            elif what == "sub_link":
                self.subquery(part.sub_link.subselect, scope)
            elif what == "a_const":
                parameters += [f"{{{hole}}}" for hole in HOLE.findall(constant(part))]
        text = canonical(node)
        tables = {parts(column)[0] for column in columns}
        if len(tables) == 1 and not parameters:
            table = tables.pop()
            return Operand(column=f"{table}.({text})" if table else f"({text})", text=text)
        return Operand(parameters=tuple(dict.fromkeys(parameters)), text=None if parameters else text)

    def _comparison(self, expression: Node, scope: Scope, alternative: bool) -> Iterator[SqlFilter]:
        operator = _operator(expression)
        if expression.kind == _NULLIF:
            self.operand(expression.lexpr, scope), self.operand(expression.rexpr, scope)
            return
        if kind(expression.lexpr) == "row_expr":
            yield from self._rows(expression, operator, scope, alternative)
            return
        left = self.operand(expression.lexpr, scope)
        for right_node in _right_sides(expression):
            right = self.operand(right_node, scope)
            yield from self._pair(left, operator, right, alternative)

    def _rows(self, expression: Node, operator: str, scope: Scope, alternative: bool) -> Iterator[SqlFilter]:
        """`(a, b) > ($1, $2)`: each column is compared with the value at its position."""
        lefts = expression.lexpr.row_expr.args
        if kind(expression.rexpr) == "row_expr":
            for left, right in zip(lefts, expression.rexpr.row_expr.args, strict=False):
                yield from self._pair(self.operand(left, scope), operator, self.operand(right, scope), alternative)
            return
        right = self.operand(expression.rexpr, scope)
        for left in lefts:
            value = Operand(parameters=right.parameters)
            yield from self._pair(self.operand(left, scope), operator, value, alternative)

    def _pair(self, left: Operand, operator: str, right: Operand, alternative: bool) -> Iterator[SqlFilter]:
        if left.column is None and right.column is not None:
            left, right, operator = right, left, _FLIPPED.get(operator, operator)
        if left.column is None:
            return
        if right.column is not None:
            yield self._filter(left, operator, alternative, other=right.column)
            return
        for parameter in right.parameters or (None,):
            yield self._filter(left, operator, alternative, parameter=parameter, literal=right.text)

    def _test(self, node: Node, scope: Scope, alternative: bool) -> Iterator[SqlFilter]:
        if kind(node) == "null_test":
            operator = "is null" if node.null_test.nulltesttype == 1 else "is not null"
            tested = node.null_test.arg
        else:
            operator = _TRUTH.get(node.boolean_test.booltesttype, "is true")
            tested = node.boolean_test.arg
        operand = self.operand(tested, scope)
        if operand.column is not None:
            yield self._filter(operand, operator, alternative)

    def _membership(self, node: Node, scope: Scope, alternative: bool) -> Iterator[SqlFilter]:
        """`x IN (SELECT y ...)`: a semi-join; EXISTS only holds the filters inside it."""
        first = self.subquery(node.sub_link.subselect, scope)
        if not node.sub_link.HasField("testexpr"):
            return
        operator = "".join(names(node.sub_link.oper_name)) or "in"
        tested = node.sub_link.testexpr
        for left in tested.row_expr.args if kind(tested) == "row_expr" else [tested]:
            operand = self.operand(left, scope)
            if operand.column is not None:
                yield self._filter(operand, operator, alternative, other=first)

    def _filter(self, operand: Operand, operator: str, alternative: bool, *, parameter: str | None = None,
                other: str | None = None, literal: str | None = None) -> SqlFilter:
        reference = operand.column or ""
        table, column = parts(reference) if operand.plain else _expression_parts(reference)
        return SqlFilter(table, column, operator, parameter, other, literal, alternative)


def uncast(node: Node) -> Node:
    """Return what stands inside casts and COLLATE; a cast that changes a column's meaning (`created::date`) stays."""
    while kind(node) in ("type_cast", "collate_clause"):
        if kind(node) == "collate_clause":
            node = node.collate_clause.arg
            continue
        target = names(node.type_cast.type_name.names)[-1:]
        if target and target[0] in _MEANINGFUL and any(type(m).__name__ == "ColumnRef" for m in walk(node)):
            break
        node = node.type_cast.arg
    return node


def constant(node: Node) -> str:
    """Return a constant as text: a string without its quotes, a number, true, false or null."""
    value = node.a_const
    if value.isnull:
        return "null"
    what = value.WhichOneof("val")
    if what == "ival":
        return str(value.ival.ival)
    if what == "boolval":
        return "true" if value.boolval.boolval else "false"
    return str(value.fval.fval if what == "fval" else value.bsval.bsval if what == "bsval" else value.sval.sval)


def canonical(node: Node) -> str:
    """Return an expression as SQL text in one spelling: no table names before columns, no idle casts.

    A server prints `lower((email)::text)` for what a person wrote as `lower(u.email)`; both become `lower(email)`.
    """
    copy = type(node)()
    copy.CopyFrom(node)
    for message in list(walk(copy)):
        name = type(message).__name__
        if name == "ColumnRef" and len(message.fields) > 1:
            del message.fields[:-1]
        elif name == "Node":
            plain = _without_idle_casts(message)
            if plain is not message:
                kept = type(node)()
                kept.CopyFrom(plain)
                message.CopyFrom(kept)
    return named_holes(deparse(copy))


def canonical_text(text: str) -> str:
    """Return the canonical spelling of an expression that is given as text; text that cannot be read stays."""
    try:
        return canonical(parse(f"SELECT {text}")[0].stmt.select_stmt.target_list[0].res_target.val)
    except (SqlUnreadable, IndexError):
        return text


def _without_idle_casts(node: Node) -> Node:
    while kind(node) == "type_cast":
        target = names(node.type_cast.type_name.names)[-1:]
        if target[:1] != [] and target[0] not in _TEXTS and any(type(m).__name__ == "ColumnRef" for m in walk(node)):
            break
        node = node.type_cast.arg
    return node


def outside_subqueries(node: Node) -> Iterator[Node]:
    """Yield the nodes of an expression, outermost first; a subquery is yielded, and not entered."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        if type(current).__name__ == "Node":
            yield current
            if kind(current) == "sub_link":
                continue
        pending.extend(reversed(list(children(current))))


def names(nodes: Iterable[Node]) -> list[str]:
    """Return the words of a dotted name."""
    return [named_holes(node.string.sval) for node in nodes if kind(node) == "string"]


def _operator(expression: Node) -> str:
    name = names(expression.name)[-1] if expression.name else "="
    if expression.kind == _IN:
        return "in" if name == "=" else "not in"
    if expression.kind in _BETWEEN:
        return _BETWEEN[expression.kind]
    if expression.kind == _SIMILAR:
        return "similar to" if name == "~" else "not similar to"
    if expression.kind in (_DISTINCT, _NOT_DISTINCT):
        return "is distinct from" if expression.kind == _DISTINCT else "is not distinct from"
    spelled = _SPELLED.get(name, name)
    return f"{spelled} any" if expression.kind == _ANY else f"{spelled} all" if expression.kind == _ALL else spelled


def _right_sides(expression: Node) -> list[Node]:
    if kind(expression.rexpr) == "list":
        return list(expression.rexpr.list.items)[:_LIST_LIMIT]
    return [expression.rexpr]


def _expression_parts(reference: str) -> tuple[str, str]:
    table, _, text = reference.partition(".(")
    return (table, f"({text}") if text else ("", reference)
