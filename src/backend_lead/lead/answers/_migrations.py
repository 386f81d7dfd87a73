"""What answers about migrations share: which files are meant, and what was read of them."""

from __future__ import annotations

from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.lead.answers._asked import Asked
from backend_lead.lead.answers._words import counted
from backend_lead.lead.before import Request
from backend_lead.lead.creating import tool_of
from backend_lead.model.review import Report


def meant(asked: Asked) -> tuple[tuple[Path, ...], str]:
    """Return the migrations that are meant, and what was taken for granted: without a name it is the newest one.

    Raises WrongUse where a file is named that is not there, or none is found.
    """
    root = asked.options.root
    for name in asked.understood.slots.files:
        if not Path(name).exists() and not (root / name).exists():
            raise WrongUse(
                f"There is no {name}, here or below {asked.options.target}.",
                "Give the path of the migration as it is seen from here.",
            )
    if asked.files:
        return asked.files, ""
    if root.is_file():
        return (root,), ""
    form, there = tool_of(Tree(root), "")
    if not there:
        raise WrongUse(
            f"No file was named, and no migrations were found in {asked.options.target}.",
            'Name it: backend-lead ask "is migrations/0002.sql safe?"',
        )
    return (root / there[-1],), f"No file was named: this is about the newest of {form.NAME}, {there[-1]}."


def request_of(asked: Asked, files: tuple[Path, ...]) -> Request:
    """Return the request for these files, judged by what the code in the target sends."""
    code = asked.options.root if asked.options.root.is_dir() else None
    return Request(
        files,
        dsn=asked.options.dsn,
        allow_superuser=asked.options.allow_superuser,
        code=code,
        cache=asked.options.cache,
    )


def change_read(report: Report) -> str:
    """Return what was judged, in numbers."""
    change = report.backend.change
    if change is None:
        return "nothing"
    count = sum(len(file.statements) for file in change.files)
    queries = (
        "" if change.queries is None else f", against {counted(len(change.queries), 'query', 'queries')} of the code"
    )
    return (
        f"{counted(len(change.files), 'migration')}, {counted(count, 'statement')} for PostgreSQL {change.postgres}"
        f"{queries}"
    )


def tables_of(report: Report) -> tuple[str, ...]:
    """Return the relations that the statements lock."""
    change = report.backend.change
    return tuple(
        sorted(
            {
                lock.relation
                for file in (change.files if change else ())
                for each in file.statements
                for lock in each.locks
            }
        )
    )
