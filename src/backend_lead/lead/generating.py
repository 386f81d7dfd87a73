"""A design into the files of a service, merged with what people made of the one that was generated before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from backend_lead.design.blueprint_files import archetypes, read_blueprint
from backend_lead.design.knowledge_files import blueprint_of_kind
from backend_lead.errors import WrongUse
from backend_lead.gates.generated_files import GeneratedFolder
from backend_lead.generate.merging import merge
from backend_lead.generate.python.service import Realtime, ServiceOptions, generate
from backend_lead.lead.options import options_for
from backend_lead.lead.review import review
from backend_lead.lead.schema_change import INITIAL, SchemaChange, schema_change
from backend_lead.lead.service_run import run_service, with_measured
from backend_lead.migrate.create.regenerating import NOTHING_SAID, Said
from backend_lead.model.blueprint import Blueprint
from backend_lead.model.created import GeneratedService
from backend_lead.model.design import Design
from backend_lead.model.event import Listener, silent
from backend_lead.model.finding import Severity
from backend_lead.model.review import Report

_MIGRATIONS = "db/migrations/"


def with_service(report: Report, into: Path, *, blueprint_file: Path | None = None, force: bool = False,
                 run: bool = False, said: Said = NOTHING_SAID, listen: Listener = silent) -> Report:
    """Write the service of a report's design into a folder, review it, and return the report that says so.

    `run`: run it as well, and let the numbers of the design rest on what its requests cost.  `said` answers what only a
    person knows of a schema that has changed.  Raises WrongUse for a folder that holds something else and was not
    forced, for a design whose kind has no blueprint, for a change of the schema that is unclear or does not run (then
    nothing is written), and for a service that does not run.
    """
    assert report.design is not None
    check_free(into, force=force)
    blueprint, notes = _blueprint(report.design, blueprint_file)
    made = replace(generate_into(into, blueprint, options_of(report.design), said, listen), notes=tuple(notes))
    made = _reviewed(made, into)
    if not run:
        return replace(report, generated=made)
    if made.conflicts:
        raise WrongUse(f"{made.conflicts[0]} holds lines of yours and generated ones between marks, so the service was "
                       "written and not run.", "Decide between them, then type the same again.")
    ran = run_service(into, blueprint, report.design, listen)
    return replace(report, generated=replace(made, run=ran), design=with_measured(report.design, ran))


def generate_into(into: Path, blueprint: Blueprint, options: ServiceOptions, said: Said = NOTHING_SAID,
                  listen: Listener = silent) -> GeneratedService:
    """Write the service of a blueprint into a folder, merged with what people made of the one before.

    Raises WrongUse, and writes nothing, for a change of the schema that is unclear or does not run.
    """
    folder = GeneratedFolder(into)
    files = generate(blueprint, options)
    return _merged(folder, files, _changed_schema(folder, files, said, listen))


def check_free(into: Path, *, force: bool = False) -> None:
    """Raise WrongUse for a folder that holds something else than a service that was generated, unless forced."""
    folder = GeneratedFolder(into)
    if not folder.is_empty() and not folder.was_generated() and not force:
        raise WrongUse(f"{into} is not empty, and was left alone.",
                       "Give another folder, or merge the service into it with --force.")


def _changed_schema(folder: GeneratedFolder, files: dict[str, str], said: Said, listen: Listener) -> SchemaChange:
    """Return the migrations for what differs between the schema that was generated last and the one that is now."""
    before = folder.before().get(INITIAL)
    answered = bool(said.renamed or said.gone or said.kept or said.fills)
    if before is None or (before == files[INITIAL] and not answered):
        if answered:
            raise WrongUse(f"{folder.root} holds no service yet, so no schema has changed.",
                           "Leave --renamed, --gone, --kept and --fill out.")
        return SchemaChange((), (), "")
    return schema_change(folder.root, before, files[INITIAL], said, listen)


def _reviewed(made: GeneratedService, into: Path) -> GeneratedService:
    """Review what was written, from its source."""
    report = review(options_for(str(into), cache=False))
    counts = Counter(finding.severity for finding in report.findings)
    return replace(made, endpoints=len(report.backend.endpoints),
                   reviewed=tuple((severity.value, counts[severity]) for severity in Severity))


def api_document(blueprint: Blueprint) -> str:
    """Return the API of a blueprint as an OpenAPI 3.1 document, in YAML."""
    from backend_lead.generate.openapi import api_document as written

    return written(blueprint)


def options_of(design: Design) -> ServiceOptions:
    """Return what the decisions ask of the service beside its blueprint."""
    auth, realtime = design.decision("auth").choice, design.decision("realtime").choice
    live = Realtime.WEBSOCKET if "websocket" in realtime else Realtime.NONE if "none" in realtime else Realtime.SSE
    return ServiceOptions(mfa="mfa" in auth, api_keys="api_keys" in auth, realtime=live,
                          audit=any(each.id == "audit_log" for each in design.features))


def blueprint_for(design: Design) -> Blueprint | None:
    """Return the blueprint of the kind of service that a design is like, None where there is none yet."""
    kind = blueprint_of_kind(design.likeness.id) if design.likeness is not None else None
    return archetypes()[kind] if kind is not None else None


def _blueprint(design: Design, file: Path | None) -> tuple[Blueprint, list[str]]:
    notes = []
    if design.decision("stack").choice != ("python",):
        notes.append(f"The design chose {design.decision('stack').choice[0]}; Python is what can be generated today, "
                     "so the service is one of FastAPI.")
    if design.decision("primary_db").choice[0] not in ("postgresql", "postgresql_jsonb", "postgresql_timeseries"):
        notes.append(f"The design chose {design.decision('primary_db').choice[0]} as its store; the service keeps its "
                     "data in PostgreSQL.")
    if file is not None:
        if not file.is_file():
            raise WrongUse(f"There is no file {file}.", "Give the path of a blueprint as YAML.")
        return read_blueprint(file.read_text(encoding="utf-8", errors="replace"), str(file)), notes
    found = blueprint_for(design)
    if found is None:
        known = ", ".join(sorted(archetypes()))
        what = design.likeness.title if design.likeness is not None else "it"
        raise WrongUse(f"There is no blueprint for {what} yet.",
                       f"Write one as YAML and give it with --blueprint FILE; there are blueprints of: {known}.")
    return found, notes


def _merged(folder: GeneratedFolder, files: dict[str, str], change: SchemaChange) -> GeneratedService:
    before = folder.before()
    now = folder.now({*files, *before})
    writing: dict[str, str] = {}
    written: list[str] = []
    merged: list[str] = []
    kept: list[str] = []
    conflicts: list[str] = []
    for path, text in files.items():
        base, mine = before.get(path), now.get(path)
        if mine is None and base is None:
            writing[path] = text
            written.append(path)
        elif mine is None:
            kept.append(path)
        elif path.startswith(_MIGRATIONS) and base is not None and base != text:
            # A migration that may have run is never changed: the difference is a new one.
            kept.append(path)
        elif mine == text:
            continue
        else:
            found = merge(base if base is not None else "", mine, text)
            writing[path] = found.text
            (conflicts if found.conflicts else written if mine == base else merged).append(path)
    gone = [path for path in before if path not in files and now.get(path) == before[path]
            and not path.startswith(_MIGRATIONS)]
    kept += [path for path in before if path not in files and path not in gone and path in now
             and not path.startswith(_MIGRATIONS)]
    new = {each.path: each.text for each in change.files}
    folder.write({**new, **{path: text for path, text in writing.items() if now.get(path) != text}}, files)
    folder.remove(gone)
    return GeneratedService(str(folder.root), tuple(written), tuple(merged), tuple(kept), tuple(gone), tuple(conflicts),
                            bool(change.files), (), migrations=tuple(new),
                            proven=change.proven, schema_notes=change.notes)
