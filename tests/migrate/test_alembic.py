"""What Alembic's revisions send, held against `alembic upgrade --sql` and against what it leaves on a PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend_lead.config import load
from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.grammar import deparse_statement, parse, split
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.lead.migration import Request, lint_migrations
from backend_lead.lead.options import Options
from backend_lead.migrate.formats import Transaction, alembic
from backend_lead.migrate.script import Script, Sent, Step
from backend_lead.prove.sameness import digests, schema_text
from backend_lead.prove.scratch import Scratch

PROJECT = Path(__file__).parent / "alembic_project"


def run_alembic(folder: Path, *arguments: str, dsn: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-m", "alembic", *arguments], cwd=folder, text=True,
        capture_output=True, env={**os.environ, "DSN": dsn, "PYTHONDONTWRITEBYTECODE": "1"}, check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_revision(sql: str) -> dict[str, list[str]]:
    """The statements of `alembic … --sql`, by the revision that sends them; Alembic's own table is left out."""
    found: dict[str, list[str]] = {}
    for part in sql.split("-- Running ")[1:]:
        head, _, text = part.partition("\n")
        words = head.split()
        name = words[-1] if words[0] == "upgrade" else words[1]
        # The text is written for the driver, which sends one % for two.
        statements = [" ".join(statement.replace("%%", "%").split()) for _, statement in split(text)]
        found[name.rstrip(",")] = [
            each.rstrip(";").strip() for each in statements
            if "alembic_version" not in each and each.upper() not in ("BEGIN", "COMMIT", "")
        ]
    return found


def flat(sent: tuple[Sent, ...] | None) -> list[str]:
    return [" ".join(each.sql.split()) for each in sent or ()]


def scripts(folder: Path) -> dict[str, Script]:
    tree = Tree(folder)
    return {path: alembic.read(tree, path, Transaction.AUTO) for path in alembic.find(tree)}


def name_of(path: str) -> str:
    text = (PROJECT / path).read_text()
    return text.split("revision", 1)[1].split('"')[1]


def test_each_revision_sends_what_alembic_writes():
    up = by_revision(run_alembic(PROJECT, "upgrade", "head", "--sql"))
    down = by_revision(run_alembic(PROJECT, "downgrade", "head:base", "--sql"))
    found = scripts(PROJECT)
    assert [note for script in found.values() for note in script.unresolved] == []
    for path, script in found.items():
        assert flat(script.up) == up[name_of(path)]
        assert flat(script.down) == down[name_of(path)]
    assert {name_of(path) for path in found} == set(up)


def test_what_runs_by_itself_is_known():
    third = next(script for path, script in scripts(PROJECT).items() if "0003" in path)
    alone = [" ".join(each.sql.split()) for each in third.up if each.transaction is None]
    assert alone == ["CREATE INDEX CONCURRENTLY orders_sum ON orders (sum)", "ALTER TYPE level ADD VALUE 'middle'"]
    assert {each.transaction for each in third.up} == {0, 1, None}


@pytest.fixture(scope="module")
def server():
    with Scratch() as scratch:
        yield scratch


def test_on_a_server_both_leave_the_same(server: Scratch):
    dsn = server.create_database("tool").replace("postgresql://", "postgresql+psycopg://")
    server.create_database("ours")
    run_alembic(PROJECT, "upgrade", "head", dsn=dsn)
    found = scripts(PROJECT)
    with ScratchSession(server.server, "ours") as session:
        for script in found.values():
            for each in script.up:
                session.run(each.sql)
        assert schema_text(server, "ours") == without_own(schema_text(server, "tool"))
        assert digests(session)["kinds"] == digests_of(server, "tool")["kinds"]
        for script in reversed(found.values()):
            for each in script.down or ():
                session.run(each.sql)
    run_alembic(PROJECT, "downgrade", "base", dsn=dsn)
    assert schema_text(server, "ours") == without_own(schema_text(server, "tool"))


def digests_of(server: Scratch, database: str) -> dict[str, str]:
    with ScratchSession(server.server, database) as session:
        return digests(session)


def without_own(schema: str) -> str:
    """The schema without the table that Alembic keeps for itself."""
    return "\n".join(part for part in re.split(r"(?<=;)\n", schema) if "alembic_version" not in part)


