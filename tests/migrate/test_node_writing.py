"""Files that are written for the migration tools of Node.js, run up and down by the real tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.rewrite.node import run
from node_tools import FORMATS, need_node

from backend_lead.gates.files import Tree
from backend_lead.migrate.script import Step
from backend_lead.prove.sameness import schema_text
from backend_lead.prove.scratch import Scratch

PATIENCE = "SET lock_timeout = '2s';"
STEPS = (
    Step("add_phone_to_users", ("ALTER TABLE users ADD COLUMN phone text;",),
         ("ALTER TABLE users DROP COLUMN phone;",)),
    Step("fill_phone", ("UPDATE users SET phone = 'a?b ?? \\d `x` ${y} $1' || E'\\n?';",), ()),
    Step("index_users_phone", ("CREATE INDEX CONCURRENTLY users_phone_idx ON users (phone);",),
         ("DROP INDEX CONCURRENTLY users_phone_idx;",), transactional=False),
    Step("batches", ("DO $$ BEGIN UPDATE users SET name = 'x'; COMMIT; END $$;", PATIENCE,
                     "ALTER TABLE users ADD CONSTRAINT named CHECK (name IS NOT NULL) NOT VALID;",
                     "ALTER TABLE users VALIDATE CONSTRAINT named;"),
         (PATIENCE, "ALTER TABLE users DROP CONSTRAINT named;"), transactional=False),
)  # fmt: skip
STYLES = {
    "knex": ("knex", {}), "knex-ts": ("knex", {"knexfile.ts": "export default { client: 'pg' };\n"}),
    "knex-esm": ("knex", {"package.json": json.dumps({"type": "module"})}),
    "typeorm-ts": ("typeorm", {"tsconfig.json": "{}"}), "typeorm-js": ("typeorm", {"package.json": "{}"}),
    "prisma": ("prisma", {"schema.prisma": "datasource db {\n  provider = \"postgresql\"\n}\n"}),
    "sequelize": ("sequelize", {}), "sequelize-esm": ("sequelize", {"package.json": json.dumps({"type": "module"})}),
}  # fmt: skip


@pytest.fixture(scope="module")
def scratch():
    need_node()
    with Scratch(tcp=True) as server:
        server.create_database("base")
        server.execute("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'ann')",
                       database="base")
        yield server


@pytest.mark.parametrize("style", sorted(STYLES))
def test_the_tool_runs_what_was_written_up_and_down(style: str, scratch: Scratch, tmp_path: Path):
    tool, files = STYLES[style]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for file in FORMATS[tool].write(Tree(tmp_path), STEPS, "20260102030405"):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    name = style.replace("-", "_")
    scratch.create_database(name, template="base")
    dsn = scratch.dsn(name, tcp=True)
    run(tool, tmp_path, dsn, "up")
    assert scratch.execute("SELECT name, phone FROM users", database=name) == [("x", "a?b ?? \\d `x` ${y} $1\n?")]
    [[indexes]] = scratch.execute("SELECT count(*) FROM pg_index WHERE indexrelid = 'users_phone_idx'::regclass "
                                  "AND indisvalid", database=name)
    assert indexes == 1
    if tool == "prisma":
        # It knows no way down; each folder is noted as run.
        assert len(scratch.execute("SELECT 1 FROM _prisma_migrations WHERE finished_at IS NOT NULL", database=name)) == 7
        return
    run(tool, tmp_path, dsn, "down")
    scratch.execute('DROP TABLE IF EXISTS knex_migrations, knex_migrations_lock, migrations, "SequelizeMeta"',
                    database=name)
    assert schema_text(scratch, name) == schema_text(scratch, "base")
