"""A handler of FastAPI that awaits nothing, without `async`: the framework then runs it in a thread."""

from __future__ import annotations

from tree_sitter import Node

from backend_lead.errors import Refused
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched, is_async, walk
from backend_lead.repair.desk import Desk
from backend_lead.repair.handlers import FASTAPI, handler_of, route_of

_WAITS = frozenset({"await", "async", "yield"})
# What only works on the loop, or is only right because one request is answered at a time.
_OF_THE_LOOP = ("asyncio.", "anyio.", "trio.", "contextvars.")


def repair(finding: Finding, desk: Desk) -> str:
    """Take `async` away.  Raises NotPatched for a handler that awaits, or that needs to run on the loop."""
    endpoint = desk.endpoint(finding)
    if endpoint.framework != FASTAPI or not endpoint.handler.is_async:
        raise NotPatched("the call does not stand below an asynchronous handler of FastAPI")
    source = desk.python(endpoint.handler.place.file)
    route_of(source, endpoint)
    function = handler_of(source, endpoint)
    name = endpoint.handler.name.rpartition(".")[2]
    if not is_async(function) or any(each.type in _WAITS for each in walk(function) if each != function.children[0]):
        raise NotPatched(f"{name} awaits something")
    _runs_anywhere(desk, endpoint, name)
    _only_registered(desk, function, name)
    marked = function.children[0]
    source.replace(marked.start_byte, function.children[1].start_byte, "")
    return f"{name} is no coroutine any more: FastAPI runs it in a thread"


def _runs_anywhere(desk: Desk, endpoint: Endpoint, name: str) -> None:
    """Raise NotPatched for a handler that a thread beside others would not do for."""
    of_the_loop = sorted({call.name for call in endpoint.calls if call.name.startswith(_OF_THE_LOOP)})
    if of_the_loop:
        raise NotPatched(f"{name} calls {of_the_loop[0]}, which needs the event loop")
    if any(query.is_async for query in endpoint.queries):
        raise NotPatched(f"{name} sends queries through an asynchronous session")
    shared = [each for each in desk.backend.shared_state if each.endpoint == endpoint.name]
    if shared:
        raise NotPatched(f"{name} writes {shared[0].name}, which several threads would then do at once")


def _only_registered(desk: Desk, function: Node, name: str) -> None:
    """Raise NotPatched where something else than the router may call the function, and await it."""
    defined = function.child_by_field_name("name")
    for path in desk.tree.files:
        try:
            holds = path.endswith(".py") and name.encode() in desk.tree.read(path)
        except Refused:
            raise NotPatched(f"{path} cannot be read, and may call {name}") from None
        if not holds:
            continue
        other = desk.python(path)
        named = (node for node in walk(other.root) if node.type == "identifier" and other.text(node) == name)
        if any(node != defined for node in named):
            raise NotPatched(f"{path} names {name} as well, and may await it")
