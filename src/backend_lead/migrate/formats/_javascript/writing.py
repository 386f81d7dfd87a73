"""SQL as a program sends it: texts in back quotes, and which statements may share a transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.migrate.formats._sql import LOCK_TIMEOUT, alone_only
from backend_lead.migrate.script import Step

_COMMITS = re.compile(r"(?is)\A\s*(?:--[^\n]*\n\s*)*(do|call)\b.*\bcommit\b")
_PATIENCE = re.compile(r"(?is)\A\s*set\s+(?:session\s+)?lock_timeout\b")
PATIENCE = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"


def in_quotes(sql: str) -> str:
    """Return a statement as a template literal."""
    body = sql.strip()
    body = body.removesuffix(";") if not body.endswith("$$;") else body
    return "`" + body.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${") + "`"


def groups(lines: Sequence[str], transactional: bool) -> list[tuple[bool, list[str]]]:
    """Return statements as they commit: (whether in a transaction of their own, the statements).

    A library takes any connection of its pool for a statement by itself, so that a SET would hold for another one: what
    shall give up waiting for a lock gets a transaction with SET LOCAL, unless it cannot stand in one.
    """
    if transactional:
        return [(True, [PATIENCE, *lines])] if lines else []
    found: list[tuple[bool, list[str]]] = []
    patient = False
    for sql in lines:
        if _PATIENCE.match(sql):
            patient = True
        elif patient and not alone_only(sql) and not _COMMITS.match(sql):
            found.append((True, [PATIENCE, sql]))
        else:
            found.append((False, [sql]))
    return found


def stem(step: Step) -> str:
    """Return a step's name as it stands in a file's."""
    return re.sub(r"\W+", "_", step.about).strip("_") or "change"
