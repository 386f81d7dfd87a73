"""Migrations: what each statement locks and whom it keeps waiting, and what was seen when they were run."""

from __future__ import annotations

from starlette.requests import Request

from backend_lead.doors.web.door import Door
from backend_lead.doors.web.runs import Head
from backend_lead.model.review import Report
from backend_lead.report._words_migration import migration_read
from backend_lead.report.html import migrated, overview


def shown(door: Door, run: Head, report: Report, request: Request) -> dict[str, object]:
    """Return what its template needs."""
    _, *sections = migrated.sections(report)
    return {"sections": sections, "read": migration_read(report), "not_read": overview.not_read(report),
            "before": door.runs.before(run)}
