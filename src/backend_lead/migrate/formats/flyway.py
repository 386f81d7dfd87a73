"""Flyway: `V7__add_phone.sql` in the order of their versions, `U7__….sql` to take one back.

A file runs in one transaction, except one whose statements PostgreSQL refuses inside one, which Flyway finds by itself,
and one whose `….sql.conf` says executeInTransaction=false (Flyway's documentation, Script Config Files, Transactions).
By itself it finds indexes that are built or dropped concurrently and VACUUM, not REINDEX and DETACH (seen of 13.12).

Flyway newer than 9.0 takes its lock in a transaction that stays open in a second session (issues 3497 and 3682 of
flyway/flyway).  What waits for older snapshots then waits for Flyway, without end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import ends_in, sql_text, statements, uncommented
from backend_lead.migrate.script import NewFile, Script, Step
from backend_lead.model.place import Unresolved

NAME = "flyway"
ORDER = 10
COMMANDS = ("flyway migrate", "flyway undo")
_FILE = re.compile(r"(?:^|/)V(\d+(?:[._]\d+)*)__[^/]+\.sql$")
_NOT_TOGETHER = re.compile(r"(?im)^\s*executeInTransaction\s*=\s*false")
_FOUND = re.compile(r"(?is)\A(?:create\s+(?:unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|vacuum)\b")
_WAITS = re.compile(r"(?is)\b(?:create\s+(?:unique\s+)?index|reindex\b[^;]*)\s+concurrently\b")
_ALONE = "-- runs outside a transaction\n"
_SETTING = "flyway.postgresql.transactional.lock=false"
_WARNED = f"-- waits for Flyway itself unless {_SETTING}\n"
_HELD = (
    "Flyway keeps a transaction open for its lock, and what is built concurrently waits for that without end: "
    f"set {_SETTING} (Spring Boot: spring.flyway.postgresql.transactional-lock=false). No file of the project says so."
)
# Where that is set: flyway.conf, flyway.toml, Spring's properties and YAML, Maven, Gradle, the environment, or the API.
_SETTINGS = re.compile(
    r"(?i)(?:^|/)(?:flyway[^/]*\.(?:conf|toml)|application[^/]*\.(?:properties|ya?ml)|[^/]*\.properties|pom\.xml|"
    r"build\.gradle(?:\.kts)?|(?:docker-)?compose[^/]*\.ya?ml|\.env[^/]*|[^/]*flyway[^/]*\.(?:java|kt|scala|groovy))$"
)
_LOCK_APART = re.compile(r"(?i)transactional[._-]?lock[\"'\s]*[=:>(,]\s*[\"']?false|"
                         r"\[flyway\.postgresql\.transactional\]\s*\n\s*lock\s*=\s*false")


def find(tree: Tree) -> list[str]:
    """Return the versioned files in the order of their versions."""
    return sorted((path for path in tree.files if _FILE.search(path)), key=_version)


def _version(path: str) -> tuple[tuple[int, ...], str]:
    match = _FILE.search(path)
    return tuple(int(part) for part in re.split(r"[._]", match[1])) if match else (), path


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as Flyway sends it."""
    text = tree.text(path)
    notes: list[Unresolved] = []
    up = statements(text, path, together=_together(tree, path, text), unresolved=notes)
    down_path = re.sub(r"(^|/)V(?=\d)", r"\1U", path)
    down = None
    if tree.has(down_path):
        back = _text(tree, down_path)
        down = statements(back, down_path, together=_together(tree, down_path, back))
    return Script(
        path,
        NAME,
        up,
        down,
        # Undo is a feature of the paid editions, so that most projects have none.
        has_down=any(ends_in(each, "U") for each in tree.files),
        unresolved=tuple(notes),
        held_open=held_open(tree) if _WAITS.search(text) else "",
    )


def _together(tree: Tree, path: str, text: str) -> bool:
    """Say whether a file runs in a transaction: not when it is told otherwise, nor when Flyway finds that it cannot."""
    if tree.has(f"{path}.conf") and _NOT_TOGETHER.search(_text(tree, f"{path}.conf")):
        return False
    found = uncommented(text)
    return not found or not all(_FOUND.match(each) for each in found)


def held_open(tree: Tree) -> str:
    """Return what Flyway keeps open while a migration runs, "" where a file of the project says that it shall not."""
    apart = any(_LOCK_APART.search(_text(tree, path)) for path in tree.files if _SETTINGS.search(path))
    return "" if apart else _HELD


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.text(path)
    except Refused:
        return ""


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return `V8__add_phone.sql` and `U8__add_phone.sql`, after the versions that are there."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "src/main/resources/db/migration"
    last = _version(there[-1])[0] if there else (0,)
    found = []
    held = held_open(tree)
    for number, step in enumerate(steps, start=last[0] + 1):
        stem = f"{number}__{step.about}"
        for letter, lines in (("V", step.up), ("U", step.down)):
            name = f"{folder}/{letter}{stem}.sql"
            waits = held and any(_WAITS.search(sql) for sql in lines)
            found.append(NewFile(name, sql_text(lines, step.transactional, alone=_ALONE + (_WARNED if waits else ""))))
            settings = "" if step.transactional else "executeInTransaction=false\n"
            if any("${" in sql for sql in lines):
                settings += "placeholderReplacement=false\n"
            if settings:
                found.append(NewFile(f"{name}.conf", settings))
    return found
