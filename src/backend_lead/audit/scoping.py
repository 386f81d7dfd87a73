"""Whether what an endpoint reads and writes is bound to the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Guard, GuardKind
from backend_lead.model.ownership import (
    authentication_guards,
    knows_person,
    names_caller,
    owner_columns,
    owner_paths,
    personal_ways,
    principal_tables,
    sent_before,
)
from backend_lead.model.place import Place
from backend_lead.model.query import Query
from backend_lead.model.roles import role_guard

_SHARED_SECRETS = (".compare_digest", ".construct_event")
_BINDING = frozenset({"=", "in", "is", "any", "= any"})


@dataclass(frozen=True, slots=True)
class Scoping:
    """What is known about owners in one backend.

    `paths` and `columns` as `owner_paths` and `owner_columns` give them; `principals` are the principal's tables;
    `references` maps a foreign key column (`orders.user_id`) to the table it refers to; `personal` are the guards of
    authentication behind which the code knows a principal, as `personal_ways` gives them.
    """

    paths: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    principals: tuple[str, ...]
    references: Mapping[str, str]
    personal: dict[str, frozenset[frozenset[Place]]]

    @classmethod
    def of(cls, backend: Backend) -> Scoping:
        """Return what is known about owners in a backend."""
        references = {f"{table.name}.{column}": key.table for table in backend.tables for key in table.foreign_keys
                      for column in key.columns}
        return cls(owner_paths(backend), owner_columns(backend), principal_tables(backend), references,
                   personal_ways(backend))

    def own_queries(self, endpoint: Endpoint) -> list[Query]:
        """Return the queries of the handler's own work, without those that its guards send."""
        return [query for query in endpoint.queries if not sent_before(query, endpoint)]

    def owned(self, queries: Iterable[Query]) -> list[Query]:
        """Return the queries on rows that belong to a caller."""
        return [query for query in queries if any(name in self.paths for name in query.tables)]

    def role_guard(self, endpoint: Endpoint) -> Guard | None:
        """Return the guard that asks for a role (see `roles.role_guard`)."""
        return role_guard(endpoint, self.references)

    def owner_guard(self, endpoint: Endpoint, query: Query | None = None) -> Guard | None:
        """Return the guard that compares the owner or the tenant, of the rows of `query` when one is given.

        One that looks up the principal's own row finds out who calls, and compares nothing with it.
        """
        related = None if query is None else self._parents(query)
        for guard in endpoint.guards:
            table = guard.detail.partition(".")[0]
            if (guard.kind in (GuardKind.OWNERSHIP, GuardKind.TENANT) and not guard.optional
                    and table not in self.principals and (not table or related is None or table in related)):
                return guard
        return None

    def first_loose(self, owned: list[Query]) -> Query | None:
        """Return the first query that is bound to nobody: it does not name the principal, does not continue from a row
        of a bound query, and no bound query checks the row that it fetched."""
        scoped: set[str] = set()
        checked: set[str] = set()
        waiting = list(owned)
        while waiting:
            bound = [query for query in waiting
                     if self._is_bound(query, scoped) or not checked.isdisjoint(query.tables)]
            if not bound:
                return waiting[0]
            for query in bound:
                scoped.update(query.tables)
                checked.update(_row_of(source) for part in query.filters for source in part.sources)
            waiting = [query for query in waiting if query not in bound]
        return None

    def makes_principals(self, query: Query) -> bool:
        """Say whether an insert makes a row that callers are known by."""
        return any(name in self.principals for name in query.tables)

    def is_about_something_public(self, query: Query) -> bool:
        """Say whether rows are read by a reference to a table whose rows belong to nobody: the reviews of a product."""
        return any(self.references.get(f"{part.table or query.tables[0]}.{part.column}", part.table) not in self.paths
                   and f"{part.table or query.tables[0]}.{part.column}" in self.references
                   for part in query.filters if part.operator in _BINDING and part.sources)

    def is_of_a_system(self, endpoint: Endpoint) -> bool:
        """Say whether the credential is another system's: a guard compares a signature or a shared secret, and behind
        that guard the code knows no principal, while behind other guards it does."""
        guards = authentication_guards(endpoint)
        if not self.personal or knows_person(endpoint, self.personal):
            return False
        names = {guard.name.rpartition(".")[2] for guard in guards}
        return any(call.name.endswith(_SHARED_SECRETS) and call.symbol.rpartition(".")[2] in names
                   for call in endpoint.calls)

    def _is_bound(self, query: Query, scoped: set[str]) -> bool:
        values = [source for part in query.filters if part.operator.lower() in _BINDING for source in part.sources]
        if query.operation == "insert":
            # A new row is bound when its owner column is set from the principal, or when it has none of its own.
            owner = {column for name in query.tables for column in self.columns.get(name, ())}
            named = [part for part in query.assignments if part.column in owner]
            values += [source for part in named or query.assignments for source in part.sources]
        if any(names_caller(source) or _row_of(source) in scoped for source in values):
            return True
        if query.operation in ("update", "delete") and not values:
            # An object that was fetched is changed: the row is the one that the fetching query is bound to.
            return not scoped.isdisjoint(query.tables)
        return query.lazy and not scoped.isdisjoint(self._parents(query))

    def _parents(self, query: Query) -> set[str]:
        """Return the query's tables with those that their owner paths lead through: relationships load from one."""
        return {*query.tables} | {step.rpartition(".")[0] for name in query.tables for step in self.paths.get(name, ())}


def _row_of(source: str) -> str:
    """Return the table of a source that is a fetched row (`row:orders.id`, `row:orders`), else ""."""
    return source[4:].rpartition(".")[0] or source[4:] if source.startswith("row:") else ""
