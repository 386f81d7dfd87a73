"""What traces show, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding
from backend_lead.model.place import Place
from backend_lead.model.trace import Repeated
from backend_lead.rules.database import lazy_load_in_loop, query_in_loop

_HOW = {
    "loop": "The loop asks for each item by itself",
    "nested loop": "A loop inside a loop asks for each inner item by itself",
    "lazy relationship": "A relationship is loaded for each item while the answer is written",
    "count per item": "Each item's rows are counted by themselves",
    "request per item": "Another service is asked for each item by itself",
    "resolver": "The resolver of a field asks for each parent by itself",
}
_CURE = {
    "lazy relationship": "load the relationship with the list: selectinload(…) or joinedload(…)",
    "count per item": "count for all of them at once, grouped by the key",
    "request per item": "ask once for all of them, where the other service can; else a few side by side, with a limit",
    "resolver": "gather the keys of all parents and ask once: a dataloader",
}


def of_traces(found: Iterable[Repeated], traces: str, backend: Backend | None) -> Iterator[Finding]:
    """Yield a finding for each; where the instrumentation names no line, the code's own query of that kind is looked
    for, and else the file of the traces stands in its place."""
    for each in found:
        write = lazy_load_in_loop.write if each.kind == "lazy relationship" else query_in_loop.write
        where = f"in {each.requests} requests" if each.requests > 1 else "in one request"
        fix = _CURE.get(each.kind, "ask once for all keys")
        yield write(
            each.place or _line(each, backend) or Place(traces, 1),
            f"{_HOW[each.kind]}: {each.shape} was sent {each.times} times {where}"
            f"{f' of {each.endpoint}' if each.endpoint else ''}.",
            f"Each is a round trip: {each.milliseconds:,.0f} ms of the traces were spent waiting for them, one after "
            "the other, and the number grows with the list.",
            f"{each.batch};\n-- {fix}" if each.batch else f"# {fix}", evidence=Evidence.MEASURED,
            endpoint=each.endpoint, symbol=str(each.endpoint or ""), snippet=each.shape)


def _line(each: Repeated, backend: Backend | None) -> Place | None:
    """Return the only query in a loop that the endpoint has in the code."""
    if backend is None or each.endpoint is None:
        return None
    places = {query.place for endpoint in backend.endpoints
              if (endpoint.method, endpoint.path) == (each.endpoint.method, each.endpoint.path)
              for query in endpoint.queries if query.in_loop or query.lazy}
    return places.pop() if len(places) == 1 else None
