"""What a migration sends while it is followed: statements with their transactions, and what could not be computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend_lead.gates.text import one_line
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.formats._sql import statements
from backend_lead.migrate.formats.alembic.inspecting import Schema
from backend_lead.migrate.formats.alembic.naming import Naming
from backend_lead.migrate.formats.alembic.types import EnumType
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.frames import Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.program import CodeModule

_BEGIN = re.compile(r"(?i)\s*(begin|start\s+transaction)\b")
_END = re.compile(r"(?i)\s*(commit|end|rollback|abort)\s*;?\s*\Z")
_CREATE_TYPE = re.compile(r"(?is)\bcreate\s+(?:type|domain)\s+(?:[\w\"]+\.)?\"?(\w+)")
_DROP_TYPE = re.compile(r"(?is)\bdrop\s+(?:type|domain)\s+(?:if\s+exists\s+)?(?:[\w\"]+\.)?\"?(\w+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OF_ROWS = re.compile(r"(?i)\s*(select|insert|update|delete|with|values)\b")


def is_of_rows(sql: str) -> bool:
    """Say whether a statement, or its beginning, changes rows at most."""
    return bool(_OF_ROWS.match(sql))


class Recorder:
    """Takes what is sent, one migration and one direction at a time; the schema goes along from one to the next."""

    def __init__(self, naming: Naming, major: int = 18) -> None:
        self.naming = naming
        self.major = major
        self.catalog = Catalog(complete=True)
        self.waiting: list[Sent] = []
        self.schema = Schema(self._now)
        self.types: set[str] = set()
        self.memo: set[str] = set()
        self.copying = False
        self.begin(None)

    def begin(self, module: CodeModule | None) -> None:
        """Start with a migration's way up or down."""
        self.module = module
        self.sent: list[Sent] = []
        self.notes: list[Unresolved] = []
        self.transaction: int | None = 0
        self.opened = 0
        self.alone = 0

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens meanwhile (a way down) is seen by itself, and by nobody who comes later."""
        kept = (self.catalog, self.waiting, self.types, self.memo, self.schema.doubted)
        self.waiting, self.types, self.memo = list(self.waiting), set(self.types), set()
        self.schema.doubted, self.copying = set(self.schema.doubted), True
        yield
        self.catalog, self.waiting, self.types, self.memo, self.schema.doubted = kept
        self.copying = False

    def _now(self) -> Catalog:
        if self.waiting and self.copying:
            self.catalog, self.copying = self.catalog.copy(), False
        if self.waiting:
            replay([Script("", "alembic", tuple(self.waiting))], self.catalog, self.major)
            self.waiting = []
        return self.catalog

    def place(self, site: Site) -> Place:
        """Return the line of the migration itself from which a call was reached."""
        frame: Frame | None = site.frame
        line = site.line
        while frame is not None and frame.module is not self.module and frame.caller is not None:
            line, frame = frame.line, frame.caller
        if frame is None or frame.module is not self.module:
            return site.place
        return frame.module.place(line)

    def send(self, sql: str, site: Site, run: Interpreter, table: str | None = None) -> None:
        """Take a statement; one that may not be sent, or not once, is noted instead."""
        place = self.place(site)
        doubt = self._doubt(run)
        if doubt is not None:
            self.unclear(sql, doubt, place, table, rows=is_of_rows(sql))
            return
        if _END.match(sql):
            self.transaction = None
            return
        if _BEGIN.match(sql):
            self.opened += 1
            self.transaction = self.opened
        made = statements(sql, place.file, line=place.line, together=True, unresolved=self.notes)
        found = [
            Sent(each.sql, place, self.transaction if each.transaction == 0 else each.transaction) for each in made
        ]
        self.sent += found
        self.waiting += found
        for each in found:
            self.types |= set(_CREATE_TYPE.findall(each.sql))
            self.types -= set(_DROP_TYPE.findall(each.sql))

    def _doubt(self, run: Interpreter) -> str | None:
        """Say why it is not certain that what is followed now happens, and happens once."""
        open_tests = [each for each in run.conditions if not each.raises_otherwise]
        if open_tests:
            return (
                f"whether it is sent is decided by a test at line {open_tests[-1].place.line} that could not be decided"
            )
        if run.doubts:
            return f"how often it is sent is decided by line {run.doubts[-1].line}, which could not be computed"
        return "it is sent in a loop that could not be counted" if run.loops else None

    def unclear(self, what: str, why: str, place: Place, table: str | None = None, *, rows: bool = False) -> None:
        """Note what could not be computed; of the table, or of all tables, nothing is certain from then on."""
        self.notes.append(Unresolved(one_line(what, 100), why, place))
        if rows:
            return
        named = {name for name in _WORD.findall(what) if name in self._now().relations} if table is None else {table}
        for each in named or {None}:
            self.schema.doubt(each)

    def enum(self, enum: EnumType, site: Site, run: Interpreter) -> None:
        """Create a type for a table that needs it, once in a run."""
        if enum.made and enum.shown not in self.memo:
            self.memo.add(enum.shown)
            self.send(enum.create, site, run)

    def leave_transaction(self) -> Callable[[], None]:
        """What follows runs by itself, until the function that is returned is called."""
        self.alone += 1
        self.transaction = None

        def end() -> None:
            self.alone -= 1
            if not self.alone:
                self.opened += 1
                self.transaction = self.opened

        return end
