"""A worker: reads one job, runs it, says what it is at, and ends with its report.  Started as a module of its own."""

from __future__ import annotations

import gc
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from backend_lead.doors.work.jobs import AnyJob
from backend_lead.doors.work.messages import Answered, Failed, Message, Told
from backend_lead.errors import BackendLeadError
from backend_lead.gates.text import mask, one_line
from backend_lead.gates.trail import Look, Trail, watched
from backend_lead.gates.worker import request_and_answers
from backend_lead.model.event import Event, Finished, Listener, Progress
from backend_lead.model.review import Report
from backend_lead.report._encode import cleaned

_PAUSE = 0.1


def main() -> None:
    """Run the job that stands on standard input."""
    # As on the command line: what a job leaves behind goes with its process.
    gc.disable()
    request, answers = request_and_answers()
    _say(answers, answer(msgspec.json.decode(request, type=AnyJob), _listener(answers)))
    # Without tidying up millions of objects first.
    os._exit(0)


def answer(job: AnyJob, listen: Listener) -> Message:
    """Return the report of a job, or why there is none."""
    from backend_lead.report._format import View
    from backend_lead.report.json import render

    try:
        with ExitStack() as stack:
            trail: Trail = stack.enter_context(watched()) if job.whole else {}
            report = job.report(listen)
    except BackendLeadError as error:
        return Failed(mask(error.message), mask(error.hint))
    except Exception as error:
        if os.environ.get("BACKEND_LEAD_DEBUG"):
            import traceback

            traceback.print_exc()
        return Failed(f"a fault of ours: {type(error).__name__}: {mask(one_line(str(error)))}", fault=True)
    unwritten = report.created.files if report.created is not None and not report.created.written else ()
    if not job.whole:
        return Answered(render(report, View()), unwritten)
    return Answered(render(report, View()), unwritten, _encoded(report), _from_anywhere(trail))


def told(event: Event) -> str:
    """Return an event as a line for people, "" for one that says nothing new."""
    if isinstance(event, Progress):
        return f"{event.stage}: {event.done:,}" + (f" of {event.total:,}" if event.total else "")
    if isinstance(event, Finished):
        return f"{event.stage}: {event.summary}" if event.summary else ""
    return event.stage


def _encoded(report: Report) -> str:
    try:
        return msgspec.json.encode(report).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(cleaned(msgspec.to_builtins(report))).decode()


def _from_anywhere(trail: Trail) -> tuple[tuple[Look, str], ...]:
    """Return what was seen with the roots as whoever looks again finds them, in whatever folder that is."""
    return tuple(((str(Path(root).resolve()), code, data, most, path, size), digest)
                 for (root, code, data, most, path, size), digest in trail.items())


def _listener(answers: BinaryIO) -> Listener:
    last = 0.0

    def listen(event: Event) -> None:
        nonlocal last
        message, now = told(event), time.monotonic()
        # A host draws a line for people: thousands of pieces in a second are none.
        if message and not (isinstance(event, Progress) and now - last < _PAUSE):
            last = now
            _say(answers, Told(one_line(message)))

    return listen


def _say(answers: BinaryIO, message: Message) -> None:
    answers.write(msgspec.json.encode(message) + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
