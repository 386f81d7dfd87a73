"""Words that answers share: lists, counts, and what could not be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from backend_lead.lead.options import Options
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Dimension, Finding, Severity
from backend_lead.model.review import Report
from backend_lead.model.verdict import Ruling, Verdict

_UNREAD = 3
# Rules on the database and on growth that say nothing about the time that a request takes, or about load.
_NOT_ABOUT_SPEED = frozenset(
    {"missing-primary-key", "money-as-float", "timestamp-without-zone", "archiving-off", "no-health-endpoint"}
)


def about_speed(finding: Finding) -> bool:
    """Say whether a finding is about the time that requests take, or about how many there can be."""
    return finding.dimension in (Dimension.DATABASE, Dimension.SCALABILITY) and finding.rule not in _NOT_ABOUT_SPEED


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names as an enumeration, each once; those beyond `most` are counted."""
    names = list(dict.fromkeys(names))
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def severities(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity: `8 critical, 5 high`."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counts[each]} {each.value}" for each in Severity if counts[each])


def blind(backend: Backend, verdicts: Sequence[Verdict] = ()) -> str:
    """Return what has to be said first: that nothing, or little, could be read; "" where that is not so."""
    if not backend.endpoints:
        why = next(unread(backend), "")
        return (
            f"No endpoint could be read in {counted(len(backend.files), 'file')}"
            f"{f' ({why})' if why else ''}: what follows is not about your routes."
        )
    if backend.tables and not verdicts and not any(each.queries for each in backend.endpoints):
        return (
            f"{counted(len(backend.endpoints), 'endpoint')} and {counted(len(backend.tables), 'table')} were read, but "
            "no query between them: what your requests ask of the database is not known, and most causes lie there."
        )
    undecided = [each for each in verdicts if each.verdict is Ruling.UNDECIDED]
    if 2 * len(undecided) < len(verdicts) or not undecided:
        return ""
    return (
        f"{len(undecided)} of {counted(len(verdicts), 'endpoint')} could not be decided, so this is about the other "
        f"{len(verdicts) - len(undecided)} only. The first: {undecided[0].because.rstrip('.')}."
    )


def read_of(backend: Backend) -> str:
    """Return what was read of the code, in numbers."""
    queries = len({(query.place, query.tables) for each in backend.endpoints for query in each.queries})
    return (
        f"{counted(len(backend.files), 'file')}: {counted(len(backend.endpoints), 'endpoint')}, "
        f"{counted(queries, 'query', 'queries')}, {counted(len(backend.tables), 'table')}, "
        f"{counted(sum(len(table.indexes) for table in backend.tables), 'index', 'indexes')}"
    )


def analysed(report: Report, *more: str) -> tuple[str, ...]:
    """Return what was looked at: the code, the database where there was one, and more."""
    server = report.backend.server
    database = [f"PostgreSQL {server.version}, {server.database}: catalogs, statistics and settings"] if server else []
    return (read_of(report.backend), *database, *more)


def unread(backend: Backend) -> Iterator[str]:
    """Yield what could not be read, the first few in words."""
    notes = sorted(
        {f"{each.what}: {each.why}" + (f" ({each.place})" if each.place else "") for each in backend.unresolved}
    )
    yield from notes[:_UNREAD]
    if len(notes) > _UNREAD:
        yield f"{len(notes) - _UNREAD} more things could not be read; the map lists them."


def no_database(options: Options, what: str) -> Iterator[str]:
    """Yield what is not known without a database."""
    if not options.dsn:
        yield f"No database was looked at, so {what}. Add --db DSN; it is only read."
