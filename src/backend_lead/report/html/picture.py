"""The map as data: nodes in five columns (route, guard, query, table, index) and how each route goes through them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_lead.model.endpoint import Endpoint, Guard
from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.ownership import owner_paths
from backend_lead.model.query import Query
from backend_lead.model.review import Report
from backend_lead.model.table import Index, Table
from backend_lead.report import _words as words

_COMPARED = frozenset({"=", "in", "is"})


@dataclass(slots=True)
class Node:
    """One element of the picture.  `key` names it in links; `facts` are (name, value) rows for its panel; `findings`
    are numbers in the order of the report; `missing` marks an index that is not there, or a guard."""

    key: str
    kind: str
    label: str
    detail: str = ""
    file: str = ""
    line: int = 0
    facts: list[tuple[str, str]] = field(default_factory=list)
    findings: list[int] = field(default_factory=list)
    severity: str = ""
    missing: bool = False


@dataclass(slots=True)
class Way:
    """How one route goes: its node, the node of its guards, and for each query the tables and indexes behind it."""

    route: int
    guard: int
    queries: list[tuple[int, list[tuple[int, int | None]]]] = field(default_factory=list)


@dataclass(slots=True)
class Picture:
    """The whole map; numbers in ways are positions in `nodes`."""

    nodes: list[Node] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, node: Node) -> int:
        """Return the number of the node with that key, adding it when it is new."""
        if node.key not in self._numbers:
            self._numbers[node.key] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node.key]


def picture(report: Report) -> Picture:
    """Return the map of a report, its routes sorted by path, its faults on the elements they are about."""
    drawn = Picture()
    backend = report.backend
    tables = {table.name: table for table in backend.tables}
    owners = owner_paths(backend)
    verdicts = {(verdict.method, verdict.path): verdict for verdict in report.verdicts}
    for endpoint in sorted(backend.endpoints, key=lambda each: (each.path, each.method, each.handler.place)):
        route = drawn.number(_route(endpoint))
        verdict = verdicts.get((endpoint.method, endpoint.path))
        if verdict is not None:
            drawn.nodes[route].facts = [("Verdict", verdict.verdict.value), ("Because", verdict.because),
                                        *drawn.nodes[route].facts]
        way = Way(route, drawn.number(_guards(endpoint.guards)))
        for query in words.own_queries(endpoint):
            reached = []
            for name in query.tables:
                table = tables.get(name)
                number = drawn.number(_table(name, table, owners.get(name, ())))
                index = _index_for(query, table) if table is not None else None
                reached.append((number, None if index is None else drawn.number(index)))
            way.queries.append((drawn.number(_query(query)), reached))
        drawn.ways.append(way)
    for table in backend.tables:
        drawn.number(_table(table.name, table, owners.get(table.name, ())))
        for declared in table.indexes:
            drawn.number(_index(table, declared))
    _mark(drawn, sorted(report.findings, key=lambda finding: finding.order))
    return drawn


def _route(endpoint: Endpoint) -> Node:
    handler = endpoint.handler
    facts = [("Credential", endpoint.authentication.value), ("Handler", handler.name)]
    if endpoint.authentication_because:
        facts.append(("Seen by", endpoint.authentication_because))
    if endpoint.parameters:
        facts.append(("Inputs", ", ".join(f"{p.name} ({p.location})" for p in endpoint.parameters)))
    key = f"route:{endpoint.name}"
    return Node(key, "route", endpoint.path, endpoint.method, handler.place.file, handler.place.line, facts)


def _guards(guards: tuple[Guard, ...]) -> Node:
    """Return one node for all that stands before a handler: routes behind the same guards share it."""
    standing = [guard for guard in guards if not guard.optional]
    if not standing:
        return Node("guard:", "guard", "no guard", "open", facts=[("Meaning", "Nothing refuses a request here.")],
                    missing=True)
    names = list(dict.fromkeys(words.spoken(guard.name) for guard in standing))
    facts = [(guard.kind.value.replace("_", " ").capitalize(),
              f"{guard.name} at {guard.place}" + (f", compares {guard.detail}" if guard.detail else ""))
             for guard in dict.fromkeys(standing)]
    first = standing[0]
    kinds = ", ".join(dict.fromkeys(guard.kind.value.replace("_", " ") for guard in standing))
    key = "guard:" + "+".join(dict.fromkeys(guard.name for guard in standing))
    return Node(key, "guard", " + ".join(names), kinds, first.place.file, first.place.line, facts)


def _query(query: Query) -> Node:
    facts = [("Sends", words.query_line(query)), ("By", f"{query.symbol or 'an unknown function'} ({query.api})")]
    if query.limit is None and query.operation == "select" and not query.single:
        facts.append(("Limit", "none"))
    if query.relationship:
        facts.append(("Relationship", f"{query.relationship}{', loaded lazily' if query.lazy else ''}"))
    key = f"query:{query.place}" + ("" if not query.relationship else f" {query.relationship}")
    name = f"{query.operation} {', '.join(query.tables) or 'unknown'}"
    detail = f"{query.place.file.rpartition('/')[2]}:{query.place.line}" + (" · loop" if query.in_loop else "")
    return Node(f"{key} {query.operation} {'+'.join(query.tables)}", "query", name, detail, query.place.file,
                query.place.line, facts)


def _table(name: str, table: Table | None, owner: tuple[str, ...]) -> Node:
    if table is None:
        return Node(f"table:{name}", "table", name, "not declared",
                    facts=[("Meaning", "No model, migration or SQL file that was read declares this table.")])
    facts = [("Columns", ", ".join(column.name for column in table.columns) or "none known")]
    facts += [("Refers to", f"{', '.join(key.columns)} → {key.table}") for key in table.foreign_keys]
    if owner:
        facts.append(("Owned by", " → ".join(owner)))
    if table.rows is not None:
        facts.append(("Rows", f"{table.rows:,}"))
    place = table.place
    return Node(f"table:{name}", "table", name, words.count(len(table.columns), "column"), place.file if place else "",
                place.line if place else 0, facts)


def _index(table: Table, index: Index) -> Node:
    facts = [("Columns", ", ".join(index.columns)), ("Kind", ("unique " if index.unique else "") + index.method)]
    if index.predicate:
        facts.append(("Only where", index.predicate))
    if index.scans is not None:
        facts.append(("Scans", f"{index.scans:,}"))
    place = index.place or table.place
    return Node(f"index:{table.name}.{index.name}", "index", index.name or "unnamed", f"({', '.join(index.columns)})",
                place.file if place else "", place.line if place else 0, facts)


def _index_for(query: Query, table: Table) -> Node | None:
    """Return the index that a query's comparisons can use, one that is missing, or None when nothing is compared."""
    compared = {part.column for part in query.filters
                if part.operator.lower() in _COMPARED and (
                    part.table == table.name or (not part.table and len(query.tables) == 1))}
    if not compared:
        return None
    usable = [index for index in table.indexes
              if index.columns and index.columns[0] in compared and index.valid and not index.predicate]
    best = max(usable, key=lambda index: (_leading(index.columns, compared), -len(index.columns)), default=None)
    key = table.primary_key
    if key and key[0] in compared and (best is None or (
            best.columns != key and _leading(key, compared) >= _leading(best.columns, compared))):
        return Node(f"index:{table.name}.primary key", "index", "primary key", f"{table.name} ({', '.join(key)})",
                    facts=[("Columns", ", ".join(key)), ("Table", table.name)])
    if best is not None:
        return _index(table, best)
    columns = ", ".join(sorted(compared))
    return Node(f"index:{table.name}.missing {columns}", "index", "no index", f"{table.name} ({columns})", missing=True,
                facts=[("Meaning", f"No index of {table.name} starts with {columns.replace(', ', ' or ')}.")])


