"""Values for the parameters of a statement, drawn from the statistics of the columns they are compared with.

A plan depends on its constants.  A statement with `$1` is planned with a common value, a typical one and, for a range,
a narrow, a middle and a wide one; each counts by how much of the column it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse, walk
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.workload import WeightedQuery

_PARAMETER = re.compile(r"'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|\$(\d+)\b")
_RANGE = {"<": "<", "<=": "<", ">": ">", ">=": ">"}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_PAGE = "20"
_SEARCHED = 5
# Of a common value and of the others; positions within the histogram of a range.
_POSITIONS = (0.5, 0.9, 0.1)


@dataclass(frozen=True, slots=True)
class Variant:
    """A statement with its parameters filled in, the share of executions that it stands for, the values that were
    filled in, as the server writes them, and the same as (number of the parameter, literal)."""

    sql: str
    share: float
    values: tuple[str, ...] = ()
    literals: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Use:
    """How a parameter is used: compared with a column, or as a number of rows."""

    column: tuple[str, str] | None
    operator: str


def variants(query: WeightedQuery, session: ScratchSession) -> tuple[Variant, ...]:
    """Return the statement with values for its parameters; as it is when it has none.

    `session` is with the shadow, whose statistics hold the values.  A parameter about which nothing is known keeps its
    `$n`, and the plan is then the generic one.
    """
    numbers = sorted({int(match[1]) for match in _PARAMETER.finditer(query.sql) if match[1]})
    if not numbers:
        return (Variant(query.sql, 1.0),)
    if query.samples:
        kept = query.samples[:8]
        return tuple(Variant(filled(query.sql, dict(enumerate(values, 1))), 1 / len(kept), tuple(map(_bare, values)),
                             tuple(enumerate(values, 1))) for values in kept)
    uses = _uses(query.sql)
    found: list[Variant] = []
    choices = {number: _values(session, uses.get(number)) for number in numbers}
    count = max(1, *(len(values) for values in choices.values()))
    for place in range(count):
        values = {number: drawn[min(place, len(drawn) - 1)] for number, drawn in choices.items() if drawn}
        share = 1.0
        for drawn in choices.values():
            if len(drawn) == count:
                share = drawn[place][1]
                break
        texts = {number: text for number, (text, _) in values.items()}
        found.append(Variant(filled(query.sql, texts), share, tuple(map(_bare, texts.values())), tuple(texts.items())))
    total = sum(each.share for each in found) or 1.0
    return tuple(replace(each, share=each.share / total) for each in found)


def distinct_values(query: WeightedQuery, session: ScratchSession) -> float | None:
    """Return how many different values the parameters of a statement take, as their columns have them; None when the
    column of one is not known."""
    product = 1.0
    uses = _uses(query.sql)
    for number in {int(match[1]) for match in _PARAMETER.finditer(query.sql) if match[1]}:
        use = uses.get(number)
        if use is None:
            return None
        if use.column is None:
            continue
        table, column = use.column
        rows = session.run("""
            SELECT max(CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * greatest(c.reltuples, 1)
                            ELSE s.n_distinct END)::float8
            FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
                JOIN pg_class c ON c.relname = s.tablename AND c.relnamespace = n.oid
            WHERE s.attname = %s AND (s.tablename = %s OR %s = '')""", (column, table, table))
        if rows[0][0] is None:
            return None
        product *= max(float(rows[0][0]), 1.0)
    return product


def filled(sql: str, values: Mapping[int, str]) -> str:
    """Return a statement with literals in place of those parameters, by their numbers."""
    return _PARAMETER.sub(lambda match: values.get(int(match[1]), match[0]) if match[1] else match[0], sql)


def _bare(literal: str) -> str:
    """Return what stands between the quotes of a literal."""
    return literal.split("'")[1] if literal.count("'") >= 2 else literal


def _uses(sql: str) -> dict[int, _Use]:
    """Return how each parameter is used.  A column without a table's name in front is looked for in all tables."""
    found: dict[int, _Use] = {}
    try:
        tree = parse(sql)[0].stmt
    except SqlUnreadable:
        return found
    aliases = _aliases(tree)
    for node in walk(tree):
        name = type(node).__name__
        if name == "SelectStmt":
            for field, limit in (("LIMIT", node.limit_count), ("OFFSET", node.limit_offset)):
                for number in _parameters(limit):
                    found[number] = _Use(None, field)
        elif name == "A_Expr":
            found |= _compared(node, aliases)
    for number, column in _written(tree).items():
        found.setdefault(number, _Use(column, "="))
    return found


def _compared(node: Node, aliases: Mapping[str, str]) -> Iterator[tuple[int, _Use]] | dict[int, _Use]:
    operator = node.name[-1].string.sval if node.name else "="
    left, right = _column(node.lexpr, aliases), _column(node.rexpr, aliases)
    found = {}
    if left is not None:
        for place, number in enumerate(_parameters(node.rexpr)):
            between = "BETWEEN" in _enum(node)
            found[number] = _Use(left, (">=", "<=")[place % 2] if between else "=" if operator not in (
                *_RANGE, "~~", "~~*", "@>", "&&", "@@", "?") else operator)
    elif right is not None:
        for number in _parameters(node.lexpr):
            found[number] = _Use(right, _TURNED.get(operator, operator))
    return found


