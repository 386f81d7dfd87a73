"""Queries as values: a statement while it is put together, its conditions, its rows, and the event of sending it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backend_lead.model.place import Hop
from backend_lead.model.query import Assignment, Filter, Query
from backend_lead.read.code.containers import Items
from backend_lead.read.code.credentials import ABSENT
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal
from backend_lead.read.code.sources import MARKS, widen
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value, join

ORDERED = ("<", ">", "<=", ">=")


class QueryMade:
    """A query that was sent, as an event; what is fetched of its result is filled in afterwards."""

    __slots__ = ("path", "query")

    def __init__(self, query: Query, path: tuple[Hop, ...]) -> None:
        self.query = query
        self.path = path

    def fetch_one(self) -> None:
        """At most one row is taken."""
        self.query = replace(self.query, single=True)


class Row(Instance):
    """An object that the ORM made of a row; `loaded` are the relationships that came with it.

    `reference` is the foreign key column that led to it (`row:posts.user_id`), and the column that it holds.
    """

    __slots__ = ("loaded", "reference", "table", "written")

    def __init__(
        self,
        cls: ClassValue,
        table: str,
        sources: frozenset[str],
        loaded: frozenset[str] = frozenset(),
        certain: bool = True,
        reference: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(cls, sources | {f"row:{table}", *(reference[:1] if reference else ())}, certain)
        self.table = table
        self.reference = reference
        self.loaded = loaded
        self.written: QueryMade | None = None

    def signature(self) -> object:
        return ("row", super().signature(), self.loaded, self.certain)


class Condition(Value):
    """A condition of WHERE or ON."""

    __slots__ = ("filters", "pairs")

    def __init__(self, filters: tuple[Filter, ...], sources: frozenset[str]) -> None:
        super().__init__(sources)
        self.filters = filters
        self.pairs = ()

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`a & b` holds both; under `a | b` neither restricts by itself."""
        theirs = other.filters if isinstance(other, Condition) else ()
        both = (*theirs, *self.filters) if swapped else (*self.filters, *theirs)
        if operator == "|":
            both = alternatives(both)
        return Condition(both, self.sources | other.sources)

    def unary(self, operator: str, run: Interpreter) -> Value:
        """`~a`."""
        return Condition(alternatives(self.filters), self.sources)

    def signature(self) -> object:
        return ("condition", self.filters, self.sources)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: self, name)


