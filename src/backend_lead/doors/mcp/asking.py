"""The question to the person before anything is written, and what is done where a host cannot put it."""

from __future__ import annotations

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Elicit
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from backend_lead.doors.mcp.door import Call, Writes, door_of


class Consent(BaseModel):
    """What the person answers."""

    write: bool = Field(title="Write it", description="Yes writes what was named; no leaves everything as it is.")


AGREED = Consent(write=True)


def consent(call: Call, question: str, command: str) -> Consent | Elicit[Consent]:
    """Return the question to put to the person, or the consent that the registration of the server gave already.

    `command` is what the person can type instead.  Raises ToolError where nothing may be written or nobody can be
    asked.
    """
    writes = door_of(call).allowed.writes
    if writes is Writes.ALLOW:
        return AGREED
    if writes is Writes.NEVER:
        raise ToolError("Nothing was written: this server was registered to write nothing. The person can type: "
                        f"{command}")
    if not _can_ask(call):
        raise ToolError("Nothing was written: this host cannot put the question to the person (elicitation). The "
                        f"person can type: {command}\nOr register the server with --writes allow, where the host "
                        "itself asks before each call.")
    return Elicit(question, Consent)


def agreed(answer: ElicitationResult[Consent]) -> bool:
    """Say whether the person said yes; to decline, to close the question and to say no are all no."""
    return isinstance(answer, AcceptedElicitation) and answer.data.write


def _can_ask(call: Call) -> bool:
    able = call.client_capabilities.elicitation if call.client_capabilities else None
    # Before there was a choice of modes an empty object meant a form.
    return able is not None and (able.form is not None or able.url is None)
