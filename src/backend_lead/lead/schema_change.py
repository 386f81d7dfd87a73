"""The schema of a generated service has changed: migrations of its own format, proven on rows before they are
written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.lead.before import DEFAULT_MAJOR
from backend_lead.lead.creating import all_steps, scripts_of
from backend_lead.migrate.catalog import TABLES, Catalog
from backend_lead.migrate.create.regenerating import Said, regenerated
from backend_lead.migrate.create.row_security import access_change, access_of
from backend_lead.migrate.create.wanted import AddColumns, Wanted
from backend_lead.migrate.formats import Transaction, golang_migrate
from backend_lead.migrate.formats._sql import one_text
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.proving_together import Kept, prove_together
from backend_lead.migrate.script import NewFile, Script, Sent, Step
from backend_lead.model.event import Finished, Listener, Started, silent
from backend_lead.model.migration import Change
from backend_lead.prove.scratch import Scratch

FOLDER = "db/migrations/"
INITIAL = f"{FOLDER}000001_initial.up.sql"
_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """New migrations, in the order in which they run; `notes` say what stays, and what is worth knowing before they
    run; `proven` how they were proven, "" where that was not possible."""

    files: tuple[NewFile, ...]
    notes: tuple[str, ...]
    proven: str


def schema_change(folder: Path, before: str, after: str, said: Said, listen: Listener = silent) -> SchemaChange:
    """Return the migrations that bring a service's schema from what was generated last to what is generated now.

    They go on from what the migrations of the folder leave, also those that people wrote.  Raises Unclear for what only
    a person knows, and WrongUse for migrations that cannot be read or do not run on a server of our own; nothing is
    written here.
    """
    tree = Tree(folder)
    there = [path for path in golang_migrate.find(tree) if path.startswith(FOLDER)]
    scripts = [golang_migrate.read(tree, path, Transaction.AUTO) for path in there]
    now = _catalog(scripts, "Mend it, then generate again; nothing was written.")
    base_scripts, new_scripts = [_text(before)], [_text(after)]
    base, new = _catalog(base_scripts, ""), _catalog(new_scripts, "")
    _check_names(said, now, new)
    found = regenerated(base, now, new, said)
    renamed = {old: name for old, name in said.renamed.items() if "." not in old}
    access = access_change(access_of(base_scripts), access_of(scripts), access_of(new_scripts), renamed, found.staying)
    catalog = now.copy()
    steps = [_once(step) for step in (*all_steps(found.wanted, catalog, DEFAULT_MAJOR),
                                      *([access.step] if access.step else []),
                                      *all_steps(found.last, catalog, DEFAULT_MAJOR))]
    notes = (*found.notes, *access.kept)
    if not steps:
        return SchemaChange((), notes, "")
    files = golang_migrate.write(tree, steps, "")
    written = scripts_of(golang_migrate, steps, files, tree)
    change = lint(written, now.copy(), DEFAULT_MAJOR, None)
    proven, seen = _proven(scripts, _as_files(files), _kept(now, new, said), listen)
    hazards = dict.fromkeys(_hazards(change, _sure(found.wanted, said)))
    return SchemaChange(tuple(files), (*notes, *hazards, *seen), proven)


def _once(step: Step) -> Step:
    """Return a step without what makes it fit to be repeated: here each statement is a migration of its own, which is
    repeated alone."""
    first = next((sql for sql in step.up if not sql.startswith("SET ")), "")
    if step.transactional or "DROP CONSTRAINT IF EXISTS" not in first:
        return step
    at = step.up.index(first)
    return replace(step, up=(*step.up[:at], *step.up[at + 1:]))


def _text(sql: str) -> Script:
    sent, notes = one_text(sql, INITIAL)
    return Script(INITIAL, golang_migrate.NAME, sent, None, unresolved=notes)


def _catalog(scripts: list[Script], hint: str) -> Catalog:
    catalog = Catalog(complete=True)
    notes = replay(scripts, catalog, DEFAULT_MAJOR)
    if notes:
        at = f"{notes[0].place}: " if notes[0].place else ""
        raise WrongUse(f"{at}{notes[0].what}: {notes[0].why}, so the schema is not known.", hint)
    return catalog


def _check_names(said: Said, now: Catalog, new: Catalog) -> None:
    """Raise WrongUse for a name that was typed and that there is not."""
    for name in (*said.renamed, *sorted(said.gone), *sorted(said.kept)):
        if not _is_there(name, now):
            raise WrongUse(f"There is no {name} in the schema.", "A table is called tasks, a column tasks.title.")
    for old, name in said.renamed.items():
        table = said.renamed.get(old.partition(".")[0], old.partition(".")[0])
        if not _is_there(f"{table}.{name}" if "." in old else name, new):
            raise WrongUse(f"{old} cannot have become {name}: the blueprint has no such name.",
                           "--renamed wants OLD=NEW, for example: --renamed tasks.title=name")


def _is_there(name: str, catalog: Catalog) -> bool:
    table, _, column = name.partition(".")
    relation = catalog.relations.get(table)
    return relation is not None and (not column or column in relation.columns)


def _as_files(files: list[NewFile]) -> list[Script]:
    """Return migrations as the service's runner sends what stands in their files."""
    texts = {file.path: file.text for file in files}
    found = []
    for path, text in texts.items():
        if path.endswith(".up.sql"):
            up, down = _sent(text, path), _sent(texts[path.replace(".up.sql", ".down.sql")], path)
            found.append(Script(path, golang_migrate.NAME, up, down))
    return found


