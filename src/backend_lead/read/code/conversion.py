"""From values and events of the interpreter to the types of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend_lead.model.endpoint import Argument, Call, Response
from backend_lead.model.place import Hop, Place
from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.exceptions import as_status, class_name
from backend_lead.read.code.frames import Outcome
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.program import Program
from backend_lead.read.code.response_models import Model, is_pydantic
from backend_lead.read.code.sources import CHOSEN, INPUTS, MARKS
from backend_lead.read.code.taken_keys import taken_keys
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Setting, Text, Unknown, Value

LONGEST_LITERAL = 300
_DECODING = (".decode", ".decode_complete", ".get_unverified_claims")


def sources(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels as the model has them: sorted, without the reader's own marks."""
    return tuple(sorted({label for label in labels if not label.startswith(MARKS)}))


def sanitized(labels: Iterable[str]) -> tuple[str, ...]:
    """`number` when every input is known to be a number, `chosen` when each is that or compared with what is known."""
    inputs = {label for label in labels if label.startswith(INPUTS)}
    numbers = {label.removeprefix("number:") for label in labels if label.startswith("number:")}
    chosen = {label.removeprefix(CHOSEN) for label in labels if label.startswith(CHOSEN)}
    if not inputs or not inputs <= numbers | chosen:
        return ()
    return ("number",) if inputs <= numbers else ("chosen",)


def _open(labels: frozenset[str]) -> set[str]:
    """The labels without those of inputs that a test has left no choice."""
    return {label for label in labels if not {f"{CHOSEN}{label}", f"number:{label}"} & labels}


def _pattern(part: Value | str) -> str:
    """A text with `{}` for each unknown part that the caller has a hand in, `{...}` for each other."""
    if isinstance(part, str):
        return part
    if isinstance(part, Text):
        return "".join(map(_pattern, part.parts))
    known = text_of(part)
    if known is not None:
        return known
    return "{}" if any(label.startswith(INPUTS) for label in part.sources) else "{...}"


def argument(name: str | None, value: Value) -> Argument:
    """One argument of a call."""
    text: str | None = None
    reference: str | None = None
    inner = value.default if isinstance(value, Setting) and value.default is not None else value
    if isinstance(inner, Known):
        text = repr(inner.value) if not isinstance(inner.value, str) else inner.value
    elif isinstance(inner, Text):
        text = _pattern(inner)
    elif isinstance(inner, Items):
        text = "[" + ", ".join(repr(v.value) if isinstance(v, Known) else "..." for v in inner.values[:20]) + "]"
    elif isinstance(inner, Fields):
        text = (
            "{"
            + ", ".join(
                f"{k!r}: {v.value!r}" if isinstance(v, Known) else f"{k!r}: ..."
                for k, v in list(inner.values.items())[:20]
            )
            + "}"
        )
    if isinstance(inner, (Symbol, External)):
        reference = inner.name
    elif isinstance(inner, (FunctionValue, ClassValue)):
        reference = inner.symbol
    elif isinstance(inner, Instance):
        reference = inner.cls.symbol
    elif isinstance(inner, Unknown) and inner.name:
        reference = inner.name
    labels = set(value.sources)
    if isinstance(value, Setting):
        labels.add("environment")
    return Argument(
        name, text[:LONGEST_LITERAL] if text is not None else None, sources(labels), sanitized(labels), reference
    )


def call_of(event: CallMade, path: tuple[Hop, ...], program: Program) -> Call:
    """A call that left the target, reached on this path; many routes reach the same, so its arguments are kept."""
    if event.arguments is None:
        event.arguments = tuple(_arguments(event))
    module = program.modules.get(event.place.file)
    return Call(
        event.name,
        event.place,
        event.symbol,
        event.arguments,
        event.site.awaited,
        event.repeated,
        event.on_loop,
        event.caught,
        path,
        module.line(event.place.line) if module is not None else "",
        event.deferred,
        event.once,
        _taken(event),
    )


def _taken(event: CallMade) -> tuple[str, ...] | None:
    """The keys that are taken from a decoded token; for other calls nobody asks."""
    function, node = event.site.frame.function, event.site.node
    if function is None or node is None or not event.name.endswith(_DECODING):
        return None
    return taken_keys(function.definition.body, node)


def _arguments(event: CallMade) -> Iterator[Argument]:
    for value in event.site.positional:
        yield argument(None, value)
    if event.receiver:
        yield Argument("self", None, sources(event.receiver), sanitized(event.receiver))
    for name, value in event.site.keywords.items():
        yield argument(name, value)


# ---------------------------------------------------------------- responses


def response_of(outcome: Outcome, declared: Model | None, status: int | None, run: Interpreter) -> list[Response]:
    """What a handler's result sends to the client."""
    return [_response(value, outcome.place, declared, status, run) for value in _alternatives(outcome.value)]


def _alternatives(value: Value) -> list[Value]:
    return list(value.options) if isinstance(value, Choice) else [value]


