"""A migration that was written for somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Created:
    """The files, in the order in which they run: (path, text); what was taken for granted; and what people have to
    do."""

    tool: str
    files: tuple[tuple[str, str], ...]
    assumed: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    written: bool = False
