"""`generate_service`: a design into a running service."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mcp.server.elicitation import ElicitationResult
from mcp.server.mcpserver import Elicit, Resolve
from mcp_types import CallToolResult, TextContent
from pydantic import Field

from backend_lead.doors.mcp.arguments import Brief, Stack, brief_file
from backend_lead.doors.mcp.asking import Consent, agreed, consent
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered, door_of, refusal
from backend_lead.doors.places import check_inside
from backend_lead.doors.work.jobs import GenerateJob
from backend_lead.errors import BackendLeadError
from backend_lead.gates.text import one_line

Into = Annotated[str, Field(description="The folder to write the service into: a new one, or one that was generated "
                                        "before, whose changed lines are kept.", min_length=1)]
BlueprintFile = Annotated[str | None, Field(description="A blueprint as YAML instead of that of the kind of service.")]


@dataclass(frozen=True, slots=True)
class Place:
    """The folder as it is before anything is written, in words, or why nothing is written there."""

    state: str = ""
    refused: CallToolResult | None = None


def place(call: Call, brief: str, into: str, blueprint: str | None) -> Place:
    """Look at the folder before anybody is asked."""
    from backend_lead.gates.generated_files import GeneratedFolder
    from backend_lead.lead.generating import check_free

    roots = door_of(call).allowed.roots
    try:
        check_inside(roots, into, blueprint, brief_file(brief))
        folder = roots[0] / into
        check_free(folder)
    except BackendLeadError as error:
        return Place(refused=refusal(error))
    if GeneratedFolder(folder).was_generated():
        return Place("It holds a service that was generated before: what you changed is kept and merged.")
    return Place("There is nothing in it yet.")


def asked(call: Call, brief: str, into: str, where: Annotated[Place, Resolve(place)]) -> Consent | Elicit[Consent]:
    """Return the question, with the folder as a whole path."""
    if where.refused is not None:
        return Consent(write=False)
    folder = Path(door_of(call).allowed.roots[0], into)
    return consent(call, f"Write a generated service into {one_line(str(folder))}? {where.state}\n"
                         f"For: {one_line(brief)}",
                   f"backend-lead design {shlex.quote(one_line(brief))} --generate {shlex.quote(one_line(into))}")


async def generate_service(call: Call, where: Annotated[Place, Resolve(place)],
                           answer: Annotated[ElicitationResult[Consent], Resolve(asked)], brief: Brief, into: Into,
                           stack: Stack = None, blueprint: BlueprintFile = None) -> CallToolResult:
    """Design a backend for a brief and write it as a running service with tests, which passes its own review.

    The person is asked first. What is written is FastAPI on PostgreSQL; `generated` says what happened to each file and
    what the review of the service found. A folder that holds something else is left alone.
    """
    if where.refused is not None:
        return where.refused
    if not agreed(answer):
        told = TextContent(text="Nothing was written: the person did not agree.")
        return CallToolResult(content=[told], is_error=True)
    async with door_of(call).writing:
        return await answered(call, "generate", lambda allowed: GenerateJob(
            target=into, brief=brief, stack=stack, into=into, blueprint=blueprint), into, blueprint, brief_file(brief))


TOOL = Declared(generate_service, "Generate a service", "design", writes=True, destroys=True)
