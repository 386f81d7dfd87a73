"""PostgreSQL's own grammar behind one door: the only module that loads the parser.

The parser is native code.  It stops reading at a NUL where a server does not, and an endless chain of operators
overflows its stack, so both are refused before it sees the text.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any, Protocol

SIZE_LIMIT = 2_000_000
_CHAIN_LIMIT = 20_000
_CHAIN = re.compile(r"(?i)::|[-+*/<>=~!@#%^&|]+|\b(?:union|except|intersect|join|is|collate|at|not|like|over)\b")
_BREAK = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z)|'(?:[^']|'')*+(?:'|\Z)|"(?:[^"]|"")*+(?:"|\Z)|--[^\n]*|/\*|;"""
    r"""|(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$""", re.DOTALL)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_QUOTED = re.compile(r"""'(?:[^']|'')*+'|"(?:[^"]|"")*+"|--[^\n]*""")


class Node(Protocol):
    """A message of the syntax tree; its fields are those of PostgreSQL's grammar (`select_stmt.where_clause`).

    A message of type Node holds one other message, see `kind`.
    """

    def __getattr__(self, name: str) -> Any: ...


class SqlUnreadable(ValueError):
    """SQL that the grammar does not know.  `position` is a character offset into the text, or -1 when not known."""

    def __init__(self, message: str, position: int = -1) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def parse(sql: str) -> tuple[Node, ...]:
    """Return the syntax trees of the statements in a text (`tree.stmt` holds the statement, `tree.stmt_location` and
    `tree.stmt_len` its place in bytes).  Raises SqlUnreadable, and nothing else."""
    check_text(sql)
    library = _library()
    try:
        return tuple(library.parse(sql).stmts)
    except library.PgQueryError as error:
        # The parser counts characters from 1; 0 stands for no place.
        raise SqlUnreadable(error.message, error.cursorpos - 1) from None
    except UnicodeError:
        raise SqlUnreadable("the text is not valid Unicode") from None
    except importlib.import_module("google.protobuf.message").DecodeError:
        raise SqlUnreadable("the statement is nested too deeply to be read") from None


def split(sql: str) -> tuple[tuple[int, str], ...]:
    """Return (character offset, text) of each statement, cut at semicolons outside quotes, dollar quotes and comments,
    so that one bad statement spoils only itself.  An open quote takes the rest of the text."""
    found = []
    start = position = 0
    while match := _BREAK.search(sql, position):
        position = match.end()
        if match.lastgroup == "tag":
            end = sql.find(match.group(), position)
            position = end + len(match.group()) if end >= 0 else len(sql)
        elif match.group() == "/*":
            position = _comment_end(sql, position)
        elif match.group() == ";":
            found.append((start, sql[start : match.start()]))
            start = position
    found.append((start, sql[start:]))
    return tuple((offset, text) for offset, text in found if text.strip())


def _comment_end(sql: str, position: int) -> int:
    """Return the offset after a block comment; in PostgreSQL they nest."""
    depth = 1
    for mark in _COMMENT_MARK.finditer(sql, position):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def deparse(node: Node) -> str:
    """Return the SQL text of an expression in canonical spelling."""
    library = _library()
    tree = library.ParseResult()
    target = tree.stmts.add().stmt.select_stmt.target_list.add()
    target.res_target.val.CopyFrom(node)
    try:
        return str(library.deparse(tree)).removeprefix("SELECT ")
    except library.PgQueryError:
        return ""


def deparse_statement(statement: Node) -> str:
    """Return the SQL text of a Node that holds a statement, "" when the library cannot write it."""
    library = _library()
    tree = library.ParseResult()
    tree.stmts.add().stmt.CopyFrom(statement)
    try:
        return str(library.deparse(tree))
    except library.PgQueryError:
        return ""


def kind(node: Node) -> str:
    """Return which kind of node it is (`select_stmt`), or "" for an empty one."""
    return str(node.WhichOneof("node") or "")


def wrapped(what: str, message: Node) -> Node:
    """Return a Node that holds a statement (`select_stmt`)."""
    node: Node = importlib.import_module("postgast.pg_query_pb2").Node()
    getattr(node, what).CopyFrom(message)
    return node


def enum_name(message: Node, field: str) -> str:
    """Return the grammar's name for the value of a field that counts kinds (`AT_AddColumn`)."""
    number = getattr(message, field)
    values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    return str(values[number].name) if number in values else ""


def children(message: Node) -> Iterator[Node]:
    """Yield the messages directly inside a message."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if hasattr(value, "ListFields"):
            yield value
        else:
            yield from value


def walk(message: Node) -> Iterator[Node]:
    """Yield a message and everything inside it, outermost first."""
    pending = [message]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))


def _library() -> Any:
    # Loading takes a fifth of a second, and the command line's help needs none of it.
    return importlib.import_module("postgast")


def check_text(sql: str) -> None:
    """Refuse what the native parser must not see; raises SqlUnreadable."""
    if "\0" in sql:
        raise SqlUnreadable("the text holds a NUL character", sql.index("\0"))
    if len(sql) > SIZE_LIMIT:
        raise SqlUnreadable(f"the text is longer than {SIZE_LIMIT:,} characters")
    if len(sql) < _CHAIN_LIMIT:
        return
    for part in _statements_roughly(sql):
        if len(_CHAIN.findall(part)) > _CHAIN_LIMIT:
            raise SqlUnreadable(f"a statement chains more than {_CHAIN_LIMIT:,} operators")


def _statements_roughly(sql: str) -> list[str]:
    return _QUOTED.sub("", sql).split(";")
