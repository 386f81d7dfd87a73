"""What a migration tool sends: statements in order, and the transactions that they run in."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.model.place import Place, Unresolved


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement.  Statements with the same `transaction` commit together; None commits by itself."""

    sql: str
    place: Place
    transaction: int | None = 0


@dataclass(frozen=True, slots=True)
class Script:
    """One migration: `path` as the person knows it, `tool` as its format is called.

    `down` is what takes it back, None when the tool knows no way back or the file gives none; `unresolved` what could
    not be read; `has_down` is False for tools that never go back.  `held_open` says that the tool itself keeps a
    transaction open meanwhile, in another session, and what ends that; "" where it keeps none.
    """

    path: str
    tool: str
    up: tuple[Sent, ...]
    down: tuple[Sent, ...] | None = None
    has_down: bool = True
    unresolved: tuple[Unresolved, ...] = field(default=())
    held_open: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that run together: in one transaction, or each by itself when not `transactional`.

    `about` names the step in a few words, for its file's name.
    """

    about: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    transactional: bool = True


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be written; `path` is relative to the project's folder."""

    path: str
    text: str
