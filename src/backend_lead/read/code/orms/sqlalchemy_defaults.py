"""What a column's own default gives: points in time with a zone or without one."""

from __future__ import annotations

from collections.abc import Mapping

from backend_lead.model.place import Place
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Value

MARKERS: tuple[bytes, ...] = ()
_GIVING = ("default", "default_factory", "insert_default", "onupdate")
_NAIVE = ("datetime.datetime.utcnow", "datetime.datetime.now", "datetime.datetime.today")


def is_zoned(keywords: Mapping[str, Value], kind: Value | None, place: Place, run: Interpreter) -> bool | None:
    """Say whether the default is made with a zone; None when there is none, or none that is understood.

    A column type of the program's own may convert what it is given.
    """
    if isinstance(kind, (ClassValue, Instance)):
        return None
    for name in _GIVING:
        given = keywords.get(name)
        if isinstance(given, FunctionValue):
            given = _result(given, place, run)
        elif isinstance(given, Symbol) and given.name in _NAIVE:
            return False
        found = _of_call(given)
        if found is not None:
            return found
    return None


def _result(function: FunctionValue, place: Place, run: Interpreter) -> Value | None:
    frame = Frame(function.module, function.module.scope)
    saved, run.frame = run.frame, frame
    try:
        return invoke(run, function, Site([], {}, place.line, frame))
    except Aborted:
        return None
    finally:
        run.frame = saved


def _of_call(value: Value | None) -> bool | None:
    """`datetime.now(timezone.utc)` carries a zone, `datetime.now()` and `datetime.utcnow()` do not."""
    if not isinstance(value, External) or value.name not in _NAIVE:
        return None
    zone = value.keywords.get("tz") or (value.positional[0] if value.positional else None)
    return zone is not None and not (isinstance(zone, Known) and zone.value is None)
