"""Whether a request without a credential is refused, told by following one."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.endpoint import Authentication, Guard, GuardKind
from backend_lead.model.place import Place
from backend_lead.read.code.answering import Answer
from backend_lead.read.code.calls import call
from backend_lead.read.code.exceptions import GENERAL, is_a, status_of
from backend_lead.read.code.frames import Aborted, Condition, Frame, Outcome, Site
from backend_lead.read.code.frameworks.starlette import response_status
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.routing import Placed
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Unknown, Value
from backend_lead.read.code.wrapping import inner_function

REFUSING = (401, 403)
LEAVING = (301, 302, 303, 307, 308)
# What a request asks for, as opposed to who it says is asking.
_INPUTS = ("query", "form", "body", "file", "number:query", "number:form", "number:body")


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one endpoint: whether, why, and the guards that refuse."""

    authentication: Authentication
    because: str
    guards: tuple[Guard, ...]


def decide(answer: Answer, consulted: bool, reached: bool, placed: Placed, run: Interpreter) -> Finding:
    """Judge the way of an anonymous request.

    `consulted` says whether a header, a cookie or the session was read, `reached` whether the way came to the handler:
    where it did not, nobody may say that it is open.
    """
    statuses = [(outcome, refusal_status(outcome.value, placed, run)) for outcome in answer.refusals]
    refusing = [outcome for outcome, status in statuses if _is_refusal(outcome, status, consulted, placed)]
    telling = sorted((o for o in refusing if "client" not in _labels(o)), key=lambda o: "credential" not in _labels(o))
    # When only configuration makes the refusal, what ends the other ways is something else.
    if answer.certain and any(not _depends_on_configuration(outcome) for outcome in telling):
        return Finding(
            Authentication.REQUIRED, _because(telling[0], "every way ends in a refusal"), _guards(telling, False)
        )
    unnamed = [outcome for outcome, status in statuses if status is None and isinstance(outcome.value, Instance)]
    if answer.certain and consulted and unnamed:
        return Finding(
            Authentication.REQUIRED, _because(unnamed[0], "every way ends in an exception"), _guards(unnamed, False)
        )
    sure = [outcome for outcome in refusing if _decided_by_credential(outcome, consulted, placed, run)]
    firm = [outcome for outcome in sure if not _depends_on_configuration(outcome)]
    if firm:
        return Finding(Authentication.REQUIRED, _because(firm[0], "refused without a credential"), _guards(firm, False))
    if sure:
        return Finding(
            Authentication.UNKNOWN,
            _because(sure[0], "refused only when the configuration says so,"),
            _guards(sure, True),
        )
    before = None if reached or run.exhausted else _answered_before(answer, consulted, statuses)
    if before is not None and before.authentication is Authentication.REQUIRED:
        return before
    if answer.opaque:
        return Finding(Authentication.UNKNOWN, f"a guard lies outside the code that was read: {answer.opaque[0]}", ())
    hidden = [outcome for outcome, status in statuses if _is_hidden(outcome, status, placed)]
    if hidden:
        return Finding(
            Authentication.UNKNOWN,
            _because(hidden[0], "refused when something that was not found says so,"),
            _guards(hidden, True),
        )
    if before is not None:
        return before
    if refusing and consulted:
        return Finding(
            Authentication.OPTIONAL,
            "a credential is read, but a request without one can get through",
            _guards(refusing, True),
        )
    if run.exhausted:
        return Finding(Authentication.UNKNOWN, "the way was too long to be followed to its end", ())
    return Finding(Authentication.NONE, "a request without a credential reaches the handler", ())


def compared(finding: Finding, nobody: Answer, somebody: Answer) -> Finding:
    """What leads everybody without a credential away, and somebody not always, is not called open."""
    if finding.authentication is not Authentication.NONE or not nobody.returns:
        return finding
    if not all(map(_leads_away, nobody.returns)) or all(map(_leads_away, somebody.returns)):
        return finding
    because = f"without a credential it always leads away at {nobody.returns[0].place}, with one it does not"
    return Finding(Authentication.UNKNOWN, because, ())


def _leads_away(outcome: Outcome) -> bool:
    return response_status(outcome.value) in LEAVING


def _answered_before(answer: Answer, consulted: bool, statuses: list[tuple[Outcome, int | None]]) -> Finding:
    """The handler was not come to: refused when the missing credential decided each answer, else not known.

    Its label may be lost on the way (an object that stands for nobody); then each answer has to lead away or refuse,
    under no test that was left open.
    """
    refusing = [o for o in answer.returns if any(c.decided and "credential" in c.sources for c in o.conditions)]
    if answer.certain and consulted:
        sent = [o for o, status in statuses if status in (*REFUSING, *LEAVING) and all(c.decided for c in o.conditions)]
        refusing = sent if all(o in sent or o in refusing for o in answer.returns) else refusing
    if refusing and not answer.handed_over and all(outcome in refusing for outcome in answer.returns):
        because = _because(refusing[0], "answered without the handler, for want of a credential,")
        return Finding(Authentication.REQUIRED, because, _guards(refusing, False))
    return Finding(Authentication.UNKNOWN, "a request without a credential was not followed to the handler", ())


def _because(outcome: Outcome, words: str) -> str:
    return f"{words} at {outcome.place} in {outcome.symbol.rsplit('.', 1)[-1]}"


