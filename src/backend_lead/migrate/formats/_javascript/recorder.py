"""What a migration sends while it is followed: statements, the transactions around them, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_lead.gates.grammar import split
from backend_lead.gates.text import one_line
from backend_lead.migrate.formats._javascript.values import MARK, Unknown
from backend_lead.migrate.script import Sent
from backend_lead.model.place import Place, Unresolved

_BEGIN = re.compile(r"(?is)\A\s*(begin|start\s+transaction)\b")
_COMMIT = re.compile(r"(?is)\A\s*(commit|end)\b")
_ROLLBACK = re.compile(r"(?is)\A\s*(rollback|abort)\b(?!\s+to\b)")
_COMMENTS = re.compile(r"(?s)\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+")
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")*)"|--[^\n]*""")


@dataclass
class Recorder:
    """Collects statements; `transaction` is the one that is open now, None when each commits by itself."""

    transaction: int | None = None
    sent: list[Sent] = field(default_factory=list)
    notes: list[Unresolved] = field(default_factory=list)
    opened: int = 0

    def open(self) -> int:
        """Return the number of a new transaction."""
        self.opened += 1
        return self.opened

    def send(self, text: str | Unknown, place: Place) -> None:
        """Take a text that is sent as one: several statements in it are one transaction where none is open."""
        whole = text.partial if isinstance(text, Unknown) else text
        if isinstance(text, Unknown) or MARK.search(whole):
            self.note(one_line(whole, 100), "a part of this statement is known only when it runs", place)
            # Without the quotes nobody takes the mark for the name of a table.
            whole = _QUOTED.sub(_bare, whole)
        found = []
        for offset, statement in split(whole):
            lead = _COMMENTS.match(statement)
            start = lead.end() if lead else 0
            body = statement[start:].strip()
            if body:
                found.append((place.line + whole.count("\n", 0, offset + start), body))
        implicit = self.transaction
        if implicit is None and len(found) > 1:
            implicit = self.open()
        for number, (line, body) in enumerate(found):
            if _BEGIN.match(body):
                # A second BEGIN changes nothing.
                if self.transaction is None:
                    self.transaction = implicit = self.open()
            elif _COMMIT.match(body) or _ROLLBACK.match(body):
                if _ROLLBACK.match(body):
                    self.note(one_line(body, 60), "takes back what was sent before it in its transaction", place)
                self.transaction = None
                implicit = self.open() if len(found) - number > 2 else None
            else:
                self.sent.append(Sent(body, Place(place.file, line), implicit))

    def note(self, what: str, why: str, place: Place) -> None:
        """Take note of something that is not known; the same is noted once."""
        found = Unresolved(what, why, place)
        if found not in self.notes:
            self.notes.append(found)

    def opaque(self, text: str, why: str, place: Place) -> None:
        """Take what sends something that was not read: it stands in its place as a statement that is not decided."""
        self.note(one_line(text, 100), why, place)
        word = re.sub(r"\W+", "_", text).strip("_")[:60]
        self.sent.append(Sent(f"${{{word or 'call'}}}", place, self.transaction))

    def cut(self, start: int) -> list[Sent]:
        """Take away what was sent from a point on."""
        found = self.sent[start:]
        del self.sent[start:]
        return found

    def leave_out(self, statements: Sequence[Sent], why: str) -> None:
        """Note statements of a way that was not taken."""
        for each in statements:
            self.note(one_line(each.sql, 100), why, each.place)


def _bare(match: re.Match[str]) -> str:
    return match[1] if match[1] is not None and MARK.search(match[1]) else match[0]
