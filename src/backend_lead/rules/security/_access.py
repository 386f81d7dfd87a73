"""Who may do what: the handlers' own queries, the guards of roles and owners, and what binds a query to the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint, Guard, GuardKind
from backend_lead.model.ownership import (
    is_principal,
    knows_person,
    names_caller,
    owner_anchors,
    owner_paths,
    personal_ways,
    principal_tables,
    sent_before,
    values_of,
)
from backend_lead.model.place import Place
from backend_lead.model.query import Filter, Query
from backend_lead.model.roles import role_guard
from backend_lead.rules.security._inputs import inputs_of

WRITES = frozenset({"insert", "update", "delete"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_EQUAL = frozenset({"=", "==", "is", "in", "any", "= any"})
# Ways in that must be open, because who calls them has no credential yet, or another system's.
_WAYS_IN = re.compile(
    r"(?i)(^|[/_-])(log-?in|sign-?in|sign-?up|register|registration|token|tokens|refresh|log-?out|sign-?out|oauth2?|"
    r"oidc|sso|saml|auth|callbacks?|web-?hooks?|hooks?|notification$|notify|ipn|guests?|forgot|forgotten|reset|recover|verify|verification|confirm|"
    r"activate|authorize|invite|invites|invitation|invitations|accept|unsubscribe|setup|onboarding|first|share|shared|"
    r"public|health|healthz|ping|metrics|track|tracking|events|beacon)([/_-]|$)")


@dataclass(frozen=True, slots=True)
class Access:
    """What is known about owners in one backend.

    `paths` as `owner_paths` gives them, `anchors` as `owner_anchors`; `principals` are the principal's tables;
    `references` are the foreign key columns (`orders.user_id`) with the table they refer to; `personal` are the
    guards of authentication behind which the code knows a principal, as `personal_ways` gives them.
    """

    backend: Backend
    paths: Mapping[str, tuple[str, ...]]
    anchors: Mapping[str, str]
    principals: tuple[str, ...]
    references: Mapping[str, str]
    personal: dict[str, frozenset[frozenset[Place]]]

    @classmethod
    def of(cls, backend: Backend) -> Access:
        """Return what is known about owners in a backend."""
        references = {f"{table.name}.{column}": key.table for table in backend.tables for key in table.foreign_keys
                      for column in key.columns}
        principals = principal_tables(backend)
        return cls(backend, owner_paths(backend), owner_anchors(backend), principals, references,
                   personal_ways(backend))

    @property
    def about_callers(self) -> frozenset[str]:
        """The principals' tables, those that refer to them, and those that either refers to: roles and grants."""
        near = set(self.principals)
        near |= {column.rpartition(".")[0] for column, table in self.references.items() if table in near}
        return frozenset(near | {table for column, table in self.references.items()
                                 if column.rpartition(".")[0] in near})

    def is_for_people(self, endpoint: Endpoint) -> bool:
        """Say whether a credential is required that leads to a principal; another system's leads to nobody."""
        return endpoint.authentication is Authentication.REQUIRED and knows_person(endpoint, self.personal)

    def own_queries(self, endpoint: Endpoint) -> list[Query]:
        """Return the queries of the handler's own work, without those that its guards send."""
        return [query for query in endpoint.queries if not sent_before(query, endpoint)]

    def own_writes(self, endpoint: Endpoint) -> list[Query]:
        """Return the handler's own writes of known tables."""
        return [query for query in self.own_queries(endpoint) if query.operation in WRITES and query.tables]

    def role_guard(self, endpoint: Endpoint) -> Guard | None:
        """Return the guard that asks for a role (see `roles.role_guard`)."""
        return role_guard(endpoint, self.references)

    def owner_guards(self, endpoint: Endpoint) -> list[Guard]:
        """Return the guards that compare an owner or a tenant with the caller, of whatever rows."""
        return [guard for guard in endpoint.guards
                if guard.kind in (GuardKind.OWNERSHIP, GuardKind.TENANT) and not guard.optional]

    def checks(self, endpoint: Endpoint, table: str, sources: tuple[str, ...]) -> bool:
        """Say whether anything in a route compares an owner with the caller that may decide about rows of a table,
        picked by these inputs.

        A guard of other rows does not: whose note it is says nothing of the file beside it.
        """
        for guard in self.owner_guards(endpoint):
            compared = guard.detail.partition(".")[0]
            if not compared or ":" in compared or self._are_connected(compared, table):
                return True
        return self.asks_who(endpoint, table, sources)

    def compares(self, endpoint: Endpoint, table: str) -> bool:
        """Say whether the code compares the caller with rows that have to do with a table, or with an input that any
        query on it names, whatever comes of it: an answer that is no refusal may still show nothing."""
        named = {source for query in endpoint.queries if table in query.tables
                 for part in query.filters for source in part.sources}
        return any(each in named or (":" not in each and self._are_connected(each.partition(".")[0], table))
                   for each in endpoint.compared)

    def binds(self, query: Query) -> bool:
        """Say whether a query names the caller, in a condition or in what it writes."""
        return any(is_principal(source) for sources in values_of(query) for source in sources)

    def asks_who(self, endpoint: Endpoint, table: str, sources: tuple[str, ...]) -> bool:
        """Say whether any query, before the handler or in it, compares rows with the caller that have to do with a
        table, or with what its rows are picked by: a look into memberships and grants counts as a check."""
        for query in endpoint.queries:
            if sent_before(query, endpoint) and not _by_input(query):
                continue
            inputs = {source for part in query.filters for source in inputs_of(part.sources)}
            for part in query.filters:
                name = self._table(part, query)
                if (name not in self.principals and any(map(names_caller, part.sources))
                        and (not name or inputs & set(sources) or self._are_connected(name, table))):
                    return True
        return False

    def _are_connected(self, one: str, other: str) -> bool:
        """Say whether two tables are the same, or foreign keys lead from both to one that is not the callers' own."""
        return bool(self._around(one) & self._around(other))

    def _around(self, table: str) -> set[str]:
        found, waiting = {table}, [table]
        while waiting:
            name = waiting.pop()
            for reference, target in self.references.items():
                if reference.rpartition(".")[0] == name and target not in found and target not in self.principals:
                    found.add(target)
                    waiting.append(target)
        return found

    def picked(self, query: Query) -> tuple[str, Filter] | None:
        """Return the owned table of which a query picks rows by an input, with the condition that picks.

        The condition names the row's own key, or the foreign key that leads on to the owner.
        """
        for part in query.filters:
            name = self._table(part, query)
            table = self.backend.table(name)
            if name not in self.paths or table is None or part.alternative or part.operator.lower() not in _EQUAL:
                continue
            primary = set(table.primary_key) | {column.name for column in table.columns if column.primary_key}
            named = {other.column for other in query.filters if self._table(other, query) == name}
            # A part of a key of several columns names many rows: the members of a group.
            # Nor does the key of a group that callers belong to, as a user's own key does.
            step = self.paths[name][0]
            group = self.references.get(step) in self.anchors and self.references.get(step) not in self.principals
            keys = {*(() if group else (step.rpartition(".")[2],)), *(primary if primary <= named else ())}
            chosen = [source for source in inputs_of(part.sources) if _names_key(source, part.column, name)]
            if part.column in keys and chosen and not any(
                    is_principal(source) or source.startswith(("credential", "row:", "secret"))
                    for source in part.sources) and not any(each.startswith("cookie") for each in chosen):
                return name, part
        return None

    def on_the_way(self, table: str) -> tuple[str, ...]:
        """Return a table and those that its owner path leads through, without the one whose rows are the callers."""
        steps = (self.references.get(step, "") for step in self.paths.get(table, ()))
        return (table, *(name for name in steps if name and name not in self.anchors))

    def model(self, table: str) -> str:
        """Return the class that stands for a table, or the table's name."""
        found = self.backend.table(table)
        return (found.model or table).rpartition(".")[2] if found is not None else table

    def _table(self, part: Filter, query: Query) -> str:
        return part.table or (query.tables[0] if len(query.tables) == 1 else "")


def is_way_in(endpoint: Endpoint) -> bool:
    """Say whether a path reads as a way in, or as a door for other systems and for visitors."""
    return bool(_WAYS_IN.search(endpoint.path))


def is_safe(endpoint: Endpoint) -> bool:
    """Say whether the method promises to change nothing."""
    return endpoint.method in _SAFE


def collection(endpoint: Endpoint) -> str:
    """Return the path up to its first parameter: what siblings share."""
    return endpoint.path.partition("{")[0].rstrip("/")


def _names_key(source: str, column: str, table: str) -> bool:
    """Say whether an input is meant as the key that it is compared with: it stands in the path, or is called so.

    The text of a search that leads to a row by way of others is no key.
    """
    location, _, name = source.partition(":")
    if location == "path" or not name:
        return True
    words = set(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()))
    return bool(words & {"id", "ids", "uuid", "key", "pk", column.lower(), table.lower(), table.lower().rstrip("s")})


def _by_input(query: Query) -> bool:
    return any(inputs_of(part.sources) for part in query.filters)
