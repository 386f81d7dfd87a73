"""An input object written into a row with the column that decides what its owner may do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import sent_before
from backend_lead.model.query import Query
from backend_lead.model.roles import is_about_account
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import Access
from backend_lead.rules.security._passwords import PASSWORD, stored_hashes

RULE = RuleInfo("Mass assignment of a privilege", Severity.CRITICAL, owasp_api="API3:2023", cwe="CWE-915")
write = Writer(__name__, RULE)

# What ranks are called, and the types of an input that holds one value.
_RANK = re.compile(r"(?i)adm|staff|super|root|mod|manag|owner|operat|editor|system|internal|chef|jefe|boss|lead|teach")
_SINGLE = re.compile(r"(?i)(optional\[)?(str|int|float|bool|emailstr|secretstr|decimal|uuid\d?|date|datetime)\]?( \| none)?")
_WHOLE = frozenset({"body", "body:*", "form", "form:*"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each write by which a caller without a role sets a column that guards of roles read."""
    access = Access.of(backend)
    privileged = _privileged(access)

    def wanted(endpoint: Endpoint, query: Query) -> bool:
        # Whoever may change his own row may not change what he may do; the owner of something else may hand it on.
        of_others = any(guard.detail.partition(".")[0] not in access.principals
                        for guard in access.owner_guards(endpoint))
        # A row of another kind of caller (an application, say) is nothing that he is known by here.
        known_by = {name for each in endpoint.queries if sent_before(each, endpoint) for name in each.tables}
        of_another = bool(known_by) and not known_by & set(query.tables[:1])
        # Nor is whoever shows a secret of the configuration, where other routes know their callers by rows.
        if endpoint.authentication is Authentication.REQUIRED and not access.is_for_people(endpoint):
            of_another = of_another or bool(access.personal)
        return bool(access.role_guard(endpoint) is None and not of_others and not of_another
                    and query.operation in ("insert", "update")
                    and any(_may_send(endpoint, column) for column in _granted(query, privileged)))

    for reached in reached_queries(backend, wanted):
        yield _finding(reached, [column for column in _granted(reached.what, privileged)
                                 if _may_send(reached.endpoint, column)], access)


def _privileged(access: Access) -> frozenset[str]:
    """Return the columns (`users.role`) that decide in a guard of a role."""
    hashes = stored_hashes(access.backend)
    return frozenset(guard.detail for endpoint in access.backend.endpoints for guard in endpoint.guards
                     if guard.kind is GuardKind.ROLE and guard.detail.count(".") == 1
                     and guard.detail not in access.references and guard.detail not in hashes
                     and guard.detail not in access.anchors.values()
                     and not PASSWORD.search(guard.detail) and not guard.detail.startswith("principal.")
                     and guard.detail.partition(".")[0] in access.principals
                     and not is_about_account(guard) and not _is_chosen_freely(guard.detail, access))


def _is_chosen_freely(column: str, access: Access) -> bool:
    """Say whether a column tells no rank: it is another one in each row, or one of a few words (buyer, seller)."""
    table = access.backend.table(column.partition(".")[0])
    found = table.column(column.partition(".")[2]) if table is not None else None
    return found is not None and (found.unique or (bool(found.values) and not any(map(_RANK.search, found.values))))


def _may_send(endpoint: Endpoint, column: str) -> bool:
    """Say whether the declared input has room for a column; input that is not declared has."""
    sent = [each for each in endpoint.parameters if each.location in ("body", "form")]
    return not sent or any(column.partition(".")[2] in (each.name, *each.fields) or "*" in each.fields
                           or not (each.fields or _SINGLE.fullmatch(each.type)) for each in sent)


def _granted(query: Query, privileged: frozenset[str]) -> list[str]:
    """Return the privileged columns that an input sets."""
    found = []
    for part in query.assignments:
        for table in query.tables[:1]:
            columns = [name for name in sorted(privileged) if name.partition(".")[0] == table]
            if part.column == "*" and _WHOLE & set(part.sources):
                found += columns
            elif f"{table}.{part.column}" in columns and (
                    {f"body:{part.column}", f"form:{part.column}"} & set(part.sources)):
                found.append(f"{table}.{part.column}")
    return list(dict.fromkeys(found))


def _finding(reached: Reached[Query], columns: list[str], access: Access) -> Finding:
    query, endpoint = reached.what, reached.endpoint
    model = next((each for each in endpoint.parameters if each.location in ("body", "form") and each.fields), None)
    names = [column.partition(".")[2] for column in columns]
    where = f"class {model.type}: without {listed(names)}" if model and set(names) & set(model.fields) else (
        f"update(only the fields a caller may set: not {listed(names)})")
    return write(
        query.place, f"{endpoint.name} writes {listed(columns)} from the request into "
        f"{access.model(query.tables[0])}; guards of roles read {'it' if len(columns) == 1 else 'them'}."
        f"{also(reached.endpoints)}",
        f"A caller who adds \"{names[0]}\" to the body gives himself the rights of whatever it names.",
        where, endpoint=endpoint, symbol=query.symbol, snippet=query.statement or endpoint.name, path=query.path,
        touches=(*reached.touches, f"table:{query.tables[0]}"), effort=1)