def _response(value: Value, place: Place, declared: Model | None, status: int | None, run: Interpreter) -> Response:
    media = None
    shape = "unknown"
    given = status or 0
    if (
        isinstance(value, Items)
        and value.kind == "tuple"
        and 2 <= len(value.values) <= 3
        and (as_status(value.values[1]) is not None)
    ):
        given = as_status(value.values[1]) or 0
        value = value.values[0]
    if isinstance(value, External) and value.name.endswith(("Response", "jsonify", "make_response", "redirect")):
        code = value.keywords.get("status_code") or value.keywords.get("status")
        if code is None and len(value.positional) > 1 and value.name.endswith("Response"):
            code = value.positional[1]
        # A status that is computed may be any.
        given = as_status(code) or (given if code is None else 0) or (307 if "edirect" in value.name else 0)
        media = text_of(value.keywords.get("media_type"))
        if "edirect" in value.name:
            shape = "redirect"
        elif value.name.endswith(("FileResponse", "StreamingResponse")):
            shape = "file"
        content = value.keywords.get("content") or (value.positional[0] if value.positional else None)
        if shape == "unknown" and content is not None:
            inner = _response(content, place, None, given, run)
            return Response(
                given, place, inner.shape, inner.fields, inner.columns, None, given >= 400, inner.sources, media
            )
        return Response(
            given,
            place,
            shape if content is not None or shape != "unknown" else "empty",
            (),
            (),
            None,
            given >= 400,
            sources(_open(value.sources) if shape == "redirect" else value.sources),
            media,
        )
    fields, columns, shape = _content(value, declared, run)
    model = declared.cls.definition.name if declared is not None else None
    return Response(given, place, shape, fields, columns, model, given >= 400, sources(value.sources), media)


def _content(value: Value, declared: Model | None, run: Interpreter) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Names written out, `table.column`s that leave, and the shape."""
    names: dict[str, None] = {}
    columns: dict[str, None] = {}
    shape = _walk(value, declared, names, columns, 0, run)
    if declared is not None:
        # What an envelope holds in turn (`items: list[Order]`) is written out as well.
        names = dict.fromkeys((*declared.fields, *names))
    return tuple(names), tuple(sorted(columns)), shape


def _walk(
    value: Value, model: Model | None, names: dict[str, None], columns: dict[str, None], depth: int, run: Interpreter
) -> str:
    if isinstance(value, Setting) and value.default is not None:
        value = value.default
    if isinstance(value, Known):
        return "empty" if value.value is None else "text"
    if depth > 4:
        return "unknown"
    if isinstance(value, Items):
        for inner in value.values[:20]:
            _walk(inner, model, names, columns, depth + 1, run)
        return "list"
    table = row_table(value)
    if table is not None:
        for column in table_columns(value):
            if model is None or column in model.fields:
                columns[f"{table}.{column}"] = None
                names[column] = None
        return "object"
    if isinstance(value, (Fields, Instance)):
        _walk_fields(value, model, names, columns, depth, run)
        return "object"
    _leaves(value, columns)
    return "text" if isinstance(value, Text) else "unknown"


def _walk_fields(
    value: Fields | Instance, model: Model | None, names: dict[str, None], columns: dict[str, None], depth: int,
    run: Interpreter,
) -> None:
    """The fields of a mapping or an object that the model lets out, each through the model of its own."""
    parts = value.values if isinstance(value, Fields) else value.attributes
    if model is None and isinstance(value, Instance) and is_pydantic(value.cls):
        model = Model(value.cls)
    for key, inner in parts.items():
        if str(key).startswith("\x00") or (model is not None and str(key) not in model.fields):
            continue
        names[str(key)] = None
        _leaves(inner, columns)
        if isinstance(inner, (Items, Instance, Fields)):
            below = model.behind(str(key), run) if model is not None else None
            found = names if isinstance(value, Instance) else {}
            _walk(inner, below, found, columns, depth + 1, run)


def _leaves(value: Value, columns: dict[str, None]) -> None:
    """A value whose only content is a column leaves as that column."""
    if isinstance(value, Choice):
        for option in value.options:
            _leaves(option, columns)
    if isinstance(value, (Unknown, Text)):
        for label in value.sources:
            if label.startswith("row:") and "." in label:
                columns[label.removeprefix("row:")] = None


def row_table(value: Value) -> str | None:
    """The table of a row object, or None."""
    table = value.cls.marks.get("table") if isinstance(value, Instance) else None
    return table.name if table is not None else None


def table_columns(value: Value) -> tuple[str, ...]:
    """The columns of a row object's table."""
    table = value.cls.marks.get("table") if isinstance(value, Instance) else None
    return tuple(c.name for c in table.columns) if table is not None else ()


def refusal_of(outcome: Outcome, status: int | None) -> Response:
    """The answer of an exception: its status and the keys of its body."""
    value = outcome.value
    fields: tuple[str, ...] = ()
    labels: set[str] = set()
    if isinstance(value, External):
        detail = (
            value.keywords.get("detail")
            or value.keywords.get("description")
            or (value.positional[1] if len(value.positional) > 1 else None)
        )
        if isinstance(detail, Fields):
            fields = tuple(f"detail.{k}" for k in detail.values)
        elif detail is not None:
            fields = ("detail",)
        labels = set(detail.sources) if detail is not None else set()
    return Response(status or 0, outcome.place, "object", fields, (), class_name(value) or None, True, sources(labels))
