"""`map_backend`: what was read, with no opinion on it."""

from __future__ import annotations

from mcp_types import CallToolResult

from backend_lead.doors.mcp.arguments import Database, Exclude, OpenApi, PathGiven
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import MapJob


async def map_backend(call: Call, path: PathGiven = ".", openapi: OpenApi = None, exclude: Exclude = [],  # noqa: B006
                      database: Database = False) -> CallToolResult:
    """Show the way from every route to its rows: endpoint, guards, queries, tables, columns, indexes.

    Says who may call what and which queries each endpoint sends, with file and line. Nothing is run or written.
    """
    return await answered(call, "map", lambda allowed: MapJob(
        target=path, openapi=openapi, exclude=tuple(exclude), dsn=allowed.database(database),
        allow_superuser=allowed.allow_superuser, cache=allowed.cache), path, openapi)


TOOL = Declared(map_backend, "Map a backend from route to row", "map", reaches=True)
