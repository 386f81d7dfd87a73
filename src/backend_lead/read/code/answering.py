"""What following one route with one kind of request brought to light."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend_lead.model.endpoint import Parameter
from backend_lead.read.code.calls import call
from backend_lead.read.code.credentials import ABSENT, Consulted, absent, carries_credential
from backend_lead.read.code.execution import GOES_ON, execute_block
from backend_lead.read.code.frames import Aborted, Frame, Outcome, Site
from backend_lead.read.code.interpreter import STEPS_PER_REQUEST, Interpreter
from backend_lead.read.code.operations import relabel
from backend_lead.read.code.parameters import bind_parameters
from backend_lead.read.code.program import Scope
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Known, Native, Unknown, Value
from backend_lead.read.code.wrapping import Wrapped

# What a session has for everybody.
_OF_EVERY_SESSION = (
    "accessed", "clear", "copy", "modified", "new", "permanent", "popitem", "regenerate", "setdefault", "should_save",
    "sid", "timestamp", "update",
)  # fmt: skip


@dataclass
class Answer:
    """`returns` are the handler's results, `refusals` what was raised on the way; `certain` when nothing got through.

    `opaque` names guards whose code lies outside.
    `handed_over` tells that the handler went to something that was not found, which may call it.
    """

    returns: list[Outcome] = field(default_factory=list)
    refusals: list[Outcome] = field(default_factory=list)
    certain: bool = False
    opaque: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    handed_over: bool = False


class Carrier(Value):
    """Headers, cookies or a session: empty for an anonymous request; else each item is labelled with its name."""

    __slots__ = ("label",)
    # `dict(scope["headers"])` is asked as the headers are.
    copies_as_itself = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def _read(self, key: Value | None, fallback: Value | None, run: Interpreter) -> Value:
        run.emit(Consulted(self.label))
        if run.anonymous:
            if fallback is not None and not (isinstance(fallback, Known) and fallback.value is None):
                return relabel(fallback, ABSENT)
            return absent()
        name = key.value if isinstance(key, Known) and isinstance(key.value, str) else "*"
        return Unknown(self.labels(name))

    def labels(self, name: str) -> frozenset[str]:
        """Sources of an item that is present."""
        if self.label == "session":
            return frozenset({f"principal.{name}", "session"})
        if self.label == "cookie" or carries_credential(name):
            return frozenset({f"{self.label}:{name}", "credential"})
        return frozenset({f"{self.label}:{name}"})

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "pop", "getlist", "get_all", "getone"):
            return Native(lambda site, r: self._read(site.argument(0), site.argument(1, "default"), r), name)
        if name in ("items", "keys", "values", "mutablecopy"):
            return Native(lambda site, r: Unknown(frozenset({f"{self.label}:*"})), name)
        if self.label == "session" and name not in _OF_EVERY_SESSION:
            # Sessions of the target's own kind carry who is calling as an attribute.
            return self._read(Known(name), None, run)
        return None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return self._read(key, None, run)

    def assign(self, name: str, value: Value, run: Interpreter) -> None:
        """Writing to a session or to headers."""

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`"token" in request.cookies`."""
        if operator in ("in", "not in") and swapped:
            run.emit(Consulted(self.label))
            if run.anonymous:
                return Known(operator == "not in", ABSENT)
        return None


def root_frame(run: Interpreter, function: FunctionValue | None, module: Any) -> Frame:
    """The frame that a framework calls a handler from."""
    return Frame(module, Scope(module, None), None, None, 0)


def outcomes(run: Interpreter, function: Value, site: Site, answer: Answer) -> list[Outcome]:
    """Follow a handler, hook or middleware and keep its results apart, with the conditions of each.

    What it raises goes to the answer, which is certain when it never comes back.
    """
    if type(function) is Wrapped:
        # A library's check first; what lies behind it keeps its results apart as well.
        try:
            function.check(Site(site.positional, site.keywords, function.place.line, site.frame), run)
        except Aborted:
            answer.certain = True
        answer.refusals.extend(site.frame.raises)
        site.frame.raises.clear()
        return [] if answer.certain else outcomes(run, function.wrapped, site, answer)
    if not isinstance(function, FunctionValue):
        try:
            result = call(run, function, site)
        except Aborted:
            answer.certain = True
            answer.refusals.extend(site.frame.raises)
            site.frame.raises.clear()
            return []
        answer.refusals.extend(site.frame.raises)
        site.frame.raises.clear()
        return [Outcome(result, site.place, "", ())]
    made = Frame(function.module, Scope(function.module, function.scope), function, site.frame, site.line)
    saved, run.frame = run.frame, made
    run.enter(function)
    held = len(run.conditions)
    try:
        bind_parameters(run, function, made, site)
        status = execute_block(run, function.definition.body)
    except Aborted:
        status = 2
    run.frame = saved
    del run.conditions[held:]
    answer.refusals.extend(made.raises)
    if status == GOES_ON:
        made.returns.append(Outcome(Known(None), site.place, function.symbol, ()))
    if not made.returns and not made.yields:
        answer.certain = True
    return made.returns


def begin(run: Interpreter, anonymous: bool) -> list[Any]:
    """Prepare the interpreter for one request; returns the list that events go to."""
    run.anonymous, run.requesting = anonymous, True
    run.conditions, run.loops, run.depth, run.caught = [], 0, 0, 0
    run.loop_sources, run.deferred = [], False
    # Nobody is followed less far than somebody: what refuses stands at the beginning.
    run.steps, run.exhausted = STEPS_PER_REQUEST // (2 if anonymous else 1), False
    run.request_number += 1
    run.pairs_seen, run.handling = [], []
    run.events, run.ways, run.statuses = [], {}, {}
    run.on_loop = False
    run.bounded, run.last_rows = set(), None
    return run.events


def end(run: Interpreter) -> None:
    """Back to following the program's start."""
    run.requesting = run.anonymous = False
    run.frame = None
