"""What all pages share: what the person allowed, the runs, and the reports that are looked at."""

from __future__ import annotations

import hmac
import posixpath
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from backend_lead.doors.guarded import Listening
from backend_lead.doors.places import check_inside
from backend_lead.doors.web.runs import DONE, Head, Runs
from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.run_store import RunStore
from backend_lead.gates.text import mask
from backend_lead.gates.trail import Look, unchanged
from backend_lead.lead.migration_files import found_in
from backend_lead.model.review import Report

_OPEN_REPORTS = 3
BELIEVED = 20
"""How many times as long as looking took it is believed that the source is as it was a moment ago."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person said when the server was started: the folder as typed, the database, whether runs and what was
    read may be kept in the folder."""

    target: str
    dsn: str | None = None
    allow_superuser: bool = False
    cache: bool = True

    @property
    def root(self) -> Path:
        """The folder, resolved."""
        return Path(self.target).resolve()

    @property
    def database(self) -> str:
        """The address of the database as it may be shown, "" without one."""
        return mask(self.dsn) if self.dsn else ""


@dataclass(slots=True)
class Door:
    """One server."""

    allowed: Allowed
    listening: Listening
    runs: Runs = field(init=False)
    _reports: OrderedDict[str, Report] = field(default_factory=OrderedDict)
    _looked: dict[str, tuple[float, float, bool]] = field(default_factory=dict)
    _listed: tuple[tuple[str, ...], list[tuple[str, str]]] = ((), [])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.runs = Runs(RunStore(self.allowed.root if self.allowed.cache else None), Path.cwd())

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers keep one jar for all ports of a machine."""
        return f"backend-lead-{self.listening.port}"

    def secret(self, use: str) -> str:
        """Return what only this server and who has its token can know, another one for each use."""
        return hmac.digest(self.listening.token.encode(), use.encode(), "sha256").hex()

    def target_of(self, path: str) -> str:
        """Return a path below the folder as it is typed on a command line.  Raises WrongUse for one that leads out."""
        check_inside((self.allowed.root,), path)
        below = posixpath.normpath(path.strip() or ".")
        return self.allowed.target if below == "." else posixpath.join(self.allowed.target, below)

    def database(self) -> str:
        """Return the database.  Raises WrongUse when none was named."""
        if self.allowed.dsn is None:
            raise WrongUse("No database was named when this server was started.",
                           'Start it with one: backend-lead serve --db "$DSN"')
        return self.allowed.dsn

    def migrations(self) -> list[tuple[str, str]]:
        """Return the migrations of the folder as (tool, path); looked for anew when a file came or went."""
        tree = Tree(self.allowed.root)
        if tree.files != self._listed[0]:
            self._listed = (tree.files, found_in(tree))
        return self._listed[1]

    def report(self, head: Head) -> Report | None:
        """Return the report of a finished run, None when another version of the tool wrote it."""
        with self._lock:
            if head.id in self._reports:
                self._reports.move_to_end(head.id)
                return self._reports[head.id]
        content = self.runs.store.read(head.id, "report")
        try:
            found = msgspec.json.decode(content, type=Report) if content else None
        except msgspec.MsgspecError:
            found = None
        if found is not None:
            with self._lock:
                self._reports[head.id] = found
                while len(self._reports) > _OPEN_REPORTS:
                    self._reports.popitem(last=False)
        return found

    def is_stale(self, head: Head) -> bool:
        """Say whether the source is not any more what a run has read."""
        now = time.monotonic()
        looked, took, stale = self._looked.get(head.id, (0.0, 0.0, False))
        if stale or now - looked < took * BELIEVED:
            return stale
        content = self.runs.store.read(head.id, "trail")
        trail = msgspec.json.decode(content, type=tuple[tuple[Look, str], ...]) if content else ()
        stale = bool(trail) and not unchanged(dict(trail))
        self._looked[head.id] = (time.monotonic(), time.monotonic() - now, stale)
        return stale


def door_of(request: Request) -> Door:
    """Return the door that a request came through."""
    door: Door = request.app.state.door
    return door


def run_of(request: Request) -> Head:
    """Return the run that an address names.  Raises the answer 404 where there is none."""
    found = door_of(request).runs.find(request.path_params["run"])
    if found is None:
        raise HTTPException(404, "There is no such run, or it is too old to be kept.")
    return found


def report_of(request: Request) -> tuple[Head, Report]:
    """Return a finished run with its report.  Raises the answer 404 where there is none to look at."""
    head = run_of(request)
    report = door_of(request).report(head) if head.state == DONE else None
    if report is None:
        raise HTTPException(404, "This run has no report." if head.state != DONE else
                            "Another version of backend-lead made this report, and only its document can be shown: "
                            f"/runs/{head.id}/report.json")
    return head, report
