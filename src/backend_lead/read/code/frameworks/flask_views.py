"""Classes whose methods answer requests: `View`, `MethodView`, and the resources that extensions build on them."""

from __future__ import annotations

from backend_lead.read.code.calls import call
from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal
from backend_lead.read.code.program import CodeModule, Scope
from backend_lead.read.code.routing import HTTP_METHODS
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Value
from backend_lead.read.code.wrapping import Wrapped, inner_function

MARKERS = (b"MethodView",)
DISPATCH = "dispatch_request"
# Classes that hand a request to the method named for its HTTP method.
_DISPATCHING = ("MethodView", "Resource")


class View(Value):
    """`MethodView.as_view(...)` or a resource: a class whose methods are named for the HTTP methods they answer."""

    __slots__ = ("cls", "decorators", "keywords", "name", "site")
    is_handler = True

    def __init__(
        self, cls: ClassValue, site: Site, decorators: list[Value], keywords: dict[str, Value], name: str | None = None
    ) -> None:
        super().__init__()
        self.cls = cls
        self.site = site
        self.decorators = decorators
        self.keywords = keywords
        self.name = name

    def methods(self, given: tuple[str, ...], run: Interpreter) -> list[tuple[str, Value]]:
        """(HTTP method, bound function) for each that is answered, decorated as the class says."""
        receiver = _receiver(self.cls, self.site, self.keywords, run)
        dispatch = self.cls.find(DISPATCH)
        offered = [m for m in HTTP_METHODS if self.cls.find(m.lower()) is not None] if dispatches(self.cls) else []
        declared = literal(self.cls.find("methods"))
        named = [str(m).upper() for m in declared] if isinstance(declared, list) else offered
        answered = [m for m in given or named or ["GET"] if dispatch is not None or m in offered]
        return [(m, self._of(receiver, m, dispatch, run)) for m in answered]

    def _of(self, receiver: Value, method: str, dispatch: Value | None, run: Interpreter) -> Value:
        named = self.cls.find(method.lower()) if dispatches(self.cls) else None
        function = dispatch if dispatch is not None else named
        assert function is not None
        made = bound(function, receiver)
        if named is not None and isinstance(made, FunctionValue):
            made.marks["origin"] = handler_behind(named)
        return self._decorated(made, run)

    def call(self, site: Site, run: Interpreter) -> Value | None:
        """Called by a decorator around it, while a request is answered."""
        found = self.methods((run.request_method or "GET",), run)
        return call(run, found[0][1], site) if found else None

    def _decorated(self, value: Value, run: Interpreter) -> Value:
        for decorator in reversed(self.decorators):
            result = call(run, decorator, Site([value], {}, self.site.line, self.site.frame))
            if isinstance(result, FunctionValue) and isinstance(value, FunctionValue):
                result.marks.setdefault("origin", value.marks.get("origin", value))
            if isinstance(result, (FunctionValue, Wrapped)):
                value = result
            elif isinstance(value, FunctionValue):
                # A library's: what it does before the handler cannot be told.
                value.marks["outside"] = (*value.marks.get("outside", ()), getattr(decorator, "name", "") or "?")
        return value


def handler_behind(value: Value) -> Value:
    """The function of the target that decorators wrap."""
    function = inner_function(value) or value
    return function.marks.get("origin", function) if isinstance(function, FunctionValue) else function


def view_behind(value: Value | None) -> View | None:
    """The class of views that decorators were put around."""
    while value is not None and not isinstance(value, View):
        value = value.wrapped if isinstance(value, Wrapped) else getattr(value, "marks", {}).get("around")
    return value


def dispatches(cls: ClassValue) -> bool:
    """Whether a class answers by methods named for the HTTP methods."""
    return any(base.rpartition(".")[2] in _DISPATCHING for base in cls.outside_bases())


def _receiver(cls: ClassValue, site: Site, keywords: dict[str, Value], run: Interpreter) -> Value:
    try:
        return instantiate(run, cls, Site([], dict(keywords), site.line, site.frame, open_=True))
    except Aborted:
        return Instance(cls, certain=False)


def bound(function: Value, receiver: Value) -> Value:
    """A method as that of an object, whatever decorators of libraries are around it."""
    if isinstance(function, FunctionValue):
        made = function.bind(receiver)
        made.marks = {**function.marks}
        return made
    if isinstance(function, Wrapped):
        module = _module_of(function)
        frame = Frame(module, Scope(module))
        inner = bound(function.wrapped, receiver)
        return Wrapped(inner, function.check, function.label, Site([], {}, function.place.line, frame))
    return function


def _module_of(value: Value) -> CodeModule:
    while isinstance(value, Wrapped):
        value = value.wrapped
    assert isinstance(value, FunctionValue)
    return value.module


def decorators_of(cls: ClassValue, name: str) -> list[Value]:
    """The list of decorators that a class of views names."""
    found = cls.find(name)
    return list(reversed(found.values)) if isinstance(found, Items) else []


def _class_attribute(cls: ClassValue, name: str, run: Interpreter) -> Value | None:
    if name == "as_view" and any(b.startswith(("flask.views.", "flask_", "quart.views.")) for b in cls.outside_bases()):
        return Native(lambda site, r: _as_view(cls, site), name)
    return None


def _as_view(cls: ClassValue, site: Site) -> View:
    keywords = {k: v for k, v in site.keywords.items() if k != "name"}
    name = literal(site.argument(0, "name"))
    return View(cls, site, decorators_of(cls, "decorators"), keywords, name if isinstance(name, str) else None)


def _dispatch(receiver: Instance, name: str, run: Interpreter) -> Value | None:
    """`super().dispatch_request(...)`: the method named for the HTTP method of the request."""
    if name != DISPATCH or not dispatches(receiver.cls):
        return None

    def hand_over(site: Site, r: Interpreter) -> Value:
        r.request_reads += 1
        function = receiver.cls.find((r.request_method or "GET").lower())
        return call(r, bound(function, receiver), site) if function is not None else Known(None)

    return Native(hand_over, DISPATCH)


CLASSES = [_class_attribute]
INHERITED = [_dispatch]
