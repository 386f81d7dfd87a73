"""Programs in PL/pgSQL: the statements inside a body, as the server's own parser of that language takes it apart."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from backend_lead.gates.grammar import SqlUnreadable, check_text

# The members of a statement of a program that hold statements, and whether these run once, perhaps, or again and again.
_BODIES = {
    "body": "",
    "then_body": "maybe",
    "else_body": "maybe",
    "stmts": "maybe",
    "action": "maybe",
}
_LOOPS = frozenset({"PLpgSQL_stmt_loop", "PLpgSQL_stmt_while", "PLpgSQL_stmt_fori", "PLpgSQL_stmt_fors",
                    "PLpgSQL_stmt_forc", "PLpgSQL_stmt_dynfors", "PLpgSQL_stmt_foreach_a"})  # fmt: skip
# Members whose expressions are statements of SQL by themselves.
_STATEMENTS = frozenset({"sqlstmt", "expr", "query"})
_LITERAL = re.compile(r"""(?s)\A\s*(?:'((?:[^']|'')*)'|\$(\w*)\$(.*)\$\2\$)\s*\Z""")


@dataclass(frozen=True, slots=True)
class Command:
    """One statement of SQL in a program.

    `maybe`: whether it runs is decided when the program runs.  `repeated`: it stands in a loop.  `dynamic`: its text is
    put together when the program runs, and `sql` is the expression that makes it.  `ends`: it ends the transaction.
    """

    sql: str
    maybe: bool = False
    repeated: bool = False
    dynamic: bool = False
    ends: bool = False


def commands(body: str) -> tuple[Command, ...]:
    """Return the statements of SQL in a body of PL/pgSQL, in the order of the text.  Raises SqlUnreadable."""
    check_text(body)
    library = importlib.import_module("postgast")
    mark = "$body_of_a_program$"
    if mark in body:
        raise SqlUnreadable("the program holds a mark that is needed to read it")
    try:
        parsed = library.parse_plpgsql(f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS {mark}{body}{mark}")
    except library.PgQueryError as error:
        raise SqlUnreadable(error.message) from None
    return tuple(
        command
        for each in parsed
        for command in _inside(each.get("PLpgSQL_function", {}).get("action", {}), Command(""))
    )


def _inside(node: Any, here: Command) -> Iterator[Command]:
    """Yield what stands in a statement, or in a list of them."""
    if isinstance(node, list):
        for each in node:
            yield from _inside(each, here)
        return
    if not isinstance(node, dict):
        return
    for name, statement in node.items():
        if name.startswith("PLpgSQL_") and isinstance(statement, dict):
            yield from _statement(name, statement, here)


def _statement(name: str, statement: dict[str, Any], here: Command) -> Iterator[Command]:
    if name in ("PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback"):
        yield replace(here, ends=True)
        return
    inner = replace(here, repeated=True) if name in _LOOPS else here
    if statement.get("exceptions"):
        # What fails in it may be caught.
        inner = replace(inner, maybe=True)
    dynamic = name in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors")
    for member, value in statement.items():
        if member in _STATEMENTS and isinstance(value, dict) and name != "PLpgSQL_stmt_return":
            text = value.get("PLpgSQL_expr", {}).get("query", "")
            if text:
                yield _told(replace(here, sql=text, dynamic=dynamic))
    for member, how in _BODIES.items():
        if member in statement:
            yield from _inside(statement[member], replace(inner, maybe=True) if how else inner)
    for member in ("elsif_list", "case_when_list", "exceptions", "exc_list"):
        if member in statement:
            yield from _inside(statement[member], replace(inner, maybe=True))


def _told(command: Command) -> Command:
    """EXECUTE of a constant is as good as the statement itself."""
    constant = _LITERAL.match(command.sql) if command.dynamic else None
    if constant is None:
        return command
    text = constant[1].replace("''", "'") if constant[1] is not None else constant[3]
    return replace(command, sql=text, dynamic=False)
