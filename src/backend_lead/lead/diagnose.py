"""My API is slow: what costs most, why, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead import __version__
from backend_lead.diagnose.answering import Answer, answer
from backend_lead.diagnose.endpoints import of_code, with_endpoints
from backend_lead.diagnose.repeated import repeated, sent
from backend_lead.diagnose.told import of_traces
from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.lead.findings import find
from backend_lead.lead.options import Options
from backend_lead.lead.reading import read
from backend_lead.model.backend import Backend
from backend_lead.model.created import Created
from backend_lead.model.diagnosis import Diagnosis, Patch, Scaling
from backend_lead.model.event import Finished, Listener, Started, silent
from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.review import Report
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.trace import Repeated, Span
from backend_lead.model.workload import Workload
from backend_lead.read.traffic.query_log import is_query_log, read_query_log
from backend_lead.read.traffic.spans import read_spans

# Rules of these dimensions that say nothing about speed.
_NOT_ABOUT_SPEED = frozenset({
    "missing-primary-key", "money-as-float", "timestamp-without-zone", "archiving-off", "state-in-process",
    "no-health-endpoint", "key-near-its-end"})


@dataclass(frozen=True, slots=True)
class Slow:
    """What a diagnosis is made from, beside the target of `Options`: a schema as SQL, planner statistics, a workload,
    traces or a log of the server.

    `budget` bounds the bytes of new indexes; `postgres` is the major version of the shadow, None for the source's own.
    `cores` are those of the database's machine, None when nobody knows.  `moment`, the time as fourteen digits, asks
    for migrations of the project's own tool and numbers them.
    """

    schema: Path | None = None
    stats: Path | None = None
    workload: Path | None = None
    budget: int | None = None
    postgres: int | None = None
    traces: Path | None = None
    moment: str | None = None
    cores: int | None = None


def diagnose(slow: Slow, options: Options, listen: Listener = silent) -> Report:
    """Return the diagnosis of a slow service.

    Raises WrongUse for files that cannot be used, Unreachable for the database, NothingToLookAt when there is neither
    code, nor a database, nor a workload to look at.
    """
    with ExitStack() as stack:
        gate = None
        if options.dsn:
            from backend_lead.gates.database import DatabaseGate

            gate = stack.enter_context(DatabaseGate(options.dsn, allow_superuser=options.allow_superuser))
        statistics = _statistics(slow, gate, listen)
        backend, shown, findings, stopped = _code(slow, options, listen)
        is_log = slow.traces is not None and is_query_log(slow.traces)
        spans = read_spans(slow.traces) if slow.traces is not None and not is_log else ()
        again = repeated(spans)
        workload = _workload(slow, statistics, backend, spans)
        if backend is not None:
            workload = replace(workload, queries=tuple(with_endpoints(workload.queries, backend)))
        found = Diagnosis(workload=workload.source)
        if statistics is not None and workload.queries:
            listen(Started("the shadow"))
            asked = Answer(statistics, workload, slow.budget, slow.postgres,
                           backend.processes if backend is not None else None, slow.cores)
            found = answer(asked, gate)
            listen(Finished("the shadow", found.self_check))
        elif statistics is None:
            found = replace(found, headline=_headline(again), notes=(
                "No planner statistics: costs are not known. Give --db DSN, or --stats FILE from "
                "backend-lead diagnose --db DSN --export-stats FILE.",))
        notes = (*found.notes, *(f"{what}: {why}" for what, why in workload.unread))
        found = replace(found, repeated=again)
        if backend is not None and statistics is not None:
            found = replace(found, patch=_patch(found, backend, statistics, options),
                            scaling=_scaling(found, backend, statistics, slow))
        findings += tuple(of_traces(found.repeated, str(slow.traces), backend))
        return Report("diagnose", __version__, options.target, shown or Backend(options.target), findings,
                      since=options.since, stopped=stopped, diagnosis=replace(found, notes=notes),
                      created=_migrations(found, statistics, slow, options))


def export(options: Options, *, masked: bool = False) -> str:
    """Return the text of a file with all that a diagnosis needs elsewhere: no row and, when `masked`, no value."""
    from backend_lead.gates.database import DatabaseGate
    from backend_lead.read.database.masked_statistics import without_values
    from backend_lead.read.database.planner_statistics import read_planner_statistics
    from backend_lead.read.database.statistics_file import written

    if not options.dsn:
        raise WrongUse("--export-stats reads a database, and none was named.", "Add: --db DSN")
    with DatabaseGate(options.dsn, allow_superuser=options.allow_superuser) as gate:
        statistics = read_planner_statistics(gate)
    return written(without_values(statistics) if masked else statistics)


def write_patch(report: Report, options: Options) -> Report:
    """Write the files of the report's patch into the target, and return the report that says so.

    Raises WrongUse where git does not hold everything that could be lost.
    """
    given = report.diagnosis
    if given is None or given.patch is None or not given.patch.files:
        return report
    from backend_lead.gates.working_tree import write_committed

    write_committed(options.root, given.patch.files)
    return replace(report, diagnosis=replace(given, patch=replace(given.patch, written=True)))


def _scaling(found: Diagnosis, backend: Backend, statistics: PlannerStatistics, slow: Slow) -> tuple[Scaling, ...]:
    """Return the advice on standbys, which needs the routes, before the rest of its kind."""
    from backend_lead.diagnose.replicas import replica

    standby = replica(backend, found.costs, statistics, slow.cores)
    return (standby, *found.scaling) if standby is not None else found.scaling


def _patch(found: Diagnosis, backend: Backend, statistics: PlannerStatistics, options: Options) -> Patch | None:
    if not found.caches and found.pool is None:
        return None
    from backend_lead.diagnose.patching.patches import patch_of
    from backend_lead.gates.files import Tree

    return patch_of(found, backend, Tree(options.root), statistics.schema_sql)


def _migrations(found: Diagnosis, statistics: PlannerStatistics | None, slow: Slow, options: Options) -> Created | None:
    if slow.moment is None or statistics is None or not found.index_changes:
        return None
    from backend_lead.lead.index_migrations import index_migrations

    major = slow.postgres or statistics.version_number // 10_000
    return index_migrations(found.index_changes, statistics.schema_sql, major, options.root, slow.moment)


def _headline(found: Sequence[Repeated]) -> str:
    """Without costs, the first line is about what is sent too often."""
    if not found:
        return ""
    worst = found[0]
    where = f" ({worst.place})" if worst.place else ""
    return f"{worst.endpoint or 'A request'}{where} sends {worst.shape} {worst.times} times: {worst.kind}."


def _statistics(slow: Slow, gate: object, listen: Listener) -> PlannerStatistics | None:
    from backend_lead.gates.database import DatabaseGate
    from backend_lead.read.database.planner_statistics import read_planner_statistics
    from backend_lead.read.database.schema_file import read_schema
    from backend_lead.read.database.statistics_file import read_statistics

    found = None
    if slow.stats is not None:
        found = read_statistics(slow.stats)
    elif isinstance(gate, DatabaseGate):
        listen(Started("the planner's statistics"))
        found = read_planner_statistics(gate)
        listen(Finished("the planner's statistics"))
    if slow.schema is not None:
        schema = read_schema(slow.schema)
        found = replace(found or PlannerStatistics(0), schema_sql=schema) if found is not None else None
    if found is not None and not found.schema_sql:
        raise WrongUse(f"{slow.stats} holds statistics and no schema.",
                       "Add the schema they belong to: --schema schema.sql (pg_dump --schema-only)")
    return found


def _code(slow: Slow, options: Options,
          listen: Listener) -> tuple[Backend | None, Backend | None, tuple[Finding, ...], tuple[str, ...]]:
    """Read the target, if it holds code that we read; a diagnosis without code is one of the database alone.

    The first is the whole backend, the second what of it a report shows.
    """
    try:
        backend = read(replace(options, dsn=options.dsn if slow.stats is None else None), listen)
    except NothingToLookAt:
        if slow.stats is None and not options.dsn and slow.workload is None and slow.traces is None:
            raise
        return None, None, (), ()
    found = find(backend, options, listen, (Dimension.DATABASE, Dimension.SCALABILITY))
    about_speed = tuple(finding for finding in found.open if finding.rule not in _NOT_ABOUT_SPEED)
    return backend, found.backend, about_speed, found.stopped


def _workload(slow: Slow, statistics: PlannerStatistics | None, backend: Backend | None,
              spans: Sequence[Span]) -> Workload:
    from backend_lead.read.traffic.counted import counted_workload
    from backend_lead.read.traffic.traced import traced_workload
    from backend_lead.read.traffic.workload_file import read_workload

    if slow.workload is not None:
        return read_workload(slow.workload)
    if slow.traces is not None and not spans:
        return read_query_log(slow.traces)
    if spans:
        return traced_workload(sent(spans), str(slow.traces))
    if statistics is not None and statistics.statements:
        return counted_workload(statistics.statements, statistics.age_days)
    if backend is not None:
        return Workload(tuple(of_code(backend)), source="the code's own SQL, each counted once an hour: nobody "
                                                        "knows how often it is sent")
    return Workload()
