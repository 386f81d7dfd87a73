"""The words that several formats share: counts, names of dimensions, what was read, the path from route to row."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable

from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import Patched, Pool, Rewrite
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Dimension, Finding, Severity
from backend_lead.model.place import Unresolved
from backend_lead.model.query import Query
from backend_lead.model.review import Grade, Report
from backend_lead.model.verdict import Ruling

DIMENSIONS = {Dimension.API: "API design", Dimension.DATABASE: "Database", Dimension.SECURITY: "Security",
              Dimension.SCALABILITY: "Scalability"}
"""How the dimensions are called in titles."""

RULINGS = {Ruling.BROKEN: "who may see what is not checked", Ruling.UNDECIDED: "cannot be told from the source",
           Ruling.SCOPED: "who may see what is checked", Ruling.PUBLIC: "open by nature"}
"""What a verdict means, the worst first."""


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
                     "\ud800-\udfff\ufeff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return text of the target without what moves a cursor, reorders letters, or cannot be written as UTF-8."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def escaped(text: str) -> str:
    """Return JSON text with what `clean` would take away written as escapes, which mean the same to a reader."""
    return text if text.isascii() else _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def from_here(target: str, file: str) -> str:
    """Return a file of the target relative to where the command ran, as build servers want it.

    A target outside of that folder has its files relative to itself.
    """
    if not file:
        return "."
    if target.endswith(f"/{file}") or target == file:
        return posixpath.normpath(target)
    joined = posixpath.normpath(posixpath.join(target, file))
    return file if joined.startswith(("/", "..")) else joined


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 query` or `2,000 queries`; the plural is `one` with an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def queries(backend: Backend) -> int:
    """Return the number of queries, each place once however many routes reach it."""
    return len({(query.place, query.tables) for endpoint in backend.endpoints for query in endpoint.queries})


def files_read(backend: Backend) -> str:
    """Return one line: files, lines, languages, frameworks, documents, database."""
    languages = sorted({file.language for file in backend.files if file.language})
    parts = [f"{count(len(backend.files), 'file')}, {count(sum(f.lines for f in backend.files), 'line')}"
             + (f" of {', '.join(languages)}" if languages else "")] if backend.files else ["no code"]
    if backend.frameworks:
        parts.append(", ".join(sorted(backend.frameworks)))
    parts += [f"{document.file} ({count(len(document.operations), 'operation')})"
              for document in sorted(backend.documents, key=lambda each: each.file)[:3]]
    if backend.server is not None:
        parts.append(f"PostgreSQL {backend.server.version}, database {backend.server.database}")
    return " · ".join(parts)


def route_to_row(backend: Backend) -> str:
    """Return `31 endpoints → 58 queries → 9 tables → 14 indexes`, from the tables on where there is no code."""
    if not backend.files:
        indexes = sum(len(table.indexes) for table in backend.tables)
        return f"{count(len(backend.tables), 'table')} → {count(indexes, 'index', 'indexes')}" if backend.tables else ""
    unplaced = backend.unplaced_routes
    left = f" ({count(unplaced, 'more route')} in no application that was found)" if unplaced else ""
    return " → ".join((count(len(backend.endpoints), "endpoint") + left, count(queries(backend), "query", "queries"),
                       count(len(backend.tables), "table"),
                       count(sum(len(table.indexes) for table in backend.tables), "index", "indexes")))


def severities(findings: Iterable[Finding]) -> str:
    """Return `2 critical, 1 low`, or `no findings`."""
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counted[each]:,} {each.value}" for each in Severity if counted[each]) or "no findings"


def grade_line(grade: Grade, report: Report) -> str:
    """Return what stands beside a letter: the findings of its dimension, what it was measured on, what caps it."""
    found = [finding for finding in report.findings if finding.dimension is grade.dimension]
    if len(grade.letter) > 1:
        return f"not graded: {grade.arithmetic}" + (f"; {severities(found)}" if found else "")
    gravest = min((finding.severity for finding in found), key=lambda severity: severity.rank, default=None)
    worst = Counter(finding.title for finding in found if finding.severity is gravest).most_common(1)
    most = f"; most of all: {worst[0][0].rstrip('.').lower()}" if worst else ""
    held = grade.arithmetic.partition(", held")
    return f"{severities(found)} on {grade.checked}{most}{f'; held{held[2]}' if held[1] else ''}"


def shown_score(grade: Grade) -> str:
    """Return the score without needless digits, or a dash when there was nothing to grade."""
    # Cut, not rounded: 89.6 is a B and must not be shown as 90.
    return f"{int(grade.score)}" if len(grade.letter) == 1 else "–"


def letter(grade: Grade) -> str:
    """Return the letter, or a dash when there was nothing to grade."""
    return grade.letter if len(grade.letter) == 1 else "–"


def short(symbol: str) -> str:
    """Return the last two parts of a dotted name, as people say it."""
    return ".".join(symbol.split(".")[-2:])


def spoken(symbol: str) -> str:
    """Return the last part of a dotted name; of `app.limits.RateLimit.__call__` that is the class."""
    parts = [part for part in symbol.split(".") if not part.startswith("__")]
    return parts[-1] if parts else symbol


def path_from_route(finding: Finding) -> str:
    """Return `GET /orders/{id} → orders.get → store.find:42 → orders`, or "" when no path is known.

    A hop knows where it was called from; the line of the last one is the finding's own.
    """
    steps = [str(finding.endpoint)] if finding.endpoint else []
    steps += [short(hop.symbol) for hop in finding.path]
    if finding.path:
        steps[-1] += f":{finding.place.line}"
    steps += [key.partition(":")[2] for key in finding.touches if key.startswith("table:")][:1]
    return " → ".join(steps) if len(steps) > 1 else ""


def named(text: str) -> list[str]:
    """Return the identifiers of a sentence: `orders.user_id` gives orders and user_id."""
    return re.findall(r"\w+", text)


def query_line(query: Query) -> str:
    """Return `select orders by id, status` for a query."""
    tables = ", ".join(query.tables) or "an unknown table"
    by = ", ".join(dict.fromkeys(part.column for part in query.filters if part.other is None))
    return f"{query.operation} {tables}" + (f" by {by}" if by else "") + (" in a loop" if query.in_loop else "")


def own_queries(endpoint: Endpoint) -> tuple[Query, ...]:
    """Return the queries of an endpoint, each place once."""
    return tuple({(query.place, query.operation, query.tables): query for query in endpoint.queries}.values())


def all_not_read(backend: Backend) -> list[str]:
    """Return a line for each thing that could not be read: rules that stopped, then source, then all else."""
    def rank(each: Unresolved) -> int:
        if each.place is None and each.what.startswith("rule "):
            return 0
        file = each.place.file if each.place else each.what
        return 1 if file.endswith((".py", ".sql", ".yaml", ".yml", ".json", ".toml")) else 2

    return list(dict.fromkeys(not_read(each) for each in sorted(
        backend.unresolved, key=lambda each: (rank(each), not_read(each)))))


def not_read(each: Unresolved) -> str:
    """Return one line for something that could not be read."""
    if each.place is None:
        return f"{each.what}: {each.why}"
    where = str(each.place) if each.place.file == each.what else f"{each.what} ({each.place})"
    return f"{where}: {each.why}"


def number(value: float | None) -> str:
    """Return a cost as people read it, ? where nobody knows it."""
    if value is None:
        return "?"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


SCALING = {"replica": "Read from a standby", "partition": "Partition by time",
           "materialized_view": "Keep as a materialised view"}
"""What helps once all else is done, as titles."""


def diffs(diff: str) -> list[str]:
    """Return the parts of a unified diff, one a file."""
    return [part for part in re.split(r"(?m)^(?=--- (?:a/|/dev/null))", diff) if part]


def patched_line(part: Patched) -> str:
    """Return `cache of totals (app/store.py:12): kept for 30 s; …` or why it is not written."""
    where = f" ({part.place})" if part.place else ""
    what = "cache of" if part.kind == "cache" else "pool"
    return f"{what} {part.what}{where}: {part.told}" if part.done else (
        f"{what} {part.what}{where}: not written because {part.why}")


def pool_of(pool: Pool) -> str:
    """Return how many connections to open, in words."""
    return (f"{count(pool.size, 'connection')} in each of {count(pool.processes, 'process', 'processes')}, "
            f"{pool.total} in all")


def told_of(each: Rewrite) -> list[str]:
    """Return what is said of a rewrite beside its texts: why, what the caller does differently, what must hold, and
    what the advised indexes have to do with it."""
    told = [each.why, each.caller, each.needs]
    if each.instead_of:
        told.append(f"Instead of the index {', '.join(each.instead_of)}.")
    elif each.with_indexes is not None and each.before is not None and each.with_indexes < each.before:
        told.append(f"As it is written it would cost {each.with_indexes:,.1f} with the indexes above.")
    return [text for text in told if text]


def sameness_of(each: Rewrite) -> str:
    """Return how it is known that a rewrite gives the same result, or that it is not, as a sentence."""
    run = each.proof
    if run is None or not run.shown:
        return f"Not proven to give the same result{f': {run.reason}' if run is not None else ''}."
    return (f"The same result in {run.comparisons:,} comparisons over {run.rounds} rounds of made-up rows "
            f"({run.rows:,} rows compared), in {', '.join(run.zones)}.")
