"""The probes of a running service: programs of ours that run in the service's own environment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.http_load import Sendable
from backend_lead.gates.service_process import ended
from backend_lead.model.service_run import LiveCheck


@dataclass(frozen=True, slots=True)
class Target:
    """A running service: its interpreter, its folder, where it answers, its database and its settings."""

    python: Path
    folder: Path
    address: str
    dsn: str
    settings: Mapping[str, str]


def live_checks(target: Target, plan: Mapping[str, str]) -> tuple[LiveCheck, ...]:
    """Return what the 22 checks of docs/generate.md found; `plan` says what there is to look at.

    Raises WrongUse when the checks themselves cannot run, as where the service's tests were taken away.
    """
    found = _run(target, "checks.py", json.dumps(plan), "")
    return tuple(LiveCheck(each["number"], each["name"].replace("_", " "), each["wrong"]) for each in json.loads(found))


def load_requests(target: Target, plan: Sequence[Mapping[str, object]]) -> tuple[list[Sendable], list[str]]:
    """Make rows in the service and return what can be sent to it again and again, and what cannot, with why."""
    found = json.loads(_run(target, "load_requests.py", "", json.dumps(list(plan))))
    return [Sendable(**each) for each in found["requests"]], list(found["left"])


def _run(target: Target, program: str, argument: str, given: str) -> str:
    with as_file(files("backend_lead.gates.service_programs") / program) as path:
        words = [str(target.python), str(path), target.address, target.dsn, *([argument] if argument else [])]
        done = ended(words, target.folder, target.settings, given=given)
    lines = done.output.splitlines()
    if done.code or not lines:
        raise WrongUse(f"The probes of {target.folder} could not run: {done.said}",
                       "They use the service's own tests/conftest.py and tests/making.py: are these there?")
    return lines[-1]
