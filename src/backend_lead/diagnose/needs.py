"""What a query asks of each table, read from its plan: the planner has resolved views, names and subqueries already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, kind, parse, walk

_CLAUSES = ("Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "TID Cond")
_RANGES = frozenset({"<", "<=", ">", ">=", "~>~", "~>=~", "~<~", "~<=~"})
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "@>": "<@", "<@": "@>", "&&": "&&"}
_CONTAINS = frozenset({"@>", "<@", "&&", "?", "?|", "?&", "@@", "@?", "<->"})
_LIKE = {"~~": "like", "~~*": "ilike", "~": "regex", "~*": "regex"}


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order: SQL text, descending, and where nulls go when that is not what follows from it."""

    text: str
    descending: bool = False
    nulls: str = ""

    @property
    def sql(self) -> str:
        """The key as an index definition writes it."""
        return self.text + (" DESC" if self.descending else "") + (f" NULLS {self.nulls}" if self.nulls else "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on one table: key text, kind (equal, in, range, join, like, contains, null), operator, and the
    condition itself without the table's name, "" where it is not the table's alone.  `constant`: it is compared with a
    literal.  `prefix`: a pattern with a fixed beginning.  `alternative`: it stands under OR."""

    key: str
    kind: str
    operator: str
    condition: str = ""
    constant: bool = False
    prefix: bool = False
    alternative: bool = False


@dataclass(slots=True)
class Need:
    """What one query asks of one table under one alias.  `columns` are those that it reads of it, `orders` the orders
    in which rows are wanted, `limited` whether only the first of them."""

    schema: str
    table: str
    alias: str
    comparisons: list[Comparison] = field(default_factory=list)
    orders: list[tuple[OrderKey, ...]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    limited: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """The table's schema and name."""
        return self.schema, self.table


def needs_of(plan: Mapping[str, Any], roots: Mapping[tuple[str, str], tuple[str, str]] | None = None) -> list[Need]:
    """Return the needs of a plan that EXPLAIN (VERBOSE, FORMAT JSON) gave, its outermost node.

    `roots` leads from a partition to the table it is a part of, which is the one that gets an index.
    """
    found: dict[str, Need] = {}
    nodes = list(_nodes(plan))
    for node in nodes:
        if "Relation Name" in node and "Alias" in node and node["Node Type"] != "ModifyTable":
            name = (node.get("Schema", "public"), node["Relation Name"])
            schema, table = (roots or {}).get(name, name)
            found.setdefault(node["Alias"], Need(schema, table, node["Alias"]))
    for node in nodes:
        for label in _CLAUSES:
            for text in _conjuncts(node.get(label, "")):
                _add_condition(text, found)
        for text in node.get("Output", ()):
            _add_columns(text, found)
    _add_orders(plan, found, limited=False)
    return list(found.values())


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    pending = [plan]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.get("Plans", ())))


def _conjuncts(text: str) -> list[str]:
    """Cut a condition at the ANDs of its outermost level, without parsing: a subplan inside is no SQL."""
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    parts, depth, start, position = [], 0, 0, 0
    between = False
    for token in re.finditer(r"'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|[()]|\bAND\b|\bBETWEEN\b", text):
        word, position = token.group(), token.start()
        if word in "()":
            depth += 1 if word == "(" else -1
        elif word == "BETWEEN" and depth == 0:
            between = True
        elif word == "AND" and depth == 0:
            if between:
                between = False
                continue
            parts.append(text[start:position])
            start = token.end()
    parts.append(text[start:])
    if len(parts) == 1:
        return [text] if text else []
    return [each for part in parts for each in _conjuncts(part)]


def _closes_at_end(text: str) -> bool:
    depth = 0
    for token in re.finditer(r"'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|[()]", text):
        if token.group() in "()":
            depth += 1 if token.group() == "(" else -1
            if depth == 0:
                return token.end() == len(text)
    return False


