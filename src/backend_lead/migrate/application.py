"""What the running application sends, and which of it a change breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend_lead.gates.grammar import SqlUnreadable, parse, split
from backend_lead.gates.text import one_line
from backend_lead.migrate.breaking import Breakage, breakage
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.resolving import Use, use_of
from backend_lead.model.migration import Hazard, HazardKind
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.query import Query
from backend_lead.read.sql_placeholders import rewrite

if TYPE_CHECKING:
    from backend_lead.model.backend import Backend

_COMMENT = re.compile(r"(?s)\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+")


@dataclass(frozen=True, slots=True)
class Application:
    """The statements of a running application.

    `queries` as the model has them; `assumed` says that nothing is known and that everything counts as used.  `routes`
    are the endpoints that send a query, by where it stands in the code.
    """

    queries: tuple[Query, ...]
    unresolved: tuple[Unresolved, ...] = ()
    assumed: bool = False
    uses: tuple[Use, ...] = ()
    routes: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_backend(cls, backend: Backend) -> Application:
        """Take the queries of a program's endpoints; what could not be followed is said in `unresolved`."""
        routes: dict[Place, list[str]] = {}
        queries: dict[tuple[object, ...], Query] = {}
        for endpoint in backend.endpoints:
            for query in endpoint.queries:
                queries.setdefault((query.place, query.operation, query.tables, query.columns, query.sql), query)
                if endpoint.name not in routes.setdefault(query.place, []):
                    routes[query.place].append(endpoint.name)
        found = {place: tuple(names) for place, names in routes.items()}
        return cls(tuple(queries.values()), backend.unresolved, routes=found)

    @classmethod
    def of_sql(cls, text: str, file: str) -> Application:
        """Read statements as the application sends them, one after the other, with any driver's placeholders."""
        queries, unresolved = [], []
        for offset, statement in split(text):
            comment = _COMMENT.match(statement)
            lead = comment.end() if comment is not None else 0
            statement = statement[lead:]
            if not statement.strip():
                continue
            place = Place(file, 1 + text.count("\n", 0, offset + lead))
            try:
                parse(plain(statement))
            except SqlUnreadable as error:
                unresolved.append(Unresolved(one_line(statement, 60), one_line(error.message), place))
                continue
            queries.append(Query("other", (), place, sql=statement.strip(), raw=True))
        return cls(tuple(queries), tuple(unresolved))

    @classmethod
    def of_everybody(cls, catalog: Catalog, names: Iterable[str]) -> Application:
        """Take it that every column of some relations is read by name, and that rows are inserted with the columns that
        need a value."""
        uses = []
        for name in sorted(names):
            relation = catalog.relations[name]
            if relation.kind not in ("table", "partitioned", "view", "materialized") or relation.new:
                continue
            uses.append(Use(relations=[relation.name], columns=[(relation.name, name) for name in relation.columns]))
            if relation.kind in ("table", "partitioned") and not relation.partition and relation.columns:
                needed = tuple(
                    column.name
                    for column in relation.columns.values()
                    if column.not_null and not (column.has_default or column.identity or column.generated)
                )
                uses.append(Use(relations=[relation.name], inserts=(relation.name, needed), assumed=True))
        return cls((), assumed=True, uses=tuple(uses))

    def watch(self, before: Catalog) -> Watching:
        """Begin to watch a transaction that starts on this catalog."""
        if self.assumed:
            return Watching(before, [(None, use) for use in self.uses], prepared=False)
        found: list[tuple[Query | None, Use]] = []
        for query in self.queries:
            found.append((query, use_of_query(query, before)))
        return Watching(before, found, prepared=True, routes=self.routes)


def use_of_query(query: Query, catalog: Catalog) -> Use:
    """Return what a query of the model needs: from its SQL text, else from the tables and columns that were read of
    it."""
    if query.sql:
        try:
            trees = parse(plain(query.sql))
        except SqlUnreadable:
            trees = ()
        if trees:
            return use_of(trees[0].stmt, catalog)
    use = Use(relations=list(query.tables))
    first = query.tables[0] if query.tables else ""
    for name in query.columns:
        table, _, column = name.rpartition(".")
        if column == "*":
            # An ORM names the columns that its model has.
            known = catalog.relations.get(table or first)
            use.columns += [(table or first, each) for each in (known.columns if known is not None else ())]
        elif column:
            use.columns.append((table or first, column))
    for part in query.filters:
        if part.column and part.table:
            use.columns.append((part.table, part.column))
    given = [each.column for each in query.assignments if each.column != "*"]
    use.columns += [(first, name) for name in given]
    if query.operation == "insert" and given and not any(each.column == "*" for each in query.assignments):
        use.inserts = (first, tuple(given))
    return use


def plain(sql: str) -> str:
    """Return a statement with PostgreSQL's own placeholders, whatever its driver's are."""
    return rewrite(sql).render()


@dataclass(slots=True)
class Watching:
    """Watches which statements of the application stop working while a transaction goes on."""

    before: Catalog
    uses: Sequence[tuple[Query | None, Use]]
    prepared: bool
    routes: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)

    def after(self, number: int, catalog: Catalog) -> None:
        """Look at the schema after statement `number`."""
        for index, (_, use) in enumerate(self.uses):
            if index not in self.first and self._broken(use, catalog) is not None:
                self.first[index] = number

    def broken(self, catalog: Catalog) -> dict[int, list[Hazard]]:
        """Return what is broken when the transaction has ended, by the statement that broke it."""
        found: dict[int, list[Hazard]] = {}
        for index, number in sorted(self.first.items()):
            query, use = self.uses[index]
            broken = self._broken(use, catalog)
            if broken is not None:
                found.setdefault(number, []).append(_hazard(query, broken, self.routes))
        return {number: _distinct(hazards) for number, hazards in found.items()}

    def _broken(self, use: Use, catalog: Catalog) -> Breakage | None:
        found = breakage(use, self.before, catalog)
        return None if found is not None and found.prepared_only and not self.prepared else found


def _hazard(query: Query | None, broken: Breakage, routes: Mapping[Place, tuple[str, ...]]) -> Hazard:
    cause = "prepared" if broken.prepared_only else "query"
    text = one_line(query.sql or query.statement or _spoken(query), 80) if query is not None else ""
    senders = routes.get(query.place, ()) if query is not None else ()
    if query is not None and senders:
        more = f" and {len(senders) - 2} more" if len(senders) > 2 else ""
        text = f"{', '.join(senders[:2])}{more} ({query.place}) sends {text}"
    because = f"{text}: {broken.because}." if text else f"Whoever uses it fails: {broken.because}."
    return Hazard(HazardKind.BREAKS, cause, broken.relation, because, certain=query is not None, query=query)


def _spoken(query: Query) -> str:
    return f"{query.operation} {', '.join(query.tables)}".strip()


def _distinct(hazards: list[Hazard]) -> list[Hazard]:
    return list({(hazard.because, hazard.relation): hazard for hazard in hazards}.values())
