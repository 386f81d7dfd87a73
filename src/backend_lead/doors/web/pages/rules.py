"""`/rules`: every rule by dimension, and the page of each."""

from __future__ import annotations

import functools

from markdown_it import MarkdownIt
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.tabs import Tab
from backend_lead.report import _words as words
from backend_lead.report.html.markup import Html
from backend_lead.rules.rule import AREAS, MIGRATION, all_rules, find_rule

TAB = Tab(60, "Rules", "/rules")
_AREAS = {**{dimension.value: label for dimension, label in words.DIMENSIONS.items()}, MIGRATION: "Migrations"}


def rules(request: Request) -> Response:
    """Return all rules."""
    areas = [(_AREAS[area], [rule for rule in all_rules() if rule.area == area]) for area in AREAS]
    return page(request, "rules.html", areas=areas)


def rule(request: Request) -> Response:
    """Return the page of a rule: what it finds, why it hurts, a failing and a mended example."""
    found = find_rule(request.path_params["rule"])
    if found is None:
        raise HTTPException(404, "There is no such rule.")
    return page(request, "rule.html", rule=found, area=_AREAS[found.area], text=_html(found.page),
                scripts=("findings.js",))


@functools.lru_cache(maxsize=256)
def _html(text: str) -> Html:
    # Its own heading stands above it already.
    body = text.split("\n", 1)[1] if text.startswith("# ") else text
    return Html(MarkdownIt("commonmark", {"html": False}).render(body))


ROUTES = (Route("/rules", rules), Route("/rules/{rule}", rule))
