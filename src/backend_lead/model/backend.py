"""The whole picture: one model that every job works on."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.document import ApiDocument
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.migration import Change
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.server import Server
from backend_lead.model.table import Table

# What the reader calls the places where a part of the program's routes was lost.
_PUT_TOGETHER = frozenset({"router", "prefix", "blueprint", "route", "view"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read; `digest` is the SHA-256 of its bytes."""

    path: str
    language: str
    lines: int
    digest: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text constant that the program assigns to a name or passes as a keyword; for hard-coded secrets."""

    name: str
    value: str
    place: Place
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """An ORM relationship; `lazy` as the ORM names it (select, joined, selectin, raise, ...)."""

    model: str
    attribute: str
    table: str
    target: str
    lazy: str
    place: Place


@dataclass(frozen=True, slots=True)
class SharedState:
    """A module-level container that handlers write to; a second process would have its own copy.

    `sources` say where the key and the value come from that are written (see `Argument.sources`); None when that is not
    known.
    """

    name: str
    place: Place
    written: Place
    symbol: str
    endpoint: str
    sources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything known about one backend.  Tuples are sorted, so that the same input gives the same bytes.

    `calls` are those at module level and in application factories, run once at start (middleware, engines, settings);
    calls made while answering a request hang on their endpoint.  `previous` is the backend at `--since`.
    `source_lines` maps a file to the source lines that findings quote.  `processes` is the number of worker processes
    of the web server, as a Procfile, a compose file or the server's own configuration starts it; None when not known.
    `databases` are the systems that the program is written for (`postgresql`, `mysql`, `sqlite`, ...), empty when
    nothing tells.
    `change` are migrations that are judged.  `unplaced_routes` counts routes on routers that no application was seen to
    take.
    """

    root: str
    files: tuple[SourceFile, ...] = ()
    frameworks: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    tables: tuple[Table, ...] = ()
    calls: tuple[Call, ...] = ()
    literals: tuple[Literal, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    shared_state: tuple[SharedState, ...] = ()
    documents: tuple[ApiDocument, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    server: Server | None = None
    previous: Backend | None = None
    processes: int | None = None
    databases: tuple[str, ...] = ()
    change: Change | None = None
    unplaced_routes: int = 0

    @property
    def every_route_seen(self) -> bool:
        """Whether nothing tells of routes that are not among the endpoints; only then may a rule speak of what is not
        there."""
        return not self.unplaced_routes and not any(each.what in _PUT_TOGETHER for each in self.unresolved)

    @property
    def sending(self) -> int:
        """How many endpoints were seen to send a query."""
        return sum(bool(endpoint.queries) for endpoint in self.endpoints)

    @property
    def is_blind(self) -> bool:
        """Whether there are tables, and the way to them was seen from next to no endpoint: fewer than one of twenty."""
        return bool(self.tables and self.endpoints) and self.sending * 20 < len(self.endpoints)

    def table(self, name: str) -> Table | None:
        """Return the table of that name (a schema prefix is ignored when the bare name is unique), or None."""
        bare = name.rsplit(".", 1)[-1]
        exact = [t for t in self.tables if t.name == name]
        loose = [t for t in self.tables if t.name == bare]
        return next(iter(exact or loose), None)
