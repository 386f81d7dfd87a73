"""`explain_rule`: the page of a rule."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
import msgspec
from mcp_types import CallToolResult
from pydantic import Field

from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, door_of, refusal
from backend_lead.doors.mcp.text import document_of
from backend_lead.errors import BackendLeadError

Rule = Annotated[str, Field(description="The id of a rule, such as missing-owner-check.", min_length=1, max_length=200)]


async def explain_rule(call: Call, rule: Rule) -> CallToolResult:
    """Show what a rule finds, why it hurts, a failing example and the same one mended, and when to ignore it."""
    from backend_lead.lead.explaining import explained

    try:
        found = await anyio.to_thread.run_sync(explained, rule)
    except BackendLeadError as error:
        return refusal(error)
    return door_of(call).result(call, "explain", found.rule.id, document_of(msgspec.json.encode(found).decode()))


TOOL = Declared(explain_rule, "Explain a rule", "explain")
