"""A row picked by the id in the request, whoever it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import is_principal, names_caller, sent_before
from backend_lead.model.query import Filter, Query
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import WRITES, Access, is_way_in
from backend_lead.rules.security._inputs import inputs_of

RULE = RuleInfo("Missing owner check", Severity.CRITICAL, owasp_api="API1:2023", cwe="CWE-639")
write = Writer(__name__, RULE)

# Answers whose parts are known.
_TOLD = frozenset({"object", "list", "empty"})
_LOOSE = tuple[Query, str, Filter]
# What is told about the caller is no question about his rights.
_TELLING = ("logging.", "loguru.", "structlog.", ".add_task", ".commit", ".refresh", ".flush", "builtins.")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each route that reaches rows of any caller by their id.

    There must be a contrast: another route checks the owner of the same table, or of one on the way to the owner.
    """
    access = Access.of(backend)
    checked: dict[str, list[Endpoint]] = {}
    loose: list[tuple[Endpoint, _LOOSE]] = []
    for endpoint in in_order(backend.endpoints):
        if not access.is_for_people(endpoint):
            continue
        for name in _checked_tables(endpoint, access):
            checked.setdefault(name, []).append(endpoint)
        found = _loose(endpoint, access)
        if found is not None:
            loose.append((endpoint, found))
    shown = {name for endpoint in backend.endpoints for name in _shows_everybodys(endpoint, access)}
    loose = [(endpoint, found) for endpoint, found in loose
             if found[1] not in shown or _alters(endpoint, found[1], access)]
    for endpoint, (query, name, part) in loose:
        writes = any(name in each.tables for each in access.own_writes(endpoint))
        beside = [other for each in access.on_the_way(name) for other in checked.get(each, [])]
        if not writes:
            # That only changes ask whose a row is says that everybody may read it.
            beside = [other for other in beside if not access.own_writes(other)]
        if beside:
            yield _finding(endpoint, query, name, part, beside, access)


def _checked_tables(endpoint: Endpoint, access: Access) -> list[str]:
    """Return the owned tables whose rows a route binds to the caller, in a query or by a guard."""
    found = {guard.detail.partition(".")[0] for guard in endpoint.guards
             if guard.kind in (GuardKind.OWNERSHIP, GuardKind.TENANT) and not guard.optional}
    for query in access.own_queries(endpoint):
        for part in query.filters:
            if any(map(names_caller, part.sources)):
                steps = {f"{part.table or query.tables[0]}.{part.column}"} if query.tables else set()
                found.update(name for name in query.tables if steps & set(access.paths.get(name, ())))
    return sorted(name for name in found if name in access.paths and name not in access.principals)


def _loose(endpoint: Endpoint, access: Access) -> _LOOSE | None:
    """Return the first query that picks an owned row by an input, when nothing in the route asks whose it is."""
    if access.role_guard(endpoint) or is_way_in(endpoint) or _asks_elsewhere(endpoint):
        return None
    own = access.own_queries(endpoint)
    if not access.own_writes(endpoint) and _shows_no_row(endpoint):
        return None
    for query in own:
        picked = access.picked(query) if query.operation in ("select", "update", "delete") else None
        if picked is None:
            continue
        name, part = picked
        if name in access.principals and not any(name in each.tables and each.operation in WRITES for each in own):
            continue  # Looking up another user is what directories and profiles are for.
        sources = inputs_of(part.sources)
        if _only_decides(endpoint, name, access):
            continue
        if (not access.checks(endpoint, name, sources) and not _is_of_others(endpoint, name, access)
                and not access.compares(endpoint, name)):
            return query, name, part
    return None


def _is_of_others(endpoint: Endpoint, name: str, access: Access) -> bool:
    """Say whether who calls is looked up in another table than the one that the rows lead to: administrators have
    accounts of their own, and no rows here."""
    known_by = {table for query in endpoint.queries if sent_before(query, endpoint) for table in query.tables
                if table in access.principals}
    owner = access.references.get(access.paths[name][-1], name)
    return bool(known_by) and owner in access.principals and owner not in known_by


def _only_decides(endpoint: Endpoint, name: str, access: Access) -> bool:
    """Say whether rows of a table are looked at by a route that changes others: nothing of them is changed, noted in
    another row or answered, and the owner of something that is changed is asked for."""
    writes = access.own_writes(endpoint)
    used = {source for each in writes for part in each.assignments for source in part.sources}
    answers = [each for each in endpoint.responses if not each.error]
    used |= {source for each in answers for source in (*each.sources, *(f"row:{column}" for column in each.columns))}
    return (bool(writes) and bool(access.owner_guards(endpoint)) and not any(name in each.tables for each in writes)
            and not any(source in (f"row:{name}", "body") or source.startswith(f"row:{name}.") for source in used)
            and all(each.shape in _TOLD for each in answers))


