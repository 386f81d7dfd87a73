"""Liquibase's formatted SQL: each `--changeset author:id` is a transaction of its own, unless runInTransaction:false.

`--rollback` lines are its way back (Liquibase documentation, SQL format).  Changelogs in XML, YAML and JSON are
named, and not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import next_moments, numbers_first, sql_text, statements
from backend_lead.migrate.script import NewFile, Script, Sent, Step
from backend_lead.model.place import Unresolved

NAME = "liquibase"
ORDER = 10
COMMANDS = ("liquibase update", "liquibase rollback-count 1")
_MARK = b"--liquibase formatted sql"
_CHANGESET = re.compile(r"(?im)^\s*--\s*changeset\s+(\S+?):(\S+)([^\n]*)\n?")
_ROLLBACK = re.compile(r"(?im)^\s*--\s*rollback\s+([^\n]*)\n?")


def find(tree: Tree) -> list[str]:
    """Return the files of formatted SQL in the order of their names."""
    found = []
    for path in tree.files:
        if path.endswith(".sql"):
            try:
                head = tree.head(path, 200)
            except Refused:
                continue
            if _MARK in head.lower().replace(b"-- liquibase", b"--liquibase"):
                found.append(path)
    return numbers_first(found)


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return the changesets of one file, each a transaction."""
    text = tree.text(path)
    notes: list[Unresolved] = []
    up: list[Sent] = []
    down: list[Sent] = []
    marks = list(_CHANGESET.finditer(text))
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        body, line = text[mark.end() : end], 1 + text.count("\n", 0, mark.end())
        together = not re.search(r"(?i)runInTransaction\s*:\s*false", mark[3])
        back = [match[1] for match in _ROLLBACK.finditer(body)]
        plain = _ROLLBACK.sub(lambda match: "\n" * match[0].count("\n"), body)
        for sent in statements(plain, path, line=line, together=together, unresolved=notes):
            up.append(Sent(sent.sql, sent.place, None if sent.transaction is None else number))
        for sent in statements("\n".join(back), path, line=line, together=together):
            if sent.sql.lower() not in ("empty", "not required"):
                down.insert(0, Sent(sent.sql, sent.place, None if sent.transaction is None else number))
    return Script(path, NAME, tuple(up), tuple(down) or None, unresolved=tuple(notes))


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return one file with a changeset for each step."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "db/changelog"
    taken = [match[1] for path in there if (match := re.match(r"(\d{14})_", path.rpartition("/")[2]))]
    [moment] = next_moments(taken, 1, moment)
    lines = ["--liquibase formatted sql"]
    for step in steps:
        alone = "" if step.transactional else " runInTransaction:false"
        split = " splitStatements:false" if any("$$" in sql for sql in step.up) else ""
        lines += [
            "",
            f"--changeset backend-lead:{moment}-{step.about}{alone}{split}",
            sql_text(step.up, step.transactional, alone="").rstrip(),
        ]
        lines += [f"--rollback {' '.join(sql.split())}" for sql in step.down] or ["--rollback empty"]
    stem = f"{folder}/{moment}_{steps[0].about}" if folder else f"{moment}_{steps[0].about}"
    return [NewFile(f"{stem}.sql", "\n".join(lines) + "\n")]
