"""`werkzeug.local.LocalProxy(function)`: stands for what its function gives whenever it is asked."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Native, Unknown, Value

MARKERS = (b"LocalProxy",)


class LocalProxy(Value):
    """An object that hands everything on to the one that `function` finds at that moment."""

    __slots__ = ("function",)

    def __init__(self, function: Value) -> None:
        super().__init__()
        self.function = function

    def _current(self, run: Interpreter) -> Value:
        # At the start there is no request whose object it could stand for.
        if run.frame is None or not run.requesting:
            return Unknown(name="werkzeug.local.LocalProxy")
        return call(run, self.function, Site([], {}, run.frame.line, run.frame))

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "_get_current_object":
            return Native(lambda site, r: self._current(r), name)
        return run.attribute(self._current(run), name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return run.subscript(self._current(run), key)

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return call(run, self._current(run), site)

    def signature(self) -> object:
        return ("proxy", self.function.signature())


def _make(site: Site, run: Interpreter) -> Value | None:
    function = site.argument(0)
    # With a name it is an attribute of a context of the library's own.
    return LocalProxy(function) if function is not None and site.argument(1, "name") is None else None


CALLS: dict[str, Any] = {"werkzeug.local.LocalProxy": _make}
ALIASES = {"werkzeug.LocalProxy": "werkzeug.local.LocalProxy"}
