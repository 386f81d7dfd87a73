"""From a report to its JSON document."""

from __future__ import annotations

from backend_lead.model.backend import Backend
from backend_lead.model.design import Design
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding
from backend_lead.model.ownership import owner_paths
from backend_lead.model.place import Hop, Place, Unresolved
from backend_lead.model.proof import ProofVerdict
from backend_lead.model.query import Query
from backend_lead.model.review import Grade, Report, Step
from backend_lead.model.table import Table
from backend_lead.report import _documents as doc
from backend_lead.report import _documents_design as design
from backend_lead.report import _documents_diagnosis as slow
from backend_lead.report import _documents_fleet as fleet
from backend_lead.report import _documents_watch as watch
from backend_lead.report import _jobs as jobs
from backend_lead.report._documents_ask import AnswerFields
from backend_lead.report._documents_migration import created, migrations, proofs, proven, statements
from backend_lead.report._documents_repair import RepairsFields
from backend_lead.report._words_watch import headline

Document = (jobs.MapDocument | jobs.AuditDocument | jobs.ReviewDocument | jobs.MigrationLintDocument
            | jobs.DiagnoseDocument | jobs.MigrationProveDocument | jobs.MigrationCreateDocument
            | jobs.MigrationRewriteDocument | jobs.WatchDocument | jobs.FleetDocument
            | jobs.DesignDocument | jobs.AskDocument)


def document(report: Report) -> Document:
    """Return the JSON document of a report, its lists sorted."""
    backend = report.backend
    unresolved = [_unresolved(each) for each in sorted(set(backend.unresolved), key=_unresolved_order)]
    if report.job == "map":
        return jobs.MapDocument(
            schema="backend-lead/map/1", version=report.version, target=report.target, read=_read(backend),
            endpoints=_endpoints(backend), tables=_tables(backend), unresolved=unresolved)
    findings = [_finding(finding) for finding in sorted(report.findings, key=lambda each: each.order)]
    verdicts = [doc.VerdictFields(v.method, v.path, v.verdict, v.because, v.place.file, v.place.line)
                for v in report.verdicts]
    unused = [doc.UnusedIgnoreFields(each.place.file, each.place.line, each.rule, each.message)
              for each in report.unused_ignores]
    if report.answer is not None:
        return jobs.AskDocument(
            schema="backend-lead/ask/1", version=report.version, target=report.target,
            answer=AnswerFields.of(report.answer), files=created(report.created) if report.created is not None else [],
            written=report.created is not None and report.created.written, verdicts=verdicts, findings=findings,
            unresolved=unresolved)
    if report.job == "migration-lint" and backend.change is not None:
        return jobs.MigrationLintDocument(
            schema="backend-lead/migration-lint/1", version=report.version, target=report.target,
            postgres=backend.change.postgres, speaks_for=backend.change.speaks_for, statements=statements(backend),
            findings=findings, unresolved=unresolved)
    if report.job == "migration-prove" and backend.change is not None:
        order = list(ProofVerdict)
        return jobs.MigrationProveDocument(
            schema="backend-lead/migration-prove/1", version=report.version, target=report.target,
            postgres=backend.change.postgres,
            verdict=max((proof.verdict for proof in report.proofs), key=order.index, default=ProofVerdict.SAFE),
            migrations=proofs(report.proofs), statements=proven(report.proofs), findings=findings,
            unresolved=[*unresolved, *(_unresolved(note) for proof in report.proofs for note in proof.unresolved)])
    if report.job == "migration-rewrite" and report.created is not None and backend.change is not None:
        return jobs.MigrationRewriteDocument(
            schema="backend-lead/migration-rewrite/1", version=report.version, target=report.target,
            tool=report.created.tool, files=created(report.created), written=report.created.written,
            kept=list(report.created.kept), checklist=list(report.created.checklist),
            postgres=backend.change.postgres, statements=statements(backend), findings=findings, unresolved=unresolved)
    if report.created is not None and backend.change is not None:
        return jobs.MigrationCreateDocument(
            schema="backend-lead/migration-create/1", version=report.version, target=report.target,
            tool=report.created.tool, files=created(report.created), written=report.created.written,
            assumed=list(report.created.assumed), checklist=list(report.created.checklist),
            postgres=backend.change.postgres, statements=statements(backend), findings=findings, unresolved=unresolved)
    if report.diagnosis is not None:
        given = report.diagnosis
        return jobs.DiagnoseDocument(
            schema="backend-lead/diagnose/1", version=report.version, target=report.target, headline=given.headline,
            server=given.server, workload=given.workload, self_check=given.self_check, queries=slow.queries(given),
            before=slow.costs(given, after=False), after=slow.costs(given, after=True),
            index_changes=slow.index_changes(given), rewrites=slow.rewrites(given),
            advice=slow.advice(given), caches=slow.caches(given),
            pool=slow.pool(given), health=slow.health(given),
            repeated=slow.repeated(given), migrations=migrations(report.created),
            patch=slow.patch(given), scaling=slow.scaling(given), findings=findings,
            notes=list(given.notes), unresolved=unresolved)
    if report.fleet is not None:
        return jobs.FleetDocument(
            schema="backend-lead/fleet/1", version=report.version, target=report.target, run=report.fleet.run,
            services=fleet.services(report.fleet), open_routes=fleet.open_routes(report.fleet),
            old_routes=fleet.old_routes(report.fleet), shared_routes=fleet.shared_routes(report.fleet),
            findings=findings, unresolved=unresolved)
    if report.watched is not None:
        seen = report.watched
        return jobs.WatchDocument(
            schema="backend-lead/watch/1", version=report.version, target=report.target, headline=headline(seen),
            database=seen.database, since=watch.moment(seen.since), until=watch.moment(seen.until),
            snapshots=seen.snapshots, slower=watch.changed(seen.slower), faster=watch.changed(seen.faster),
            queries=watch.queries(seen), gauges=watch.gauges(seen), gaps=watch.gaps(seen), findings=findings,
            unresolved=unresolved)
    if report.design is not None:
        return _design(report, report.design)
    if report.job == "audit":
        return jobs.AuditDocument(
            schema="backend-lead/audit/1", version=report.version, target=report.target, read=_read(backend),
            findings=findings, verdicts=verdicts, unresolved=unresolved, since=report.since, ignored=report.ignored,
            baselined=report.baselined, unused_ignores=unused, repairs=RepairsFields.of(report.repairs))
    return jobs.ReviewDocument(
        schema="backend-lead/review/1", version=report.version, target=report.target, read=_read(backend),
        grades=[_grade(grade) for grade in report.grades], plan=[_step(step) for step in report.plan],
        findings=findings, verdicts=verdicts, unresolved=unresolved, since=report.since, ignored=report.ignored,
        baselined=report.baselined, unused_ignores=unused, repairs=RepairsFields.of(report.repairs))


