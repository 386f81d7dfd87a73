"""Calls of the target's source: found by line and name, and given one keyword more."""

from __future__ import annotations

from tree_sitter import Node

from backend_lead.read.code.editing import NotPatched, Source, arguments_of, walk


def call_at(source: Source, line: int, name: str) -> Node:
    """Return the one call of a function of that name that begins on a line, else the one around it.

    Raises NotPatched where there is none, or more than one.
    """
    named = [node for node in walk(source.root) if node.type == "call" and name_of(source, node) == name]
    begun = [node for node in named if node.start_point.row + 1 == line]
    found = begun or [node for node in named if node.start_point.row < line <= node.end_point.row + 1]
    if len(found) != 1:
        raise NotPatched(f"{name} is called {'more than once' if found else 'in another way'} at {source.path}:{line}")
    return found[0]


def name_of(source: Source, call: Node) -> str:
    """Return the last part of what is called: `post` of `requests.post(…)`, "" where it is no name."""
    function = call.child_by_field_name("function")
    if function is None or function.type not in ("attribute", "identifier"):
        return ""
    return source.text(function).rpartition(".")[2]


def keyword_of(source: Source, call: Node, name: str) -> Node | None:
    """Return the value of a keyword argument, None where it is not given."""
    for each in arguments_of(call):
        key = each.child_by_field_name("name") if each.type == "keyword_argument" else None
        if key is not None and source.text(key) == name:
            return each.child_by_field_name("value")
    return None


def give_keyword(source: Source, call: Node, name: str, value: str) -> None:
    """Give a call one keyword more, at its end and in its own layout, or another value to one that it has.

    Raises NotPatched where options come from elsewhere (`**options`), which may hold the keyword.
    """
    there = keyword_of(source, call, name)
    if there is not None:
        source.replace(there.start_byte, there.end_byte, value)
        return
    given = call.child_by_field_name("arguments")
    if given is None or given.type != "argument_list":
        raise NotPatched("the call takes its arguments from a generator")
    arguments = arguments_of(call)
    if any(each.type in ("dictionary_splat", "list_splat") for each in arguments):
        raise NotPatched("the call takes options from elsewhere, and they may say the same")
    if not arguments:
        source.replace(given.start_byte + 1, given.start_byte + 1, f"{name}={value}")
        return
    last = arguments[-1]
    source.replace(last.end_byte, last.end_byte, f",{_between(source, given, last)}{name}={value}")


def take_keyword(source: Source, call: Node, name: str) -> None:
    """Take a keyword argument out of a call, with the comma and the room that it leaves.  Raises NotPatched."""
    arguments = arguments_of(call)
    value = keyword_of(source, call, name)
    number = next((number for number, each in enumerate(arguments) if value is not None and value.parent == each), -1)
    if number < 0:
        raise NotPatched(f"{name} is no argument of the call")
    if len(arguments) == 1:
        source.replace(arguments[0].start_byte, arguments[0].end_byte, "")
    elif number:
        # A comment may stand between two arguments: what goes begins behind it.
        between = source.data[arguments[number - 1].end_byte : arguments[number].start_byte]
        if b"#" in between:
            raise NotPatched(f"a comment stands before {name}")
        source.replace(arguments[number - 1].end_byte, arguments[number].end_byte, "")
    else:
        source.replace(arguments[0].start_byte, arguments[1].start_byte, "")


def _between(source: Source, given: Node, last: Node) -> str:
    """Return what stands between two arguments: a line each where the last one has a line of its own."""
    start = source.data.rfind(b"\n", 0, last.start_byte) + 1
    before = source.data[start : last.start_byte].decode("utf-8", "surrogateescape")
    closes_below = given.end_point.row > last.end_point.row
    return f"{source.newline}{before}" if closes_below and not before.strip() and start > given.start_byte else " "
