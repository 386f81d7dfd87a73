"""A route that anybody can call, while its siblings ask who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import authentication_guards, is_principal, values_of
from backend_lead.model.query import Query
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import Access, is_safe, is_way_in
from backend_lead.rules.security._inputs import inputs_of

RULE = RuleInfo("Missing authentication", Severity.CRITICAL, owasp_api="API2:2023", cwe="CWE-306")
write = Writer(__name__, RULE)

# What columns are called that hold what only one person was told.
_SECRET = re.compile(r"(?i)token|code|otp|secret|hash|invit|nonce|(^|_)key$")
# What columns are called that tell how somebody is reached.
_CONTACT = re.compile(r"(?i)e-?mail|phone|mobile|contact|username")
# What columns are called that hold what people keep to themselves.
_OWN = re.compile(r"(?i)e-?mail|phone|mobile|address|birth|salary|income|iban|card|tax|ssn|passw|secret|token|note|"
                  r"message|balance|total|amount|health|diagnos")
_SIGNATURES = (".compare_digest", ".construct_event", ".verify_signature", ".verify")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each open route that writes or reads what every other route writes or reads guarded."""
    access = Access.of(backend)
    for endpoint in in_order(backend.endpoints):
        if endpoint.authentication is not Authentication.NONE or is_way_in(endpoint) or _asks(endpoint):
            continue
        own = access.own_queries(endpoint)
        if any(query.operation == "insert" and set(query.tables) & set(access.principals) for query in own):
            continue
        if any(_is_let_in_by(query, access) for query in own):
            continue
        found = _open_write(endpoint, own, access) or _open_read(endpoint, own, access)
        if found is not None:
            yield _finding(endpoint, *found)


def _asks(endpoint: Endpoint) -> bool:
    """Say whether the handler does look at who calls, or at a signature, in a way that was not told as a refusal."""
    kinds = (GuardKind.OWNERSHIP, GuardKind.ROLE, GuardKind.TENANT, GuardKind.AUTHENTICATION)
    sources = [source for query in endpoint.queries for values in values_of(query) for source in values]
    sources += [source for call in endpoint.calls for argument in call.arguments for source in argument.sources]
    return (any(answer.error and answer.status in (401, 403) for answer in endpoint.responses)
            or any(guard.kind in kinds for guard in endpoint.guards)
            or any(is_principal(source) or source.startswith(("credential", "cookie:", "header:"))
                   for source in sources)
            or any(call.name.endswith(_SIGNATURES) for call in endpoint.calls))


def _open_write(endpoint: Endpoint, own: list[Query], access: Access) -> tuple[Query, str, list[Endpoint]] | None:
    if is_safe(endpoint):
        return None
    for query in own:
        if query.operation == "select" or not query.tables or _by_secret(query, access):
            continue
        others = _others(endpoint, query.tables[0], access, writing=True)
        if query.operation == "insert" and _is_handed_in(query, access):
            continue
        if others and all(other.authentication is Authentication.REQUIRED for other in others):
            return query, query.tables[0], others
    return None


def _is_let_in_by(query: Query, access: Access) -> bool:
    """Say whether a row is looked for by something that only whom it was sent to knows: an invitation, a code."""
    return query.operation == "select" and _by_secret(query, access) and any(
        _SECRET.search(part.column) and inputs_of(part.sources) for part in query.filters)


def _is_handed_in(query: Query, access: Access) -> bool:
    """Say whether a row says how to reach whoever sends it: an application, a place on a waiting list, a code that is
    asked for, which people do who have no account."""
    return any(_CONTACT.search(part.column) and inputs_of(part.sources) for part in query.assignments) and not any(
        access.references.get(f"{query.tables[0]}.{part.column}") in access.anchors and inputs_of(part.sources)
        for part in query.assignments)


def _open_read(endpoint: Endpoint, own: list[Query], access: Access) -> tuple[Query, str, list[Endpoint]] | None:
    """Return a read of a caller's rows that leave in the answer, when every other read of them is guarded."""
    for query in own:
        name = next((name for name in query.tables if name in access.paths), None)
        if query.operation != "select" or name is None or _by_secret(query, access):
            continue
        if not _leaves(name, endpoint, access):
            continue
        if any(part.column and f"{part.table or name}.{part.column}" in access.references
               and access.references[f"{part.table or name}.{part.column}"] not in access.paths
               for part in query.filters if part.sources):
            continue
        # A route that changes rows reads them as well: that it asks who calls says nothing about reading.
        others = [other for other in _others(endpoint, name, access, writing=False) if not access.own_writes(other)]
        needed = 1 if name in access.anchors else 2
        if len(others) >= needed and all(other.authentication is Authentication.REQUIRED for other in others):
            return query, name, others
    return None


def _others(endpoint: Endpoint, table: str, access: Access, *, writing: bool) -> list[Endpoint]:
    """Return the other routes whose own work writes, or reads, a table; ways in are left out."""
    return [other for other in in_order(access.backend.endpoints)
            if other.name != endpoint.name and not is_way_in(other) and any(
                table in query.tables and (query.operation != "select") is writing
                for query in access.own_queries(other))]


def _leaves(name: str, endpoint: Endpoint, access: Access, much: float = 0.6) -> bool:
    """Say whether a row leaves nearly whole, or with what is somebody's own: a count made of it, or its name on a map,
    says little."""
    table = access.backend.table(name)
    told = {column.rpartition(".")[2] for answer in endpoint.responses if not answer.error
            for column in answer.columns if column.partition(".")[0] == name
            and column.rpartition(".")[2] in answer.fields}
    return bool(told) and (any(map(_OWN.search, told)) or table is None or len(told) >= much * len(table.columns))


def _by_secret(query: Query, access: Access) -> bool:
    """Say whether rows are picked by an input that is no key: a share link, an invitation, a tracking number."""
    for part in query.filters:
        name = part.table or (query.tables[0] if query.tables else "")
        table = access.backend.table(name)
        if inputs_of(part.sources) and part.operator == "=" and (
                table is None or (part.column not in table.primary_key
                                  and f"{name}.{part.column}" not in access.references)):
            return True
    return False


def _finding(endpoint: Endpoint, query: Query, table: str, others: list[Endpoint]) -> Finding:
    reads = query.operation == "select"
    example = others[0]
    guard = next((guard.name for other in others for guard in authentication_guards(other)), "current_user")
    verb = {"select": "reads", "insert": "adds to", "update": "changes", "delete": "deletes from"}.get(
        query.operation, "touches")
    fix = (f"@login_required  # what stands before {example.name}: {guard}" if endpoint.framework == "flask"
           else f"dependencies=[Depends({guard})]  # as on {example.name}")
    one, doing = len(others) == 1, "read" if reads else "write"
    contrast = (f"the only other route that {doing}s {table} requires" if one
                else f"{'both' if len(others) == 2 else f'all {len(others)}'} others that {doing} {table} require")
    return write(
        endpoint.handler.place,
        f"{endpoint.name} {verb} {table} at {query.place} without asking who calls; {contrast} a credential "
        f"({example.name}).",
        f"Anybody who knows the address {'downloads' if reads else 'alters'} {table}, without an account and a trace.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=query.statement or endpoint.name, path=query.path,
        touches=(f"route:{endpoint.name}", f"query:{query.place}", f"table:{table}"))
