"""What a worker says to the server, a line of JSON each."""

from __future__ import annotations

import msgspec

from backend_lead.gates.trail import Look


class Told(msgspec.Struct, frozen=True, tag=True):
    """What the job is at, for people."""

    message: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The job ended without a report: `message` says why, `hint` what to do, `fault` whether it is ours."""

    message: str
    hint: str = ""
    fault: bool = False


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The report as the JSON document that the command line prints; `files` are (path, text) that it created and did
    not write.

    Where the whole was asked for, `report` is the model's report as JSON, and `trail` what was seen of files.
    """

    document: str
    files: tuple[tuple[str, str], ...] = ()
    report: str = ""
    trail: tuple[tuple[Look, str], ...] = ()


Message = Told | Failed | Answered