def _leading(columns: tuple[str, ...], compared: set[str]) -> int:
    return next((number for number, column in enumerate(columns) if column not in compared), len(columns))


def _mark(drawn: Picture, findings: list[Finding]) -> None:
    """Put each finding on the elements it is about, and the gravest severity on each element."""
    by_key: dict[str, list[Node]] = defaultdict(list)
    for node in drawn.nodes:
        by_key[node.key].append(node)
        if node.kind == "query":
            by_key[f"query:{node.file}:{node.line}"].append(node)
    indexes = [node for node in drawn.nodes if node.kind == "index"]
    for number, finding in enumerate(findings):
        about = {id(node): node for key in _keys(finding) for node in by_key[key]}
        if finding.dimension is Dimension.DATABASE:
            about.update((id(node), node) for node in _indexes_of(finding, indexes))
        for node in about.values():
            node.findings.append(number)
            # Findings come gravest first, so the first one on an element gives its colour.
            node.severity = node.severity or finding.severity.value


def _keys(finding: Finding) -> Iterable[str]:
    yield f"query:{finding.place}"
    if finding.endpoint is not None:
        yield f"route:{finding.endpoint}"
    for key in finding.touches:
        if not key.startswith("table:") or finding.dimension is Dimension.DATABASE:
            yield key


def _indexes_of(finding: Finding, indexes: list[Node]) -> Iterable[Node]:
    """Yield the index nodes that a finding about a table names: an index by its name, a missing one by its columns."""
    tables = [key[6:] for key in finding.touches if key.startswith("table:")]
    said = set(words.named(finding.message))
    for node in indexes:
        table, _, name = node.key[6:].partition(".")
        wanted = name.removeprefix("missing ").split(", ") if node.missing else [name]
        if table in tables and said.issuperset(wanted):
            yield node
