"""A review: the four grades, the beginning of the plan, and what changed since the last one."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from backend_lead.doors.web.door import Door
from backend_lead.doors.web.runs import Head
from backend_lead.model.review import Report
from backend_lead.report.html import overview

_STEPS = 10


def shown(door: Door, run: Head, report: Report, request: Request) -> dict[str, object]:
    """Return what its template needs."""
    first = replace(report, plan=report.plan[:_STEPS])
    return {"overview": overview.section(report), "plan": overview.plan(first), "steps": len(report.plan),
            "more_steps": len(report.plan) - _STEPS, "not_read": overview.not_read(report),
            "footer": overview.footer(report), "before": door.runs.before(run)}
