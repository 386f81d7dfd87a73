"""Libraries whose dependencies ask nobody for a credential: they count requests, cut pages, or read a filter.

What each does is told by its own documentation; a name that is not here stays a guard that was not read.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Value

# Parameters of a page, taken from the query string (fastapi-pagination.readthedocs.io).
_PAGES = ("Params", "LimitOffsetParams", "CursorParams")
_PAGE_MODULES = ("", "default.", "limit_offset.", "cursor.")


def _page(name: str) -> Any:
    return lambda site, run: External(name, frozenset({"query"}))


def _counted(limiter: Value, site: Site, run: Interpreter) -> Value:
    """`Depends(RateLimiter(times=5, seconds=60))` answers 429 to whoever comes too often (long2ice/fastapi-limiter)."""
    return Known(None)


CALLS: dict[str, Any] = {
    **{f"fastapi_pagination.{module}{name}": _page(f"fastapi_pagination.{name}")
       for module in _PAGE_MODULES for name in _PAGES},
    "call:fastapi_limiter.depends.RateLimiter": _counted,
    "call:fastapi_limiter.depends.WebSocketRateLimiter": _counted,
}
