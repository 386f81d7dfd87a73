"""What a diagnosis wants of indexes → migrations of the project's own tool, as the migration helper writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from backend_lead.gates.files import Tree
from backend_lead.lead.creating import scripts_of, tool_of
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.checklist import checklist
from backend_lead.migrate.create.definitions import index_definition
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.formats import Format
from backend_lead.migrate.formats._sql import statements
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.quoting import quoted_steps
from backend_lead.migrate.rewriting import rewrite
from backend_lead.migrate.script import Script, Sent, Step
from backend_lead.model.created import Created
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.finding import Evidence
from backend_lead.model.place import Place
from backend_lead.rules._ddl import quoted

_DIAGNOSIS = Place("diagnosis", 1)


def index_migrations(changes: Sequence[IndexChange], schema_sql: str, major: int, folder: Path,
                     moment: str) -> Created | None:
    """Return the files that make and drop the indexes, none of them written here; None where nothing is to be done.

    `schema_sql` is the schema that the indexes are for, `folder` the project's, `moment` the time as fourteen digits.
    New indexes come first, for some of the others go because of them.  A drop that is only suspected is left out and
    named in `kept`, and so is one whose way back cannot be written.
    """
    catalog = Catalog(complete=True)
    sent = statements(schema_sql, "schema", together=False, unresolved=[])
    replay([Script("schema", "sql", sent)], catalog, major)
    tree = Tree(folder)
    form, _ = tool_of(tree, "")
    return written_with(form, tree, changes, catalog, major, moment)


def written_with(form: Format, tree: Tree, changes: Sequence[IndexChange], catalog: Catalog, major: int,
                 moment: str) -> Created | None:
    """Return the files of one tool for a schema that is known as a catalog; see `index_migrations`."""
    before = catalog.copy()
    kept: list[str] = []
    found = [step for change in sorted(changes, key=lambda each: each.action != "create")
             for step in _steps(change, catalog, major, kept)]
    if not found:
        return Created("", (), kept=tuple(kept)) if kept else None
    files = form.write(tree, found, moment)
    judged = lint(scripts_of(form, found, files, tree), before, major, None)
    todo = checklist(judged, getattr(form, "COMMANDS", ()))
    return Created(form.NAME, tuple((file.path, file.text) for file in files), (), todo, tuple(kept))


def _steps(change: IndexChange, catalog: Catalog, major: int, kept: list[str]) -> Iterator[Step]:
    """Yield the safe form of a change, which the catalog then has gone through."""
    if change.action == "drop" and change.evidence is Evidence.SUSPECTED:
        kept.append(f"{change.name} stays: {change.reason}")
        return
    try:
        down = _way_back(change, catalog)
    except Unclear as error:
        kept.append(f"{change.name} stays: {error.message}")
        return
    for extension in change.requires:
        yield Step(f"add_{extension.split()[-1]}", (f"{extension};",), ())
    script = Script("diagnosis", "sql", (Sent(change.ddl, _DIAGNOSIS, None),), (Sent(down, _DIAGNOSIS, None),))
    found = rewrite(script, catalog, major).steps
    if len(found) == 1:
        found = [replace(found[0], about=f"{'add' if change.action == 'create' else 'drop'}_{change.name}")]
    yield from found


def _way_back(change: IndexChange, catalog: Catalog) -> str:
    if change.action == "create":
        name = change.name if change.schema == "public" else f"{change.schema}.{change.name}"
        return f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}"
    index = catalog.indexes.get(change.name) or catalog.indexes.get(f"{change.schema}.{change.name}")
    if index is None:
        raise Unclear("how it was made is not known.", "Drop it by hand.")
    [step] = quoted_steps([Step("", (), (index_definition(index, concurrently=True),))], catalog)
    return step.down[0]
