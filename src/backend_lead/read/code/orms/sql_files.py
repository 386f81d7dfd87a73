"""Tables from SQL files: a schema file, or numbered migrations, replayed in the order of their paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.model.backend import Relationship
from backend_lead.model.place import Place
from backend_lead.model.table import Table
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.database.catalog import SchemaBuilder

MARKERS: tuple[bytes, ...] = ()
HARVEST_ORDER = 2
_ASIDE = frozenset(
    {"tests", "test", "fixtures", "docs", "examples", "example", "seeds", "seed", "dumps", "node_modules"}
)
_DOWN = re.compile(r"(?i)(^|[._-])(down|rollback|undo|revert)[._-]?.*\.sql$|^U\d.*__.*\.sql$")
_NAMED = re.compile(
    r'(?i)\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?((?:["`]?\w+["`]?\.)?["`]?\w+["`]?)'
)
_LOOKS = re.compile(rb"""["'](?:\*\*?/?)*\*?\.sql["']""")
_CREATES = re.compile(rb"(?i)\bcreate\s+(unlogged\s+)?table\b")


def harvest(run: Interpreter, tree: Tree, known: list[Table]) -> tuple[list[Table], list[Relationship]]:
    """Tables of the SQL files that neither models nor migrations declare.

    Files lie beside each other for one purpose, so a folder is taken whole: when the program reads a file of it, or
    uses a table that it makes, or has no other tables.  The rest is sample data, or another product's schema.
    """
    builder = SchemaBuilder("sql")
    folders: dict[str, list[str]] = {}
    for path in sorted((p for p in tree.files if _is_schema(p)), key=_order):
        folders.setdefault(str(PurePosixPath(path).parent), []).append(path)
    names = {t.name for t in known}
    used = names | run.queried
    for paths in folders.values():
        files = list(_changing(run, tree, paths))
        if not files:
            continue
        made = {name for _, text in files for name in _made(text)}
        if not used or made & used or any(_is_read(run, path) for path, _ in files):
            for path, text in files:
                builder.run_sql(text, path)
        else:
            run.note(files[0][0], "no code reads it and no query uses its tables, so it is not taken for the schema",
                     Place(files[0][0], 1))
    for item in builder.unresolved[:50]:
        run.note(item.what, item.why, item.place or Place("", 0))
    return [*known, *(t for t in builder.tables() if t.name not in names)], []


def _changing(run: Interpreter, tree: Tree, paths: list[str]) -> Iterator[tuple[str, str]]:
    """The files that change a schema, with their text."""
    for path in paths:
        try:
            data = tree.read(path)
        except Refused as error:
            run.note(path, error.message, Place(path, 1))
            continue
        if _CREATES.search(data) or b"alter table" in data.lower() or b"create index" in data.lower():
            yield path, tree.text(path)


def _made(text: str) -> Iterator[str]:
    """The tables that a text makes, as queries write them."""
    for match in _NAMED.finditer(text):
        yield re.sub(r'["`\s]', "", match[1]).removeprefix("public.")


def _is_read(run: Interpreter, path: str) -> bool:
    """Whether code names the file, or its folder beside the suffix that it looks for."""
    parts = PurePosixPath(path).parts
    name, folder = parts[-1].encode(), parts[-2].encode() if len(parts) > 1 else b""
    return any(name in module.source or (folder and folder in module.source and _LOOKS.search(module.source))
               for module in run.program.modules.values())


def _is_schema(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return path.endswith(".sql") and not _ASIDE & set(parts[:-1]) and not _DOWN.search(parts[-1])


def _order(path: str) -> tuple[object, ...]:
    """Folder, then the number in the file's name, then the name."""
    name = PurePosixPath(path).name
    number = re.search(r"\d+", name)
    return str(PurePosixPath(path).parent), int(number.group()) if number else 0, name
