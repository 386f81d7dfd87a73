"""Functions that answer routes, and the decorators that register them."""

from __future__ import annotations

from tree_sitter import Node

from backend_lead.model.endpoint import Endpoint
from backend_lead.read.code.editing import NotPatched, Source, walk
from backend_lead.repair.calls import name_of

FASTAPI = "fastapi"


def handler_of(source: Source, endpoint: Endpoint) -> Node:
    """Return the definition of an endpoint's function.  Raises NotPatched where it was not found."""
    name, line = endpoint.handler.name.rpartition(".")[2], endpoint.handler.place.line
    found = [node for node in walk(source.root) if node.type == "function_definition"
             and _name(source, node) == name and _outer(node).start_point.row < line <= node.end_point.row + 1]
    if len(found) != 1:
        raise NotPatched(f"the function {name} was not found at {endpoint.handler.place}")
    return found[0]


def decorators_of(function: Node) -> list[Node]:
    """Return what stands behind each @ before a function."""
    outer = _outer(function)
    return [child.named_children[0] for child in outer.named_children
            if child.type == "decorator" and child.named_children] if outer is not function else []


def route_of(source: Source, endpoint: Endpoint) -> Node:
    """Return the call that registers a FastAPI handler for its one route (`@router.post(…)`).

    Raises NotPatched for another framework, and where the handler is registered otherwise or more than once.
    """
    if endpoint.framework != FASTAPI:
        raise NotPatched(f"only routes of FastAPI are patched, and this is one of {endpoint.framework or 'another'}")
    found = decorators_of(handler_of(source, endpoint))
    routes = [each for each in found if each.type == "call" and name_of(source, each) == endpoint.method.lower()]
    if len(routes) != 1 or len(found) != 1:
        raise NotPatched(f"{endpoint.handler.name.rpartition('.')[2]} is decorated by more than its one route")
    return routes[0]


def _outer(function: Node) -> Node:
    above = function.parent
    return above if above is not None and above.type == "decorated_definition" else function


def _name(source: Source, function: Node) -> str:
    name = function.child_by_field_name("name")
    return source.text(name) if name is not None else ""
