"""What a person asked for, as every job of the lead takes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend_lead.config import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """One request.  `target` is the path as typed, for messages and commands; `root` is the same as a path.

    `dsn` is the database to look at, `since` a git reference, `sources` whether source lines are wanted (for the HTML
    report), `debug` whether an exception inside a rule ends the run with its traceback.
    """

    root: Path
    target: str
    settings: Settings
    openapi: Path | None = None
    dsn: str | None = None
    allow_superuser: bool = False
    since: str | None = None
    cache: bool = True
    sources: bool = False
    debug: bool = False
