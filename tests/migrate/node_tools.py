"""What a migration tool of Node.js really sends to a PostgreSQL, from the server's own log."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.rewrite.node import packages, run
from benchmarks.rewrite.tool_cache import NoTool

from backend_lead.gates.files import Tree
from backend_lead.gates.grammar import split
from backend_lead.migrate.formats import Transaction, formats
from backend_lead.migrate.script import Script, Sent
from backend_lead.prove.scratch import Scratch

FORMATS = {form.NAME: form for form in formats()}
PROJECTS = Path(__file__).parent / "node_projects"
# What the tools send for themselves: their own tables, and questions to the catalog.
_OWN = re.compile(
    r"knex_migrations|SequelizeMeta|\"migrations\"|information_schema|pg_catalog|\bpg_class\b|select version\(|"
    r"SELECT VERSION\(|SHOW (SERVER_VERSION|search_path)|current_schema\(\)|current_database\(\)|pg_type|"
    r"pg_constraint|pg_index|uuid_generate|SET (client_min_messages|standard_conforming_strings|TIME ZONE|SESSION)|SELECT 1\+1|"
    r"typeorm_metadata|pg_get_serial_sequence|SAVEPOINT", re.IGNORECASE)
_BORDER = re.compile(r"(?is)\A\s*(begin|start transaction|commit|rollback|savepoint|release)\b")
_TEXT = re.compile(r"\A(?:statement|execute [^:]*): ", re.DOTALL)
_PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")
_CONSTANT = re.compile(r"'(-?\d+(?:\.\d+)?|true|false)'")


@dataclass
class Logged:
    """A statement as the server saw it; the same `transaction` committed together."""

    sql: str
    transaction: str


def need_node() -> None:
    """Skip the test, and say why, where Node.js or its packages are missing."""
    try:
        packages()
    except NoTool as error:
        pytest.skip(f"the real tool cannot be run: {error}")


def project(tool: str, folder: Path) -> Path:
    """Return a copy of a project of the tool."""
    return shutil.copytree(PROJECTS / tool, folder / tool)


def ran(tool: str, where: Path, schema: str = "") -> tuple[list[Logged], list[Logged]]:
    """Run a project up and down with its real tool; return what it sent each way."""
    settings = {"log_statement": "all", "log_line_prefix": "\x01%d\x02%c/%v\x02", "log_parameter_max_length": "-1",
                "timezone": "UTC"}
    found = []
    with Scratch(settings, tcp=True) as scratch:
        scratch.create_database("project")
        if schema:
            scratch.execute(schema, database="project")
        for direction in ("up", "down"):
            before = len(scratch.server.log())
            run(tool, where, scratch.dsn("project", tcp=True), direction)
            found.append(_logged(scratch.server.log()[before:]))
    return found[0], found[1]


def _logged(log: str) -> list[Logged]:
    found: list[Logged] = []
    pending: list[tuple[str, str]] = []
    for entry in log.replace("\n\t", "\n").split("\x01")[1:]:
        database, transaction, message = entry.split("\x02", 2)
        kind, _, text = message.partition(":  ")
        if database != "project":
            continue
        if kind == "DETAIL" and pending:
            values = {number: {"'t'": "true", "'f'": "false"}.get(value, value)
                      for number, value in _PARAMETER.findall(text)}
            pending[-1] = (re.sub(r"\$(\d+)", lambda match, v=values: v.get(match[1], match[0]), pending[-1][0]),
                           pending[-1][1])
        elif kind == "LOG" and _TEXT.match(text):
            pending.append((_TEXT.sub("", text), transaction))
    for whole, transaction in pending:
        for _, each in split(whole):
            if each.strip() and not _OWN.search(each) and not _BORDER.match(each):
                found.append(Logged(canonical(each), transaction))
    return found


def canonical(sql: str) -> str:
    """Return a statement without what does not matter: space, and quotes around numbers."""
    return _CONSTANT.sub(r"\1", re.sub(r" (?=[,)])", "", " ".join(sql.split()))).rstrip("; ")


def read(tool: str, where: Path) -> list[Script]:
    """Return what our reader says that the project's migrations send."""
    tree = Tree(where)
    return [FORMATS[tool].read(tree, path, Transaction.AUTO) for path in FORMATS[tool].find(tree)]


def said(scripts: Sequence[Script], *, down: bool = False) -> list[Sent]:
    """Return the statements of some migrations one after the other, transactions numbered through."""
    found: list[Sent] = []
    for number, script in enumerate(reversed(scripts) if down else scripts):
        found += [Sent(canonical(each.sql), each.place,
                       None if each.transaction is None else number * 1000 + each.transaction)
                  for each in (script.down or () if down else script.up)]
    return [each for each in found if not _OWN.search(each.sql) and not _BORDER.match(each.sql)]


def together(transactions: Sequence[object]) -> list[bool]:
    """Say of each statement whether it commits with the one before it."""
    return [number > 0 and each is not None and each == transactions[number - 1]
            for number, each in enumerate(transactions)]


def assert_same(sent: Sequence[Sent], logged: Sequence[Logged]) -> None:
    """Compare statement by statement and transaction by transaction."""
    for number, (one, two) in enumerate(zip(sent, logged, strict=False)):
        assert one.sql == two.sql, f"statement {number}, {one.place}:\n{one.sql}\n{two.sql}"
    assert len(sent) == len(logged), [each.sql for each in (*sent[len(logged) :], *logged[len(sent) :])]
    assert together([each.transaction for each in sent]) == together([each.transaction for each in logged])
