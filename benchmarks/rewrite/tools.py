"""`python -m benchmarks.rewrite --tool knex`: the safe form of each statement that blocks, through files of the tool.

The short way is written as a migration of the tool, read back, rewritten, and written as the tool's files again; the
real tool runs both, and schema and rows have to be the same.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.lint.__main__ import script
from benchmarks.locks.cases import Case, Corpus
from benchmarks.locks.hazards import blocked
from benchmarks.locks.table import truth
from benchmarks.rewrite import alembic_project, django_project
from benchmarks.rewrite.node import run

from backend_lead.gates.files import Tree
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.formats import Format, Transaction, formats
from backend_lead.migrate.lint import replay
from backend_lead.migrate.rewriting import Rewritten, rewrite
from backend_lead.migrate.script import Script, Step
from backend_lead.prove.sameness import difference, digests, schema_text
from backend_lead.prove.scratch import Scratch

OTHER_ROWS = "other rows in"
TOOLS = ("alembic", "django", "knex", "typeorm", "sequelize", "prisma")
_OWN = ('DROP TABLE IF EXISTS knex_migrations, knex_migrations_lock, "SequelizeMeta", migrations, alembic_version, '
        "django_migrations, _prisma_migrations")
_MOMENT = "20260102030405"


def measure(tool: str, whole: Corpus, major: int, show: bool) -> None:
    """Print how many of the cases that block are right when the tool runs what was written."""
    form = {each.NAME: each for each in formats()}[tool]
    measured = truth(whole.name, major)
    schema = Catalog(complete=True)
    replay([script("base", [whole.schema], alone=True)], schema, major)
    kinds = {name: {"materialized": "m", "view": "v", "sequence": "S", "partitioned": "p"}.get(each.kind, "r")
             for name, each in schema.relations.items()} | dict.fromkeys(schema.indexes, "i")
    total = right = same = 0
    with Scratch(major=major if major != 18 else None, tcp=True) as scratch:
        scratch.create_database("base")
        with ScratchSession(scratch.server, "base") as session:
            session.run(whole.schema)
        for case in whole.cases:
            result = measured.get(case.name, {})
            waits = [blocked(each, kinds) != (False, False) for each in result.get("statements", ())]
            if result.get("fails", True) or not any(waits):
                continue
            catalog = schema.copy()
            replay([script(case.name, case.before, alone=True)], catalog, major)
            plain = rewrite(script(case.name, case.statements, alone=case.alone), catalog.copy(), major)
            said = _case(form, case, catalog, scratch, major)
            if said is None:
                if not plain.changed or plain.left:
                    continue
                said = "it has a safe form in SQL, and none in the files of the tool"
            total += 1
            right += not said
            same += said.startswith(OTHER_ROWS)
            if said and show:
                print(f"  {case.name}: {said}")
    print(f"{whole.name} through {tool}: {right} of {total} safe forms are right, {same} more leave the same schema "
          "and other rows")


def _case(form: Format, case: Case, catalog: Catalog, scratch: Scratch, major: int) -> str | None:
    """Return what is wrong, "" for nothing, None where there is no safe form."""
    folder = Path(tempfile.mkdtemp(prefix="backend-lead-rewrite-"))
    try:
        short, long = folder / "short", folder / "long"
        _write(form, short, [Step("short_way", tuple(_ended(sql) for sql in case.statements), (),
                                  transactional=not case.alone)])
        found = rewrite(_read(form, short), catalog, major)
        if not found.changed or found.left:
            return None
        _write(form, long, found.steps)
        return _compared(form, case, scratch, short, long, found)
    finally:
        shutil.rmtree(folder)


def _ended(sql: str) -> str:
    return sql if sql.rstrip().endswith(";") else f"{sql};"


def _write(form: Format, folder: Path, steps: list[Step]) -> None:
    folder.mkdir()
    if form.NAME == "alembic":
        alembic_project.lay_out(folder)
    elif form.NAME == "django":
        django_project.lay_out(folder)
    elif form.NAME == "prisma":
        (folder / "schema.prisma").write_text('datasource db {\n  provider = "postgresql"\n}\n')
    else:
        (folder / "package.json").write_text("{}")
    for file in form.write(Tree(folder), steps, _MOMENT):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)


def _read(form: Format, folder: Path) -> Script:
    tree = Tree(folder)
    [path] = form.find(tree)
    read = form.read(tree, path, Transaction.AUTO)
    up = tuple(each for each in read.up if not each.sql.startswith("SET LOCAL lock_timeout"))
    return Script(read.path, read.tool, up, unresolved=read.unresolved)


def _compared(form: Format, case: Case, scratch: Scratch, short: Path, long: Path, found: Rewritten) -> str:
    seen = []
    for side in (short, long):
        name = f"side_{side.name}"
        scratch.create_database(name, template="base")
        try:
            with ScratchSession(scratch.server, name) as session:
                for statement in case.before:
                    session.run(statement)
            try:
                if form.NAME == "alembic":
                    alembic_project.run(side, scratch.dsn(name, tcp=True))
                elif form.NAME == "django":
                    django_project.run(side, scratch.dsn(name, tcp=True))
                else:
                    run(form.NAME, side, scratch.dsn(name, tcp=True), "up")
            except RuntimeError as error:
                return f"the {side.name} way ended: {error}"
            with ScratchSession(scratch.server, name) as session:
                session.run(_OWN)
                seen.append((schema_text(scratch, name), digests(session)))
        finally:
            scratch.drop_database(name)
    (before, rows), (after, other) = seen
    if before != after:
        return "another schema:\n" + difference(before, after)
    changed = sorted(table for table in rows if rows[table] != other.get(table))
    made_up = any(word in statement for statement in case.statements
                  for word in ("random", "gen_random", "clock_timestamp", "next_code", "serial", "nextval", "IDENTITY"))
    return "" if not changed or made_up else f"{OTHER_ROWS} {', '.join(changed)}"
