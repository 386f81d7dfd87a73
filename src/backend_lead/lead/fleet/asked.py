"""What a worker tells the process that reads one service, and what that answers."""

from __future__ import annotations

import msgspec

MEMORY = 6_000_000_000
"""Bytes of address space that reading one service may take."""


class Question(msgspec.Struct, frozen=True):
    """The service to read; an empty `path` is one of a database alone."""

    name: str
    path: str
    dsn: str | None = None
    memory: int = MEMORY


class Answer(msgspec.Struct, frozen=True):
    """The entry of the inventory and the review's document as JSON; `again`: the database did not answer, which may
    pass, and `why` says how."""

    entry: str = ""
    document: str = ""
    again: bool = False
    why: str = ""
