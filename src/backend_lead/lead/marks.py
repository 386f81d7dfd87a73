"""What the form of a request tells beside its words: the patterns that fit, and what it names.

Names are of no use to a comparison of sentences: a file of a migration becomes "the migration", the id of a rule "the
rule", a statement of SQL "this sql statement".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.lead.intents import ELSEWHERE, intents
from backend_lead.lead.slots import Slots

_MIGRATION = re.compile(r"(?i)migrat|alembic|versions/|\.sql$|^v\d+__|^\d{3,}")
_SQL = re.compile(
    r"(?i)\b(?:alter table \S+ (?:add|drop|alter|rename|set)\b|create (?:unique )?index (?:\w+ )?on\b"
    r"|create (?:unique )?index concurrently|create table \S+ \(|drop table \S+$|select .+? from\b|update \S+ set\b"
    r"|delete from\b|insert into\b).*?(?=;|$| (?:block|lock|dangerous|safe|ok|okay|at|in|while|without|and)\b)"
)
_COLUMN = re.compile(r"\b[a-z_]\w*\.[a-z_]\w*\b")
_ROUTE = re.compile(r"(?i)(?<!\w)(?:(?:get|post|put|patch|delete) )?/[\w{}/-]+")
_ASKS = re.compile(r"^(?:who|what|where|which|when|why|how|whose)\b")
_MAY = re.compile(r"^(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|has|have|any|anything)\b")


def is_migration(name: str) -> bool:
    """Say whether the name of a file is one that migrations have."""
    return bool(_MIGRATION.search(name))


def plain(words: str, slots: Slots) -> str:
    """Return words in lower case with what they name said in general."""
    for file in slots.files:
        if is_migration(file):
            words = words.replace(file.lower(), "the migration", 1)
    if slots.rule:
        words = re.sub(re.escape(slots.rule).replace(r"\-", "[- ]"), "the rule", words)
    rest = _SQL.sub("this sql statement", words)
    # A request that is a statement and nothing else is what the statement says.
    return rest if len(rest.split()) > len(["this", "sql", "statement"]) else words


def marks(words: str, slots: Slots) -> Sequence[float]:
    """Return the marks of a request as numbers, always in the same order."""
    found = [float(bool(intent.hits(words))) for id, intent in intents().items() if id != ELSEWHERE]
    asks, may = bool(_ASKS.search(words)), bool(_MAY.search(words))
    dotted = bool(_COLUMN.search(words)) and not slots.files
    found += map(float, (
        any(is_migration(file) for file in slots.files),
        bool(slots.rule),
        bool(slots.technologies),
        len(slots.technologies) > 1,
        bool(slots.times),
        bool(_SQL.search(words)),
        dotted and not asks,
        bool(_ROUTE.search(words)) and not slots.files,
        asks,
        may,
        words.endswith("?"),
    ))
    return found
