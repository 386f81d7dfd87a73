"""FastAPI's inputs: what each parameter of a dependency or handler is given, and whether that can refuse."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from backend_lead.model.endpoint import Parameter
from backend_lead.model.place import Place
from backend_lead.read.code import syntax as s
from backend_lead.read.code.annotations import PROVIDED, of_type, type_of
from backend_lead.read.code.answering import Answer, Carrier
from backend_lead.read.code.calls import call
from backend_lead.read.code.containers import Fields, Yielding
from backend_lead.read.code.credentials import ABSENT, Consulted, absent
from backend_lead.read.code.frames import Aborted, Condition, Frame, Site
from backend_lead.read.code.frameworks.fastapi_types import is_enumeration, is_number, is_simple, shown, type_name
from backend_lead.read.code.frameworks.starlette import Request, credential, principal
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.operations import relabel
from backend_lead.read.code.parameters import default_of
from backend_lead.read.code.program import Scope
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic, Instance
from backend_lead.read.code.values import Known, Native, Unknown, Value, join, options_of, usual_of
from backend_lead.read.code.wrapping import inner_function

_BODY = {"fastapi.Body": "body", "fastapi.Form": "form", "fastapi.File": "file"}
_REQUEST_TYPES = {"starlette.requests.Request", "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket"}
_ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")
_LOCATIONS = {
    "fastapi.Query": "query",
    "fastapi.Path": "path",
    "fastapi.Header": "header",
    "fastapi.Cookie": "cookie",
    **_BODY,
}


class Depend(Value):
    """`Depends(target)`; without a target, the parameter's type is the target."""

    __slots__ = ("place", "security", "target")

    def __init__(self, target: Value | None, security: bool, place: Place) -> None:
        super().__init__()
        self.target = target
        self.security = security
        self.place = place

    def signature(self) -> object:
        return ("depends", self.target.signature() if self.target is not None else None)


def callable_of(value: Value | None) -> FunctionValue | None:
    """The function behind a handler or dependency."""
    return inner_function(value)


def _is_put_around_one_of_several(target: Value) -> TypeGuard[FunctionValue]:
    """Whether `@wraps(check)` stands around functions of which the start did not decide one.

    What they take differs, so that following the wrapper says nothing about who gets in.
    """
    around = target.marks.get("around") if isinstance(target, FunctionValue) else None
    return around is not None and len({f.signature() for o in options_of(around) if (f := inner_function(o))}) > 1


def _is_told_by_its_library(target: Value, run: Interpreter) -> bool:
    """Whether a file of `frameworks/` says what a class, or an object, of a library gives as a dependency."""
    name = f"call:{target.name}" if type(target) is External else target.name if isinstance(target, Symbol) else ""
    return name in run.hooks.calls


