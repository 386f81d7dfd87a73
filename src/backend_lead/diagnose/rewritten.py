"""What one kind of rewrite makes of a statement, before anybody asked what it costs or ran it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend_lead.diagnose.scope import Statement


@dataclass(frozen=True, slots=True)
class Paged:
    """A rewrite that takes the key of the last row in place of a number of rows.

    `settled` is the statement without LIMIT and OFFSET, in the full order, with the columns of the key last; `types`
    are theirs.  `size` is the number of the parameter that bounds the page, or the bound itself when negative;
    `skipped` likewise of OFFSET.
    """

    settled: str
    types: tuple[str, ...]
    size: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A statement written another way.

    `why` says what made the old one dear, `caller` what the caller has to do differently ("" for nothing), `needs` what
    must hold.  `domains` are what parameters stand for, by their numbers in the old statement, where not every value of
    their type is meant (see `same_result.DOMAINS`).  `zones` are the time zones in which it is the same, none for all.
    `parameters` leads from the numbers of the old statement to those of the new one, None when they are the same.
    """

    statement: Statement
    why: str
    caller: str = ""
    needs: str = ""
    domains: Mapping[int, str] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    parameters: Mapping[int, int] | None = None
    page: Paged | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a statement is not rewritten, or what only its author can do."""

    message: str