STEPS = (
    Step("add_phone", ("ALTER TABLE users ADD COLUMN phone character varying(20) DEFAULT '' NOT NULL;",),
         ("ALTER TABLE users DROP COLUMN phone;",)),
    Step("index_phone", ("CREATE INDEX CONCURRENTLY users_phone ON users (phone) WHERE phone <> '';",),
         ("DROP INDEX CONCURRENTLY users_phone;",), transactional=False),
    Step("check_phone", ("SET lock_timeout = '2s';", "ALTER TABLE users DROP CONSTRAINT IF EXISTS digits;",
                         "ALTER TABLE users ADD CONSTRAINT digits CHECK (phone ~ '^[[:digit:]]*$') NOT VALID;",
                         "ALTER TABLE users VALIDATE CONSTRAINT digits;"),
         ("ALTER TABLE users DROP CONSTRAINT digits;",), transactional=False),
    Step("turn", ("ALTER TABLE users ALTER COLUMN name SET NOT NULL;", "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'a:b';",
                  "ALTER TABLE users ALTER COLUMN age TYPE bigint USING age::bigint;",
                  "ALTER TABLE users RENAME COLUMN age TO years;", "ALTER TABLE users RENAME TO people;",
                  "DO $$ BEGIN PERFORM 1 WHERE 'x' LIKE 'a%'; END $$;"),
         ("ALTER TABLE people RENAME TO users;", "ALTER TABLE users RENAME COLUMN years TO age;",
          "ALTER TABLE users ALTER COLUMN age TYPE integer;", "ALTER TABLE users ALTER COLUMN name DROP DEFAULT;",
          "ALTER TABLE users ALTER COLUMN name DROP NOT NULL;")),
)
FIRST = """\
from alembic import op
import sqlalchemy as sa
revision = "1"
down_revision = None
def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text), sa.Column("age", sa.Integer))
def downgrade():
    op.drop_table("users")
"""