class Inputs:
    """Resolves parameters for one request; a dependency used twice is followed once, as FastAPI does."""

    def __init__(self, run: Interpreter, request: Request, template: str, frame: Frame, answer: Answer) -> None:
        self.run = run
        self.request = request
        self.frame = frame
        self.answer = answer
        self.path_names = set(re.findall(r"\{(\w+)\}", template))
        self.cache: dict[object, Value] = {}

    def pass_guard(self, guard: Value) -> bool:
        """Follow a dependency whose result is not used; False when it always refuses."""
        for option in options_of(guard):
            if isinstance(option, Depend):
                if self.dependency(option, None) is None:
                    self.answer.certain = True
                    return False
            elif isinstance(option, (Unknown, External)):
                self.answer.opaque.append(getattr(option, "name", "") or "dependency")
        return True

    def dependency(self, depend: Depend, kind: Value | None) -> Value | None:
        """What a dependency gives, or None when it always refuses."""
        target = depend.target if depend.target is not None and not _is_none(depend.target) else kind
        if target is None:
            return Unknown()
        usual = usual_of(target)
        if usual is not target and self.run.anonymous:
            return self._one_of(usual, [option for option in options_of(target) if option is not usual], depend)
        results: list[Value] = []
        refused, silent, before = False, False, len(self.answer.refusals)
        for option in options_of(target):
            known = len(self.answer.refusals)
            result = self._once(option, depend)
            refused = refused or result is None
            if result is not None:
                results.append(result)
                silent = silent or len(self.answer.refusals) == known
        if not results and refused:
            return None
        if silent and self.run.anonymous:
            # Which of them stands here was not decided: what one alone refuses is not refused for sure.
            condition = Condition(target.sources, (), True, depend.place, unfound=not target.sources)
            mine = self.answer.refusals[before:]
            self.answer.refusals[before:] = [each.under((*each.conditions, condition)) for each in mine]
        return join(results) if results else Unknown()

    def _one_of(self, usual: Value, others: list[Value], depend: Depend) -> Value | None:
        """What the dependency of the default configuration gives; the others refuse only when it says so."""
        result = self._once(usual, depend)
        if result is None:
            return None
        self.run.conditions.append(Condition(frozenset(), (), True, depend.place, unfound=True))
        for option in others:
            self._once(option, depend)
        self.run.conditions.pop()
        return result

    def _once(self, target: Value, depend: Depend) -> Value | None:
        key = target.signature()
        if key not in self.cache:
            result = self._call(target, depend)
            if result is None:
                return None
            self.cache[key] = result
        return self.cache[key]

    def _call(self, target: Value, depend: Depend) -> Value | None:
        run = self.run
        site = Site([], {}, depend.place.line, self.frame)
        try:
            if isinstance(target, External) and target.name.startswith("fastapi.security."):
                result = credential(target, run, site)
            elif _is_told_by_its_library(target, run):
                result = call(run, target, site)
            elif isinstance(target, Instance):
                result_or_none = self._call_instance(target, depend)
                if result_or_none is None:
                    return None
                result = result_or_none
            elif isinstance(target, (FunctionValue, ClassValue, Native)):
                if _is_put_around_one_of_several(target):
                    self.answer.opaque.append(f"one of several functions behind {target.symbol}")
                keywords = self._keywords_for(target)
                if keywords is None:
                    return None
                saved, run.on_loop = run.on_loop, isinstance(target, FunctionValue) and target.definition.is_async
                try:
                    result = call(run, target, Site([], keywords, depend.place.line, self.frame))
                finally:
                    run.on_loop = saved
            else:
                self.answer.opaque.append(getattr(target, "name", "") or "dependency")
                return Unknown(frozenset({"credential"}) if depend.security else frozenset())
        except Aborted:
            self._collect()
            return None
        self._collect()
        if isinstance(result, Yielding):
            result = join(result.yields)
        return principal(result)

    def _call_instance(self, target: Instance, depend: Depend) -> Value | None:
        method = self.run.attribute(target, "__call__")
        function = callable_of(method)
        if function is None:
            if isinstance(target.native, External) and target.native.name.startswith("fastapi.security."):
                return credential(target.native, self.run, Site([], {}, depend.place.line, self.frame))
            self.answer.opaque.append(target.cls.symbol)
            return Unknown()
        keywords = self.resolve(function, skip_first=function.receiver is not None)
        if keywords is None:
            return None
        return call(self.run, function, Site([], keywords, depend.place.line, self.frame))

    def _keywords_for(self, target: Value) -> dict[str, Value] | None:
        if isinstance(target, FunctionValue):
            return self.resolve(target, skip_first=target.receiver is not None)
        if isinstance(target, ClassValue):
            initializer = target.find("__init__")
            if isinstance(initializer, FunctionValue):
                return self.resolve(initializer, skip_first=True)
            return {
                name: self._input(name, annotation, None, target.scope)
                for ancestor in target.line_of_bases()
                for name, (annotation, _) in ancestor.annotations.items()
            }
        return {}

    def _collect(self) -> None:
        self.answer.refusals.extend(self.frame.raises)
        self.frame.raises.clear()

    # -------------------------------------------------------- parameters

    def resolve(
        self, function: FunctionValue, skip_first: bool = False, body_methods: tuple[str, ...] = ()
    ) -> dict[str, Value] | None:
        """Values for all parameters of a function; None when one of its dependencies always refuses."""
        origin = function.marks.get("origin")
        parameters = (origin or function).definition.parameters
        scope = (origin or function).scope
        keywords: dict[str, Value] = {}
        for position, parameter in enumerate(parameters):
            if parameter.kind in ("rest", "options") or (skip_first and position == 0):
                continue
            if position == 0 and _is_self(origin or function):
                # A decorator of the class binds its methods later; what it gives them is an object of the class.
                keywords[parameter.name] = of_type(self.run, (origin or function).owner or Unknown(), frozenset())
                continue
            value = self.parameter(parameter, function if origin is None else origin, scope)
            if value is None:
                return None
            keywords[parameter.name] = value
        return keywords

    def parameter(self, parameter: s.Parameter, function: FunctionValue, scope: Scope) -> Value | None:
        """The value of one parameter, or None when it is a dependency that always refuses."""
        run = self.run
        kind = type_of(run, parameter.annotation, scope) if parameter.annotation is not None else None
        extras: tuple[Value, ...] = ()
        if isinstance(kind, Generic) and isinstance(kind.origin, Symbol) and kind.origin.name in _ANNOTATED:
            inner = kind.arguments
            kind, extras = inner[0], inner[1:]
        if isinstance(kind, Generic) and isinstance(kind.origin, Symbol) and kind.origin.name in PROVIDED:
            return of_type(run, kind, frozenset())
        default = default_of(run, parameter, function) if parameter.default is not None else None
        for candidate in (*extras, default):
            if isinstance(candidate, Depend):
                given = self.dependency(candidate, kind)
                if given is not None and type(given) is Unknown and kind is not None:
                    return of_type(run, kind, given.sources) if not given.pairs else given
                return given
        return self._input(parameter.name, parameter.annotation, default, scope, extras, kind)

    def _input(
        self,
        name: str,
        annotation: Any,
        default: Value | None,
        scope: Scope,
        extras: tuple[Value, ...] = (),
        kind: Value | None = None,
    ) -> Value:
        run = self.run
        if kind is None and annotation is not None:
            kind = type_of(run, annotation, scope)
        named = type_name(kind)
        if named in _REQUEST_TYPES:
            return self.request
        if named.startswith(("starlette.", "fastapi.Response")):
            return External(named)
        marker = next((v for v in (*extras, default) if isinstance(v, External) and v.name in _LOCATIONS), None)
        location = _LOCATIONS[marker.name] if marker is not None else self._location(name, kind, named)
        plain_default = _default(default, marker)
        self._declare(name, location, kind, marker, plain_default)
        if location in ("header", "cookie"):
            alias = text_of(marker.keywords.get("alias")) if marker is not None else None
            return self._carried(location, alias or name.replace("_", "-"), plain_default)
        if location == "query" and run.anonymous and plain_default is not None:
            return plain_default
        source = location if location in ("body", "form") and not is_simple(named) else f"{location}:{name}"
        marks = [f"number:{source}"] if is_number(kind) else []
        if isinstance(kind, ClassValue) and is_enumeration(kind):
            marks.append(f"chosen:{source}")
        labels = frozenset({source, *marks})
        if named in ("builtins.dict", "typing.Dict"):
            return Fields({"*": Unknown(labels)}, False, labels)
        if kind is None:
            return Unknown(labels)
        made = of_type(run, kind, labels)
        return relabel(made, labels)

    def _carried(self, location: str, name: str, default: Value | None) -> Value:
        self.run.emit(Consulted(location))
        if self.run.anonymous:
            if default is not None and not _is_none(default):
                return relabel(default, ABSENT)
            return absent()
        return Unknown(Carrier(location).labels(name))

    def _location(self, name: str, kind: Value | None, named: str) -> str:
        if name in self.path_names:
            return "path"
        if isinstance(kind, ClassValue) and not is_enumeration(kind):
            return "body"
        if isinstance(kind, Generic):
            origin = type_name(kind.origin)
            inner = kind.arguments[0] if kind.arguments else None
            if origin in ("builtins.dict", "typing.Dict"):
                return "body"
            return self._location(name, inner, type_name(inner)) if inner is not None else "query"
        if named in ("builtins.dict", "typing.Dict"):
            return "body"
        if named.endswith((".UploadFile",)):
            return "file"
        return "query"

    def _declare(
        self, name: str, location: str, kind: Value | None, marker: External | None, default: Value | None
    ) -> None:
        keywords = marker.keywords if marker is not None else {}
        maximum = next((literal(keywords[k]) for k in ("le", "lt", "max_length") if k in keywords), None)
        minimum = next((literal(keywords[k]) for k in ("ge", "gt", "min_length") if k in keywords), None)
        fields: tuple[str, ...] = (
            ("*",) if type_name(kind) in ("builtins.dict", "typing.Dict", "typing.Any") and location == "body" else ()
        )
        if isinstance(kind, ClassValue):
            fields = tuple(dict.fromkeys(f for c in reversed(kind.line_of_bases()) for f in c.annotations))
        given = literal(default) if default is not None else None
        parameter = Parameter(
            name,
            location,
            shown(kind),
            default is None,
            None if given is None else str(given),
            float(minimum) if isinstance(minimum, (int, float)) else None,
            float(maximum) if isinstance(maximum, (int, float)) else None,
            fields,
        )
        if parameter not in self.answer.parameters:
            self.answer.parameters.append(parameter)


def _is_self(function: FunctionValue) -> bool:
    """Whether a function stands in a class and nothing has bound it yet."""
    unbound = function.owner is not None and function.receiver is None
    return unbound and not {"static", "class"} & set(function.marks)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _default(default: Value | None, marker: External | None) -> Value | None:
    """The default that a parameter takes when the request leaves it out; None when it is required."""
    if isinstance(default, External) and default is marker:
        given = marker.keywords.get("default") or (marker.positional[0] if marker.positional else None)
        return None if given is None or (isinstance(given, Known) and given.value is ...) else given
    return default