def _design(report: Report, given: Design) -> jobs.DesignDocument:
    alike = given.likeness
    return jobs.DesignDocument(
        schema="backend-lead/design/1", version=report.version, target=report.target, brief=given.brief,
        likeness=design.LikenessFields(alike.id, alike.title, alike.confidence) if alike else None,
        facts=[design.FactFields.of(each) for each in given.facts],
        quantities=[design.QuantityFields.of(each) for each in given.quantities],
        decisions=design.DecisionsFields.of(given), features=[each.id for each in given.features],
        feature_details=[design.FeatureDetailFields.of(each) for each in given.features],
        avoid=[design.RejectedFields.of(each) for each in given.avoided],
        warnings=[design.WarningFields(each.id, each.message) for each in given.cautions],
        questions=[design.QuestionFields(each.topic, each.question, each.assumed, list(each.flips))
                   for each in given.questions],
        capacity=[design.EstimateFields.of(each) for each in given.capacity],
        roadmap=[design.ScaleStepFields(each.step, each.when, each.why) for each in given.roadmap],
        files=[path for path, _ in report.created.files] if report.created else [],
        generated=design.GeneratedFields.of(report.generated) if report.generated else None,
        notes=list(given.notes), findings=[])


def _read(backend: Backend) -> doc.ReadFields:
    server = backend.server
    return doc.ReadFields(
        files=len(backend.files), lines=sum(file.lines for file in backend.files),
        languages=sorted({file.language for file in backend.files if file.language}),
        frameworks=sorted(backend.frameworks), endpoints=len(backend.endpoints),
        queries=len({(query.place, query.tables) for endpoint in backend.endpoints for query in endpoint.queries}),
        tables=len(backend.tables), indexes=sum(len(table.indexes) for table in backend.tables),
        documents=sorted(document.file for document in backend.documents),
        database=f"PostgreSQL {server.version}, {server.database}" if server else None,
        unplaced_routes=backend.unplaced_routes)


