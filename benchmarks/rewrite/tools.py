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
from benchmarks.rewrite import alembic_project, django_project, golang_migrate, java
from benchmarks.rewrite.node import run
from benchmarks.rewrite.sides import OTHER_ROWS, Way, compared

from backend_lead.gates.files import Tree
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.formats import Format, Transaction, formats
from backend_lead.migrate.lint import replay
from backend_lead.migrate.rewriting import rewrite
from backend_lead.migrate.script import Script, Sent, Step
from backend_lead.prove.scratch import Scratch

TOOLS = ("alembic", "django", "knex", "typeorm", "sequelize", "prisma", "flyway", "liquibase", "golang-migrate")
_OWN = ('DROP TABLE IF EXISTS knex_migrations, knex_migrations_lock, "SequelizeMeta", migrations, alembic_version, '
        "django_migrations, _prisma_migrations, flyway_schema_history, databasechangelog, databasechangeloglock, "
        "schema_migrations")
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
        return _compared(form, case, scratch, short, long)
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
    elif form.NAME == "flyway":
        (folder / "flyway.conf").write_text("flyway.postgresql.transactional.lock=false\n")
    else:
        (folder / "package.json").write_text("{}")
    for file in form.write(Tree(folder), steps, _MOMENT):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)


def _read(form: Format, folder: Path) -> Script:
    """Read the short way as one migration, also where the tool wants a file for each statement; a file's transaction
    stays its own."""
    tree = Tree(folder)
    files = [form.read(tree, path, Transaction.AUTO) for path in form.find(tree)]
    up = tuple(Sent(each.sql, each.place, None if each.transaction is None else (number << 16) + each.transaction)
               for number, file in enumerate(files) for each in file.up
               if not each.sql.startswith("SET LOCAL lock_timeout"))
    return Script(files[0].path, form.NAME, up, unresolved=tuple(note for file in files for note in file.unresolved))


def _compared(form: Format, case: Case, scratch: Scratch, short: Path, long: Path) -> str:
    def way(side: Path) -> Way:
        def run_it(database: str) -> str:
            dsn = scratch.dsn(database, tcp=True)
            try:
                if form.NAME == "alembic":
                    alembic_project.run(side, dsn)
                elif form.NAME == "django":
                    django_project.run(side, dsn)
                elif form.NAME == "flyway":
                    java.run_flyway(side, dsn)
                elif form.NAME == "liquibase":
                    java.run_liquibase(side, dsn, "up")
                elif form.NAME == "golang-migrate":
                    golang_migrate.run(side, dsn, "up")
                else:
                    run(form.NAME, side, dsn, "up")
            except RuntimeError as error:
                return str(error)
            return ""
        return run_it

    return compared(scratch, case, way(short), way(long), _OWN)
