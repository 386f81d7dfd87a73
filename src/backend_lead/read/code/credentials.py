"""The credential that a request of nobody does not carry: what stands in its place, and that it was looked for."""

from __future__ import annotations

from backend_lead.read.code.values import Known, Value

ABSENT = frozenset({"credential"})


def absent(value: object = None) -> Known:
    """What an anonymous request has in place of a credential."""
    return Known(value, ABSENT)


class Consulted:
    """The program looked at a header, a cookie or the session."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        self.label = label


def says_nobody(value: Value | None) -> bool:
    """Whether a call that looked for a credential gave what says that there is none."""
    return isinstance(value, Known) and value.value in (None, False) and not value.sources
