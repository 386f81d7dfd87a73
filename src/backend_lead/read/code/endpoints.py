"""From routes as put together to endpoints with guards, queries and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backend_lead.model.endpoint import Authentication, Call, Endpoint, Handler, Parameter, Response
from backend_lead.model.place import Hop, Place
from backend_lead.model.query import Query
from backend_lead.read.code.annotations import type_of
from backend_lead.read.code.answering import Answer, begin, end
from backend_lead.read.code.authentication import Finding, compared, decide, refusal_status
from backend_lead.read.code.authorization import answered_guards_of, guards_of
from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.containers import Fields, LookedUp
from backend_lead.read.code.conversion import call_of, refusal_of, response_of
from backend_lead.read.code.credentials import Consulted
from backend_lead.read.code.exceptions import as_status
from backend_lead.read.code.execution import HeaderSet, SharedWrite
from backend_lead.read.code.frames import HandlerEntered
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.operations import CallerCompared
from backend_lead.read.code.querying import QueryMade
from backend_lead.read.code.remembering import distinct, happened, unfold
from backend_lead.read.code.response_models import model_behind
from backend_lead.read.code.routing import Placed, Router, place_routes
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Known, Value, options_of
from backend_lead.read.code.wrapping import inner_function

Told = list[tuple[Any, tuple[Hop, ...]]]
_SPANNING = re.compile(r"\{(\w+):path\}|<path:(\w+)>")


def placed_routes(routers: list[Router], run: Interpreter) -> Iterator[Placed]:
    """Every route of every application; without one, routers that nothing puts in stand for themselves."""
    roots = [r for r in routers if r.kind == "app" and not r.included]
    _fill(roots, routers, run)
    for root in sorted(roots, key=lambda r: (r.place.file, r.place.line)):
        yield from place_routes(root)
    if not any(True for root in roots for _ in place_routes(root)):
        for router in sorted(routers, key=lambda r: (r.place.file, r.place.line)):
            if not router.included and router.kind != "app":
                yield from place_routes(router)


def _fill(roots: list[Router], routers: list[Router], run: Interpreter) -> None:
    """What an application finds by itself and we could not follow is taken to be what nothing else puts in."""
    root = next((r for r in roots if r.open_ended), None)
    if root is None:
        return
    for router in sorted(routers, key=lambda r: (r.place.file, r.place.line)):
        if router.kind != "app" and not router.included and router.routes and router.framework is root.framework:
            root.framework.adopt(root, router, run)


def unplaced_routes(run: Interpreter, routers: list[Router]) -> int:
    """Return how many routes lie on routers that no application was seen to take, and note each of those routers.

    Where there is no application at all, routers stand for themselves, and none is left over.
    """
    placed = {each.route.place for each in placed_routes(routers, run)}
    left: set[Place] = set()
    for router in sorted(routers, key=lambda r: (r.place.file, r.place.line)):
        if router.kind == "app" or router.included:
            continue
        mine = {each.route.place for each in place_routes(router)} - placed - left
        if mine:
            many = f"{len(mine)} routes are" if len(mine) > 1 else "a route is"
            run.note("router", f"{many} put on it, and no application was seen to take it", router.place)
        left |= mine
    return len(left)


def endpoints_of(run: Interpreter, routers: list[Router]) -> tuple[list[Endpoint], list[tuple[str, SharedWrite]]]:
    """Follow every route twice: as nobody, for authentication, and as somebody, for all the rest."""
    found: dict[tuple[str, str], tuple[int, Endpoint, Placed]] = {}
    shared: list[tuple[str, SharedWrite]] = []
    everything = list(placed_routes(routers, run))
    run.handlers = {id(each.definition) for each in map(_behind, everything) if each is not None}
    for placed in everything:
        weight = sum(len(r.middleware) + len(g) + len(r.guards) for r, g in placed.chain)
        for method in placed.route.methods:
            path = clean_path(placed.app.framework.template(placed.path))
            key = (method, path)
            earlier = found.get(key)
            chosen = earlier is not None and _is_one_of_two(earlier[2], placed)
            if earlier is not None and earlier[0] >= weight and not chosen:
                continue
            if method == "HEAD" and "GET" in placed.route.methods:
                continue
            if method == "OPTIONS" and len(placed.route.methods) > 1:
                continue
            endpoint, writes = follow_endpoint(run, placed, method, path)
            shared.extend((endpoint.name, write) for write in writes)
            if earlier is not None and chosen:
                light, heavy = sorted((earlier[:2], (weight, endpoint)), key=lambda each: each[0])
                weight, endpoint = heavy[0], _either(light[1], heavy[1])
            found[key] = (weight, endpoint, placed)
    return [endpoint for _, endpoint, _ in found.values()], shared


def _is_one_of_two(first: Placed, second: Placed) -> bool:
    """Whether one registration stands in two places, of which a test that the start does not decide takes one.

    Either two routers of an application, or two applications made on the two sides of a test.  Two applications that
    have nothing to do with each other are something else: both are there.
    """
    if first.route.place != second.route.place:
        return False
    if first.app is not second.app:
        return any(
            one.place == other.place and one.holds != other.holds
            for one in first.app.made_under
            for other in second.app.made_under
        )
    return any(
        not condition.raises_otherwise and condition not in placed.app.made_under
        for placed in (first, second)
        for router, _ in placed.chain[1:]
        for condition in router.made_under
    )


def _either(light: Endpoint, heavy: Endpoint) -> Endpoint:
    """The endpoint behind more guards, which are not called protection when the other way lets anybody in."""
    if heavy.authentication is not Authentication.REQUIRED or light.authentication is Authentication.REQUIRED:
        return heavy
    because = f"a test at the start, which was not decided, says whether this holds: {heavy.authentication_because}"
    return replace(heavy, authentication=Authentication.UNKNOWN, authentication_because=because)


def clean_path(path: str) -> str:
    """A path with one leading slash and no doubled ones."""
    while "//" in path:
        path = path.replace("//", "/")
    return path if path.startswith("/") else f"/{path}"


def follow_endpoint(run: Interpreter, placed: Placed, method: str, path: str) -> tuple[Endpoint, list[SharedWrite]]:
    """One endpoint with everything it reaches."""
    single = replace(placed, route=replace(placed.route, methods=(method,)))
    try:
        judged, nobody = _as_nobody(single, placed, run)
        if run.exhausted and judged.authentication is Authentication.UNKNOWN:
            # What was followed is remembered: the second time the budget reaches further.
            judged, nobody = _as_nobody(single, placed, run)
        events = begin(run, anonymous=False)
        answer: Answer = placed.app.framework.answer(single, run)
        answer.refusals = distinct(answer.refusals)
        judged = compared(judged, nobody, answer)
        guards = guards_of(answer.refusals, placed, run)
        guards = tuple(dict.fromkeys((*guards, *answered_guards_of(answer.returns, placed, run))))
        exhausted = run.exhausted
        refusals = [refusal_of(o, refusal_status(o.value, placed, run)) for o in answer.refusals]
    finally:
        end(run)
    told = unfold(events)
    if exhausted:
        run.note(
            f"{method} {path}", "the way from this route was too long to be followed to its end", placed.route.place
        )
    function = _behind(placed)
    place = placed.route.place
    name, is_async = "", False
    if function is not None:
        place = Place(function.module.path, function.definition.line)
        name, is_async = function.symbol, function.definition.is_async
    status = _success(placed, method)
    endpoint = Endpoint(
        method,
        path,
        Handler(name, place, is_async),
        placed.app.framework.NAME,
        judged.authentication,
        (*judged.guards, *guards),
        _parameters(answer, placed.path),
        tuple(_queries(told)),
        tuple(_calls(told, run)),
        tuple(_responses(answer, placed, status, function, run, refusals)),
        judged.because,
        status,
        _in_schema(placed),
        _headers(told, answer),
        tuple(sorted({label for event, _ in told if isinstance(event, CallerCompared) for label in event.labels})),
    )
    return endpoint, [e for e, _ in told if isinstance(e, SharedWrite)]


def _as_nobody(single: Placed, placed: Placed, run: Interpreter) -> tuple[Finding, Answer]:
    """What a request without a credential tells about a route, and what came of it."""
    events = begin(run, anonymous=True)
    answer = placed.app.framework.answer(single, run)
    answer.refusals = distinct(answer.refusals)
    handler = _behind(placed)
    reached = handler is None or happened(events, HandlerEntered, lambda e: e.definition == id(handler.definition))
    return decide(answer, happened(events, Consulted), reached, placed, run), answer


def _behind(placed: Placed) -> FunctionValue | None:
    return handler_of(placed.route.handler)


def _parameters(answer: Answer, path: str) -> tuple[Parameter, ...]:
    """The inputs; those of the path that take slashes are told (`/files/{name:path}`, `/files/<path:name>`)."""
    spanning = {name for pair in _SPANNING.findall(path) for name in pair if name}
    return tuple(
        replace(each, spans=True) if each.location == "path" and each.name in spanning else each
        for each in answer.parameters
    )


def handler_of(value: Value) -> FunctionValue | None:
    """The function that people call the handler: what decorators wrap."""
    named = getattr(value, "origin", None)
    function = named if isinstance(named, FunctionValue) else inner_function(value)
    origin = function.marks.get("origin") if function is not None else None
    return origin if isinstance(origin, FunctionValue) else function


def _headers(told: Told, answer: Answer) -> tuple[str, ...]:
    """The headers that answers are given, in lower case."""
    found = {event.name for event, _ in told if isinstance(event, HeaderSet)}
    for outcome in answer.returns:
        for value in options_of(outcome.value):
            given = value.keywords.get("headers") if isinstance(value, External) else None
            if isinstance(given, Fields):
                found |= {str(name).lower() for name in given.values}
    return tuple(sorted(found))


def _in_schema(placed: Placed) -> bool:
    hidden = [
        placed.route.options.get("include_in_schema"),
        *(r.options.get("include_in_schema") for r, _ in placed.chain),
    ]
    return not any(isinstance(v, Known) and v.value is False for v in hidden)


def _success(placed: Placed, method: str) -> int | None:
    declared = placed.route.options.get("status_code")
    if declared is not None:
        return as_status(declared)
    return 200 if placed.app.framework.NAME == "fastapi" else None


def _queries(told: Told) -> list[Query]:
    found: dict[tuple[object, ...], Query] = {}
    # A name that was looked for among those that there are is one of them: who is not found there gets no further.
    known_names = {label for event, _ in told if isinstance(event, LookedUp) for label in event.labels}
    for event, path in told:
        if isinstance(event, QueryMade):
            query = event.query
            if known_names & set(query.named):
                query = replace(query, built=tuple(label for label in query.built
                                                   if label not in query.named or label not in known_names))
            key = (query.place, query.operation, query.tables, query.columns, query.filters, query.relationship)
            known = found.get(key)
            if known is None or (query.in_loop and not known.in_loop):
                found[key] = replace(query, path=path)
    return list(found.values())


def _calls(told: Told, run: Interpreter) -> list[Call]:
    """Each call once; the same line with the same sources but another way to it is the same call."""
    found: dict[tuple[object, ...], Call] = {}
    for event, path in told:
        if isinstance(event, CallMade):
            key = (event.name, event.place, event.site.sources, event.repeated)
            if key not in found:
                found[key] = call_of(event, path, run.program)
    return list(found.values())


def _responses(
    answer: Answer,
    placed: Placed,
    status: int | None,
    function: FunctionValue | None,
    run: Interpreter,
    refusals: list[Response],
) -> list[Response]:
    declared = placed.route.options.get("response_model")
    if (
        declared is None
        and function is not None
        and function.definition.returns is not None
        and (placed.app.framework.NAME == "fastapi")
    ):
        declared = type_of(run, function.definition.returns, function.scope)
    model = model_behind(declared)
    found = [r for outcome in answer.returns for r in response_of(outcome, model, status, run)]
    return list(dict.fromkeys([*found, *refusals]))
