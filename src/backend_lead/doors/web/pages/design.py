"""`/design`: a brief, its facts as controls, and the decisions that follow; a change shows what it turns over."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.design.knowledge_files import topics
from backend_lead.doors.web.deciding import Asked, controls, designed, more_facts, number_controls, turned
from backend_lead.doors.web.forms import read_form
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.tabs import Tab
from backend_lead.errors import WrongUse
from backend_lead.report import _words_design as named
from backend_lead.report.html import designed as markup

TAB = Tab(20, "Design", "/design")
EXAMPLE = ("A shop where people browse a catalogue, search it by words, put things into a cart and pay by card. "
           "200,000 users, most of them in the evening. Sellers get a message when something was sold.")
_NOT_AGAIN = 1
"""The first section of a design repeats the brief, which stands in the form already."""


async def show(request: Request) -> Response:
    """Return the form, and for a brief the decisions."""
    asked = Asked.of(await read_form(request)) if request.method == "POST" else None
    return await run_sync(_page, request, asked)


def _page(request: Request, asked: Asked | None) -> Response:
    stacks = [(option.id, named.named(option.id)) for topic in topics() if topic.topic == "stack"
              for option in topic.option]
    if asked is None:
        return page(request, "design.html", asked=None, example=EXAMPLE, wrong=None, stacks=stacks)
    try:
        now = designed(asked)
    except WrongUse as error:
        return page(request, "design.html", 400, asked=asked, example=EXAMPLE, wrong=error, stacks=stacks,
                    design=None, scripts=("web.js",))
    shown = controls(asked, now)
    return page(request, "design.html", asked=asked, example=EXAMPLE, wrong=None, stacks=stacks, design=now,
                controls=shown, more=more_facts(shown), numbers=number_controls(asked, now),
                turned=turned(asked, now), sections=markup.sections(now, now.title)[_NOT_AGAIN:], named=named,
                scripts=("web.js", "findings.js"))


ROUTES = (Route("/design", show, methods=["GET", "POST"]),)
