"""Asking a server one question at a time, so that a missing permission costs one answer and not all."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.gates.database import DatabaseGate, StatementFailed

_MISSING_PERMISSION = "42501"
_TOO_LATE = frozenset({"57014", "55P03"})


@dataclass(slots=True)
class Asking:
    """Questions to one gate; `missing` collects what was not answered and what would help."""

    gate: DatabaseGate
    missing: list[str] = field(default_factory=list)

    def ask(self, what: str, sql: str, *, grant: str = "") -> list[tuple[object, ...]]:
        """Return the rows, or nothing with a line in `missing`.  `grant` is the statement that would permit it, with
        `{role}` for our role."""
        try:
            return self.gate.rows(sql)
        except StatementFailed as error:
            if error.state == _MISSING_PERMISSION:
                self.note(what, "the role may not read it", grant)
            elif error.state in _TOO_LATE:
                self.note(what, "the server did not answer in time")
            else:
                self.note(what, error.message)
            return []

    def note(self, what: str, why: str, grant: str = "") -> None:
        """Record that something was not read."""
        quoted = '"' + self.gate.role.replace('"', '""') + '"'
        cure = f"; run: {grant.format(role=quoted)}" if grant else ""
        self.missing.append(f"{what}: {why}{cure}")