def project(folder: Path, **revisions: str) -> Path:
    """A project of Alembic with these revisions, by the names of their files."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("versions"))
    (folder / "migrations" / "versions").mkdir()
    for name, text in revisions.items():
        (folder / "migrations" / "versions" / f"{name}.py").write_text(text)
    return folder


def test_what_is_written_runs_up_and_down(tmp_path: Path, server: Scratch):
    folder = project(tmp_path / "shop", first=FIRST)
    dsn = server.create_database("written").replace("postgresql://", "postgresql+psycopg://")
    run_alembic(folder, "upgrade", "head", dsn=dsn)
    before = without_own(schema_text(server, "written"))
    files = alembic.write(Tree(folder), STEPS, "20260102030405")
    for file in files:
        (folder / file.path).write_text(file.text)
    assert "op.create_index(op.f(\"users_phone\"), \"users\", [\"phone\"]" in files[1].text
    assert 'op.add_column("users", sa.Column("phone", sa.String(20), server_default=' in files[0].text
    run_alembic(folder, "upgrade", "head", dsn=dsn)
    server.create_database("said")
    with ScratchSession(server.server, "said") as session:
        for each in scripts(folder)["migrations/versions/first.py"].up:
            session.run(each.sql)
        for step in STEPS:
            for sql in step.up:
                session.run(sql)
    assert without_own(schema_text(server, "written")) == schema_text(server, "said")
    # Read back it is what was meant.
    read = [flat(script.up) for script in scripts(folder).values()][1:]
    assert [[canonical(sql) for sql in sent if not sql.startswith(("SET", "RESET"))] for sent in read] == [
        [canonical(sql) for sql in step.up if not sql.startswith("SET")] for step in STEPS]
    run_alembic(folder, "downgrade", "1", dsn=dsn)
    assert without_own(schema_text(server, "written")) == before


def canonical(sql: str) -> str:
    return deparse_statement(parse(sql)[0].stmt)


def test_a_new_revision_follows_the_head_or_says_why_not(tmp_path: Path):
    second = FIRST.replace('"1"', '"2"').replace("None", '"1"', 1)
    folder = project(tmp_path / "one", first=FIRST, second=second)
    assert 'down_revision = "2"' in alembic.write(Tree(folder), STEPS[:1], "20260102030405")[0].text
    path = "migrations/versions/second.py"
    new = alembic.write(Tree(folder), STEPS[:2], "20260102030405", [path])
    assert 'down_revision = "1"' in new[0].text
    assert 'revision = "2"' in new[1].text
    folder = project(tmp_path / "two", first=FIRST, second=second, third=second.replace('"2"', '"3"'))
    with pytest.raises(WrongUse, match="2 heads"):
        alembic.write(Tree(folder), STEPS[:1], "20260102030405")
    assert ["heads" in note.why for script in scripts(folder).values() for note in script.unresolved] == [True, True]


def revision(own: str, before: str | None, body: str, head: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (f"import sqlalchemy as sa\nfrom alembic import op\n{head}\nrevision = {own!r}\ndown_revision = {before!r}\n"
            f"def upgrade():\n{lines}\ndef downgrade():\n    raise NotImplementedError\n")


def test_what_is_wrong_with_the_graph_is_said_and_the_others_are_read(tmp_path: Path):
    folder = project(
        tmp_path / "wrong", a=revision("a", None, "op.execute('CREATE TABLE a ()')"),
        b=revision("b", "gone", "op.execute('CREATE TABLE b ()')"),
        c=revision("c", "d", "op.execute('CREATE TABLE c ()')"), d=revision("d", "c", "op.execute('CREATE TABLE d ()')"))
    found = scripts(folder)
    assert [flat(script.up) for script in found.values()] == [[f"CREATE TABLE {name} ()"] for name in "abcd"]
    said = {path[-4]: [note.why for note in script.unresolved] for path, script in found.items()}
    assert any("no such file" in why for why in said["b"])
    assert any("circle" in why for why in said["c"])
    assert any("circle" in why for why in said["d"])


UNDECIDED = {
    "rows": ("for row in op.get_bind().execute(sa.text('SELECT id FROM t')):\n    op.execute(f'UPDATE t SET x = {row[0]}')",
             ["SELECT id FROM t"], ["not known here"]),
    "test": ("if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n    op.execute('DROP TABLE t')\nop.execute('DROP TABLE u')",
             ["SELECT 1", "DROP TABLE u"], ["could not be decided"]),
    "early": ("if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n    return\nop.execute('DROP TABLE u')",
              ["SELECT 1"], ["could not be decided"]),
    "type": ("op.add_column('t', sa.Column('x', Mystery()))\nop.drop_column('t', 'y')",
             ["ALTER TABLE t DROP COLUMN y"], ["type of x"]),
    "handed on": ("helper(op.get_bind())\nop.drop_column('t', 'y')", ["ALTER TABLE t DROP COLUMN y"], ["this call sends"]),
    "plug-in": ("op.create_entity(thing)", [], ["what it sends"]),
    "models": ("Base.metadata.create_all(op.get_bind())", [], ["this call sends"]),
    "session": ("session = orm.Session(bind=op.get_bind())\nsession.query(Thing).delete()\nsession.commit()", [], ["this call sends"]),
    "caught": ("try:\n    op.drop_index('i')\nexcept Exception:\n    op.drop_index('j')", ["DROP INDEX i"], ["could not be computed"]),
    "skipped": ("for name in ('a', 'b'):\n    if name == 'a':\n        continue\n    op.execute(f'DROP TABLE {name}')", ["DROP TABLE b"], []),
    "order": ("names = ['c', 'a']\nnames.sort()\nfor name in reversed(names):\n    op.execute('DROP TABLE {:>2}'.format(name))",
              ["DROP TABLE c", "DROP TABLE a"], []),
    "inspected": ("found = sa.inspect(op.get_bind())\nop.create_table('t', sa.Column('id', sa.Integer))\n"
                  "if 't' in found.get_table_names() and 'id' in [c['name'] for c in found.get_columns('t')]:\n"
                  "    op.execute('DROP TABLE t')\nif not found.has_table('u'):\n    op.execute('CREATE TABLE u ()')",
                  ["CREATE TABLE t ( id INTEGER )", "DROP TABLE t", "CREATE TABLE u ()"], []),
}


@pytest.mark.parametrize("name", sorted(UNDECIDED))
def test_what_cannot_be_computed_is_said(name: str, tmp_path: Path):
    body, sent, notes = UNDECIDED[name]
    head = "from sqlalchemy import orm\nfrom elsewhere import Mystery, helper, thing, Base, Thing"
    folder = project(tmp_path / "shop", a=revision("a", None, body, head))
    (script,) = scripts(folder).values()
    assert flat(script.up) == sent
    assert [any(part in note.why for note in script.unresolved) for part in notes] == [True] * len(notes)
    assert bool(script.unresolved) == bool(notes)
    assert all(note.place is not None and note.place.file.endswith("a.py") for note in script.unresolved)
    assert script.down is None


def test_a_single_file_is_read_with_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = project(tmp_path / "shop", first=FIRST, second=revision(
        "2", "1", "op.create_index('i', 'users', [NAME])", "from shop_names import NAME"))
    (folder / "shop_names.py").write_text('NAME = "name"\n')
    for path in (folder / "migrations/versions/second.py", folder / "migrations" / "versions"):
        settings = load(tmp_path, environment={}, options={}, rule_ids=list)
        report = lint_migrations(Request((path,)), Options(tmp_path, str(path), settings))
        assert report.backend.change is not None
        last = report.backend.change.files[-1]
        assert last.path == "migrations/versions/second.py"
        assert last.statements[0].sql == "CREATE INDEX i ON users (name)"
        assert "index-built-under-lock" in [finding.rule for finding in report.findings]
