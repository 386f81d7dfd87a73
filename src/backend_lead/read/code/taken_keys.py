"""Which keys a function takes from what a call gave it, told from its text alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend_lead.read.code import syntax as s


def taken_keys(body: tuple[Any, ...], made: Any) -> tuple[str, ...] | None:
    """Return the constant keys, sorted, that a function's body takes from the result of the call `made` in it.

    None when the result, or all of it, goes anywhere else.
    """
    above = {id(child): parent for parent in _every(body) for child in _children(parent)}
    node, parent = made, above.get(id(made))
    while isinstance(parent, s.Await):
        node, parent = parent, above.get(id(parent))
    if isinstance(parent, s.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], s.Name):
        name = parent.targets[0].name
        uses = [each for each in _every(body) if isinstance(each, s.Name) and each.name == name
                and not isinstance(above.get(id(each)), s.Assign)]
    else:
        uses = [node]
    keys = [_key(each, above) for each in uses if not _is_asked_for(each, above)]
    known = {key for key in keys if key is not None}
    return tuple(sorted(known)) if keys and None not in keys else None


def _key(node: Any, above: dict[int, Any]) -> str | None:
    """The key of `node["key"]` or `node.get("key")`."""
    parent = above.get(id(node))
    if isinstance(parent, s.Subscript) and parent.value is node and isinstance(parent.index, s.Constant):
        return str(parent.index.value)
    call = above.get(id(parent))
    if isinstance(parent, s.Attribute) and parent.name == "get" and isinstance(call, s.Call) and call.arguments:
        first = call.arguments[0]
        return str(first.value) if isinstance(first, s.Constant) else None
    return None


def _is_asked_for(node: Any, above: dict[int, Any]) -> bool:
    """Whether it is only asked whether there is anything: `if claims`, `a if claims else b`, `claims is None`."""
    parent = above.get(id(node))
    if isinstance(parent, (s.If, s.Conditional)):
        return parent.test is node
    return isinstance(parent, s.Operation) and parent.operator in ("not", "is", "is not")


def _every(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, s.Node):
            yield node
        waiting.extend(_parts(node))


def _children(node: Any) -> Iterator[Any]:
    """The nodes right below one, through the tuples that hold them."""
    waiting = list(_parts(node))
    while waiting:
        part = waiting.pop()
        if isinstance(part, s.Node):
            yield part
        else:
            waiting.extend(_parts(part))


def _parts(node: Any) -> list[Any]:
    if isinstance(node, s.Node):
        return [getattr(node, name, None) for name in type(node).__slots__]
    return list(node) if isinstance(node, (tuple, list)) else []
