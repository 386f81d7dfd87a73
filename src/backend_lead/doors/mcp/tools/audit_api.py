"""`audit_api`: security alone."""

from __future__ import annotations

from mcp_types import CallToolResult

from backend_lead.doors.mcp.arguments import Exclude, OnlyNew, OpenApi, PathGiven, Preview, Since
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import AuditJob


async def audit_api(call: Call, path: PathGiven = ".", openapi: OpenApi = None, exclude: Exclude = [],  # noqa: B006
                    preview: Preview = None, since: Since = None, only_new: OnlyNew = False) -> CallToolResult:
    """Check the security of an API from its source: a verdict for every endpoint, with the findings behind it.

    Verdicts: scoped (who may see what is checked), broken (it is not), public (open by nature), undecided (it cannot be
    told from the source). Nothing is run, no request is sent.
    """
    return await answered(call, "audit", lambda allowed: AuditJob(
        target=path, openapi=openapi, exclude=tuple(exclude), preview=preview, since=since, only_new=only_new,
        cache=allowed.cache), path, openapi)


TOOL = Declared(audit_api, "Check the security of an API", "audit")
