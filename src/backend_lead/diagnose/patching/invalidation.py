"""A write, told to the cache once it is committed: before the commit a reader could still keep what was."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from backend_lead.diagnose.patching.cache_module import NAME
from backend_lead.read.code.editing import (
    NotPatched,
    Source,
    ancestors,
    calls_at,
    is_async,
    method_of,
    receiver_of,
    statement_of,
    walk,
)

_SENDING = frozenset({
    "execute", "executemany", "fetch", "fetchrow", "fetchval", "scalar", "scalars", "add", "add_all", "delete", "merge",
    "flush", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "copy_records_to_table"})
# What only a session of SQLAlchemy has.
_OF_SESSION = frozenset({"add", "add_all", "merge", "flush", "delete", "bulk_save_objects", "bulk_insert_mappings",
                         "bulk_update_mappings"})
# At the end of such a block all is committed that was sent on its connection.  `connect()` of SQLAlchemy rolls back.
_OWN = re.compile(r"\.(?:acquire|connection|connect)\s*\(|\bconnect\s*\(")
_OF_ENGINE = re.compile(r"\.begin\s*\(")
_BEGIN = re.compile(r"""(?i)execute\(\s*f?["']\s*(?:begin|start\s+transaction)""")


@dataclass(frozen=True, slots=True)
class Program:
    """What of the whole target decides where a transaction ends.

    `drivers` are the database libraries that it imports.  `session_names` are names of types that stand for a session
    of SQLAlchemy.  `autocommit`: every connection of psycopg is opened so.  `lends_transactions`: a function that
    yields a connection has begun a transaction on it.
    """

    drivers: frozenset[str]
    session_names: frozenset[str] = frozenset()
    autocommit: bool = False
    lends_transactions: bool = False


def tell_write(source: Source, line: int, tables: tuple[str, ...], program: Program, *, callers: str = "") -> str:
    """Change the source so that a write on a line makes the cache forget; return the part of the module it needs.

    `callers` is the source of the functions that lead to this one.  Raises NotPatched where the commit is not in sight.
    """
    function = source.function_at(line)
    found = calls_at(function, line, _SENDING)
    names = ", ".join(f'"{table}"' for table in tables)
    if len(found) > 1:
        found = [each for each in found if method_of(each) in ("execute", "add", "delete", "merge")][:1] or found[:1]
    if found and _is_session(source, found[0], function, program):
        statement = statement_of(found[0])
        indent, session = source.indent(statement), source.text(receiver_of(found[0]))
        source.replace(statement.start_byte, statement.start_byte, f"{NAME}.changes({session}, {names})\n{indent}")
        return "sqlalchemy-async" if _awaits(found[0], function) else "sqlalchemy-sync"
    statement = statement_of(found[0]) if found else _statement_at(function, line)
    return (_around_transaction(source, statement, function, names, program, callers) or _behind_commit(
        source, statement, function, names) or _alone(source, found, function, names, program, callers))


def _is_session(source: Source, call: Node, function: Node, program: Program) -> bool:
    """Say whether a call's owner is known to be a session: by what is done with it, or by its declared type."""
    if "sqlalchemy" not in program.drivers:
        return False
    receiver = source.text(receiver_of(call))
    if method_of(call) in _OF_SESSION or receiver == "db.session":
        return True
    for node in walk(function):
        if node.type == "call" and method_of(node) in _OF_SESSION and source.text(receiver_of(node)) == receiver:
            return True
    parameters = function.child_by_field_name("parameters")
    for each in parameters.named_children if parameters is not None else ():
        kind = each.child_by_field_name("type")
        named = each.child_by_field_name("name") or next(iter(each.named_children), None)
        if kind is not None and named is not None and source.text(named) == receiver:
            return bool(set(re.findall(r"\w+", source.text(kind))) & program.session_names)
    return False


def _awaits(call: Node, function: Node) -> bool:
    """Say whether a session is an asynchronous one: one of its calls is awaited."""
    owner = receiver_of(call).text
    return any(node.type == "call" and node.parent is not None and node.parent.type == "await" and method_of(node)
               and receiver_of(node).text == owner for node in walk(function))


def _around_transaction(source: Source, statement: Node, function: Node, names: str, program: Program,
                        callers: str) -> str:
    """`with changing(…), pool.connection() as conn:`: the first that is entered is the last that is left."""
    blocks = [node for node in ancestors(statement) if node.type == "with_statement"]
    own = _OF_ENGINE if "sqlalchemy" in program.drivers else _OWN
    owning = [each for each in blocks if own.search(_head(source, each)) or _is_bare(source, each, program)]
    inner = [each for each in blocks if ".transaction(" in _head(source, each)]
    if not owning and not inner:
        return ""
    if not owning and (not _by_itself(program, callers) or "sqlalchemy" in program.drivers):
        raise NotPatched("its transaction may be inside another one, whose end is not in sight")
    outermost = (owning or inner)[-1]
    clause = next(child for child in outermost.children if child.type == "with_clause")
    first = clause.named_children[0]
    source.replace(first.start_byte, first.start_byte, f"{NAME}.changing({names}), ")
    return "async" if is_async(outermost) else "sync"


def _by_itself(program: Program, callers: str) -> bool:
    """Say whether a statement outside of any transaction in sight is committed at its end."""
    if program.lends_transactions or ".transaction(" in callers or _BEGIN.search(callers):
        return False
    return program.drivers <= {"asyncpg"} or (program.autocommit and program.drivers <= {"psycopg"})


def _is_bare(source: Source, block: Node, program: Program) -> bool:
    """`with connection:` of psycopg2 commits at its end."""
    return "psycopg2" in program.drivers and bool(re.fullmatch(r"with \w+:", _head(source, block)))


def _head(source: Source, block: Node) -> str:
    body = block.child_by_field_name("body")
    end = body.start_byte if body is not None else block.end_byte
    return source.data[block.start_byte : end].decode().strip()


def _behind_commit(source: Source, statement: Node, function: Node, names: str) -> str:
    commits = [node for node in walk(function) if node.type == "call" and method_of(node) == "commit"
               and node.start_byte > statement.end_byte]
    if not commits:
        return ""
    done = statement_of(commits[0])
    if done.parent is None or done.type != "expression_statement" or not _always_after(statement, done):
        raise NotPatched("its commit is not on every way behind it")
    awaited = commits[0].parent is not None and commits[0].parent.type == "await"
    call = f"await {NAME}.changed_async({names})" if awaited else f"{NAME}.changed({names})"
    source.replace(done.end_byte, done.end_byte, f"\n{source.indent(done)}{call}")
    return "async" if awaited else "sync"


def _always_after(statement: Node, later: Node) -> bool:
    """Say whether the block of a later statement is the one of the first, or holds it."""
    node: Node | None = statement
    while node is not None:
        if node.parent == later.parent:
            return True
        node = node.parent
    return False


def _alone(source: Source, found: list[Node], function: Node, names: str, program: Program, callers: str) -> str:
    """A statement that is committed by itself."""
    if len(found) != 1:
        raise NotPatched("the call that sends it is not on that line, and no commit follows it")
    [call] = found
    if not _by_itself(program, callers):
        raise NotPatched("its commit is in another function than the write")
    statement = statement_of(call)
    if statement.type.endswith(("_definition", "_clause")) or statement.type in (
            "for_statement", "while_statement", "if_statement", "try_statement", "with_statement"):
        raise NotPatched("it stands in the head of a block")
    awaited = is_async(function)
    indent = source.indent(statement)
    inside_texts = [(node.start_byte, node.end_byte) for node in walk(statement) if node.type == "string"]
    lines = [f"{'async ' if awaited else ''}with {NAME}.changing({names}):\n{indent}    "]
    position = statement.start_byte
    for match in re.finditer(rb"\n", source.data[statement.start_byte : statement.end_byte]):
        at = statement.start_byte + match.end()
        lines.append(source.data[position:at].decode())
        # What stands in a text of several lines is a part of it.
        lines.append("" if any(start < at < end for start, end in inside_texts) else "    ")
        position = at
    source.replace(statement.start_byte, statement.end_byte,
                   "".join([*lines, source.data[position : statement.end_byte].decode()]))
    return "async" if awaited else "sync"


def _statement_at(function: Node, line: int) -> Node:
    for node in walk(function):
        if node.start_point.row + 1 == line and node.parent is not None and node.parent.type == "block":
            return node
    raise NotPatched("no statement begins on that line")