def alternatives(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """The filters as parts of an OR or NOT."""
    return tuple(replace(f, alternative=True) for f in filters)


def conditions_of(values: Iterable[Value]) -> tuple[tuple[Filter, ...], frozenset[str], bool]:
    """Filters and sources of conditions given as arguments; the last says whether all of them could be read."""
    filters: list[Filter] = []
    sources: frozenset[str] = frozenset()
    complete = True
    for value in values:
        sources |= value.sources
        if isinstance(value, Condition):
            filters.extend(value.filters)
        elif isinstance(value, Items):
            inner, more, whole = conditions_of(value.values)
            filters.extend(inner)
            sources |= more
            complete = complete and whole and value.complete
        elif not (isinstance(value, Known) and value.value in (True, None)):
            complete = False
    return tuple(filters), sources, complete


def plain(labels: Iterable[str]) -> tuple[str, ...]:
    """Sources as the model has them."""
    return tuple(sorted({label for label in labels if not label.startswith(MARKS)}))


def bound_of(value: Value | None, run: Interpreter) -> str | None:
    """What LIMIT is given: a number, "bound" for a checked or computed one, "input" for one without an upper bound."""
    if value is None:
        return None
    given = literal(value)
    if isinstance(given, int) and not isinstance(value, Setting):
        return str(given)
    if given is None and isinstance(value, Known):
        return None
    inputs = {label for label in value.sources if label.startswith(("query", "path", "body", "form", "header"))}
    bounded = {label.removeprefix("bound:") for label in value.sources if label.startswith("bound:")} | run.bounded
    return "input" if inputs - bounded else "bound"


def is_absent(value: Value | None) -> bool:
    """Whether a value stands for a credential that an anonymous request does not carry."""
    return isinstance(value, Known) and not value.value and value.sources >= ABSENT


def row_sources(filters: Iterable[Filter]) -> frozenset[str]:
    """A row that was looked up by something of the principal belongs to the principal; so does what it holds."""
    for part in filters:
        if (
            part.operator in ("=", "in")
            and not part.alternative
            and any(s == "principal" or s.startswith(("principal.", "credential")) for s in part.sources)
        ):
            return frozenset({"principal"})
    return frozenset()


def send(run: Interpreter, site: Site, query: Query) -> QueryMade:
    """Record that a query is sent here."""
    module = site.frame.module
    run.queried.update(query.tables)
    made = QueryMade(
        replace(
            query,
            in_loop=run.loops > 0,
            loop_sources=plain(label for labels in run.loop_sources for label in labels),
            symbol=site.frame.symbol,
            is_async=site.awaited,
            on_loop=run.on_loop,
            deferred=run.deferred,
            statement=module.line(site.line) if run.requesting else "",
        ),
        run.path(),
    )
    run.emit(made)
    return made


def value_text(value: Value) -> str | None:
    """The literal of a written value, for the reader."""
    given = literal(value)
    return None if given is None else str(given)[:120]


def assignments_of(attributes: dict[str, Value]) -> tuple[Assignment, ...]:
    """Columns that are set, by name; `**` stands for an object that is spread into the row."""
    return tuple(
        Assignment("*" if name == "**" else name, plain(value.sources), value_text(value))
        for name, value in attributes.items()
        if not name.startswith("\x00")
    )


class Rows(Value):
    """The result of a query: rows that `make` gives one of."""

    __slots__ = ("empty", "made", "row")

    def __init__(self, row: Value, made: QueryMade, empty: bool) -> None:
        super().__init__(widen(row.sources))
        self.row = row
        self.made = made
        self.empty = empty

    def elements(self) -> Iterable[Value] | None:
        return [] if self.empty else [self.row]

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("rowcount", "total", "pages"):
            return Unknown(self.sources)
        if name == "items":
            return Items([self.row], "list", False, self.row.sources)
        return Native(lambda site, r: self.take(name, site, r), name)

    def take(self, name: str, site: Site, run: Interpreter) -> Value:
        """`.first()`, `.all()`, `.scalars()` and their like."""
        if name in ("all", "fetchall", "fetchmany", "partitions", "to_list"):
            return Items([] if self.empty else [self.row], "list", self.empty, self.row.sources)
        if name in ("one", "scalar_one"):
            self.made.fetch_one()
            return self._first(certain=True, run=run)
        if name in ("first", "one_or_none", "scalar_one_or_none", "scalar", "fetchone"):
            self.made.fetch_one()
            return self._first(certain=False, run=run)
        if name in ("first_or_404", "one_or_404", "get_or_404"):
            self.made.fetch_one()
            return self._first(certain=True, run=run)
        return self

    def _first(self, certain: bool, run: Interpreter) -> Value:
        if self.empty:
            return Known(None, ABSENT)
        row = self.row
        if certain:
            return row
        return join((row, Known(None, self.sources)))

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return self.row

    def truth(self) -> bool | None:
        return None

    def signature(self) -> object:
        return id(self)


def unknown_row(tables: tuple[str, ...], columns: tuple[str, ...], extra: frozenset[str]) -> Value:
    """A row of plain columns."""
    return PlainRow(tables, columns, extra)


class PlainRow(Value):
    """A row that is no object of the ORM: its columns by name or position."""

    __slots__ = ("columns", "tables")

    def __init__(self, tables: tuple[str, ...], columns: tuple[str, ...], extra: frozenset[str]) -> None:
        super().__init__(frozenset({f"row:{t}" for t in tables[:4]}) | extra)
        self.tables = tables
        self.columns = columns

    def column(self, name: str) -> Value:
        """One column of it."""
        table = next(
            (c.rsplit(".", 1)[0] for c in self.columns if c.rsplit(".", 1)[-1] in (name, "*") and "." in c),
            self.tables[0] if len(self.tables) == 1 else "",
        )
        extra = frozenset(
            f"principal.{name}" if s == "principal" else s for s in self.sources if not s.startswith("row:")
        )
        return Unknown(extra | ({f"row:{table}.{name}"} if table else {f"row:{t}" for t in self.tables[:4]}))

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name.startswith("_") or name in ("keys", "items", "values"):
            return Unknown(self.sources)
        if name == "get":
            return Native(lambda site, r: self.item(site.argument(0) or Unknown(), r), name)
        return self.column(name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if isinstance(key, Known) and isinstance(key.value, str):
            return self.column(key.value)
        if isinstance(key, Known) and isinstance(key.value, int) and 0 <= key.value < len(self.columns):
            name = self.columns[key.value].rsplit(".", 1)[-1]
            return self.column(name) if name.isidentifier() else Unknown(self.sources)
        return Unknown(self.sources)

    def elements(self) -> Iterable[Value] | None:
        return [self.column(c.rsplit(".", 1)[-1]) for c in self.columns] or None

    def signature(self) -> object:
        return ("plain row", self.tables, self.columns, self.sources)
