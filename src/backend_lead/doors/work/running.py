"""Running a job in a worker: what it says on the way is told, and it ends when the one who waits for it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from backend_lead.doors.work.jobs import AnyJob
from backend_lead.doors.work.messages import Answered, Failed, Message, Told
from backend_lead.errors import BackendLeadError, WrongUse
from backend_lead.gates.text import printable
from backend_lead.gates.worker import Worker

MODULE = "backend_lead.doors.work.worker"
AT_ONCE = 4
"""Workers of one server at a time; further jobs wait for one of them to end."""


class NoReport(BackendLeadError):
    """A job ended without a report."""


async def run(job: AnyJob, folder: Path, tell: Callable[[str], Awaitable[None]]) -> Answered:
    """Run a job in a worker that works in `folder`, tell what it is at, and end it when the caller is cancelled.

    Raises the error of the job as WrongUse or NoReport.
    """
    worker = await anyio.to_thread.run_sync(Worker, MODULE, msgspec.json.encode(job), folder)
    code = 0
    try:
        while line := await anyio.to_thread.run_sync(worker.line, abandon_on_cancel=True):
            message: Message = msgspec.json.decode(line, type=Message)
            if isinstance(message, Told):
                await tell(printable(message.message))
            elif isinstance(message, Answered):
                return message
            else:
                raise _error(message)
    finally:
        with anyio.CancelScope(shield=True):
            code = await anyio.to_thread.run_sync(worker.end)
    raise NoReport(f"The job ended without an answer, with {code}.",
                   "It may have needed more memory than there is. Try a part of the repository.")


def _error(failed: Failed) -> BackendLeadError:
    return (NoReport if failed.fault else WrongUse)(failed.message, failed.hint)