def _labels(outcome: Outcome) -> set[str]:
    return {label for condition in outcome.conditions if not condition.decided for label in condition.sources}


def _depends_on_configuration(outcome: Outcome) -> bool:
    """Whether a test that nothing of the request reaches decides as well."""
    return any(
        not condition.sources or "configuration" in condition.sources
        for condition in outcome.conditions
        if not condition.raises_otherwise
    )


def _is_hidden(outcome: Outcome, status: int | None, placed: Placed) -> bool:
    """Whether a test of something that was not found decides on a refusal, or on leading away around the handler.

    Leading on to another page is what handlers do; what stands before one does it to those who may not come in.
    """
    if not any(condition.unfound for condition in outcome.conditions):
        return False
    handler = inner_function(placed.route.handler)
    own = handler.marks.get("origin", handler).symbol if handler is not None else ""
    return status in REFUSING or (status in LEAVING and outcome.symbol != own)


def _is_refusal(outcome: Outcome, status: int | None, consulted: bool, placed: Placed) -> bool:
    if status in REFUSING:
        return True
    if status in LEAVING:
        return consulted and any("credential" in c.sources for c in outcome.conditions)
    # An exception of a library whose status is not known counts when a credential decided on it; one that ends in a
    # server error does not.
    return (
        status is None
        and any("credential" in c.sources for c in outcome.conditions)
        and (not _is_fault(outcome.value) or _is_answered(outcome.value, placed))
    )


def _is_answered(value: Value, placed: Placed) -> bool:
    """Whether the application answers this exception in a way of its own."""
    return isinstance(value, Instance) and any(
        isinstance(kind, ClassValue) and is_a(value, kind) for kind, _ in placed.exception_handlers()
    )


def _is_fault(value: Value) -> bool:
    """Whether an exception is one of the language's own, which no framework turns into a refusal."""
    if isinstance(value, Instance):
        outside = list(value.cls.outside_bases())
        return not outside or all(base.startswith("builtins.") for base in outside)
    return (isinstance(value, (External, Symbol)) and value.name.startswith("builtins.")) or type(value) is Unknown


def _decided_by_credential(outcome: Outcome, consulted: bool, placed: Placed, run: Interpreter) -> bool:
    """Whether what decides on the refusal is the credential; a 401 with no other visible reason counts as well."""
    if any(_is_choice_of_the_caller(condition) for condition in outcome.conditions):
        return False
    labels = _labels(outcome)
    if "credential" in labels:
        return True
    missing = any(condition.decided for condition in outcome.conditions)
    return consulted and not labels and (missing or refusal_status(outcome.value, placed, run) == 401)


def _is_choice_of_the_caller(condition: Condition) -> bool:
    """Whether who asks decides by something that is no credential: without it, the request goes another way."""
    if condition.raises_otherwise or condition.decided or not condition.sources:
        return False
    return all(label.startswith(_INPUTS) for label in condition.sources)


def refusal_status(value: Value, placed: Placed, run: Interpreter) -> int | None:
    """The status that raising a value ends in, exception handlers of the application considered."""
    key = ("status", id(value))
    if key not in run.statuses:
        # The value is kept with its status: its identity must not be given to another one meanwhile.
        run.statuses[key] = (_status(value, placed, run), value)
    return run.statuses[key][0]


def _status(value: Value, placed: Placed, run: Interpreter) -> int | None:
    status = status_of(value)
    # A library's own exception has the status that it was given; one of the program's has its handler's.
    handled = status is None or isinstance(value, Instance)
    answered = _by_handler(value, placed, run, anything=status is None) if handled else None
    if answered is not None or status is not None:
        return status if answered is None else answered
    returned = response_status(value)
    if returned is not None:
        return returned
    if isinstance(value, Choice):
        # Put together before it is returned: it refuses when each of them does.
        found = {_status(option, placed, run) for option in value.options}
        plain = sorted(s for s in found if s in REFUSING or s in LEAVING)
        return max(plain) if plain and len(plain) == len(found) else None
    return None


def _by_handler(value: Value, placed: Placed, run: Interpreter, anything: bool) -> int | None:
    """What the application's own handler of an exception answers; one of all exceptions leaves a status alone.

    Starlette and Flask take the handler of the nearest class.
    """
    if isinstance(value, (Unknown, Choice)) or response_status(value) is not None:
        return None
    for kind, handler in placed.exception_handlers():
        general = getattr(kind, "name", "") in GENERAL
        if is_a(value, kind) and isinstance(handler, FunctionValue) and (anything or not general):
            return _handled(value, handler, run)
    return None


def _handled(value: Value, handler: FunctionValue, run: Interpreter) -> int | None:
    frame = Frame(handler.module, handler.module.scope)
    saved, events = run.frame, run.events
    run.frame, run.events = frame, []
    try:
        alone = len(handler.definition.parameters) - (handler.receiver is not None) == 1
        given = [value] if alone else [External("starlette.requests.Request"), value]
        return response_status(call(run, handler, Site(given, {}, 0, frame)))
    except Aborted:
        return None
    finally:
        run.frame, run.events = saved, events


def _guards(outcomes: list[Outcome], optional: bool) -> tuple[Guard, ...]:
    found: dict[tuple[str, Place], Guard] = {}
    for outcome in outcomes:
        name = outcome.name
        found.setdefault((name, outcome.place), Guard(GuardKind.AUTHENTICATION, name, outcome.place, optional))
    return tuple(found.values())