def _endpoints(backend: Backend) -> list[doc.EndpointFields]:
    ordered = sorted(backend.endpoints, key=lambda each: (each.path, each.method, each.handler.place))
    return [_endpoint(endpoint) for endpoint in ordered]


def _endpoint(endpoint: Endpoint) -> doc.EndpointFields:
    handler = endpoint.handler
    return doc.EndpointFields(
        method=endpoint.method, path=endpoint.path,
        handler=doc.HandlerFields(handler.place.file, handler.place.line, handler.name, handler.is_async),
        authentication=endpoint.authentication,
        guards=[doc.GuardFields(g.kind, g.name, g.place.file, g.place.line, g.optional, g.detail)
                for g in endpoint.guards],
        queries=[_query(query) for query in endpoint.queries], framework=endpoint.framework,
        authentication_because=endpoint.authentication_because,
        parameters=[doc.ParameterFields(p.name, p.location, p.type, p.required, list(p.fields))
                    for p in endpoint.parameters])


def _query(query: Query) -> doc.QueryFields:
    operation = query.operation
    return doc.QueryFields(
        operation=operation if operation in ("select", "insert", "update", "delete") else "other",
        tables=list(query.tables), columns=list(query.columns),
        filters=[doc.FilterFields(f.table, f.column, f.operator, list(f.sources), f.other) for f in query.filters],
        file=query.place.file, line=query.place.line, in_loop=query.in_loop, order_by=list(query.order_by),
        limit=query.limit, single=query.single, lazy=query.lazy, relationship=query.relationship, api=query.api,
        symbol=query.symbol, path=_hops(query.path), complete=query.complete)


def _tables(backend: Backend) -> list[doc.TableFields]:
    owners = owner_paths(backend)
    return [_table(table, owners.get(table.name, ())) for table in sorted(backend.tables, key=lambda each: each.name)]


def _table(table: Table, owner_path: tuple[str, ...]) -> doc.TableFields:
    return doc.TableFields(
        name=table.name,
        columns=[doc.ColumnFields(c.name, c.type, c.nullable, c.primary_key, c.unique, c.default)
                 for c in table.columns],
        indexes=[doc.IndexFields(i.name, list(i.columns), i.unique, i.method, i.predicate, i.scans, i.size_bytes)
                 for i in sorted(table.indexes, key=lambda each: (each.name, each.columns))],
        foreign_keys=[doc.ForeignKeyFields(list(k.columns), k.table, list(k.referenced), k.on_delete)
                      for k in sorted(table.foreign_keys, key=lambda each: (each.columns, each.table))],
        primary_key=list(table.primary_key), owner_path=list(owner_path), source=table.source, model=table.model,
        rows=table.rows)


def _finding(finding: Finding) -> doc.FindingFields:
    endpoint = finding.endpoint
    return doc.FindingFields(
        rule=finding.rule, title=finding.title, severity=finding.severity, evidence=finding.evidence,
        endpoint=None if endpoint is None else doc.EndpointName(endpoint.method, endpoint.path),
        file=finding.place.file, line=finding.place.line, message=finding.message, why=finding.why, fix=finding.fix,
        owasp_api=finding.owasp_api, cwe=finding.cwe, fingerprint=finding.fingerprint,
        dimension=finding.dimension, symbol=finding.symbol, path=_hops(finding.path), job=finding.job,
        effort=finding.effort)


def _grade(grade: Grade) -> doc.GradeFields:
    graded = len(grade.letter) == 1
    return doc.GradeFields(grade.dimension, grade.letter, grade.score if graded else None, grade.points, grade.checked,
                           grade.arithmetic)


def _step(step: Step) -> doc.StepFields:
    return doc.StepFields(
        step.number, step.title, step.job, step.severity, list(step.findings), list(step.targets),
        list(step.actions), step.because, step.effort, step.risk_removed, step.command)


def _hops(path: tuple[Hop, ...]) -> list[doc.HopFields]:
    return [doc.HopFields(hop.symbol, hop.place.file, hop.place.line) for hop in path]


def _unresolved(each: Unresolved) -> doc.UnresolvedFields:
    place = each.place
    return doc.UnresolvedFields(each.what, each.why, place.file if place else None, place.line if place else None)


def _unresolved_order(each: Unresolved) -> tuple[str, str, Place]:
    return each.what, each.why, each.place or Place("", 0)
