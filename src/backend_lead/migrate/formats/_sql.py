"""SQL text as files hold it: statements with their lines, and the transactions that the text itself opens."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.grammar import split
from backend_lead.gates.text import one_line
from backend_lead.migrate.script import Sent, Step
from backend_lead.model.place import Place, Unresolved

_COMMENT = re.compile(r"(?s)\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+")
_BEGIN = re.compile(r"(?i)\A(begin|start\s+transaction)\b")
_END = re.compile(r"(?i)\A(commit|end|rollback|abort)\b")
_PSQL = re.compile(r"(?m)^[ \t]*\\[^\n]*$")


def statements(
    text: str, file: str, *, line: int = 1, together: bool = True, unresolved: list[Unresolved] | None = None
) -> tuple[Sent, ...]:
    """Return the statements of a text that starts at `line`; `together`: they run in one transaction.

    BEGIN and COMMIT in the text open and close transactions of their own.  Commands of psql are left out and noted.
    """
    for command in _PSQL.finditer(text):
        if unresolved is not None:
            unresolved.append(
                Unresolved(
                    one_line(command.group().strip(), 60),
                    "a command of psql, which is not sent to the server and was left out",
                    Place(file, line + text.count("\n", 0, command.start())),
                )
            )
    text = _PSQL.sub("", text)
    found: list[Sent] = []
    transaction: int | None = 0 if together else None
    opened = 0
    for offset, statement in split(text):
        lead = _COMMENT.match(statement)
        start = lead.end() if lead else 0
        body = statement[start:].strip()
        if not body:
            continue
        if _BEGIN.match(body):
            opened += 1
            transaction = opened
            continue
        if _END.match(body):
            # What follows a COMMIT runs by itself, even where a tool wraps the file.
            transaction = None
            continue
        found.append(Sent(body, Place(file, line + text.count("\n", 0, offset + start)), transaction))
    return tuple(found)


def numbers_first(paths: Sequence[str]) -> list[str]:
    """Sort paths as people number them: 2 before 10, and then by name."""

    def key(path: str) -> tuple[object, ...]:
        return tuple(
            (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", path) if part
        )

    return sorted(paths, key=key)


def next_numbers(paths: Sequence[str], count: int, moment: str) -> list[str]:
    """Return the numbers of new files, as the files that are there are numbered: 0007, or a moment in fourteen
    digits."""
    given = [match[1] for path in paths if (match := re.match(r"V?(\d+)", path.rpartition("/")[2]))]
    if given and len(given[-1]) >= 12:
        start = max(int(moment), *(int(number) + 1 for number in given if len(number) == 14), 0)
        return [str(start + number) for number in range(count)]
    width = len(given[-1]) if given else 4
    first = max((int(number) for number in given), default=0) + 1
    return [str(first + number).zfill(width) for number in range(count)]


LOCK_TIMEOUT = "2s"
"""How long a created migration waits for a lock before it gives up, so that nobody queues behind it for longer."""


def sql_text(statements: Sequence[str], transactional: bool, *, alone: str = "-- no-transaction\n") -> str:
    """Return the text of a file of SQL; `alone` is what says that its statements run by themselves."""
    if not statements:
        return "-- nothing to take back\n"
    head = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';\n" if transactional else alone
    return head + "\n".join(statements) + "\n"


_ALONE = re.compile(
    r"(?is)\A\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b.*\bconcurrently|vacuum|"
    r"alter\s+table\b.*\bdetach\s+partition\b.*\bconcurrently)"
)


def uncommented(text: str) -> list[str]:
    """Return the statements of a text without the comments before them."""
    found = (_COMMENT.sub("", statement).strip() for _, statement in split(text))
    return [statement for statement in found if statement]


def alone_only(text: str) -> bool:
    """Say whether a text holds nothing but statements that PostgreSQL refuses inside a transaction."""
    found = uncommented(text)
    return bool(found) and all(_ALONE.match(statement) for statement in found)


def ends_in(path: str, letter: str) -> bool:
    """Say whether a file's name begins with a letter and a number: `U7__…`."""
    return bool(re.match(rf"{letter}\d", path.rpartition("/")[2]))


def one_text(text: str, path: str) -> tuple[tuple[Sent, ...], tuple[Unresolved, ...]]:
    """Return the statements of a text that is sent as one: several are one transaction, a single one runs by itself."""
    notes: list[Unresolved] = []
    found = statements(text, path, unresolved=notes)
    if len(found) == 1 and found[0].transaction == 0:
        found = (Sent(found[0].sql, found[0].place, None),)
    return found, tuple(notes)


def single_statements(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with each statement that runs by itself as a step of its own.

    SET is left out: each file is a session's own transaction, in which it would say nothing.
    """
    found: list[Step] = []
    for step in steps:
        if step.transactional:
            found.append(step)
            continue
        lines = [sql for sql in step.up if not sql.startswith("SET ")]
        back = [sql for sql in step.down if not sql.startswith("SET ")]
        for number, sql in enumerate(lines):
            name = step.about if len(lines) == 1 else f"{step.about}_{number + 1}"
            # The whole way back stands in the first, which is taken back last, as long as it is one statement.
            found.append(Step(name, (sql,), tuple(back) if number == 0 else (), transactional=False))
    return found


def next_moments(taken: Sequence[str], count: int, moment: str) -> list[str]:
    """Return moments in fourteen digits that follow all that are taken."""
    start = max([int(moment), *(int(each) + 1 for each in taken)])
    return [str(start + number) for number in range(count)]
