"""Whether a database is what it was: its schema as text, and a digest of its rows."""

from __future__ import annotations

import difflib
import re

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.scratch import Scratch

_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
# Lines of a dump that differ from run to run or say nothing about the schema.
_NOISE = re.compile(r"(?m)^(--.*|\\(un)?restrict .*|SET .*|SELECT pg_catalog\.set_config.*|)$\n?")


def schema_text(scratch: Scratch, database: str) -> str:
    """Return the schema as pg_dump writes it, without what differs from run to run.

    Columns come in the order of their names: one that was dropped and made again stands at the end of its table, and no
    way down could put it back.
    """
    text = _NOISE.sub("", scratch.server.dump(database))
    return re.sub(r"(?ms)^(CREATE (?:UNLOGGED )?TABLE [^\n]+ \()\n(.*?)\n(\)[^\n]*;)$", _sorted_columns, text)


def _sorted_columns(match: re.Match[str]) -> str:
    lines = sorted(line.strip().rstrip(",") for line in match[2].split("\n"))
    return "\n".join((match[1], *lines, match[3]))


def digests(session: ScratchSession) -> dict[str, str]:
    """Return a digest of the rows of each table, whatever their order and that of the columns."""
    found = {}
    for (table,) in session.run(_TABLES):
        try:
            rows = session.run(f"""
                SELECT count(*)::text || ':' || coalesce(sum(('x' || substr(md5(to_jsonb(t)::text), 1,
                15))::bit(60)::bigint )::text, '') FROM {table} AS t""")
        except ScratchError as error:
            found[table] = error.message
            continue
        found[table] = str(rows[0][0])
    return found


def difference(before: str, after: str) -> str:
    """Return the first lines that differ, as a diff writes them."""
    lines = [
        line
        for line in difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    return "\n".join(lines[:12])
