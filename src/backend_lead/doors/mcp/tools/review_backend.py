"""`review_backend`: the main job."""

from __future__ import annotations

from mcp_types import CallToolResult

from backend_lead.doors.mcp.arguments import Database, Exclude, OnlyNew, OpenApi, PathGiven, Preview, Since
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import ReviewJob


async def review_backend(call: Call, path: PathGiven = ".", openapi: OpenApi = None, exclude: Exclude = [],  # noqa: B006
                         preview: Preview = None, since: Since = None, only_new: OnlyNew = False,
                         database: Database = False) -> CallToolResult:
    """Review a backend: API design, database, security and scalability, each with a grade, and one ordered plan.

    Every finding says how it is known (evidence: suspected < traced < measured < proven), where it is, why it hurts and
    what to paste. What could not be read stands in `unresolved`. Nothing is run, nothing is written.
    """
    return await answered(call, "review", lambda allowed: ReviewJob(
        target=path, openapi=openapi, exclude=tuple(exclude), preview=preview, since=since,
        only_new=only_new, dsn=allowed.database(database), allow_superuser=allowed.allow_superuser,
        cache=allowed.cache), path, openapi)


TOOL = Declared(review_backend, "Review a backend", "review", reaches=True)
