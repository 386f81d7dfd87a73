"""What a program in JavaScript does when it is followed: what is known, what is not, and that nothing is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction, formats
from backend_lead.migrate.script import Script

FORMATS = {form.NAME: form for form in formats()}


def read(folder: Path, body: str, tool: str = "knex", **others: str) -> Script:
    migrations = folder / "migrations"
    migrations.mkdir(exist_ok=True)
    (migrations / "001_x.js").write_text(body)
    for name, text in others.items():
        (folder / f"{name}.js").write_text(text)
    tree = Tree(folder)
    return FORMATS[tool].read(tree, "migrations/001_x.js", Transaction.AUTO)


def up(script: Script) -> list[str]:
    return [each.sql for each in script.up]


def test_loops_helpers_and_templates_are_computed(tmp_path: Path):
    script = read(tmp_path, """
        const { names, suffix } = require('../shared');
        const all = [...names, 'c'].filter((name) => name !== 'b');
        exports.up = async (knex) => {
          for (const [index, name] of all.entries()) await knex.raw(`ALTER TABLE ${name} ADD x${index}${suffix} int`);
          await Promise.all(Object.entries({ d: 1 }).map(([name, n]) => knex.raw('ALTER TABLE ?? ADD y int DEFAULT ?', [name, n])));
        };
        exports.down = (knex) => undefined;
    """, shared="exports.names = ['a', 'b'];\nmodule.exports.suffix = '_z';")
    assert up(script) == ["ALTER TABLE a ADD x0_z int", "ALTER TABLE c ADD x1_z int",
                          'ALTER TABLE "d" ADD y int DEFAULT 1']
    assert script.unresolved == ()
    assert script.down is None


def test_a_part_that_is_not_known_makes_the_statement_undecided_and_is_named(tmp_path: Path):
    script = read(tmp_path, """
        exports.up = async (knex) => {
          const schema = process.env.SCHEMA;
          await knex.raw(`ALTER TABLE "${schema}"."users" ADD x int`);
          await knex.schema.table('users', (t) => t.string(process.env.COLUMN));
          await knex.raw(`UPDATE "users" SET "a" = '${schema}' WHERE "b" = '${schema}'`);
        };
        exports.down = async () => {};
    """)
    assert up(script) == ["ALTER TABLE ${schema}.\"users\" ADD x int",
                          'alter table "users" add column ${process_env_COLUMN} varchar(255)',
                          """UPDATE "users" SET "a" = '${schema}' WHERE "b" = '${schema}'"""]
    assert [note.place.line for note in script.unresolved if note.place] == [4, 5, 6]


@pytest.mark.parametrize(("call", "left"), [
    ("await migrateRows(knex);", "migrateRows"), ("await knex.frobnicate('x');", "knex.frobnicate"),
    ("await new Service({ db: knex }).run();", "new Service"),
    ("require('child_process').execSync('node fill.js');", "execSync"),
])  # fmt: skip
def test_whoever_gets_the_database_stands_in_the_list(call: str, left: str, tmp_path: Path):
    script = read(tmp_path, f"""
        const {{ migrateRows, Service }} = require('somewhere');
        exports.up = async (knex) => {{ await knex.raw('SELECT 1'); {call} await knex.raw('SELECT 2'); }};
        exports.down = async () => {{}};
    """)
    first, opaque, last = up(script)
    assert (first, last) == ("SELECT 1", "SELECT 2")
    assert opaque.startswith("${")
    assert [note for note in script.unresolved if left in note.what]


def test_of_two_ways_one_is_read_and_both_are_told(tmp_path: Path):
    script = read(tmp_path, """
        exports.up = async (knex) => {
          if (await knex.schema.hasTable('a')) {
            await knex.raw('SELECT 1');
          } else {
            await knex.raw('SELECT 2');
          }
          const rows = await knex('a').select('id');
          for (const row of rows) { await knex.raw('SELECT 3'); }
          if (!rows.length) return;
          await knex.raw('SELECT 4');
        };
        exports.down = async () => {};
    """)
    assert up(script) == ["SELECT 1", 'select "id" from "a"', "SELECT 3", "SELECT 4"]
    told = {(note.place.line if note.place else 0, note.what) for note in script.unresolved}
    assert told == {(3, "if (await knex.schema.hasTable('a'))"), (6, "SELECT 2"), (9, "for each of rows"),
                    (10, "if (!rows.length)")}


def test_a_table_is_described_by_one_way_and_never_by_a_mixture(tmp_path: Path):
    script = read(tmp_path, """
        exports.up = (knex) => knex.schema.createTable('a', (t) => {
          if (settings.wide) { t.text('x'); } else { t.string('x'); }
          if (settings.kind === 'mysql') { t.specificType('y', 'LONGTEXT'); } else { t.text('y'); }
        });
        exports.down = async () => {};
    """)
    assert up(script) == ['create table "a" ("x" text, "y" text)']
    assert {note.place.line for note in script.unresolved if note.place} == {3}


def test_what_comes_after_a_failure_is_named_and_what_comes_after_a_throw_is_not_sent(tmp_path: Path):
    script = read(tmp_path, """
        exports.up = async (knex) => {
          try { await knex.raw('SELECT 1'); } catch (error) { await knex.raw('SELECT 2'); }
          throw new Error('not meant for people');
        };
        exports.down = () => { throw new Error('no way back'); };
    """)
    assert up(script) == ["SELECT 1"]
    assert [note.what for note in script.unresolved] == ["SELECT 2", "up throws an error", "down throws an error"]


def test_a_program_without_end_ends(tmp_path: Path):
    script = read(tmp_path, """
        const again = (knex) => again(knex);
        exports.up = async (knex) => {
          while (true) { const rows = await knex('a').select(); if (!rows.length) break; await knex('a').del(); }
          await again(knex);
        };
        exports.down = async () => {};
    """)
    assert up(script)[:2] == ['select * from "a"', 'delete from "a"']
    assert up(script)[2].startswith("${")


@pytest.mark.parametrize(("tool", "text"), [
    ("knex", "exports.up = (knex) => knex.raw('x'); exports.down = () => {};"),
    ("knex", "export async function up({ schema }) { await schema.createTable('a', () => {}); }\nexport const down = 1;"),
    ("typeorm", "export class A1700000000000 implements MigrationInterface { async up(q: QueryRunner) {} }"),
    ("sequelize", "module.exports = { up: async (queryInterface) => {}, down: async () => {} };"),
])  # fmt: skip
def test_a_file_tells_its_tool_without_the_project_around_it(tool: str, text: str, tmp_path: Path):
    (tmp_path / "001_x.ts").write_text(text)
    tree = Tree(tmp_path)
    assert [form.NAME for form in formats() if form.find(tree)] == [tool]


def test_a_knexfile_says_where_and_how(tmp_path: Path):
    (tmp_path / "db" / "steps").mkdir(parents=True)
    (tmp_path / "db" / "steps" / "002.js").write_text("exports.up = (db) => db.raw('SELECT 1'); exports.down = () => {};")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "001.js").write_text("exports.up = (knex) => knex.raw('x'); exports.down = () => {};")
    (tmp_path / "knexfile.js").write_text(
        "const base = { client: 'pg', migrations: { directory: './db/steps', disableTransactions: true } };\n"
        "module.exports = { production: { ...base, pool: { min: 2 } } };")
    tree = Tree(tmp_path)
    assert FORMATS["knex"].find(tree) == ["db/steps/002.js"]
    assert [each.transaction for each in FORMATS["knex"].read(tree, "db/steps/002.js", Transaction.AUTO).up] == [None]


@pytest.mark.parametrize("body", [
    "let s = 'a'; for (let i = 0; i < 1000; i++) { s = s + s; } await knex.raw(s);",
    "let s = ['a']; for (let i = 0; i < 1000; i++) { s = [...s, ...s]; } await knex.raw(s.join());",
    "let s = 'a'; for (let i = 0; i < 1000; i++) { s = s.replaceAll('a', 'aa'); } await knex.raw(s);",
    "let n = 2; for (let i = 0; i < 1000; i++) { n = n * n; } await knex.raw(`a${n}`);",
    "await knex.raw('a'.repeat(40).replace(/(a+)+$/, 'x') + 'b');",
    "for (;;) {} await knex.raw('a');", "return " + "[" * 3000 + "]" * 3000 + ";",
])  # fmt: skip
def test_a_program_that_would_keep_us_busy_is_told_and_not_followed(body: str, tmp_path: Path):
    script = read(tmp_path, f"exports.up = async (knex) => {{ {body} }}; exports.down = () => {{}};")
    assert len(script.up) < 10
    assert all(each.sql.startswith("${") or "${" in each.sql or each.sql == "a" for each in script.up)


def test_what_older_versions_of_knex_gave_along_is_known(tmp_path: Path):
    script = read(tmp_path, """
        exports.up = (knex, Promise) => Promise.join(knex.raw('SELECT 1'), knex.raw('SELECT 2'), () => knex.raw('SELECT 3'));
        exports.down = (knex, Promise) => Promise.each(['a', 'b'], (name) => knex.schema.dropTable(name));
    """)
    assert up(script) == ["SELECT 1", "SELECT 2", "SELECT 3"]
    assert [each.sql for each in script.down or ()] == ['drop table "a"', 'drop table "b"']
