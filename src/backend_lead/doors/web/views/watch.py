"""A watched database: what got slower since when, what takes most, and how the server was, as charts over time."""

from __future__ import annotations

from starlette.requests import Request

from backend_lead.doors.web.door import Door
from backend_lead.doors.web.runs import Head
from backend_lead.model.review import Report
from backend_lead.report.html import overview, watched


def shown(door: Door, run: Head, report: Report, request: Request) -> dict[str, object]:
    """Return what its template needs."""
    found = report.watched
    return {"sections": watched.sections(found, report.target) if found is not None else [],
            "links": [(f"#{name}", label) for name, label, there in watched.links(found) if there] if found else [],
            "not_read": overview.not_read(report)}
