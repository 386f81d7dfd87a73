"""A change in words → files of the project's own migration tool, judged before anybody runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.lead.migration import Request, known_schema, report_of
from backend_lead.lead.options import Options
from backend_lead.migrate.create.checklist import checklist
from backend_lead.migrate.create.naming import Names
from backend_lead.migrate.create.steps import steps
from backend_lead.migrate.create.understanding import understand
from backend_lead.migrate.formats import Format, formats
from backend_lead.migrate.lint import lint
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.created import Created
from backend_lead.model.event import Listener, silent
from backend_lead.model.place import Place
from backend_lead.model.review import Report

CREATE = "migration-create"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written: the change in words, in `folder`, with the tool of that name or the project's own.

    `moment` is the time as fourteen digits, for tools that number by it.
    """

    text: str
    folder: Path
    moment: str
    tool: str = ""


def create_migration(wish: Wish, request: Request, options: Options, listen: Listener = silent) -> Report:
    """Return the report over a new migration; `created` holds its files, which are not written here.

    Raises Unclear for a change that can be meant in more than one way.
    """
    tree = Tree(wish.folder)
    form, there = _tool(tree, wish.tool)
    schema = known_schema(request, tree, form, there, listen)
    understood = understand(wish.text, Names(schema.catalog))
    found = tuple(steps(understood.wanted, schema.catalog.copy()))
    files = form.write(tree, found, wish.moment)
    scripts = [
        Script(
            step.about,
            form.NAME,
            tuple(
                Sent(sql, Place(_file_of(files, step.about), number), 0 if step.transactional else None)
                for number, sql in enumerate(
                    ("SET LOCAL lock_timeout = '2s'", *step.up) if step.transactional else step.up, start=1
                )
            ),
            down=tuple(Sent(sql, Place("", 1)) for sql in step.down) or (Sent("SELECT 1", Place("", 1)),),
        )
        for step in found
    ]
    change = lint(scripts, schema.catalog, request.postgres, schema.application)
    report = report_of(CREATE, change, schema.unresolved, options, listen)
    commands = getattr(form, "COMMANDS", ())
    return replace(
        report,
        created=Created(
            form.NAME, tuple((file.path, file.text) for file in files), understood.assumed, checklist(change, commands)
        ),
    )


def _file_of(files: Sequence[object], about: str) -> str:
    return next((str(getattr(file, "path", "")) for file in files if about in str(getattr(file, "path", ""))), about)


def _tool(tree: Tree, name: str) -> tuple[Format, list[str]]:
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
