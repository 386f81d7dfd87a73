"""Tables from SQL files: a schema file, or numbered migrations, replayed in the order of their paths."""

from __future__ import annotations

import re
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
_CREATES = re.compile(rb"(?i)\bcreate\s+(unlogged\s+)?table\b")


def harvest(run: Interpreter, tree: Tree, known: list[Table]) -> tuple[list[Table], list[Relationship]]:
    """Tables of the SQL files that neither models nor migrations declare."""
    builder = SchemaBuilder("sql")
    for path in sorted((p for p in tree.files if _is_schema(p)), key=_order):
        try:
            data = tree.read(path)
        except Refused as error:
            run.note(path, error.message, Place(path, 1))
            continue
        if _CREATES.search(data) or b"alter table" in data.lower() or b"create index" in data.lower():
            builder.run_sql(tree.text(path), path)
    for item in builder.unresolved[:50]:
        run.note(item.what, item.why, item.place or Place("", 0))
    names = {t.name for t in known}
    return [*known, *(t for t in builder.tables() if t.name not in names)], []


def _is_schema(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return path.endswith(".sql") and not _ASIDE & set(parts[:-1]) and not _DOWN.search(parts[-1])


def _order(path: str) -> tuple[object, ...]:
    """Folder, then the number in the file's name, then the name."""
    name = PurePosixPath(path).name
    number = re.search(r"\d+", name)
    return str(PurePosixPath(path).parent), int(number.group()) if number else 0, name
