"""N + 1: one query for a list, then one for each of its items, seen in the traces of requests.

A query is repeated when one request sends the same shape many times, one after the other, each time for one key.
What only looks like it is left alone: pages of a long list (a range with a limit), lists of keys in batches (IN, ANY),
the same values again and again, writes, and statements that ask for no key.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse_statement, kind, parse, walk
from backend_lead.model.finding import EndpointRef
from backend_lead.model.trace import Repeated, Span
from backend_lead.read.traffic.workload_file import normalised

FEWEST = 5
# Items may share a key: not every value must be another.
FEWEST_VALUES = 3
# Shapes looked at before: a day of traces holds the same ones again and again.
_KEPT = 4096
_SERIALIZING = re.compile(r"(?i)serializ|render|response.?model|marshal|to_?json|schema.?dump|template")
# How SQLAlchemy 2 names the parameter of a relationship that is loaded when it is touched.
_LAZY = re.compile(r"(?:%\(param_1\)s|:param_1|\$1)(?:::\w+)? = \w+\.|\w = (?:%\(pk_1\)s|:pk_1)")
_IN_A_PATH = re.compile(
    r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?!v\d+(?:/|$))[A-Za-z]{1,4}[-_]?\d[\w-]*)(?=/|$)")
_IN_A_QUERY = re.compile(r"(?<==)[^&]+")
_COUNTS = frozenset({"count", "sum", "max", "min", "avg", "exists"})


@dataclass(slots=True)
class _Request:
    """What one request sent, in the order of its sending: (shape, span)."""

    endpoint: EndpointRef | None
    root: str
    sent: list[tuple[str, Span]] = field(default_factory=list)


def repeated(spans: Sequence[Span]) -> tuple[Repeated, ...]:
    """Return what was sent once for each item, that which took most time first."""
    by_id = {(span.trace, span.id): span for span in spans}
    found: dict[tuple[str, str, str], list[Repeated]] = defaultdict(list)
    for request in _requests(spans, by_id):
        for each in _in_request(request, by_id):
            found[str(each.endpoint), each.shape, each.kind].append(each)
    merged = []
    for group in found.values():
        most = max(group, key=lambda each: (each.times, each.milliseconds))
        merged.append(Repeated(most.kind, most.shape, most.times, len(group), most.endpoint, most.place,
                               round(sum(each.milliseconds for each in group), 3), most.batch, most.list_shape))
    return tuple(sorted(merged, key=lambda each: (-each.milliseconds, each.shape, each.kind)))


def sent(spans: Sequence[Span]) -> Iterator[tuple[EndpointRef | None, Span]]:
    """Yield each statement and request that was sent, with the endpoint that was being answered."""
    by_id = {(span.trace, span.id): span for span in spans}
    for request in _requests(spans, by_id):
        for _, span in request.sent:
            yield request.endpoint or span.endpoint, span


def shape_of(sql: str) -> str:
    """Return a statement with its values taken out, so that two executions of one line of code are equal."""
    try:
        _, tree = normalised(sql)
    except SqlUnreadable:
        return re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", " ".join(sql.split()))
    for node in walk(tree):
        if type(node).__name__ == "Node" and kind(node) in ("a_const", "param_ref"):
            _blank(node)
    return deparse_statement(tree) or " ".join(sql.split())


def _blank(node: Node) -> None:
    """Make a constant or a numbered parameter the same parameter everywhere."""
    node.ClearField(kind(node))
    node.param_ref.number = 1


def _requests(spans: Sequence[Span], by_id: Mapping[tuple[str, str], Span]) -> Iterator[_Request]:
    """Yield one request for each span of an answered request; spans without one go with the root of their trace."""
    requests: dict[tuple[str, str], _Request] = {}
    shapes: dict[str, str] = {}
    for span in spans:
        if not span.sql and not span.url:
            continue
        server = _server(span, by_id)
        key = (span.trace, server.id)
        request = requests.setdefault(key, _Request(server.endpoint, server.id))
        text = span.sql or f"{span.method} {span.url}"
        if text not in shapes:
            shapes[text] = shape_of(span.sql) if span.sql else _address(text)
        request.sent.append((shapes[text], span))
    yield from requests.values()


def _server(span: Span, by_id: Mapping[tuple[str, str], Span]) -> Span:
    """Return the span of the request that a span belongs to: the nearest above it that answers one, else the root."""
    current, seen = span, {span.id}
    while True:
        above = by_id.get((current.trace, current.parent))
        if above is None or above.id in seen:
            return current
        seen.add(above.id)
        current = above
        if current.endpoint is not None and not current.sql:
            return current


def _address(text: str) -> str:
    method, _, url = text.partition(" ")
    path, _, query = url.partition("?")
    asked = f"?{_IN_A_QUERY.sub('{value}', query)}" if query else ""
    return f"{method} {_IN_A_PATH.sub('{id}', path)}{asked}"


def _in_request(request: _Request, by_id: Mapping[tuple[str, str], Span]) -> Iterator[Repeated]:
    groups: dict[str, list[Span]] = defaultdict(list)
    for shape, span in request.sent:
        groups[shape].append(span)
    loops = {shape: spans for shape, spans in groups.items() if len(spans) >= FEWEST and _is_per_item(shape, spans)}
    for shape, spans in loops.items():
        if _overlap(spans) and not any(_above(span, by_id).field for span in spans):
            continue
        if not _has_a_list(shape, spans, request):
            continue
        before = [other for other, span in request.sent if span.start < spans[0].start and other not in loops]
        yield Repeated(_kind(shape, spans, loops, by_id), shape, len(spans), 1, request.endpoint,
                       next((span.place for span in spans if span.place), None),
                       sum(span.end - span.start for span in spans) / 1e6, batch_of(shape),
                       before[-1] if before else "")


def _has_a_list(shape: str, spans: Sequence[Span], request: _Request) -> bool:
    """Say whether something was read before that the items may come from.

    Where values are known to differ, they speak for themselves; without them the same question may be asked again and
    again (waiting for something), and only a list before it makes items likely.
    """
    if spans[0].url or _values_are_known(spans):
        return True
    return any(other != shape and span.start < spans[0].start and _reads_rows(other) for other, span in request.sent)


def _values_are_known(spans: Sequence[Span]) -> bool:
    return any(span.parameters for span in spans) or len({span.sql for span in spans}) > 1


@lru_cache(_KEPT)
def _reads_rows(shape: str) -> bool:
    try:
        return kind(parse(shape)[0].stmt) == "select_stmt"
    except SqlUnreadable:
        return False


def _is_per_item(shape: str, spans: Sequence[Span]) -> bool:
    """Say whether each execution asks for one key, and not always for the same."""
    fewest = max(FEWEST_VALUES, len(spans) // 5)
    if spans[0].url:
        return len({span.url for span in spans}) >= fewest
    values = {(span.sql, span.parameters) for span in spans}
    # Instrumentations leave values out; where the text holds them, or they stand beside it, they must differ.
    if len(values) < fewest and (_values_are_known(spans) or not _has_parameter(spans[0].sql)):
        return False
    return _asks_for_a_key(shape)


@lru_cache(_KEPT)
def _asks_for_a_key(shape: str) -> bool:
    try:
        tree = parse(shape)[0].stmt
    except SqlUnreadable:
        return False
    if kind(tree) != "select_stmt" or tree.select_stmt.locking_clause:
        return False
    return _asks_for_one_key(tree.select_stmt)


@lru_cache(_KEPT)
def _has_parameter(sql: str) -> bool:
    try:
        return any(type(node).__name__ == "ParamRef" for node in walk(normalised(sql)[1]))
    except SqlUnreadable:
        return False


def _asks_for_one_key(select: Node) -> bool:
    """Say whether a column must equal one value, with no range beside it that would make it a page or a batch."""
    if not select.HasField("where_clause"):
        return any(_asks_for_one_key(node) for node in walk(select)
                   if type(node).__name__ == "SelectStmt" and node is not select and node.HasField("where_clause"))
    equal = False
    for node in walk(select.where_clause):
        if type(node).__name__ == "SubLink":
            continue
        if type(node).__name__ != "A_Expr":
            continue
        what = node.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[node.kind].name
        operator = node.name[-1].string.sval if node.name else ""
        sides = {kind(node.lexpr), kind(node.rexpr)}
        if what in ("AEXPR_IN", "AEXPR_OP_ANY"):
            return False
        if operator in ("<", ">", "<=", ">=") and select.HasField("limit_count") and not _is_one(select.limit_count):
            return False
        if operator == "=" and "column_ref" in sides and sides & {"param_ref", "type_cast"}:
            equal = True
    return equal


def _is_one(node: Node) -> bool:
    return kind(node) == "a_const" and node.a_const.ival.ival == 1


def _overlap(spans: Sequence[Span]) -> bool:
    """Say whether they were sent side by side: then nobody waits for each of them."""
    together = sum(later.start < earlier.end for earlier, later in itertools.pairwise(spans))
    return together > len(spans) // 2


def _kind(shape: str, spans: Sequence[Span], loops: Mapping[str, Sequence[Span]],
          by_id: Mapping[tuple[str, str], Span]) -> str:
    above = [_above(span, by_id) for span in spans]
    if any(each.field for each in above):
        return "resolver"
    if spans[0].url:
        return "request per item"
    if _counts(shape):
        return "count per item"
    if any(_SERIALIZING.search(each.name) for each in above) or all(_LAZY.search(span.sql) for span in spans):
        return "lazy relationship"
    outer = [others for other, others in loops.items() if other != shape and others[0].start < spans[0].start
             and len(others) * 2 <= len(spans) and others[-1].start > spans[0].start]
    return "nested loop" if outer else "loop"


def _above(span: Span, by_id: Mapping[tuple[str, str], Span]) -> Span:
    return by_id.get((span.trace, span.parent), span)


@lru_cache(_KEPT)
def _counts(shape: str) -> bool:
    try:
        tree = parse(shape)[0].stmt
    except SqlUnreadable:
        return False
    targets: Iterable[Node] = tree.select_stmt.target_list
    for target in targets:
        value = target.res_target.val
        while kind(value) in ("coalesce_expr", "type_cast"):
            value = value.coalesce_expr.args[0] if kind(value) == "coalesce_expr" else value.type_cast.arg
        if kind(value) == "func_call" and value.func_call.funcname[-1].string.sval in _COUNTS:
            continue
        if kind(value) == "sub_link":
            continue
        return False
    return bool(targets)


@lru_cache(_KEPT)
def batch_of(shape: str) -> str:
    """Return the statement that asks once for all keys, "" where the shape is not simple enough to say."""
    try:
        tree = parse(shape)[0].stmt
    except SqlUnreadable:
        return ""
    if kind(tree) != "select_stmt" or tree.select_stmt.HasField("limit_count"):
        return ""
    text, times = re.subn(r"([\w.\"]+) = \$1(?!\d)", r"\1 = ANY($1)", deparse_statement(tree))
    column = re.search(r"([\w.\"]+) = ANY\(\$1\)", text)
    # With two values, nobody knows which of them is the item's.
    if column is None or times != 1 or text.count("$") != 1:
        return ""
    if _counts(shape):
        head = text.partition(" FROM ")
        return f"SELECT {column[1]}, {head[0].removeprefix('SELECT ')} FROM {head[2]} GROUP BY {column[1]}"
    return text
