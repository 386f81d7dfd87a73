"""The migration helper as a job: which files, on which schema, for which application, and what the rules say of
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backend_lead import __version__
from backend_lead.gates.files import Tree
from backend_lead.gates.process import changed_files
from backend_lead.gates.text import mask
from backend_lead.lead.before import DEFAULT_MAJOR, Request, before
from backend_lead.lead.checking import check, chosen_rules
from backend_lead.lead.migration_files import Chosen, chosen, read_all, read_before
from backend_lead.lead.options import Options
from backend_lead.migrate.application import Application
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.formats import Format
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.script import Script
from backend_lead.model.backend import Backend
from backend_lead.model.event import Finished, Listener, Started, silent
from backend_lead.model.migration import Change, Statement
from backend_lead.model.place import Unresolved
from backend_lead.model.review import Report
from backend_lead.rules.rule import MIGRATION, rules_of

LINT = "migration-lint"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job on migrations works on: the scripts, the catalog before them, the application, the server's version,
    and what was not read.

    `judged` are the paths of the scripts that count, None for all of them; `roots` are the folders that the scripts'
    paths begin in, `tree` the files of the first.
    """

    scripts: tuple[Script, ...]
    catalog: Catalog
    application: Application | None
    unresolved: tuple[Unresolved, ...]
    before: tuple[Script, ...] = ()
    major: int = DEFAULT_MAJOR
    judged: frozenset[str] | None = None
    roots: Mapping[str, Path] = field(default_factory=dict)
    tree: Tree | None = None


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
    rules = chosen_rules(options.settings, backend, rules=rules_of(MIGRATION))
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
                statements=tuple(_masked_statement(each) for each in file.statements),
            )
            for file in change.files
        ),
    )


def _masked_statement(statement: Statement) -> Statement:
    sql, alternative = mask(statement.sql), statement.safe_alternative and mask(statement.safe_alternative)
    if (sql, alternative) == (statement.sql, statement.safe_alternative):
        return statement
    return replace(statement, sql=sql, safe_alternative=alternative)


def prepare(request: Request, listen: Listener = silent) -> Prepared:
    """Read the migrations, and replay what came before them."""
    listen(Started("migrations"))
    found_files = chosen(request.files)
    known = before(request, listen)
    catalog, notes, earlier = known.catalog, list(known.unresolved), list(known.scripts)
    scripts: list[Script] = []
    roots: dict[str, Path] = {}
    for each in found_files:
        if request.replays:
            older, unread = read_before(each.tree, each.form, each.before, request.transaction)
            catalog.complete = bool(each.before) and not unread and not any(script.unresolved for script in older)
            notes += unread + replay(older, catalog, known.major)
            earlier += older
        found, unread = read_all(each.tree, each.form, each.wanted, request.transaction)
        scripts += found
        roots.update((script.path, each.root) for script in found)
        notes += unread
    listen(Finished("migrations", f"{len(scripts)} files"))
    notes += [note for script in scripts for note in script.unresolved]
    return Prepared(
        tuple(scripts),
        catalog,
        known.application,
        tuple(notes),
        tuple(earlier),
        known.major,
        _changed(found_files, request.since),
        roots,
        found_files[0].tree,
    )


def _changed(found: Sequence[Chosen], since: str | None) -> frozenset[str] | None:
    """Return those of the migrations that changed since a git reference, None when none was given."""
    if since is None:
        return None
    return frozenset(
        path for each in found for path in changed_files(each.tree.root, since, each.tree) if path in each.wanted
    )


def known_schema(
    request: Request, tree: Tree, form: Format, there: Sequence[str], listen: Listener = silent
) -> Prepared:
    """Return the schema as it is now: as given, else as the project's migrations leave it."""
    listen(Started("migrations"))
    known = before(request, listen)
    notes = list(known.unresolved)
    older: list[Script] = []
    if request.replays:
        older, unread = read_before(tree, form, there, request.transaction)
        known.catalog.complete = bool(there) and not unread and not any(script.unresolved for script in older)
        notes += unread + replay(older, known.catalog, known.major)
    listen(Finished("migrations", f"{len(older)} files"))
    return Prepared((), known.catalog, known.application, tuple(notes), (*known.scripts, *older), known.major)