def _sent(text: str, path: str) -> tuple[Sent, ...]:
    return one_text(text, path)[0]


def _proven(before: list[Script], scripts: list[Script], kept: list[Kept], listen: Listener) -> tuple[str, list[str]]:
    """Run the migrations on rows; return how that was done, and what was seen that people should know.

    Raises WrongUse for one that does not run, and when values of rows are others afterwards.
    """
    listen(Started("proofs"))
    notes: list[str] = []
    with Scratch() as scratch:
        seen = prove_together(scratch, before, scripts, kept, _ROWS)
        if seen.of_rows:
            notes.append(f"It stops at rows that do not fit, and changes nothing from there on: {seen.failed}")
            seen = prove_together(scratch, before, scripts, kept, 0)
    listen(Finished("proofs"))
    if seen.failed:
        raise WrongUse(f"The change of the schema does not run: {seen.failed}", "Nothing was written.")
    if seen.lost:
        raise WrongUse(f"The change of the schema would change rows of {', '.join(seen.lost)}.", "Nothing was written.")
    if seen.back:
        notes.append(f"The way back is not whole: {seen.back}")
    if seen.empty:
        notes.append(f"No rows could be made up for {', '.join(seen.empty)}: what becomes of theirs was not seen.")
    where = f"with {seen.rows:,} rows a table" if seen.rows else "without rows"
    return f"run up, down and up again on a PostgreSQL of our own, {where}", notes


def _kept(now: Catalog, new: Catalog, said: Said) -> list[Kept]:
    """Return the columns whose values have to be the same: those that stay, are not filled, and keep their type."""
    found = []
    for name, relation in sorted(now.relations.items()):
        if relation.kind not in TABLES or name in said.gone:
            continue
        table = said.renamed.get(name, name)
        aim = new.relations.get(table)
        columns = {}
        for column in relation.columns.values():
            whole, after = f"{name}.{column.name}", said.renamed.get(f"{name}.{column.name}", column.name)
            changed = aim is not None and after in aim.columns and str(aim.columns[after].type) != str(column.type)
            if whole not in said.gone and f"{table}.{after}" not in said.fills and not column.generated and not changed:
                columns[column.name] = after
        if columns:
            found.append(Kept(name, table, columns))
    return found


def _sure(wanted: tuple[Wanted, ...], said: Said) -> tuple[str, ...]:
    """Return how the files are called whose constraints every row fits: on columns that are new, or were filled."""
    columns = {(each.table, column.name) for each in wanted if isinstance(each, AddColumns) for column in each.columns}
    columns |= {(table, column) for table, _, column in (each.rpartition(".") for each in said.fills)}
    return tuple(name for table, column in sorted(columns)
                 for name in (f"check_{table}_{column}", f"make_{table}_{column}_not_null"))


def _hazards(change: Change, sure: tuple[str, ...]) -> list[str]:
    """Return what the migrations do to people who use the database meanwhile, and where they may stop."""
    return [f"{file.path.rpartition('/')[2]}: {hazard.because}"
            for file in change.files for statement in file.statements for hazard in statement.hazards
            if hazard.certain or not any(name in file.path for name in sure)]
