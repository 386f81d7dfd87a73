"""Raw SQL: a file is a migration; `x.down.sql` or `x_down.sql` beside `x.up.sql` is its way back.

Also the marks of goose (`-- +goose Down`), dbmate (`-- migrate:down`) and sqlx, which stand in the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import next_numbers, numbers_first, sql_text, statements
from backend_lead.migrate.script import NewFile, Script, Step
from backend_lead.model.place import Unresolved

NAME = "sql"
ORDER = 90
_FOLDER = re.compile(r"(^|/)(db/)?(migrations?|migrate|changes|upgrades?)/", re.IGNORECASE)
_DOWN_FILE = re.compile(r"(?i)([._-]down|[._-]undo|[._-]rollback|[._-]revert)\.sql$")
_UP_FILE = re.compile(r"(?i)[._-]up\.sql$")
# goose 3 and dbmate 2: what their documentation says of marks in a file.
_MARK = re.compile(r"(?im)^--\s*(?:\+goose\s+|migrate:)(up|down)\b([^\n]*)\n?")
_NO_TRANSACTION = re.compile(
    r"(?im)^--\s*\+goose\s+no\s+transaction\b|^--\s*migrate:up[^\n]*transaction:\s*false|"
    r"^--\s*no-transaction\b"
)


def find(tree: Tree) -> list[str]:
    """Return the SQL files in folders of migrations, downs left out."""
    return ordered([path for path in tree.files if path.endswith(".sql") and _FOLDER.search(path)])


def ordered(paths: Sequence[str], keep: Collection[str] = ()) -> list[str]:
    """Return the files that lead up, in the order of their numbers; those to `keep` stay whatever they are called."""
    return numbers_first([path for path in paths if path in keep or not _DOWN_FILE.search(path)])


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file: in one transaction, unless it says otherwise or `how` does."""
    text = tree.text(path)
    together = how is not Transaction.STATEMENT and not (how is Transaction.AUTO and _NO_TRANSACTION.search(text))
    notes: list[Unresolved] = []
    marks = list(_MARK.finditer(text))
    if marks:
        return _marked(text, path, marks, together)
    up = statements(text, path, together=together, unresolved=notes)
    down_path = _down_of(tree, path)
    down = None
    if down_path is not None:
        down = statements(tree.text(down_path), down_path, together=together)
    return Script(
        path, NAME, up, down, has_down=down_path is not None or bool(_UP_FILE.search(path)), unresolved=tuple(notes)
    )


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return `0007_add_phone.up.sql` and `.down.sql` beside the migrations that are there, numbered as they are."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "migrations"
    found = []
    for step, number in zip(steps, next_numbers(there, len(steps), moment), strict=True):
        stem = f"{folder}/{number}_{step.about}" if folder else f"{number}_{step.about}"
        found.append(NewFile(f"{stem}.up.sql", sql_text(step.up, step.transactional)))
        found.append(NewFile(f"{stem}.down.sql", sql_text(step.down, step.transactional)))
    return found


def _marked(text: str, path: str, marks: list[re.Match[str]], together: bool) -> Script:
    notes: list[Unresolved] = []
    parts = {}
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        body = re.sub(r"(?im)^--\s*\+goose\s+statement(begin|end)[^\n]*", "", text[mark.end() : end])
        line = 1 + text.count("\n", 0, mark.end())
        parts[mark[1].lower()] = statements(body, path, line=line, together=together, unresolved=notes)
    return Script(path, NAME, parts.get("up", ()), parts.get("down"), unresolved=tuple(notes))


def _down_of(tree: Tree, path: str) -> str | None:
    stem = _UP_FILE.sub("", path) if _UP_FILE.search(path) else path.removesuffix(".sql")
    for ending in (".down.sql", "_down.sql", "-down.sql", ".undo.sql", ".rollback.sql", ".revert.sql"):
        if tree.has(f"{stem}{ending}"):
            return f"{stem}{ending}"
    return None
