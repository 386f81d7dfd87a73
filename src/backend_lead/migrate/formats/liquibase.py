"""Liquibase's formatted SQL: each `--changeset author:id` is a transaction of its own, unless runInTransaction:false.

`--rollback` lines and `/* liquibase rollback … */` are its way back, `endDelimiter` is what ends a statement beside the
semicolon (Liquibase documentation, SQL format, endDelimiter; what counts as one was seen of Liquibase 4.33).
Changelogs in XML, YAML and JSON are named, and not read.
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
_ROLLBACK = re.compile(
    r"(?im)^[ \t]*--\s*rollback\s+(?P<line>[^\n]*)\n?|(?s:/\*\s*liquibase\s+rollback\b(?P<block>.*?)\*/)"
)
_DELIMITER = re.compile(r"(?i)(?<!rollback)endDelimiter\s*:\s*(\S+)")
_DELIMITER_BACK = re.compile(r"(?i)rollbackEndDelimiter\s*:\s*(\S+)")
# Values, names in quotes, bodies of functions and comments hold no end of a statement.
_QUOTED = r"'(?:[^']|'')*'|\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|--[^\n]*|/\*.*?\*/"


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
        back = "\n".join(match["line"] or match["block"] or "" for match in _ROLLBACK.finditer(body))
        plain = _ended(_ROLLBACK.sub(lambda match: "\n" * match[0].count("\n"), body), _DELIMITER.search(mark[3]))
        for sent in statements(plain, path, line=line, together=together, unresolved=notes):
            up.append(Sent(sent.sql, sent.place, None if sent.transaction is None else number))
        for sent in statements(_ended(back, _DELIMITER_BACK.search(mark[3])), path, line=line, together=together):
            if sent.sql.lower() not in ("empty", "not required"):
                down.insert(0, Sent(sent.sql, sent.place, None if sent.transaction is None else number))
    return Script(path, NAME, tuple(up), tuple(down) or None, unresolved=tuple(notes))


def _ended(text: str, told: re.Match[str] | None) -> str:
    """Put a semicolon where a changeset's delimiter stands: `/` and `GO` on a line of their own, others anywhere."""
    given = told[1] if told else ""
    if not given or given == "/" or given.lower() == "go" or given.startswith("\\n"):
        own = "|".join(re.escape(each) for each in ("/", "go", given.removeprefix("\\n")) if each)
        end = rf"^[ \t]*(?:{own})[ \t]*$"
    else:
        end = re.escape(given)
    found = re.compile(f"(?ims){_QUOTED}|(?P<end>{end})")
    return found.sub(lambda match: ";" if match["end"] is not None else match[0], text)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return one file with a changeset for each step."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "db/changelog"
    taken = [match[1] for path in there if (match := re.match(r"(\d{14})_", path.rpartition("/")[2]))]
    [moment] = next_moments(taken, 1, moment)
    lines = ["--liquibase formatted sql"]
    named: list[str] = []
    for step in steps:
        # Liquibase refuses two changesets of one author and id in one file.
        named.append(step.about)
        name = step.about if named.count(step.about) == 1 else f"{step.about}_{named.count(step.about)}"
        alone = "" if step.transactional else " runInTransaction:false"
        split = " splitStatements:false" if any("$$" in sql for sql in step.up) else ""
        lines += [
            "",
            f"--changeset backend-lead:{moment}-{name}{alone}{split}",
            sql_text(step.up, step.transactional, alone="").rstrip(),
        ]
        back = [line for sql in step.down for line in sql.split("\n") if line.strip()]
        lines += [f"--rollback {line}" for line in back] or ["--rollback empty"]
    stem = f"{folder}/{moment}_{steps[0].about}" if folder else f"{moment}_{steps[0].about}"
    return [NewFile(f"{stem}.sql", "\n".join(lines) + "\n")]
