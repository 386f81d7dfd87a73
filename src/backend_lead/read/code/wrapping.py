"""Decorators of libraries whose meaning is known: a check that runs before the function they wrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backend_lead.model.place import Place
from backend_lead.read.code.calls import call
from backend_lead.read.code.credentials import Consulted
from backend_lead.read.code.execution import raise_value
from backend_lead.read.code.frames import Aborted, Condition, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Known, Native, Value, options_of

Check = Callable[[Site, Interpreter], None]


class Wrapped(Value):
    """A function behind a library's decorator; `check` may raise in the target's stead."""

    __slots__ = ("check", "label", "place", "wrapped")
    is_handler = True

    def __init__(self, wrapped: Value, check: Check, label: str, site: Site) -> None:
        super().__init__()
        self.wrapped = wrapped
        self.check = check
        self.label = label
        self.place = site.place

    def call(self, site: Site, run: Interpreter) -> Value | None:
        self.check(Site(site.positional, site.keywords, self.place.line, site.frame), run)
        return call(run, self.wrapped, site)

    def truth(self) -> bool | None:
        return True


def inner_function(value: Value | None) -> FunctionValue | None:
    """The function of the target behind decorators of libraries."""
    for option in options_of(value) if value is not None else ():
        while isinstance(option, Wrapped):
            option = option.wrapped
        if isinstance(option, FunctionValue):
            return option
    return None


def checks_around(value: Value) -> Iterator[Wrapped]:
    """The checks of decorators, outermost first."""
    for option in options_of(value):
        while isinstance(option, Wrapped):
            yield option
            option = option.wrapped


def refuse(run: Interpreter, line: int, status: int) -> None:
    """The library raises here, whatever else."""
    raise_value(run, External("fastapi.HTTPException", frozenset(), (Known(status),)), line)
    raise Aborted


def needs_credential(site: Site, run: Interpreter) -> None:
    """Nobody gets in without a credential."""
    run.emit(Consulted("library"))
    if run.anonymous:
        refuse(run, site.line, 401)


def may_limit(site: Site, run: Interpreter) -> None:
    """Too many requests are refused."""
    if not run.anonymous:
        raise_value(run, External("fastapi.HTTPException", frozenset(), (Known(429),)), site.line)


def may_forbid(site: Site, run: Interpreter) -> None:
    """Nobody gets in without a credential, and not everybody with one."""
    needs_credential(site, run)
    run.conditions.append(Condition(frozenset({"principal.role"}), (), True, Place(site.frame.module.path, site.line)))
    raise_value(run, External("fastapi.HTTPException", frozenset(), (Known(403),)), site.line)
    run.conditions.pop()


def decorator(check: Check, label: str) -> Callable[[Site, Interpreter], Value | None]:
    """`@login_required`: given the function, gives it back wrapped."""

    def apply(site: Site, run: Interpreter) -> Value | None:
        function = site.argument(0)
        return Wrapped(function, check, label, site) if function is not None else None

    return apply


def decorator_factory(check: Check, label: str) -> Callable[[Site, Interpreter], Value | None]:
    """`@jwt_required()`: called first, then given the function; also without the first call."""

    def make(site: Site, run: Interpreter) -> Value | None:
        first = site.argument(0)
        if first is not None and first.is_handler and not site.keywords:
            return Wrapped(first, check, label, site)
        optional = site.keywords.get("optional")
        if isinstance(optional, Known) and optional.value is True:
            return Native(lambda inner, r: inner.argument(0), label)
        return Native(decorator(check, label), label)

    return make
