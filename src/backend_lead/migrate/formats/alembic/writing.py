"""New revisions: a file for each step, behind the single head, with Alembic's operations where it has them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from backend_lead.errors import WrongUse
from backend_lead.migrate.formats._sql import LOCK_TIMEOUT
from backend_lead.migrate.formats.alembic.following import History
from backend_lead.migrate.formats.alembic.history import Revision, heads
from backend_lead.migrate.formats.alembic.phrasing import call_of, executed
from backend_lead.migrate.script import NewFile, Step

_FOLDER = "migrations/versions"
_TYPES = "postgresql."


def written(history: History | None, steps: Sequence[Step], moment: str, replaces: Sequence[str]) -> list[NewFile]:
    """Return a revision for each step.

    Where they take the place of one that is there, the first follows what that one follows, and the last has its id,
    so that whatever follows it stays as it is.  Raises WrongUse where there is more than one head to follow.
    """
    folder, parents, last = _place(history, replaces)
    found = []
    for number, step in enumerate(steps):
        own = hashlib.sha256(f"{parents}{moment}{step.about}".encode()).hexdigest()[:12]
        if last and number == len(steps) - 1:
            own = last
        found.append(NewFile(f"{folder}/{own}_{step.about}.py", _text(step, own, parents, moment)))
        parents = (own,)
    return found


def _place(history: History | None, replaces: Sequence[str]) -> tuple[str, tuple[str, ...], str]:
    """Return the folder, what the first one follows, and the id that the last one has to have."""
    if history is None or not history.revisions:
        homes = sorted(history.environments) if history is not None else []
        return f"{homes[0]}/versions".lstrip("/") if homes else _FOLDER, (), ""
    gone = [each for each in history.revisions if each.module.path in replaces]
    if gone:
        return _folder(gone[0]), gone[0].follows, gone[-1].name
    homes = sorted({each.home for each in history.revisions})
    if len(homes) > 1:
        raise WrongUse(
            f"There are {len(homes)} histories of Alembic here: {', '.join(homes)}.",
            f"Name the folder of one: --folder {homes[0]}",
        )
    ends = heads(history.revisions)
    if len(ends) != 1:
        names = ", ".join(each.name for each in ends)
        raise WrongUse(
            f"The history of Alembic has {len(ends)} heads ({names}), and a new revision follows one.",
            f"Merge them first: alembic merge {' '.join(each.name for each in ends)}",
        )
    return _folder(ends[0]), (ends[0].name,), ""


def _folder(revision: Revision) -> str:
    return revision.module.path.rpartition("/")[0] or "."


def _text(step: Step, own: str, parents: tuple[str, ...], moment: str) -> str:
    up, down = _body(step.up, step.transactional), _body(step.down, step.transactional)
    code = "\n".join((*up, *down))
    imports = ["import sqlalchemy as sa"] if "sa." in code else []
    imports.append("from alembic import op")
    if _TYPES in code:
        imports.append("from sqlalchemy.dialects import postgresql")
    named = ", ".join(f'"{each}"' for each in parents)
    follows = f"({named})" if len(parents) > 1 else named or "None"
    day = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]} {moment[8:10]}:{moment[10:12]}:{moment[12:14]}"
    lines = [
        f'"""{step.about.replace("_", " ")}',
        "",
        f"Revision ID: {own}",
        f"Revises: {', '.join(parents)}",
        f"Create Date: {day}",
        '"""',
        "",
        *imports,
        "",
        f'revision = "{own}"',
        f"down_revision = {follows}",
        "branch_labels = None",
        "depends_on = None",
        "",
        "",
        "def upgrade() -> None:",
        *up,
        "",
        "",
        "def downgrade() -> None:",
        *down,
    ]
    return "\n".join(lines) + "\n"


def _body(statements: Sequence[str], transactional: bool) -> list[str]:
    if not statements:
        return ["    pass"]
    if transactional:
        return [f"    {line}" for line in (executed(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"), *_calls(statements))]
    inside = _calls(statements)
    if any(sql.upper().startswith("SET LOCK_TIMEOUT") for sql in statements):
        # The connection is the same for every revision that is run with this one.
        inside.append(executed("RESET lock_timeout"))
    return ["    with op.get_context().autocommit_block():", *(f"        {line}" for line in inside)]


def _calls(statements: Sequence[str]) -> list[str]:
    return [call for sql in statements for call in (call_of(sql) or [executed(sql)])]
