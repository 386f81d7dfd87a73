"""`design_backend`: decisions, reasons and numbers for a brief."""

from __future__ import annotations

from mcp_types import CallToolResult

from backend_lead.doors.mcp.arguments import Brief, Stack, brief_file
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import DesignJob


async def design_backend(call: Call, brief: Brief, stack: Stack = None) -> CallToolResult:
    """Decide how a backend is built: API style, stack, database, cache, search, authentication, scaling and more.

    Each decision comes with its reason, the facts that it rests on, what was rejected and what would flip it; then
    numbers as ranges, and the questions whose answers would change a decision. Nothing is written.
    """
    return await answered(call, "design", lambda allowed: DesignJob(brief=brief, stack=stack), brief_file(brief))


TOOL = Declared(design_backend, "Design a backend", "design")