def _expression(text: str) -> Node | None:
    try:
        node: Node = parse(f"SELECT {text}")[0].stmt.select_stmt.target_list[0].res_target.val
    except (SqlUnreadable, IndexError):
        return None
    return node


def _add_columns(text: str, found: Mapping[str, Need]) -> None:
    node = _expression(text)
    if node is not None:
        for alias, column in _columns(node):
            for need in _of_alias(alias, found):
                need.columns.add(column)


def _of_alias(alias: str, found: Mapping[str, Need]) -> list[Need]:
    """A plan over one table writes its columns without the table's name."""
    if alias:
        return [found[alias]] if alias in found else []
    return list(found.values()) if len(found) == 1 else []


def _columns(node: Node) -> Iterator[tuple[str, str]]:
    for each in walk(node):
        if type(each).__name__ == "ColumnRef":
            words = [part.string.sval for part in each.fields if kind(part) == "string"]
            if words:
                yield words[-2] if len(words) > 1 else "", words[-1]


def _aliases(node: Node) -> set[str]:
    return {alias for alias, _ in _columns(node)}


def _add_condition(text: str, found: Mapping[str, Need]) -> None:
    node = _expression(text)
    if node is None:
        return
    for alias, column in _columns(node):
        for need in _of_alias(alias, found):
            need.columns.add(column)
    for arm, alternative in _arms(node):
        for alias in sorted(_aliases(arm)):
            comparison = _comparison(arm, alias)
            if comparison is None:
                continue
            comparison = replace(comparison, alternative=alternative)
            for need in _of_alias(alias, found):
                if comparison not in need.comparisons:
                    need.comparisons.append(comparison)


def _arms(node: Node, *, alternative: bool = False) -> Iterator[tuple[Node, bool]]:
    """Yield the conditions under AND and OR, with whether an OR stands above."""
    if kind(node) == "bool_expr" and len(node.bool_expr.args) > 1:
        is_or = _enum(node.bool_expr, "boolop") == "OR_EXPR"
        for argument in node.bool_expr.args:
            yield from _arms(argument, alternative=alternative or is_or)
    else:
        yield node, alternative


def _comparison(node: Node, alias: str) -> Comparison | None:
    """Return what a condition says of one alias, None when no index could use it."""
    what = kind(node)
    alone = _aliases(node) == {alias}
    condition = key_text(node, alias) if alone else ""
    if what == "column_ref":
        return Comparison(key_text(node, alias), "equal", "=", condition, constant=True)
    if what == "bool_expr" and len(node.bool_expr.args) == 1:
        inner = node.bool_expr.args[0]
        if kind(inner) == "column_ref":
            return Comparison(key_text(inner, alias), "equal", "=", condition, constant=True)
        return None
    if what == "null_test":
        is_null = _enum(node.null_test, "nulltesttype") == "IS_NULL"
        return Comparison(key_text(node.null_test.arg, alias), "null" if is_null else "not null", "", condition,
                          constant=True)
    if what != "a_expr":
        return None
    return _of_operator(node.a_expr, alias, condition)


def _of_operator(node: Node, alias: str, condition: str) -> Comparison | None:
    operator = node.name[-1].string.sval
    left, right = node.lexpr, node.rexpr
    if _aliases(right) == {alias} and _aliases(left) != {alias}:
        left, right = right, left
        if operator not in _TURNED and operator not in _RANGES:
            return None
        operator = _TURNED.get(operator, operator)
    if _aliases(left) != {alias} or alias in _aliases(right):
        return None
    key, constant = key_text(left, alias), not _aliases(right) and "$" not in deparse(right)
    if not key:
        return None
    joins = bool(_aliases(right))
    if operator == "=":
        several = "ANY" in _enum(node, "kind")
        return Comparison(key, "join" if joins else "in" if several else "equal", "=", condition, constant)
    if operator in _RANGES:
        return Comparison(key, "range", operator, condition, constant)
    if operator in _LIKE:
        return Comparison(key, "like", _LIKE[operator], condition, constant, _has_prefix(right))
    if operator in _CONTAINS:
        return Comparison(key, "contains", operator, condition, constant)
    if operator == "<>":
        return Comparison(key, "unequal", operator, condition, constant)
    return None


