"""The names that PostgreSQL gives to constraints and indexes that were not named."""

from __future__ import annotations

from collections.abc import Container, Sequence

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse

_LONGEST = 63
_NAMED_BY_KIND = {"coalesce_expr": "coalesce", "row_expr": "row", "a_array_expr": "array", "case_expr": "case"}


def index_words(columns: Sequence[str]) -> list[str]:
    """Return what stands for the columns of an index in its default name: for an expression the function or column
    that it is about, else `expr`; with a number when the word is taken."""
    found: list[str] = []
    for column in columns:
        word = _expression_word(column) if column.startswith("(") else column
        number = 0
        while f"{word}{number or ''}" in found:
            number += 1
        found.append(f"{word}{number or ''}")
    return found


def _expression_word(text: str) -> str:
    try:
        node: Node = parse(f"SELECT {text}")[0].stmt.select_stmt.target_list[0].res_target.val
    except (SqlUnreadable, IndexError):
        return "expr"
    while kind(node) in ("type_cast", "collate_clause"):
        node = node.type_cast.arg if kind(node) == "type_cast" else node.collate_clause.arg
    if kind(node) == "func_call":
        return str(node.func_call.funcname[-1].string.sval)
    if kind(node) == "column_ref":
        return str(node.column_ref.fields[-1].string.sval)
    return _NAMED_BY_KIND.get(kind(node), "expr")


def default_name(table: str, columns: Sequence[str], label: str, taken: Container[str] = ()) -> str:
    """Return `table_column_label`, shortened as PostgreSQL shortens it, with a number when the name is taken."""
    bare = table.rsplit(".", 1)[-1]
    joined = "_".join(columns)
    number = 0
    while True:
        name = _fitted(bare, joined, f"{label}{number or ''}")
        if name not in taken:
            return name
        number += 1


def _fitted(first: str, second: str, label: str) -> str:
    """Take characters from the longer of the two parts until the whole fits; names are measured in bytes."""
    parts = [first.encode(), second.encode()]
    room = _LONGEST - len(label) - 1 - (1 if second else 0)
    while len(parts[0]) + len(parts[1]) > room:
        longer = 0 if len(parts[0]) > len(parts[1]) else 1
        parts[longer] = parts[longer][:-1]
    words = [part.decode(errors="ignore") for part in parts if part]
    return "_".join([*words, label])
