"""What a migration sends, with its transactions; what could not be computed; and what the database holds meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from backend_lead.gates.text import one_line
from backend_lead.migrate.catalog import Catalog, Relation
from backend_lead.migrate.formats._sql import statements
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved


class Recorder:
    """Takes what is sent, one migration and one direction at a time; the schema goes along from one to the next."""

    def __init__(self, major: int = 18) -> None:
        self.major = major
        self.catalog = Catalog(complete=True)
        self.waiting: list[Sent] = []
        self.doubted: set[tuple[str, str]] = set()
        self.copying = False
        self.begin("", atomic=True)

    def begin(self, path: str, *, atomic: bool) -> None:
        """Start with a migration's way up or down."""
        self.place = Place(path, 1)
        self.atomic = atomic
        self.sent: list[Sent] = []
        self.notes: list[Unresolved] = []
        self.opened = 0

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens meanwhile (a way down) is seen by itself, and by nobody who comes later."""
        kept = (self.catalog, self.waiting, self.doubted)
        self.waiting, self.doubted, self.copying = list(self.waiting), set(self.doubted), True
        yield
        self.catalog, self.waiting, self.doubted = kept
        self.copying = False

    def send(self, sql: str) -> None:
        """Take what is sent in one go: in the migration's transaction, or, where it has none, in one of its own."""
        found = statements(sql, self.place.file, line=self.place.line, unresolved=self.notes)
        alone: int | None = None
        if not self.atomic and len(found) > 1:
            self.opened += 1
            alone = self.opened
        made = [Sent(each.sql, self.place, each.transaction if self.atomic else alone) for each in found]
        self.sent += made
        self.waiting += made

    def unclear(self, what: str, why: str, tables: Collection[str] = (), column: str = "") -> None:
        """Note what is not known; of the tables, or of their column, nothing is certain from then on."""
        self.notes.append(Unresolved(one_line(what, 100), why, self.place))
        self.doubted.update((table, column) for table in tables)

    def _relation(self, table: str, columns: Collection[str] = ()) -> Relation:
        if self.waiting and self.copying:
            self.catalog, self.copying = self.catalog.copy(), False
        if self.waiting:
            replay([Script("", "django", tuple(self.waiting))], self.catalog, self.major)
            self.waiting = []
        found = self.catalog.relations.get(table.replace('"."', ".").removeprefix("public."))
        if found is None or any((table, each) in self.doubted for each in ("", *columns)):
            raise Unclear(f"which constraints and indexes the table {table} has is not known here")
        return found

    def constraints(self, table: str, kind: str, columns: tuple[str, ...] | None) -> list[str]:
        """Return the names of a table's constraints of a kind on exactly these columns.  Raises Unclear."""
        relation = self._relation(table, columns or ())
        found = [
            each.name for each in relation.constraints_of(kind) if columns is None or set(each.columns) == set(columns)
        ]
        if kind == "unique":
            found += [name for name in self.indexes(table, columns or (), unique=True) if name not in found]
        return found

    def indexes(self, table: str, columns: tuple[str, ...], *, unique: bool = False) -> list[str]:
        """Return the names of a table's plain indexes on exactly these columns.  Raises Unclear."""
        relation = self._relation(table, columns)
        return [
            each.name.rpartition(".")[2]
            for each in self.catalog.indexes.values()
            if each.table == relation.name
            and each.columns == columns
            and not each.constraint
            and each.method == "btree"
            and (each.unique or not unique)
        ]

    def sequence(self, table: str, column: str) -> str | None:
        """Return the name of the sequence that belongs to a column, if there is one.  Raises Unclear."""
        owned = f"{self._relation(table, (column,)).name}.{column}"
        found = (each.name for each in self.catalog.relations.values() if each.kind == "sequence")
        return next((name for name in found if self.catalog.relations[name].owned == owned), None)
