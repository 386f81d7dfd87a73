"""Pages from templates: what comes from a target is text in them, without anything that nobody sees."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from backend_lead.doors.web import tabs
from backend_lead.doors.web.door import door_of
from backend_lead.doors.web.forms import PROOF, proof_for
from backend_lead.gates.text import printable
from backend_lead.report import _words as words

_STATIC = (("backend_lead.report.html", "style.css", "text/css"), ("backend_lead.report.html", "findings.js", ""),
           ("backend_lead.report.html", "map.js", ""), ("backend_lead.doors.web.static", "web.css", "text/css"),
           ("backend_lead.doors.web.static", "web.js", ""))


@dataclass(frozen=True, slots=True)
class Static:
    """A file that pages load: its bytes, its type, and a digest that changes with it."""

    content: bytes
    type: str
    digest: str


@functools.cache
def static_files() -> dict[str, Static]:
    """Return the files that pages load, by name."""
    found = {}
    for package, name, kind in _STATIC:
        content = (files(package.rpartition(".")[0]) / package.rpartition(".")[2] / name).read_bytes()
        found[name] = Static(content, kind or "text/javascript", hashlib.sha256(content).hexdigest()[:12])
    return found


def address_of(name: str) -> str:
    """Return the address of such a file; it changes with the file, so that a browser may keep what it has."""
    return f"/static/{name}?{static_files()[name].digest}"


@functools.cache
def environment() -> Environment:
    """Return where templates are found and what they may use."""
    made = Environment(loader=PackageLoader("backend_lead.doors.web"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, finalize=_seen)
    made.globals.update(static=address_of, proof_field=PROOF, count=words.count)
    return made


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page from a template."""
    door = door_of(request)
    text = environment().get_template(template).render(
        proof=proof_for(request), tabs=tabs.all_tabs(), here=request.url.path, target=door.allowed.target,
        scripts=values.pop("scripts", ()), **values)
    # The pieces of the report keep some letters that are not seen; no page has any.
    return HTMLResponse(printable(text), status)


def _seen(value: object) -> object:
    """Return what a template prints: text loses what nobody sees; markup is ours and stays."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
