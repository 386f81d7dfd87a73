"""What Django's migrations send, held against what `migrate` sends to a PostgreSQL and leaves there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlparse

import pytest

from backend_lead.gates.files import Tree
from backend_lead.gates.grammar import split
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.migrate.formats import Transaction, django
from backend_lead.migrate.script import Script, Sent
from backend_lead.prove.scratch import Scratch

PROJECT = Path(__file__).parent / "django_project"
DUMP = Path(__file__).parent / "django_dump.py"


def run_django(folder: Path, dsn: str, *command: str) -> str:
    url = urlparse(dsn)
    parts = dict(parse_qsl(url.query))
    settings = {
        "DB_NAME": url.path[1:], "DB_HOST": parts.get("host") or url.hostname or "",
        "DB_PORT": str(url.port or parts.get("port", "")), "DB_USER": url.username or "", "DB_PASSWORD": url.password or "",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, text=True, capture_output=True, check=False,
        env={**os.environ, **settings, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server():
    with Scratch() as scratch:
        yield scratch


def statements(texts: list[str]) -> list[str]:
    found = [" ".join(each.split()).rstrip(";") for text in texts for _, each in split(text)]
    return [each for each in found if each]


def flat(sent: tuple[Sent, ...] | None) -> list[str]:
    return [" ".join(each.sql.split()) for each in sent or ()]


def scripts(folder: Path) -> dict[str, Script]:
    tree = Tree(folder)
    return {path: django.read(tree, path, Transaction.AUTO) for path in django.find(tree)}


def without_own(schema: str) -> str:
    """The schema without the table that Django keeps for itself."""
    return "\n".join(part for part in schema.split(";\n") if "django_migrations" not in part)


@pytest.fixture(scope="module")
def sent_by_django(server: Scratch) -> list[tuple[str, str, list[str], list[str]]]:
    return json.loads(run_django(PROJECT, server.create_database("tool"), str(DUMP), "shop", "stock"))


def test_each_migration_sends_what_django_sends(sent_by_django):
    found = scripts(PROJECT)
    assert list(found) == [f"{app}/migrations/{name}.py" for app, name, _, _ in sent_by_django]
    assert [note for script in found.values() for note in script.unresolved] == []
    for app, name, up, down in sent_by_django:
        script = found[f"{app}/migrations/{name}.py"]
        assert flat(script.up) == statements(up)
        assert flat(script.down) == statements(down)


def test_on_a_server_both_leave_the_same(server: Scratch, sent_by_django):
    server.create_database("ours")
    outside, found = django.outside(Tree(PROJECT)), scripts(PROJECT)
    with ScratchSession(server.server, "ours") as session:
        for script in (*outside, *found.values()):
            for each in script.up:
                session.run(each.sql)
        assert columns(session) == columns_of(server, "tool")
        for script in reversed(found.values()):
            for each in script.down or ():
                session.run(each.sql)
    zero = server.create_database("zero")
    run_django(PROJECT, zero, str(DUMP), "--zero", "shop", "stock")
    assert columns_of(server, "ours") == columns_of(server, "zero")


_SHAPE = """
SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
    || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def columns(session: ScratchSession) -> list[str]:
    return sorted(row[0] for row in session.run(_SHAPE) if "django_migrations" not in row[0])


def columns_of(server: Scratch, database: str) -> list[str]:
    with ScratchSession(server.server, database) as session:
        return columns(session)
