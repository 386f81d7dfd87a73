"""Every page of a rule has its six parts, its failing snippet fails and its mended snippet does not.

A block with a title is a file; below `before/` it belongs to the earlier revision that the rule compares with.
`sql live` blocks are run on a PostgreSQL before it is read, in one session that stays open meanwhile; a file
`postgresql.conf` holds the settings of a server of its own.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from backend_lead.gates.database import DatabaseGate
from backend_lead.lead.before import Request
from backend_lead.lead.migration import prepare
from backend_lead.migrate.lint import lint
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding
from backend_lead.prove.scratch import Scratch
from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import MIGRATION, Rule, all_rules

PARTS = ["What it finds", "Why it hurts", "Fails", "Fixed", "When to ignore it", "Source"]
RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
SETTINGS = "postgresql.conf"
# What takes a minute in life takes a moment here.
ARGUMENTS: dict[str, dict[str, float]] = {"long-idle-transaction": {"seconds": 0.0}}

_FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?(?: (live))?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    title: str
    live: bool
    text: str


def parts(page: str) -> dict[str, str]:
    pieces = re.split(r"^## (.+)\n", page, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def blocks(rule: Rule, part: str) -> list[Block]:
    text = parts(rule.page)[part]
    found = [Block(*match) for match in _FENCE.findall(text)]
    assert found, f"{part} of {rule.id} holds no block"
    assert text.count("```") == 2 * len(found), f"{part} of {rule.id} holds a block without a language and a title"
    return [replace(block, live=bool(block.live)) for block in found]


def read(rule: Rule, part: str, folder: Path, shared: Scratch) -> Backend:
    found = blocks(rule, part)
    files = {block.title: block.text for block in found if block.title and block.title != SETTINGS}
    for title, text in files.items():
        path = folder / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if rule.area == MIGRATION:
        return change(folder, files)
    with contextlib.ExitStack() as stack:
        gate = None
        if any(block.live for block in found):
            server = stack.enter_context(server_for(found, shared))
            gate = stack.enter_context(database(server, found))
        now = folder / "now" if any(title.startswith("now/") for title in files) else folder
        backend = read_backend(now, database=gate, cache=False)
    if any(title.startswith("before/") for title in files):
        backend = replace(backend, previous=read_backend(folder / "before", cache=False))
    return backend


def change(folder: Path, files: dict[str, str]) -> Backend:
    """Every SQL file is a migration, but `schema.sql` and `queries.sql`; those with .down are ways back."""
    given = {name: folder / f"{name}.sql" for name in ("schema", "queries") if f"{name}.sql" in files}
    paths = tuple(folder / title for title in sorted(files)
                  if title.endswith(".sql") and folder / title not in given.values() and ".down." not in title)
    prepared = prepare(Request(paths, **given))
    assert not prepared.unresolved
    return Backend(str(folder), change=lint(prepared.scripts, prepared.catalog, 18, prepared.application))


@contextlib.contextmanager
def server_for(found: list[Block], shared: Scratch) -> Iterator[Scratch]:
    settings = next((block.text for block in found if block.title == SETTINGS), None)
    if settings is None:
        yield shared
        return
    pairs = re.findall(r"^(\w+) = '?([^'\n]*)'?$", settings, re.MULTILINE)
    with Scratch(dict(pairs)) as own:
        yield own


@contextlib.contextmanager
def database(server: Scratch, found: list[Block]) -> Iterator[DatabaseGate]:
    dsn = server.create_database("shop")
    try:
        with psycopg.connect(dsn, autocommit=True) as session:
            for block in found:
                if block.live:
                    session.execute(block.text.encode())
            with DatabaseGate(dsn, allow_superuser=True) as gate:
                yield gate
    finally:
        server.drop_database("shop")


def findings(rule: Rule, backend: Backend) -> list[Finding]:
    found = list(rule.check(backend, **ARGUMENTS.get(rule.id, {})))
    assert all(finding.rule == rule.id and finding.dimension is rule.dimension for finding in found)
    return found


@RULES
def test_page_has_its_six_parts(rule: Rule):
    assert rule.page.startswith(f"# {rule.id}\n\n## ")
    assert list(parts(rule.page)) == PARTS
    assert all(text.strip() for text in parts(rule.page).values())


@RULES
def test_python_on_the_page_is_python(rule: Rule):
    for part in ("Fails", "Fixed"):
        for block in blocks(rule, part):
            if block.language == "python":
                ast.parse(block.text)


@RULES
def test_failing_snippet_fails(rule: Rule, tmp_path: Path, postgres: Scratch):
    backend = read(rule, "Fails", tmp_path, postgres)
    found = findings(rule, backend)
    assert found
    for finding in found:
        assert finding.message
        assert finding.why
        assert finding.fix
        assert finding.snippet
        assert finding.place.file == "" or finding.place.line >= 1


@RULES
def test_mended_snippet_does_not(rule: Rule, tmp_path: Path, postgres: Scratch):
    assert findings(rule, read(rule, "Fixed", tmp_path, postgres)) == []
