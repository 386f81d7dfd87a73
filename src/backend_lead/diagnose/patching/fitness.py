"""Whether the answer of a query may be kept at all, by what the model knows of the routes that send it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, GuardKind
from backend_lead.model.query import Query

Sent = tuple[Endpoint, Query]

_WHO = frozenset({GuardKind.AUTHENTICATION, GuardKind.ROLE, GuardKind.OWNERSHIP, GuardKind.TENANT})
# What the same statement with the same parameters answers differently from one session to the next.
_OF_SESSION = re.compile(r"(?i)\b(?:current_user|session_user|current_role|current_setting\s*\(|pg_backend_pid)")
_CLOCK = re.compile(r"(?i)\b(?:now\s*\(|current_date|current_timestamp|current_time|localtime|clock_timestamp"
                    r"|statement_timestamp|transaction_timestamp)")
_ROW_SECURITY = re.compile(r"(?i)ALTER\s+TABLE\s+(?:ONLY\s+)?([\w.\"]+)\s+(?:ENABLE|FORCE)\s+ROW\s+LEVEL\s+SECURITY")
_ROUTINE = re.compile(r"(?is)CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b.*?(?=\nCREATE\s|\Z)")
_WRITES = re.compile(r"(?is)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\b")


def bare(table: str) -> str:
    """Return a table's name without its schema."""
    return table.rpartition(".")[2].strip('"')


def unfit(sent: Sequence[Sent], tables: frozenset[str], sql: str, schema_sql: str) -> str:
    """Return why an answer must not be kept, "" when nothing speaks against it.

    `sent` are the routes that send the query with it, `tables` the bare names that its plan reads, `schema_sql` the
    schema.
    """
    query = sent[0][1]
    if query.built or not query.complete:
        return "a part of its text is put together while the program runs"
    if query.in_loop:
        return "it is sent in a loop: ask once for all items first"
    if _OF_SESSION.search(sql):
        return "its answer differs from one session of the database to another"
    if _CLOCK.search(sql):
        return "its answer changes with the clock, with no write that could tell the cache"
    guarded = {bare(found[1]) for found in _ROW_SECURITY.finditer(schema_sql)} & tables
    if guarded:
        return f"row level security of {', '.join(sorted(guarded))} gives each user another answer"
    writing = [found[0] for found in _ROUTINE.finditer(schema_sql) if _WRITES.search(found[0])]
    if any(re.search(rf"\b{re.escape(table)}\b", text) for text in writing for table in tables):
        return "a function of the database writes its tables, and no line of the code tells when"
    return next((why for each in sent if (why := _of_route(*each, tables))), "")


def _of_route(endpoint: Endpoint, query: Query, tables: frozenset[str]) -> str:
    if query.path and query.path[0].symbol != endpoint.handler.name:
        return f"it is sent before the handler of {endpoint.name}, where it is decided who is calling"
    inside = {hop.symbol for hop in query.path} | {query.symbol}
    for guard in endpoint.guards:
        if guard.kind not in _WHO:
            continue
        if any(symbol.rpartition(".")[2] == guard.name for symbol in inside - {endpoint.handler.name}):
            return f"{guard.name} decides by it who may use {endpoint.name}"
        table, _, column = guard.detail.rpartition(".") if "." in guard.detail else (guard.detail, "", "")
        of_caller = any((each.column == column or not column) and not each.alternative
                        and any(source.startswith("principal") for source in each.sources) for each in query.filters)
        if bare(table) in tables and not of_caller:
            return f"{endpoint.name} decides by {guard.detail} who may see the row"
    written = [other for other in endpoint.queries if other.operation != "select"
               and {bare(table) for table in other.tables} & tables]
    if written:
        return f"{endpoint.name} writes its tables as well ({written[0].place}), and must see what it has written"
    return ""


def writers(backend: Backend, tables: frozenset[str]) -> Iterator[Sent]:
    """Yield each write of the program that changes what is read from some tables, through foreign keys as well."""
    reached = _cascades(backend)
    seen = set()
    for endpoint in backend.endpoints:
        for query in endpoint.queries:
            if query.operation == "select" or query.place in seen:
                continue
            touched = {bare(table) for table in query.tables}
            if query.operation == "delete":
                touched |= {child for table in touched for child in reached.get(table, ())}
            if touched & tables:
                seen.add(query.place)
                yield endpoint, query


def touched_by(backend: Backend, query: Query) -> frozenset[str]:
    """Return the bare names of the tables that a write changes."""
    touched = {bare(table) for table in query.tables}
    if query.operation == "delete":
        reached = _cascades(backend)
        touched |= {child for table in touched for child in reached.get(table, ())}
    return frozenset(touched)


def _cascades(backend: Backend) -> Mapping[str, frozenset[str]]:
    """Return for each table those whose rows change when one of its rows is deleted."""
    direct: dict[str, set[str]] = {}
    for table in backend.tables:
        for key in table.foreign_keys:
            if key.on_delete in ("CASCADE", "SET NULL", "SET DEFAULT"):
                direct.setdefault(bare(key.table), set()).add(bare(table.name))
    return {table: frozenset(_closure(table, direct)) for table in direct}


def _closure(table: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [table]
    while waiting:
        for child in direct.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
