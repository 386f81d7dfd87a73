"""`ask`: a question in plain words."""

from __future__ import annotations

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from backend_lead.doors.mcp.arguments import Database, PathGiven
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Allowed, Call, answered
from backend_lead.doors.work.jobs import AskJob
from backend_lead.errors import WrongUse

Question = Annotated[str, Field(description="The question, in the person's own words.", min_length=1,
                                max_length=20_000)]


async def ask(call: Call, question: Question, path: PathGiven = ".", database: Database = False) -> CallToolResult:
    """Answer a question about a backend in plain words, such as "is my API secure?" or "can we go to 10x traffic?".

    The lead says what it understood, runs the jobs that it takes, and gives one answer: what to do now, what follows,
    what is not known, what to type next. What it does not understand it says. Nothing is written.
    """
    from backend_lead.lead.slots import slots_of

    slots = slots_of(question)

    def job(allowed: Allowed) -> AskJob:
        if slots.dsn is not None:
            raise WrongUse("The question holds the address of a database, and a tool call cannot name one.",
                           'The person can register one with the server: backend-lead mcp --db "$DSN"')
        return AskJob(target=path, question=question, dsn=allowed.database(database),
                      allow_superuser=allowed.allow_superuser, cache=allowed.cache)

    return await answered(call, "ask", job, path, *slots.files, *(f"{path}/{file}" for file in slots.files))


TOOL = Declared(ask, "Ask the backend lead", "ask", reaches=True)
