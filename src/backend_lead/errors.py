"""Every error that a person can meet, in one tree.

    BackendLeadError
    ├── WrongUse            2   an option, a name or a file that was given is not usable
    ├── NothingToLookAt     3   the path holds nothing that we read
    └── Unreachable         4   a database or a service does not answer, or must not be used
        ├── DatabaseUnreachable
        └── RefusedRole         a superuser, or a role that can write outside tables
    Refused (gate)          2   a gate said no: a link out of the root, a statement that is not a read

Anything else that escapes is a fault of ours and ends in 70.
"""

from __future__ import annotations


class BackendLeadError(Exception):
    """`message` says what is wrong with the user's own names; `hint` is what to type next."""

    exit_code = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongUse(BackendLeadError):
    """An option, a name or a file that was given is not usable."""

    exit_code = 2


class NothingToLookAt(BackendLeadError):
    """The path holds nothing that we read."""

    exit_code = 3


class Unreachable(BackendLeadError):
    """A database or a service does not answer, or must not be used."""

    exit_code = 4


class DatabaseUnreachable(Unreachable):
    """The server refused the connection, or did not answer in time."""


class RefusedRole(Unreachable):
    """The role of the DSN can do more than read."""


class Refused(BackendLeadError):
    """A gate said no."""

    exit_code = 2
