"""`backend-lead baseline`: accept what is there, report only what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backend_lead.doors.cli.group import Suggesting
from backend_lead.doors.cli.request import PATH, Asked, checking, reading

if TYPE_CHECKING:
    from backend_lead.lead.findings import Found


@click.group("baseline", cls=Suggesting)
def command() -> None:
    """Accept today's findings, so that only new ones are reported."""


@command.command("write")
@PATH
@reading
@checking
def write(**typed: object) -> None:
    """Write backend-lead-baseline.json into PATH: every finding of today is accepted."""
    from backend_lead.doors.cli.output import hint
    from backend_lead.gates.new_files import write_file
    from backend_lead.lead.baseline import encode, from_findings, path_in

    asked = Asked.of(typed)
    found = _find(asked)
    path = path_in(asked.options().root)
    write_file(path, encode(from_findings(found.open)))
    hint(f"{len(found.open):,} findings are accepted in {path}. Commit it; what is new from now on is reported.",
         quiet=asked.quiet)


@command.command("prune")
@PATH
@reading
@checking
def prune(**typed: object) -> None:
    """Take out of backend-lead-baseline.json what is no longer found."""
    from backend_lead.doors.cli.output import hint
    from backend_lead.errors import WrongUse
    from backend_lead.gates.files import Tree
    from backend_lead.gates.new_files import write_file
    from backend_lead.lead import baseline
    from backend_lead.lead.findings import read_baseline

    asked = Asked.of(typed)
    path = baseline.path_in(asked.options().root)
    if not path.is_file():
        raise WrongUse(f"There is no {path}.", f"Write one first: backend-lead baseline write {asked.path}")
    found = _find(asked)
    left, removed = baseline.prune(read_baseline(Tree(asked.options().root, count_limit=0)), found.open, found.ran)
    if removed:
        write_file(path, baseline.encode(left))
    hint(f"{removed:,} findings are gone and left {path}; {sum(entry.count for entry in left.findings):,} stay.",
         quiet=asked.quiet)


def _find(asked: Asked) -> Found:
    """Return everything that the rules find now, but for what an ignore comment hides."""
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.findings import find
    from backend_lead.lead.reading import read

    options = asked.options()
    listen = listener(quiet=asked.quiet)
    return find(read(options, listen), options, listen, use_baseline=False)