def _has_prefix(node: Node) -> bool:
    while kind(node) == "type_cast":
        node = node.type_cast.arg
    text = node.a_const.sval.sval if kind(node) == "a_const" else ""
    return bool(text) and text[0] not in "%_^.[("


def _enum(node: Node, name: str) -> str:
    value = node.DESCRIPTOR.fields_by_name[name].enum_type.values_by_number[getattr(node, name)]
    return str(value.name)


def key_text(node: Node, alias: str) -> str:
    """Return an expression as an index of the table writes it: a column's name, or an expression in parentheses.

    Casts that change no bytes, as the planner writes them around a column, are taken off.
    """
    while kind(node) == "type_cast" and kind(node.type_cast.arg) == "column_ref" and _is_text(node.type_cast):
        node = node.type_cast.arg
    text = deparse(node)
    for spelled in {alias or "?", '"' + alias.replace('"', '""') + '"'}:
        text = re.sub(rf"(?<![\w\".]){re.escape(spelled)}\.", "", text)
    return text if kind(node) == "column_ref" else f"({text})" if text else ""


def _is_text(cast: Node) -> bool:
    return bool(cast.type_name.names) and cast.type_name.names[-1].string.sval in ("text", "varchar")


def _add_orders(node: Mapping[str, Any], found: Mapping[str, Need], *, limited: bool) -> None:
    what = node["Node Type"]
    if what == "Limit":
        limited = True
    keys: Sequence[str] = ()
    if what in ("Sort", "Incremental Sort"):
        keys = node.get("Sort Key", ())
    elif what == "Aggregate" and node.get("Group Key"):
        keys = node["Group Key"]
    elif what == "Aggregate":
        keys = [f"{inner} {'DESC' if word == 'max' else ''}" for text in node.get("Output", ())
                if (match := re.fullmatch(r"(min|max)\((.+)\)", text)) and (inner := match[2]) and (word := match[1])]
        for key in keys:
            _add_order([key], found, limited=True)
        keys = ()
    if keys:
        _add_order(keys, found, limited=limited and what != "Aggregate")
    for child in node.get("Plans", ()):
        _add_orders(child, found, limited=limited and what in ("Limit", "Sort", "Incremental Sort", "Nested Loop",
                                                               "Subquery Scan", "Result", "Gather Merge", "Unique",
                                                               "LockRows", "Append", "Merge Append", "Gather"))


def _add_order(keys: Sequence[str], found: Mapping[str, Need], *, limited: bool) -> None:
    try:
        select = parse(f"SELECT 1 ORDER BY {', '.join(keys)}")[0].stmt.select_stmt
    except SqlUnreadable:
        return
    sorts = [each.sort_by for each in select.sort_clause]
    aliases = set().union(*(_aliases(sort.node) for sort in sorts)) if sorts else set()
    if len(aliases) != 1:
        return
    [alias] = aliases
    order = tuple(_order_key(sort, alias) for sort in sorts)
    for need in _of_alias(alias, found):
        if all(key.text for key in order) and order not in need.orders:
            need.orders.append(order)
            need.limited = need.limited or limited


def _order_key(sort: Node, alias: str) -> OrderKey:
    descending = "DESC" in _enum(sort, "sortby_dir")
    nulls = _enum(sort, "sortby_nulls")
    given = "FIRST" if "FIRST" in nulls else "LAST" if "LAST" in nulls else ""
    usual = "FIRST" if descending else "LAST"
    return OrderKey(key_text(sort.node, alias), descending, "" if given in ("", usual) else given)