def _shows_no_row(endpoint: Endpoint) -> bool:
    """Say whether nothing of any row is in what the route answers: a row that decides alone is not read by anybody."""
    answers = [each for each in endpoint.responses if not each.error]
    return bool(answers) and all(
        each.shape in _TOLD and (each.fields or each.shape == "empty") and not each.columns
        and not any(source.startswith("row:") for source in each.sources) for each in answers)


def _shows_everybodys(endpoint: Endpoint, access: Access) -> Iterator[str]:
    """Yield the owned tables of which a route lists the rows of all callers to whoever is signed in."""
    if (endpoint.authentication is Authentication.UNKNOWN or access.role_guard(endpoint)
            or access.owner_guards(endpoint) or _asks_elsewhere(endpoint)):
        return
    answers = [each for each in endpoint.responses if not each.error]
    told = {column.partition(".")[0] for each in answers for column in each.columns}
    told |= {source[4:].partition(".")[0] for each in answers for source in each.sources if source.startswith("row:")}
    for query in access.own_queries(endpoint):
        if (query.operation == "select" and query.complete and not query.single and query.tables[:1]
                and query.tables[0] in told and query.tables[0] in access.paths
                and not any(part.sources for part in query.filters)):
            yield query.tables[0]


def _alters(endpoint: Endpoint, name: str, access: Access) -> bool:
    """Say whether a route changes rows of a table in another way than by noting there who did something with them."""
    for query in access.own_writes(endpoint):
        given = {source for each in query.assignments for source in each.sources}
        noted = query.operation == "update" and any(map(is_principal, given)) and not inputs_of(given)
        if name in query.tables and not noted:
            return True
    return False


def _asks_elsewhere(endpoint: Endpoint) -> bool:
    """Say whether the caller is handed to code that was not read: it may be what decides."""
    return any(is_principal(source) and source != "principal.credentials" and "credential" not in argument.sources
               for call in endpoint.calls if not any(word in call.name for word in _TELLING)
               for argument in call.arguments for source in argument.sources)


def _finding(endpoint: Endpoint, query: Query, name: str, part: Filter, siblings: list[Endpoint],
             access: Access) -> Finding:
    path = access.paths[name]
    chosen = next(source for source in part.sources if ":" in source or source == "body")
    location, _, parameter = chosen.partition(":")
    others = [each for each in siblings if each.name != endpoint.name]
    contrast = f"; {others[0].name} does" if others else ""
    verb = {"select": "reads", "update": "changes", "delete": "deletes"}[query.operation]
    doing = "read, change or delete" if access.own_writes(endpoint) else "read"
    return write(
        query.place,
        f"{endpoint.name} {verb} {name} by {parameter or location} from the {location} at {query.place} without "
        f"comparing {' → '.join(path)} with the caller{contrast}.",
        f"Any signed-in caller who {_finds(part, name, parameter or 'the id', access)} can {doing} everybody's {name}.",
        _fix(query, name, part, parameter or "id", access), endpoint=endpoint, symbol=query.symbol,
        snippet=query.statement or endpoint.name, path=query.path,
        touches=(f"route:{endpoint.name}", f"query:{query.place}", f"table:{name}"))


def _finds(part: Filter, name: str, parameter: str, access: Access) -> str:
    """How somebody comes by another's id: numbers are counted, others are seen in links and answers."""
    table = access.backend.table(part.table or name)
    column = table.column(part.column) if table is not None else None
    counted = column is None or column.type in ("", "integer", "bigint", "smallint")
    return f"counts {parameter} up" if counted else f"learns another's {parameter}"


def _fix(query: Query, name: str, part: Filter, parameter: str, access: Access) -> str:
    """Return the statement with the owner in it."""
    path = access.paths[name]
    table, _, column = path[-1].rpartition(".")
    anchor = access.references.get(path[-1], name)
    field = access.anchors.get(anchor, "users.id").rpartition(".")[2]
    if query.raw:
        return f"AND {path[-1]} = :{field}  -- the caller's own"
    picks = f"{access.model(name)}.{part.column} == {parameter}"
    owner = f"{access.model(table)}.{column} == user.{field}"
    if len(path) == 1:
        verb = query.operation if query.operation in ("select", "delete", "update") else "select"
        return f"{verb}({access.model(name)}).where({picks}, {owner})"
    joins = "".join(f".join({access.model(access.references[step])})" for step in path[:-1])
    return f"select({access.model(name)}){joins}.where({picks}, {owner})"
