"""The pages and the bar at the top, found by walking the folder of pages."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType
from typing import NamedTuple

from starlette.routing import Route

from backend_lead.doors.web import pages


class Tab(NamedTuple):
    """An entry of the bar: where among the others it stands, what it says, where it leads."""

    order: int
    label: str
    address: str


@functools.cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(importlib.import_module(f"{pages.__name__}.{entry.name}")
                 for entry in sorted(pkgutil.iter_modules(pages.__path__), key=lambda entry: entry.name))


def all_tabs() -> list[Tab]:
    """Return the entries of the bar, in their order."""
    return sorted(module.TAB for module in _modules() if hasattr(module, "TAB"))


def all_routes() -> list[Route]:
    """Return the routes of all pages."""
    return [route for module in _modules() for route in module.ROUTES]
