"""The credential that a request of nobody does not carry: what stands in its place, and that it was looked for."""

from __future__ import annotations

import re

from backend_lead.read.code.values import Known, Value

ABSENT = frozenset({"credential"})
_CREDENTIAL = re.compile(
    r"(?i)authoriz|authentic|^auth|[-_]auth$|[-_]auth[-_]|token|api[-_]?key|^x[-_]key$|session|secret")
# Tokens that say where a form comes from, and that a call is a repeated one.
_OTHER = re.compile(r"(?i)csrf|xsrf|idempoten|forward|continuation|page")


def absent(value: object = None) -> Known:
    """What an anonymous request has in place of a credential."""
    return Known(value, ABSENT)


def carries_credential(header: str) -> bool:
    """Whether a header of this name says who is asking: `Authorization`, and the many that services make up.

    Whether anybody looks at it is told by following the program; this tells only what the rows found by it are.
    """
    return _CREDENTIAL.search(header) is not None and not _OTHER.search(header)


class Consulted:
    """The program looked at a header, a cookie or the session."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        self.label = label


def says_nobody(value: Value | None) -> bool:
    """Whether a call that looked for a credential gave what says that there is none."""
    return isinstance(value, Known) and value.value in (None, False) and not value.sources