def _enum(node: Node) -> str:
    value = node.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[node.kind]
    return str(value.name)


def _written(tree: Node) -> dict[int, tuple[str, str]]:
    """Return the columns that parameters of INSERT and UPDATE are written to."""
    found: dict[int, tuple[str, str]] = {}
    if kind(tree) == "update_stmt":
        table = tree.update_stmt.relation.relname
        for target in tree.update_stmt.target_list:
            for number in _parameters(target.res_target.val):
                found[number] = (table, target.res_target.name)
    elif kind(tree) == "insert_stmt":
        insert = tree.insert_stmt
        names = [column.res_target.name for column in insert.cols]
        for row in insert.select_stmt.select_stmt.values_lists:
            for name, value in zip(names, row.list.items, strict=False):
                for number in _parameters(value):
                    found[number] = (insert.relation.relname, name)
    return found


def _aliases(tree: Node) -> dict[str, str]:
    found = {}
    for node in walk(tree):
        if type(node).__name__ == "RangeVar":
            found[node.alias.aliasname or node.relname] = node.relname
    return found


def _column(node: Node, aliases: Mapping[str, str]) -> tuple[str, str] | None:
    while kind(node) in ("type_cast", "func_call"):
        if kind(node) == "func_call" and len(node.func_call.args) != 1:
            return None
        node = node.type_cast.arg if kind(node) == "type_cast" else node.func_call.args[0]
    if kind(node) != "column_ref":
        return None
    words = [part.string.sval for part in node.column_ref.fields if kind(part) == "string"]
    if not words:
        return None
    table = aliases.get(words[-2], words[-2]) if len(words) > 1 else ""
    if not table and len(set(aliases.values())) == 1:
        [table] = set(aliases.values())
    return table, words[-1]


def _parameters(node: Node) -> list[int]:
    return [each.number for each in walk(node) if type(each).__name__ == "ParamRef"]


def _values(session: ScratchSession, use: _Use | None) -> list[tuple[str, float]]:
    """Return (SQL literal, share) of values for a parameter, the most telling first; none when nothing is known."""
    if use is None:
        return []
    if use.column is None:
        return [(_PAGE, 1.0)] if use.operator == "LIMIT" else [("0", 1.0)]
    table, column = use.column
    rows = session.run("""
        SELECT format_type(a.atttypid, a.atttypmod), s.most_common_vals::text::text[], s.most_common_freqs::float8[],
               s.histogram_bounds::text::text[], s.null_frac::float8
        FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
            JOIN pg_class c ON c.relname = s.tablename AND c.relnamespace = n.oid
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
        WHERE s.attname = %s AND (s.tablename = %s OR %s = '') AND c.relkind IN ('r', 'p', 'm')
        ORDER BY c.relispartition, s.inherited DESC, n.nspname, s.tablename LIMIT 1""", (column, table, table))
    if not rows:
        return _untyped(session, table, column)
    type_, common, shares, bounds, nulls = rows[0]
    if use.operator in _RANGE and bounds:
        return [(_literal(bounds[min(len(bounds) - 1, round(position * (len(bounds) - 1)))], type_), share)
                for position, share in zip(_POSITIONS, (0.5, 0.25, 0.25), strict=True)]
    found: list[tuple[str, float]] = []
    known = sum(shares or ())
    if bounds:
        found.append((_literal(bounds[len(bounds) // 2], type_), max(1 - known - nulls, 0.01)))
    if common and (shares[0] > 0.01 or not bounds):
        found.append((_literal(common[0], type_), known or 0.01))
        if len(common) > 2:
            found.append((_literal(common[len(common) // 2], type_), known / 2))
    if use.operator in ("~~", "~~*"):
        return [(_literal(pattern, type_), share / 2) for text, share in _texts(found) for pattern in _patterns(text)]
    return sorted(found, key=lambda each: -each[1])


def _untyped(session: ScratchSession, table: str, column: str) -> list[tuple[str, float]]:
    """A column without statistics: a value of its type, where one is easily had."""
    rows = session.run("""
        SELECT format_type(a.atttypid, a.atttypmod), t.typcategory::text FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attname = %s AND (c.relname = %s OR %s = '') AND c.relkind IN ('r', 'p', 'm') LIMIT 1""",
                       (column, table, table))
    if not rows:
        return []
    type_, category = rows[0]
    made = {"N": "1", "S": "'a'", "B": "true", "D": "'2024-01-01'"}.get(category)
    return [(f"{made}::{type_}", 1.0)] if made else []


def _texts(found: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(text[1 : text.rindex("'::")].replace("''", "'"), share) for text, share in found]


def _patterns(text: str) -> tuple[str, str]:
    """Patterns as people search: a few letters that few rows have, and some that the column is known to hold."""
    letters = text[-_SEARCHED:]
    return f"%{letters[::-1]}%", f"%{letters}%"


def _literal(value: str, type_: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'::{type_}" if "\\" not in doubled else "E'" + doubled.replace("\\", "\\\\") + f"'::{type_}"


def has_parameters(sql: str) -> bool:
    """Say whether a `$n` is left in a statement."""
    return any(match[1] for match in _PARAMETER.finditer(sql))


__all__ = ["ScratchError", "Variant", "has_parameters", "variants"]
