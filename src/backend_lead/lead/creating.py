"""A change in words → files of the project's own migration tool, judged before anybody runs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.text import one_line
from backend_lead.lead.before import Request, schema_of
from backend_lead.lead.migration import Prepared, known_schema, prepare, report_of
from backend_lead.lead.options import Options
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.checklist import checklist
from backend_lead.migrate.create.difference import Answers, difference
from backend_lead.migrate.create.models import catalog_of_models
from backend_lead.migrate.create.naming import Names
from backend_lead.migrate.create.steps import steps
from backend_lead.migrate.create.understanding import understand
from backend_lead.migrate.create.wanted import Wanted
from backend_lead.migrate.formats import Format, formats
from backend_lead.migrate.formats._sql import LOCK_TIMEOUT
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.quoting import quoted_steps
from backend_lead.migrate.rewriting import rewrite
from backend_lead.migrate.script import NewFile, Script, Sent, Step
from backend_lead.model.created import Created
from backend_lead.model.event import Listener, silent
from backend_lead.model.place import Place
from backend_lead.model.review import Report

CREATE = "migration-create"
REWRITE = "migration-rewrite"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written: the change in words, in `folder`, with the tool of that name or the project's own.

    `moment` is the time as fourteen digits, for tools that number by it.  In place of words the schema that is wanted:
    as SQL in the file `schema`, or as the models below `models` declare it; `answers` say what was renamed.
    """

    text: str
    folder: Path
    moment: str
    tool: str = ""
    schema: Path | None = None
    models: Path | None = None
    answers: Answers = field(default_factory=Answers)


def create_migration(wish: Wish, request: Request, options: Options, listen: Listener = silent) -> Report:
    """Return the report over a new migration; `created` holds its files, which are not written here.

    Raises Unclear for a change that can be meant in more than one way.
    """
    tree = Tree(wish.folder)
    form, there = tool_of(tree, wish.tool)
    schema = known_schema(request, tree, form, there, listen)
    wanted, assumed, left = _wanted(wish, schema.catalog, schema.major)
    found = tuple(all_steps(wanted, schema.catalog.copy(), schema.major))
    files = form.write(tree, found, wish.moment)
    change = lint(scripts_of(form, found, files, tree), schema.catalog, schema.major, schema.application)
    report = report_of(CREATE, change, schema.unresolved, options, listen)
    commands = getattr(form, "COMMANDS", ())
    return replace(
        report,
        created=Created(
            form.NAME, tuple((file.path, file.text) for file in files), assumed, checklist(change, commands), left
        ),
    )


def _wanted(
    wish: Wish, catalog: Catalog, major: int
) -> tuple[tuple[Wanted, ...], tuple[str, ...], tuple[str, ...]]:
    """Return what is wanted, what was assumed, and what is not written.  Raises Unclear."""
    if wish.schema is None and wish.models is None:
        understood = understand(wish.text, Names(catalog))
        return (understood.wanted,), understood.assumed, ()
    if wish.text or (wish.schema is not None and wish.models is not None):
        raise WrongUse(
            "A change in words, --from-schema and --from-models exclude each other.", "Give one of the three."
        )
    if wish.schema is not None:
        desired = schema_of(wish.schema, "--from-schema", major)
    else:
        from backend_lead.read.reader import read_declared

        desired = catalog_of_models(read_declared(wish.models or wish.folder))
    found = difference(catalog, desired, wish.answers, whole=wish.schema is not None)
    if not found.wanted:
        said = f" Not written: {'; '.join(found.left)}." if found.left else ""
        raise NothingToLookAt(f"Nothing differs that a migration would be written for.{said}", "Nothing is to be done.")
    return found.wanted, (), found.left


def all_steps(wanted: Sequence[Wanted], catalog: Catalog, major: int) -> Iterator[Step]:
    """Yield the steps of several changes, each on the schema that those before it leave."""
    for each in wanted:
        found = quoted_steps(list(steps(each, catalog)), catalog)
        yield from found
        sent = [Sent(sql, Place("", 1), None) for step in found for sql in step.up]
        replay([Script("", "sql", tuple(sent))], catalog, major)


def rewrite_migration(path: Path, wish: Wish, request: Request, options: Options, listen: Listener = silent) -> Report:
    """Return the report over a migration in its safe form; `created` holds its files, which are not written here.

    `wish.text` is not used.
    """
    prepared = prepare(replace(request, files=(path,)), listen)
    form, tree, replaced = _place_of(wish, prepared)
    before = prepared.catalog.copy()
    steps_found: list[Step] = []
    kept: list[str] = []
    for script in prepared.scripts:
        rewritten = rewrite(script, before, prepared.major)
        steps_found += rewritten.steps
        kept += [f"{sent.place}: {one_line(sent.sql, 100)}: {why}" for sent, why in rewritten.left]
    files = form.write(tree, steps_found, wish.moment, replaced)
    change = lint(scripts_of(form, steps_found, files, tree), prepared.catalog, prepared.major, prepared.application)
    report = report_of(REWRITE, change, prepared.unresolved, options, listen)
    commands = getattr(form, "COMMANDS", ())
    return replace(
        report,
        created=Created(
            form.NAME, tuple((file.path, file.text) for file in files), (), checklist(change, commands), tuple(kept)
        ),
    )


def _place_of(wish: Wish, prepared: Prepared) -> tuple[Format, Tree, tuple[str, ...]]:
    """Return the tool, the tree that the new files are written for, and the files in it whose place they take."""
    tree = Tree(wish.folder)
    form, _ = tool_of(tree, wish.tool or prepared.scripts[0].tool)
    if getattr(form, "WIDE", False) and prepared.tree is not None and prepared.scripts[0].tool == form.NAME:
        if tree.root != prepared.tree.root and form.find(tree):
            return form, tree, ()
        return form, prepared.tree, tuple(script.path for script in prepared.scripts)
    return form, tree, ()


def scripts_of(form: Format, steps_found: Sequence[Step], files: Sequence[NewFile], tree: Tree) -> list[Script]:
    """Return the steps as the tool would send them in that project, for the lint."""
    found = []
    keeps = getattr(form, "held_open", None)
    held_open = keeps(tree) if keeps is not None else ""
    for step in steps_found:
        path = next((file.path for file in files if step.about in file.path), step.about)
        patience = (f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'",) if step.transactional else ()
        up = tuple(
            Sent(sql, Place(path, number), 0 if step.transactional else None)
            for number, sql in enumerate((*patience, *step.up), start=1)
        )
        down = tuple(Sent(sql, Place(path, 1)) for sql in step.down)
        found.append(Script(path, form.NAME, up, down, has_down=False, held_open=held_open))
    return found


def tool_of(tree: Tree, name: str) -> tuple[Format, list[str]]:
    """Return the project's tool with its files; the one that is named wins, raw SQL is what is left."""
    known = {form.NAME: form for form in formats()}
    if name and name not in known:
        raise WrongUse(f"No tool is called {name}.", f"Name one of: {', '.join(sorted(known))}")
    if name:
        return known[name], list(known[name].find(tree))
    for form in formats():
        there = list(form.find(tree))
        if there:
            return form, there
    return known["sql"], []
