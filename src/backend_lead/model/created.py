"""A migration that was written for somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Created:
    """The files, in the order in which they run: (path, text); what was taken for granted; and what people have to do.

    `kept` are statements of a migration that was rewritten which stay as harmful as they were, with the reason.
    """

    tool: str
    files: tuple[tuple[str, str], ...]
    assumed: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    written: bool = False
