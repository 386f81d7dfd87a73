"""What a request to a Flask application goes through: hooks of the application and of the blueprints, the handler."""

from __future__ import annotations

import re

from backend_lead.model.endpoint import Parameter
from backend_lead.read.code.answering import Answer, outcomes, root_frame
from backend_lead.read.code.authentication import LEAVING, REFUSING
from backend_lead.read.code.calls import HandedOver
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.exceptions import status_of
from backend_lead.read.code.frames import Frame, Outcome, Site
from backend_lead.read.code.frameworks.flask_decorators import opaque
from backend_lead.read.code.frameworks.starlette import response_status
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.remembering import unfold
from backend_lead.read.code.routing import Placed, Router
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Unknown, Value, options_of
from backend_lead.read.code.wrapping import inner_function

MARKERS: tuple[bytes, ...] = ()
_NUMBERS = ("int", "float", "uuid")
# A rule of Werkzeug: `<name>`, `<converter:name>`, `<converter(arguments):name>`; the arguments may hold any sign.
_PARAMETER = re.compile(r"<(?:(\w+)(?:\(.*?\))?:)?(\w+)>")


class Flask:
    """How Flask answers."""

    NAME = "flask"

    def template(self, path: str) -> str:
        """`/orders/<int:id>` is `/orders/{id}`."""
        return _PARAMETER.sub(r"{\2}", path)

    def adopt(self, outer: Router, inner: Router, run: Interpreter) -> None:
        """As `register_blueprint` without options would."""
        from backend_lead.read.code.frameworks.flask_routers import include

        frame = root_frame(run, None, run.program.modules[inner.place.file])
        include(outer, inner, Fields({}), Site([], {}, inner.place.line, frame), run)

    def answer(self, placed: Placed, run: Interpreter) -> Answer:
        """Hooks of the application and of the blueprints around the route, then the handler."""
        answer = Answer()
        frame = root_frame(run, None, run.program.modules[placed.route.place.file])
        run.frame = frame
        run.request_values = {}
        run.request_method = placed.route.methods[0] if placed.route.methods else "GET"
        run.request_path = self.template(placed.path)
        run.request_handler = placed.route.handler
        run.request_blueprint, run.request_endpoint = _names(placed)
        for hook in placed.hooks():
            if not _pass_hook(hook, frame, run, answer):
                answer.certain = True
                return answer
        return self._handle(placed, frame, run, answer)

    def _handle(self, placed: Placed, frame: Frame, run: Interpreter, answer: Answer) -> Answer:
        keywords: dict[str, Value] = {}
        for kind, name in _PARAMETER.findall(placed.path):
            source = f"path:{name}"
            labels = frozenset({source, *((f"number:{source}",) if kind in _NUMBERS else ())})
            keywords[name] = Unknown(labels)
            answer.parameters.append(Parameter(name, "path", kind or "str"))
        answer.opaque.extend(sorted(set(opaque(placed.route.handler))))
        returns = outcomes(run, placed.route.handler, Site([], keywords, placed.route.place.line, frame), answer)
        refused = [o for o in returns if _is_refusal(o.value)]
        answer.returns = returns
        if _is_handed_over(placed.route.handler, run):
            answer.handed_over = True
            answer.opaque.append("the handler is handed to an object that was not found")
        answer.refusals.extend(refused)
        if run.anonymous and refused and len(refused) == len(returns):
            answer.certain = True
        return answer


FRAMEWORK = Flask()


def _is_handed_over(handler: Value, run: Interpreter) -> bool:
    """A wrapper that hands the handler to an object which the program only finds when it runs may guard it."""
    inner = inner_function(handler)
    origin = inner.marks.get("origin", inner) if inner is not None else None
    for event, _ in unfold(run.events):
        if isinstance(event, HandedOver) and isinstance(origin, FunctionValue):
            given = event.function.marks.get("origin", event.function)
            if given.definition is origin.definition:
                return True
    return False


def _names(placed: Placed) -> tuple[str | None, str | None]:
    """`request.blueprint` and `request.endpoint`; None where a part of them is not known."""
    names = [text_of(router.attributes["name"]) for router, _ in placed.chain[1:] if "name" in router.attributes]
    if None in names:
        return None, None
    blueprint = ".".join(name for name in names if name is not None)
    own = placed.route.name
    return blueprint, (f"{blueprint}.{own}" if blueprint else own) if own is not None else None


def _pass_hook(hook: Value, frame: Frame, run: Interpreter, answer: Answer) -> bool:
    """A hook that answers stops the request; one that returns None lets it through.

    One that answers everybody, whoever asks (a program that is not set up yet, a part that is switched off), would
    leave nothing to serve: what it tests is taken to be otherwise in service, and whom it lets in then is not known.
    """
    inner = Answer()
    returns = outcomes(run, hook, Site([], {}, frame.line, frame), inner)
    passes = [
        o
        for o in returns
        if any(not (isinstance(v, External) or response_status(v) is not None) for v in options_of(o.value))
    ]
    ended = [*inner.refusals, *(o for o in returns if o not in passes)]
    gets_through = bool(passes) and not inner.certain
    if gets_through or any(_asks_who(outcome) for outcome in ended):
        answer.refusals.extend(inner.refusals)
        answer.refusals.extend(o for o in returns if o not in passes and _is_refusal(o.value))
        return gets_through
    answer.opaque.append(f"a hook that answers whoever asks, {getattr(hook, 'symbol', 'before the request')}")
    return True


def _asks_who(outcome: Outcome) -> bool:
    status = [response_status(option) or status_of(option) for option in options_of(outcome.value)]
    return any(each in REFUSING for each in status) or any("credential" in c.sources for c in outcome.conditions)


def _is_refusal(value: Value) -> bool:
    found = [response_status(option) for option in options_of(value)]
    return bool(found) and all(status in REFUSING or status in LEAVING for status in found)
