"""A diagnosis: what costs most with its plan before and after, and what to do, in the order in which a person acts."""

from __future__ import annotations

from starlette.requests import Request

from backend_lead.doors.web.door import Door
from backend_lead.doors.web.runs import Head
from backend_lead.model.review import Report
from backend_lead.report.html import diagnosis, overview


def shown(door: Door, run: Head, report: Report, request: Request) -> dict[str, object]:
    """Return what its template needs."""
    found = report.diagnosis
    links = [(f"#{name}", label) for name, label, there in diagnosis.links(found) if there] if found is not None else []
    created = report.created
    return {"sections": diagnosis.sections(found) if found is not None else [], "links": links,
            "migrations": created.files if created is not None else (), "not_read": overview.not_read(report),
            "before": door.runs.before(run)}
