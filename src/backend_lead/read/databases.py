"""Which database systems a target is written for, read from what it imports, connects to and depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree

_DRIVERS = {
    "postgresql": r"psycopg2?|psycopg_pool|asyncpg|pg8000|aiopg",
    "mysql": r"pymysql|MySQLdb|aiomysql|asyncmy|mysql\.connector|mariadb",
    "sqlite": r"aiosqlite|sqlite3",
    "mssql": r"pymssql|aioodbc",
    "oracle": r"oracledb|cx_Oracle",
}
_PACKAGES = {
    "postgresql": r"psycopg2?(?:-binary|-pool|-c)?|asyncpg|pg8000|aiopg",
    "mysql": r"pymysql|mysqlclient|aiomysql|asyncmy|mysql-connector-python|mariadb",
    "sqlite": r"aiosqlite",
    "mssql": r"pymssql|aioodbc",
    "oracle": r"oracledb|cx-oracle",
}
_SCHEMES = {"postgresql": r"postgres(?:ql)?", "mysql": r"mysql|mariadb", "sqlite": r"sqlite", "mssql": r"mssql",
            "oracle": r"oracle"}
# What only one system's statements hold.
_WORDS = {
    "postgresql": r"\btimestamptz\b|\bjsonb\b|\b(?:big|small)?serial\b"
                  r"|generated\s+(?:always|by\s+default)\s+as\s+identity|\bcreate\s+extension\b|::regclass|\bunlogged\b|\binherits\s*\(|\bpg_catalog\b|\bplpgsql\b",
    "mysql": r"\bauto_increment\b|\)\s*engine\s*=|`\w+`\s+\w+",
    "sqlite": r"\bautoincrement\b|\bwithout\s+rowid\b|\bpragma\s+\w+",
}
_MANIFEST = re.compile(r"^(requirements.*\.txt|pyproject\.toml|setup\.(py|cfg)|Pipfile|METADATA)$")


def _pattern(template: str, words: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(template.format(each), re.MULTILINE)) for name, each in words.items()]


# A dialect of SQLAlchemy is imported for the program's own tables; a driver or an address may be for another's.
_DIALECTS = _pattern(r"\bsqlalchemy\.dialects(?:\.|\s+import\s+)(?:{0})\b", _SCHEMES)
# So is the name of a dialect with its driver.
_DIALECTS += _pattern(r"""["'](?:{0})\+\w+(?:["']|://)""", _SCHEMES)
# Each text that names a dialect holds one of these; to find them costs little, and most texts hold none.
_DIALECT_HINTS = ("sqlalchemy.dialects", *(f"{each}+" for each in (
    "postgres", "postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")))
_CONNECTING = [
    *_pattern(r"^\s*(?:from|import)\s+(?:{0})\b", _DRIVERS),
    *_pattern(r"""["'](?:{0})://""", _SCHEMES),
]
_IN_MANIFEST = _pattern(r"""(?i)(?:^|["'\s]|Requires-Dist:\s*)(?:{0})(?=["'\s\[<>=~!;,(]|$)""", _PACKAGES)
_IN_SQL = _pattern(r"(?i){0}", _WORDS)


def databases_of(tree: Tree, sources: Iterable[bytes]) -> tuple[str, ...]:
    """The systems, sorted: `("mysql", "sqlite")`; empty when nothing tells.

    The dialects that the code imports and names go first, then its drivers and addresses, then what it depends on and
    how its SQL files are spelled.
    """
    texts = [data.decode("utf-8", "replace") for data in sources]
    for patterns, hints in ((_DIALECTS, _DIALECT_HINTS), (_CONNECTING, ())):
        hinted = [text for text in texts if not hints or any(hint in text for hint in hints)]
        found = {name for text in hinted for name in _named(patterns, text)}
        if found:
            return tuple(sorted(found))
    found = set()
    for path in tree.files:
        name = PurePosixPath(path).name
        if name.endswith(".sql") or _MANIFEST.match(name):
            spelled = _IN_SQL if name.endswith(".sql") else _IN_MANIFEST
            with suppress(Refused):
                found |= set(_named(spelled, tree.text(path)))
    return tuple(sorted(found))


def _named(patterns: list[tuple[str, re.Pattern[str]]], text: str) -> Iterable[str]:
    return (name for name, pattern in patterns if pattern.search(text))
