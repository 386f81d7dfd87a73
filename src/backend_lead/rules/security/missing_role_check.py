"""A route that every signed-in caller may use to write what its siblings keep for a role."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.query import Query
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import Access, collection, is_safe, is_way_in
from backend_lead.rules.security._inputs import inputs_of

RULE = RuleInfo("Missing role check", Severity.HIGH, owasp_api="API5:2023", cwe="CWE-862")
write = Writer(__name__, RULE)

_STATE = re.compile(r"(?i)activ|disabl|enabl|delet|verif|confirm|block|bann|suspend|lock|expire|approv|archiv|trial")


def check(backend: Backend, fewest_beside: int = 2) -> Iterator[Finding]:
    """Yield one finding for each route that writes rows of nobody without asking for a role, when every other route
    that writes the same table asks for one, or at least `fewest_beside` that write below the same path."""
    access = Access.of(backend)
    writers = [(endpoint, found) for endpoint in in_order(backend.endpoints)
               if (found := _writes(endpoint, access)) and not is_safe(endpoint)]
    for endpoint, queries in writers:
        if not access.is_for_people(endpoint) or access.role_guard(endpoint) or is_way_in(endpoint):
            continue
        loose = [query for query in queries if not any(name in access.paths for name in query.tables)
                 and not access.checks(endpoint, query.tables[0], _inputs(query))]
        if loose:
            # A route that asks nobody for anything is another fault, and no example.
            others = [(other, found) for other, found in writers if other.name != endpoint.name
                      and other.authentication is not Authentication.NONE]
            siblings = _siblings(endpoint, loose, others, fewest_beside)
            if siblings and all(_asks_for_role(other, access) for other in siblings):
                yield _finding(endpoint, loose[0], siblings, access)


def _asks_for_role(endpoint: Endpoint, access: Access) -> bool:
    """Say whether a guard asks what the caller may do: not only whether his account is in use, nor about rows that
    have nothing to do with callers, such as keys that tokens are signed with."""
    guard = access.role_guard(endpoint)
    if guard is None or _STATE.search(guard.detail.rpartition(".")[2]):
        return False
    table = guard.detail.partition(".")[0]
    return table in ("", "principal") or table in access.about_callers or access.backend.table(table) is None


def _inputs(query: Query) -> tuple[str, ...]:
    return tuple(source for part in query.filters for source in inputs_of(part.sources))


def _writes(endpoint: Endpoint, access: Access) -> list[Query]:
    """Return the writes that are not in the caller's own name."""
    return [query for query in access.own_writes(endpoint) if not access.binds(query)]


def _siblings(endpoint: Endpoint, loose: list[Query], others: list[tuple[Endpoint, list[Query]]],
              fewest: int, most_kinds: int = 3) -> list[Endpoint]:
    tables = {name for query in loose for name in query.tables}
    same = [other for other, queries in others if any(tables & set(query.tables) for query in queries)]
    if same:
        # What routes of every kind write is a record of what they did, not what they are for.
        return same if len({collection(other) for other in same}) <= most_kinds else []
    beside = [other for other, _ in others if collection(other) == collection(endpoint)
              and other.handler.place.file == endpoint.handler.place.file]
    return beside if len(beside) >= fewest else []


def _finding(endpoint: Endpoint, query: Query, siblings: list[Endpoint], access: Access) -> Finding:
    guard = next(guard for guard in map(access.role_guard, siblings) if guard is not None)
    asked = f" ({guard.detail})" if guard.detail else ""
    names = [other.name for other in siblings]
    verb = {"insert": "adds to", "update": "changes", "delete": "deletes from"}[query.operation]
    fix = (f"@{guard.name}  # above {endpoint.handler.name.rpartition('.')[2]}, as on {names[0]}"
           if endpoint.framework == "flask" else
           f"the dependency of {names[0]}, which refuses at {guard.place}{asked}, on "
           f"{endpoint.handler.name.rpartition('.')[2]} too")
    return write(
        endpoint.handler.place,
        f"{endpoint.name} {verb} {query.tables[0]} at {query.place} for every signed-in caller; {listed(names)} "
        f"ask{'s' if len(set(names)) == 1 else ''} for a role{asked}.",
        f"A customer's account is enough to alter {query.tables[0]} for everybody.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=query.statement or endpoint.name, path=query.path,
        touches=(f"route:{endpoint.name}", f"query:{query.place}", f"table:{query.tables[0]}"), effort=1)
