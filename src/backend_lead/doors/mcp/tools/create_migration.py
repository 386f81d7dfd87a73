"""`create_migration`: a change in words, as files of the project's own tool."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import anyio.to_thread
import msgspec
from mcp.server.elicitation import ElicitationResult
from mcp.server.mcpserver import Elicit, Resolve
from mcp_types import CallToolResult
from pydantic import Field

from backend_lead.doors.mcp.arguments import Postgres, Schema
from backend_lead.doors.mcp.asking import Consent, agreed, consent
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, Door, door_of, refusal
from backend_lead.doors.mcp.text import document_of
from backend_lead.doors.places import check_inside
from backend_lead.doors.work.jobs import CreateJob
from backend_lead.doors.work.messages import Answered
from backend_lead.errors import BackendLeadError
from backend_lead.gates.new_files import write_new
from backend_lead.gates.text import one_line

Change = Annotated[str, Field(description="The change in words (add phone to users) or as a name with fields "
                                          "(add_phone_to_users phone:string:index).", max_length=2_000)]
Folder = Annotated[str, Field(description="The project's folder, as seen from the server's first folder.")]
ToolName = Annotated[str, Field(description="The migration tool; without it the project's own is found.")]
FromSchema = Annotated[str | None, Field(description="In place of a change in words: a file with the schema that is "
                                                     "wanted, as SQL.")]
FromModels = Annotated[str | None, Field(description="In place of a change in words: the folder whose models declare "
                                                     "the schema that is wanted.")]
Renamed = Annotated[dict[str, str], Field(description="What a table or a column (users.name) is called now.")]
Gone = Annotated[list[str], Field(description="Tables and columns that go and were not renamed.")]
Write = Annotated[bool, Field(description="Write the files, when the person says yes; else they are only shown.")]

_MOST_WAITING = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """A migration as it would be written: the job and its report, or why there is none."""

    job: CreateJob
    found: Answered | None = None
    refused: CallToolResult | None = None

    @property
    def key(self) -> str:
        """The name under which it waits for the person's answer: the same request, the same name."""
        return hashlib.sha256(msgspec.json.encode(self.job)).hexdigest()


async def prepared(call: Call, change: str, folder: str, tool: str, schema: str | None, from_schema: str | None,
                   from_models: str | None, renamed: dict[str, str], gone: list[str], postgres: int | None,
                   write: bool) -> Prepared:
    """Return the migration; asked again after the person's answer, it is the very one that was shown."""
    door = door_of(call)
    job = CreateJob(target=folder, change=change, tool=tool, schema=schema, from_schema=from_schema,
                    from_models=from_models, renamed=renamed, gone=tuple(gone), postgres=postgres,
                    cache=door.allowed.cache)
    new = Prepared(job)
    waiting = door.waiting.get(new.key) if write else None
    if waiting is not None:
        return Prepared(job, waiting)
    try:
        check_inside(door.allowed.roots, folder, schema, from_schema, from_models)
        found = await door.run(call, job)
        check_inside(door.allowed.roots, *(f"{folder}/{path}" for path, _ in found.files))
    except BackendLeadError as error:
        return Prepared(job, refused=refusal(error))
    if write:
        while len(door.waiting) >= _MOST_WAITING:
            door.waiting.pop(next(iter(door.waiting)))
        door.waiting[new.key] = found
    return Prepared(job, found)


def asked(call: Call, made: Annotated[Prepared, Resolve(prepared)], write: bool) -> Consent | Elicit[Consent]:
    """Return the question, with all files by name; nothing is asked where nothing is to be written."""
    if made.found is None or not write or not made.found.files:
        return Consent(write=False)
    names = "\n".join(f"{path} ({len(text.splitlines())} lines)" for path, text in made.found.files)
    change, folder = one_line(made.job.change), one_line(made.job.target)
    return consent(call, f"Write this migration into {folder}?\n{change}\n{names}",
                   f"backend-lead migration create {shlex.quote(change)} --folder {shlex.quote(folder)}")


async def create_migration(call: Call, made: Annotated[Prepared, Resolve(prepared)],
                           answer: Annotated[ElicitationResult[Consent], Resolve(asked)], change: Change = "",
                           folder: Folder = ".", tool: ToolName = "", schema: Schema = None,
                           from_schema: FromSchema = None, from_models: FromModels = None,
                           renamed: Renamed = {}, gone: Gone = [],  # noqa: B006
                           postgres: Postgres = None, write: Write = False) -> CallToolResult:
    """Write the migration for a change, with up and down, in the format of the project's own tool.

    What would block is written the long way at once, and each statement is told with the locks that it takes. What can
    be meant in more than one way is refused with the candidates: put them to the person, never choose. Without `write`
    the files are only shown; with it the person is asked first, and a file that is there is never written over.
    """
    door = door_of(call)
    if made.found is None:
        assert made.refused is not None
        return made.refused
    document = document_of(made.found.document)
    if write:
        door.waiting.pop(made.key, None)
    if agreed(answer):
        try:
            async with door.writing:
                await anyio.to_thread.run_sync(_write, door, made.job.target, made.found)
        except BackendLeadError as error:
            return refusal(error)
        document["written"] = True
    return door.result(call, "migration create", made.job.target, document)


def _write(door: Door, folder: str, found: Answered) -> None:
    for path, text in found.files:
        write_new(Path(door.allowed.roots[0], folder, path), text)


TOOL = Declared(create_migration, "Create a migration", "migration-create", writes=True, repeats=False)
