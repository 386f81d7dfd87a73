"""What all tools share: what the person allowed, running a job in a worker, and the answer that a host gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import anyio
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ResourceLink, TextContent
from mcp_types.version import is_version_at_least

from backend_lead.doors.mcp.reports import Kept, Reports
from backend_lead.doors.mcp.text import Document, Json, document_of, fitted
from backend_lead.doors.places import check_inside
from backend_lead.doors.work.jobs import AnyJob
from backend_lead.doors.work.messages import Answered
from backend_lead.doors.work.running import AT_ONCE, run
from backend_lead.errors import BackendLeadError, WrongUse
from backend_lead.gates.text import mask, printable
from backend_lead.report._encode import encoded

_LINKS_SINCE = "2025-06-18"


class Writes(StrEnum):
    """What is done before a file is written: the person is asked, the host is trusted to ask, or nothing is written."""

    ASK = "ask"
    ALLOW = "allow"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person said when the server was registered: which folders, which database, whether a cache may be kept
    in a target, and what is done before something is written."""

    roots: tuple[Path, ...]
    dsn: str | None = None
    allow_superuser: bool = False
    cache: bool = False
    writes: Writes = Writes.ASK

    def database(self, wanted: bool) -> str | None:
        """Return the database when it is wanted.  Raises WrongUse when none was registered."""
        if wanted and self.dsn is None:
            raise WrongUse("No database is registered with this server, and a tool call cannot name one.",
                           'The person can register one: backend-lead mcp --db "$DSN", or BACKEND_LEAD_DB in its '
                           "environment.")
        return self.dsn if wanted else None


@dataclass(slots=True)
class Door:
    """One server: what it is allowed, the reports of its session, and what waits for an answer of the person."""

    allowed: Allowed
    reports: Reports = field(default_factory=Reports)
    waiting: dict[str, Answered] = field(default_factory=dict)
    writing: anyio.Lock = field(default_factory=anyio.Lock)
    _free: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(AT_ONCE))

    async def run(self, call: Call, job: AnyJob) -> Answered:
        """Run a job in a worker, tell the host what it is at, and end it when the host goes or cancels.

        Raises the error of the job as WrongUse or NoReport.
        """
        done = 0

        async def tell(message: str) -> None:
            nonlocal done
            done += 1
            await call.report_progress(done, None, message)

        async with self._free:
            return await run(job, self.allowed.roots[0], tell)

    def result(self, call: Call, job: str, target: str, document: Document) -> CallToolResult:
        """Return a document as the answer of a tool, and keep it; what is too large is cut, with where the rest is."""
        kept = self.reports.keep(job, target, document)
        shown, cut = fitted(document)
        if cut or shown is not document:
            rest: list[Json] = [{"list": each.list, "shown": each.shown, "of": each.of,
                                 "next": f"{kept.address}/{each.list}/{each.page}"} for each in cut]
            shown = {**shown, "more": {"report": kept.address, "left_out": rest}}
        text = TextContent(text=kept.text if shown is document else encoded(shown))
        return CallToolResult(content=[text, *_link(call, kept)], structured_content=shown)


Call = Context[Door]
"""What a tool is called with."""


async def answered(call: Call, name: str, make: Callable[[Allowed], AnyJob], *paths: str | None) -> CallToolResult:
    """Run the job that a tool makes and return its document; what went wrong is told in words.

    `paths` are all that the job will open.  What leads out of the roots is refused before the job is made.
    """
    door = door_of(call)
    try:
        check_inside(door.allowed.roots, *paths)
        job = make(door.allowed)
        found = await door.run(call, job)
    except BackendLeadError as error:
        return refusal(error)
    return door.result(call, name, job.target, document_of(found.document))


def door_of(call: Call) -> Door:
    """Return the door that a call came through."""
    door: Door = call.request_context.lifespan_context
    return door


def refusal(error: BackendLeadError) -> CallToolResult:
    """Return an error as the answer of a tool: what is wrong, and what to do."""
    lines = [mask(printable(line)) for line in (error.message, error.hint) if line]
    return CallToolResult(content=[TextContent(text="\n".join(lines))], is_error=True)


def _link(call: Call, kept: Kept) -> list[ResourceLink]:
    version = call.protocol_version
    if version is None or not is_version_at_least(version, _LINKS_SINCE):
        return []
    return [ResourceLink(uri=kept.address, name=f"report {kept.number}", mime_type="application/json",
                         description=f"The whole document of {kept.job} {kept.target}".strip())]
