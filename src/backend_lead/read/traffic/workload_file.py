"""A plain file of weighted queries.

    -- name: open orders of a user
    -- weight: 120/h
    -- endpoint: GET /users/{id}/orders
    SELECT * FROM orders WHERE user_id = $1 AND status = 'open' ORDER BY created_at DESC LIMIT 20;

A weight is a number with /s, /min, /h or /day behind it, a bare number per hour.  Parameters may be written as any
driver has them.
"""

from __future__ import annotations

import re
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse, split
from backend_lead.gates.text import one_line
from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Place
from backend_lead.model.workload import WeightedQuery, Workload
from backend_lead.read.sql_placeholders import rewrite

_NOTE = re.compile(r"(?m)^[ \t]*--[ \t]*(?P<key>name|weight|endpoint|calls)[ \t]*[:=][ \t]*(?P<value>[^\n]*?)[ \t]*$",
                   re.IGNORECASE)
_WEIGHT = re.compile(r"(?i)^([\d_,]+(?:\.\d+)?(?:e\d+)?)\s*(?:(?:x|times|calls|queries)?\s*(?:/|per)\s*"
                     r"(s|sec|second|m|min|minute|h|hr|hour|d|day|week)s?)?$")
_PER_HOUR = {"s": 3600.0, "m": 60.0, "h": 1.0, "d": 1 / 24, "w": 1 / 168}
_ENDPOINT = re.compile(r"^([A-Za-z]+)\s+(/\S*)$")
KINDS = frozenset({"select_stmt", "insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"})


def read_workload(path: Path) -> Workload:
    """Return the statements of a file.  One that cannot be read is named in `unread` and spoils no other.

    Raises WrongUse for a file that cannot be opened or holds no statement, and for a weight that is no number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise WrongUse(f"{path} cannot be read: {str(why).lower()}.", "Give a file of SQL statements.") from None
    queries, unread = [], []
    for offset, sql in split(text.replace("\0", "\ufffd")):
        line = text.count("\n", 0, offset + len(sql.rstrip()) - len(_uncommented(sql))) + 1
        notes = {match["key"].lower(): match["value"] for match in _NOTE.finditer(sql)}
        try:
            normal, statement = normalised(sql)
        except SqlUnreadable as error:
            unread.append((f"{path.name}:{line}", f"{one_line(error.message)}: {one_line(sql, 80)}"))
            continue
        if not normal:
            continue
        if kind(statement) not in KINDS:
            unread.append((f"{path.name}:{line}", f"it neither reads nor writes rows: {one_line(normal, 80)}"))
            continue
        name = notes.get("name") or f"{path.name}:{line}"
        queries.append(WeightedQuery(normal, _per_hour(notes, path, line), "workload file", name,
                                     _endpoint(notes.get("endpoint", "")), Place(path.name, line)))
    if not queries and not unread:
        raise WrongUse(f"{path} holds no statement.", "Write one statement after another, each with its weight: "
                       "-- weight: 120/h")
    return Workload(tuple(queries), tuple(unread), str(path))


def normalised(sql: str) -> tuple[str, Node]:
    """Return a statement with parameters as `$1` and without comments around it, and its syntax tree.

    Returns "" for a text of comments only; raises SqlUnreadable.
    """
    text = rewrite(_uncommented(sql)).render().strip()
    if not text:
        return "", parse("SELECT 1")[0].stmt
    trees = parse(text)
    if len(trees) != 1:
        raise SqlUnreadable(f"it holds {len(trees)} statements")
    return text, trees[0].stmt


def _uncommented(sql: str) -> str:
    text = sql.strip()
    while text.startswith("--"):
        text = text.partition("\n")[2].lstrip()
    return text


def _per_hour(notes: dict[str, str], path: Path, line: int) -> float | None:
    written = notes.get("weight", notes.get("calls"))
    if written is None:
        return None
    found = _WEIGHT.match(written)
    if not found:
        raise WrongUse(f"{path.name}:{line}: the weight {one_line(written, 40)} is not a number with a unit.",
                       "Write it as: -- weight: 120/h (also /s, /min, /day)")
    number = float(found[1].replace(",", "").replace("_", ""))
    return number * _PER_HOUR[(found[2] or "h")[0].lower()]


def _endpoint(text: str) -> EndpointRef | None:
    found = _ENDPOINT.match(text.strip())
    return EndpointRef(found[1].upper(), found[2]) if found else None
