"""`functools`, `contextlib`, `dataclasses`, `typing` and `copy`: what gives back what it was given."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.standard_library.objects import sources_only
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Native, Unknown, Value, usual_of
from backend_lead.read.code.wrapping import inner_function


def through(index: int = 0) -> Any:
    """The call gives back one of its arguments."""
    return lambda site, run: site.argument(index)


def _partial(site: Site, run: Interpreter) -> Value:
    function = site.argument(0)
    if function is None:
        return Unknown()

    def later(inner: Site, r: Interpreter) -> Value:
        return call(
            r,
            function,
            Site(
                [*site.positional[1:], *inner.positional],
                {**site.keywords, **inner.keywords},
                inner.line,
                inner.frame,
                inner.node,
                inner.awaited,
                inner.open,
            ),
        )

    return Native(later, "functools.partial")


def _liken(function: Value | None, wrapped: Value | None) -> None:
    """What a wrapper takes over from the function, or the class of views, that it is put around."""
    inner = inner_function(usual_of(wrapped)) if wrapped is not None else None
    if not isinstance(function, FunctionValue):
        return
    if inner is not None:
        function.marks["origin"] = inner.marks.get("origin", inner)
    if wrapped is not None and not isinstance(wrapped, FunctionValue):
        function.marks["around"] = wrapped


def _update_wrapper(site: Site, run: Interpreter) -> Value | None:
    _liken(site.argument(0, "wrapper"), site.argument(1, "wrapped"))
    return site.argument(0, "wrapper")


def _wraps(site: Site, run: Interpreter) -> Value:
    wrapped = site.argument(0)

    def apply(inner: Site, r: Interpreter) -> Value | None:
        function = inner.argument(0)
        _liken(function, wrapped)
        return function

    return Native(apply, "functools.wraps")


def _dataclass(site: Site, run: Interpreter) -> Value | None:
    first = site.argument(0)
    if isinstance(first, (ClassValue, FunctionValue)):
        return first
    return Native(lambda inner, r: inner.argument(0), "decorator")


_DECORATORS = (
    "dataclasses.dataclass",
    "functools.lru_cache",
    "functools.cache",
    "typing.overload",
    "typing.final",
    "typing.no_type_check",
    "functools.total_ordering",
    "functools.singledispatch",
    "enum.unique",
    "typing.runtime_checkable",
    "typing_extensions.override",
    "typing.override",
)

CALLS: dict[str, Any] = {
    "functools.partial": _partial,
    # What `urlopen` is given is the address, whatever headers go with it.
    "urllib.request.Request": lambda site, run: site.argument(0, "url"),
    "functools.wraps": _wraps,
    "functools.update_wrapper": _update_wrapper,
    "contextlib.nullcontext": through(),
    "contextlib.suppress": sources_only,
    "contextlib.AsyncExitStack": sources_only,
    "contextlib.ExitStack": sources_only,
    "contextlib.closing": through(),
    "contextlib.aclosing": through(),
    "typing.cast": through(1),
    "copy.copy": through(),
    "copy.deepcopy": through(),
    **dict.fromkeys(_DECORATORS, _dataclass),
}
ALIASES: dict[str, str] = {"typing_extensions.Optional": "typing.Optional"}
