"""The text of the module that a patched service imports, with the parts that its calls need."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

NAME = "query_cache"


def cache_module(parts: Iterable[str]) -> str:
    """Return the module's text.

    `parts` name what is called: `psycopg-sync`, `psycopg-async`, `asyncpg`, `sqlalchemy-sync`, `sqlalchemy-async`; what
    they rest on comes along.
    """
    wanted = set(parts)
    wanted |= {part.partition("-")[0] for part in wanted}
    wanted |= {part.rpartition("-")[2] for part in wanted if "-" in part}
    if "asyncpg" in wanted:
        wanted.add("async")
    if "async" not in wanted:
        wanted |= {"sync", "sync-only"}
    text = files(__package__).joinpath("query_cache.py.tmpl").read_text(encoding="utf-8")
    kept: list[str] = []
    open_parts: list[str] = []
    for line in text.splitlines():
        if line == "#% end":
            open_parts.pop()
        elif line.startswith("#% "):
            open_parts.append(line[3:])
        elif wanted.issuperset(open_parts):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"
