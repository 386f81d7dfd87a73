"""The call that sends a query, turned into one that asks the cache first.

What the answer depends on is the statement and its parameters, and both stay as they are: they are moved, never
computed twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from backend_lead.diagnose.patching.cache_module import NAME
from backend_lead.read.code.editing import (
    NotPatched,
    Source,
    arguments_of,
    calls_at,
    method_of,
    receiver_of,
    statement_of,
    walk,
)

_ASYNCPG = frozenset({"fetch", "fetchrow", "fetchval"})
_SQLALCHEMY = frozenset({"execute", "scalars", "scalar"})
_FETCHED = ("fetchall", "fetchone")
# What else of a cursor tells of the statement that it sent last.
_OF_CURSOR = frozenset({"fetchall", "fetchone", "fetchmany", "rowcount", "description", "nextset", "scroll"})


@dataclass(frozen=True, slots=True)
class Kept:
    """How long an answer is kept, in seconds, and the tables that it is read from."""

    ttl: float
    tables: tuple[str, ...]

    @property
    def keywords(self) -> str:
        """The last arguments of the call."""
        names = ", ".join(f'"{table}"' for table in self.tables)
        return f"ttl={self.ttl:g}, tables=({names}{',' if len(self.tables) == 1 else ''})"


def put_cache(source: Source, line: int, drivers: frozenset[str], kept: Kept, *, constructed: bool) -> str:
    """Change the call on a line; return the part of the cache module that it needs.

    `drivers` are the database libraries that the target imports, `constructed` says that the statement is one of
    SQLAlchemy's objects.  Raises NotPatched for a shape that is not known to stay the same.
    """
    function = source.function_at(line)
    found = calls_at(function, line, _ASYNCPG | _SQLALCHEMY)
    if len(found) != 1:
        raise NotPatched("the call that sends it is not on that line" if not found else
                         "several statements are sent on that line")
    [call] = found
    given = arguments_of(call)
    if not given or any(each.type in ("keyword_argument", "dictionary_splat") for each in given):
        raise NotPatched("the call that sends it takes options by name")
    name = method_of(call)
    if constructed or _is_text(source, given[0], function):
        return _sqlalchemy(source, call, name, kept)
    if name in _ASYNCPG and "asyncpg" in drivers:
        if not _awaited(call):
            raise NotPatched("its call is not awaited where it stands")
        _moved(source, call, f"{NAME}.{name}", kept)
        return "asyncpg"
    known = drivers & {"psycopg", "psycopg2"}
    if name == "execute" and known and not drivers - known - {"asyncpg", "sqlalchemy"}:
        return _psycopg(source, call, function, kept)
    raise NotPatched(f"how {', '.join(sorted(drivers)) or 'its driver'} gives rows is not known here")


def _sqlalchemy(source: Source, call: Node, name: str, kept: Kept) -> str:
    if len(arguments_of(call)) > 2:
        raise NotPatched("the call that sends it takes options")
    awaited = _awaited(call)
    head = f"{NAME}.execute_async" if awaited else f"{NAME}.execute"
    if name == "execute":
        _moved(source, call, head, kept)
    else:
        # scalar() and scalars() are those of the result.
        outer = call.parent if awaited else call
        assert outer is not None
        if awaited:
            source.replace(outer.start_byte, outer.start_byte, "(")
        _moved(source, call, head, kept, f"{')' if awaited else ''}.{name}()")
    return "sqlalchemy-async" if awaited else "sqlalchemy-sync"


def _psycopg(source: Source, call: Node, function: Node, kept: Kept) -> str:
    """`x.execute(…).fetchall()`, or `cur.execute(…)` with `cur.fetchall()` in the statement behind it."""
    if len(arguments_of(call)) > 2:
        raise NotPatched("the call that sends it takes options")
    awaited = _awaited(call)
    suffix = "_async" if awaited else ""
    part = "psycopg-async" if awaited else "psycopg-sync"
    inner = call.parent if awaited else call
    while inner is not None and inner.parent is not None and inner.parent.type == "parenthesized_expression":
        inner = inner.parent
    above = inner.parent if inner is not None else None
    if above is not None and above.type == "attribute":
        fetched = above.parent
        if fetched is None or fetched.type != "call" or method_of(fetched) not in _FETCHED or arguments_of(fetched) or (
                awaited and not _awaited(fetched)):
            raise NotPatched("its rows are not taken by fetchall() or fetchone()")
        source.replace(fetched.start_byte, fetched.end_byte,
                       _call(source, call, f"{NAME}.{method_of(fetched)}{suffix}", kept))
        return part
    fetched = _behind(source, call, function, awaited=awaited)
    source.replace(fetched.start_byte, fetched.end_byte,
                   _call(source, call, f"{NAME}.{method_of(fetched)}{suffix}", kept))
    statement = statement_of(call)
    following = statement.next_named_sibling
    assert following is not None
    source.replace(statement.start_byte, following.start_byte, "")
    return part


def _behind(source: Source, call: Node, function: Node, *, awaited: bool) -> Node:
    """Return the one call that takes the rows, in the statement behind the one that sends."""
    statement = statement_of(call)
    following = statement.next_named_sibling
    cursor = receiver_of(call)
    name = source.text(cursor)
    if statement.type != "expression_statement" or following is None or cursor.type != "identifier":
        raise NotPatched("its rows are not taken right behind it")
    between = source.data[statement.end_byte : following.start_byte]
    if following.type == "while_statement" or between.strip():
        raise NotPatched("its rows are not taken right behind it")
    used = [node for node in walk(function) if node.type == "attribute" and node.start_byte > statement.end_byte
            and source.text(receiver_node(node)) == name]
    until = next((node.start_byte for node in used if _attribute(node) == "execute"), function.end_byte)
    telling = [node for node in used if _attribute(node) in _OF_CURSOR and node.start_byte < until]
    looped = [node for node in walk(function) if node.type in ("for_statement", "for_in_clause")
              and (right := node.child_by_field_name("right")) is not None and source.text(right) == name
              and statement.end_byte < node.start_byte < until]
    if len(telling) != 1 or looped or telling[0].start_byte > following.end_byte:
        raise NotPatched("its rows are not taken by one fetchall() or fetchone() right behind it")
    fetched = telling[0].parent
    if fetched is None or fetched.type != "call" or method_of(fetched) not in _FETCHED or arguments_of(fetched) or (
            awaited != _awaited(fetched)) or _repeats(fetched, following):
        raise NotPatched("its rows are not taken by fetchall() or fetchone()")
    return fetched


def _repeats(fetched: Node, statement: Node) -> bool:
    """Say whether a part of a statement may run several times, or not at all."""
    node = fetched
    while node.parent is not None and node != statement:
        above = node.parent
        once = above.child_by_field_name("right") == node and above.type in ("for_statement", "for_in_clause")
        if above.type in ("block", "lambda", "function_definition", "while_statement") or (
                above.type in ("for_statement",) and not once) or (
                above.type.endswith("_comprehension") and node.type not in ("for_in_clause",)) or (
                above.type in ("boolean_operator", "conditional_expression")):
            return True
        node = above
    return False


def _call(source: Source, call: Node, head: str, kept: Kept) -> str:
    given = [source.text(each) for each in (receiver_of(call), *arguments_of(call))]
    text = f"{head}({', '.join(given)}, {kept.keywords})"
    if any("\n" in each for each in given) or len(text) > 100:
        inside = " " * 4 + source.indent(statement_of(call))
        return f"{head}(\n" + "".join(f"{inside}{each},\n" for each in (*given, *_parts(kept))) + inside[4:] + ")"
    return text


def _parts(kept: Kept) -> list[str]:
    head, tail = kept.keywords.split(", ", 1)
    return [head, tail]


def _moved(source: Source, call: Node, head: str, kept: Kept, tail: str = "") -> None:
    """Call another function with what the method was called on before its arguments."""
    source.replace(call.start_byte, call.end_byte, _call(source, call, head, kept) + tail)


def _awaited(call: Node) -> bool:
    return call.parent is not None and call.parent.type == "await"


def receiver_node(attribute: Node) -> Node:
    """Return what an attribute is taken of."""
    found = attribute.child_by_field_name("object")
    assert found is not None
    return found


def _attribute(node: Node) -> str:
    name = node.child_by_field_name("attribute")
    return name.text.decode() if name is not None and name.text is not None else ""


def _is_text(source: Source, statement: Node, function: Node) -> bool:
    """Say whether a statement is SQLAlchemy's `text(…)`, in place or by a name given once in the file."""
    if statement.type == "call":
        callee = statement.child_by_field_name("function")
        return callee is not None and source.text(callee).rpartition(".")[2] == "text"
    if statement.type != "identifier":
        return False
    name = source.text(statement)
    given = [node.child_by_field_name("right") for node in walk(source.root) if node.type == "assignment"
             and (left := node.child_by_field_name("left")) is not None and source.text(left) == name]
    return bool(given) and all(each is not None and each.type == "call" and _is_text(source, each, function)
                               for each in given)
