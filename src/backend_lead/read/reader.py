"""The whole way from a folder to a `Backend`."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from backend_lead.errors import NothingToLookAt, Refused
from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.files import Tree
from backend_lead.gates.history import CommittedTree
from backend_lead.model.backend import Backend, SourceFile
from backend_lead.model.event import Finished, Listener, Started, silent
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.table import Table
from backend_lead.read.code.reading import read_code, read_models
from backend_lead.read.databases import databases_of
from backend_lead.read.facts import remembered
from backend_lead.read.join import merge_tables
from backend_lead.read.openapi import find_documents, read_document
from backend_lead.read.processes import worker_processes

TEST_FOLDERS = frozenset({"tests", "test", "testing", "__tests__", "conftest", "fixtures", "testdata", "e2e"})
ASIDE_FOLDERS = frozenset({"docs", "examples", "example", "benchmarks", "scripts", "samples", "node_modules"})
LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".ts": "typescript",
    ".java": "java",
    ".go": "go",
    ".rb": "ruby",
    ".php": "php",
    ".rs": "rust",
    ".cs": "csharp",
    ".kt": "kotlin",
    ".tsx": "typescript",
    ".jsx": "javascript",
}


def read_backend(
    root: Path,
    *,
    openapi: Path | None = None,
    database: DatabaseGate | None = None,
    cache: bool = True,
    listen: Listener = silent,
    only_at: str | None = None,
) -> Backend:
    """Read a folder, its API documents and, when given, a live PostgreSQL.

    `only_at` reads the folder as it was at a git revision.  Raises NothingToLookAt when nothing is there that we read,
    WrongUse for a document that was named and cannot be used.
    """
    tree = Tree(root) if only_at is None else CommittedTree(root, only_at)
    listen(Started("read"))
    sources, refused = _sources(tree)
    documents = (read_document(Tree(openapi), openapi.name),) if openapi is not None else tuple(find_documents(tree))
    with _without_collecting():
        code = (
            remembered(tree.root, _contents(tree, sources), lambda: read_code(tree, sources, listen))
            if (cache and only_at is None)
            else read_code(tree, sources, listen)
        )
    tables, unresolved = code.tables, [*code.unresolved, *refused]
    server = None
    if database is not None:
        from backend_lead.read.database.postgres import read_postgres

        live, server = read_postgres(database)
        tables = merge_tables(tables, live)
    if not code.endpoints and not tables and not documents:
        raise _nothing(tree, sources)
    files = tuple(
        SourceFile(path, "python", data.count(b"\n") + 1, hashlib.sha256(data).hexdigest())
        for path, data in sorted(sources.items())
    )
    listen(Finished("read", f"{len(files)} files, {len(code.endpoints)} endpoints, {len(tables)} tables"))
    return Backend(
        str(root),
        files,
        code.frameworks,
        code.endpoints,
        tables,
        code.calls,
        code.literals,
        code.relationships,
        code.shared_state,
        documents,
        tuple(sorted({*unresolved, *tree.skipped}, key=_unresolved_order)),
        server,
        processes=worker_processes(tree),
        unplaced_routes=code.unplaced_routes,
        databases=("postgresql",) if server is not None else databases_of(tree, sources.values()),
    )


def read_declared(root: Path) -> tuple[Table, ...]:
    """Return the tables that a program's models declare, whatever its migrations made.  Raises NothingToLookAt."""
    tree = Tree(root)
    sources, _ = _sources(tree)
    with _without_collecting():
        tables = read_models(tree, sources)
    if not tables:
        raise NothingToLookAt(
            f"No model is declared in {tree.root.name}.",
            "Models of SQLAlchemy and SQLModel are read; or --from-schema FILE",
        )
    return tables


def _sources(tree: Tree) -> tuple[dict[str, bytes], list[Unresolved]]:
    """The application's source files, and those that the gate would not give."""
    found: dict[str, bytes] = {}
    refused: list[Unresolved] = []
    for path in tree.files:
        if is_application_code(path):
            try:
                found[path] = tree.read(path)
            except Refused as error:
                refused.append(Unresolved(path, error.message))
    return found, refused


def _contents(tree: Tree, sources: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Every file that the reading of the code depends on."""
    yield from sorted(sources.items())
    for path in tree.files:
        if path.endswith(".sql"):
            with suppress(Refused):
                yield path, tree.read(path)


def is_application_code(path: str) -> bool:
    """Whether a file belongs to the application: source that we read, and not its tests, docs or examples."""
    parts = PurePosixPath(path).parts
    name = parts[-1]
    if not name.endswith(".py") or name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py":
        return False
    return not any(part in TEST_FOLDERS or part in ASIDE_FOLDERS for part in parts[:-1])


def _unresolved_order(item: Unresolved) -> tuple[str, str, Place]:
    return item.what, item.why, item.place or Place("", 0)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Reading makes millions of small objects that live until its end; looking for garbage among them is a waste."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _nothing(tree: Tree, sources: dict[str, bytes]) -> NothingToLookAt:
    counts: dict[str, int] = {}
    for path in tree.files:
        language = LANGUAGES.get(PurePosixPath(path).suffix)
        if language is not None:
            counts[language] = counts.get(language, 0) + 1
    others = sorted((language for language in counts if language != "python"), key=lambda name: (-counts[name], name))
    hint = (
        "Give the folder of a backend's source, an OpenAPI document with --openapi FILE, or a database with --db DSN."
    )
    if others and not sources:
        return NothingToLookAt(
            f"{tree.root.name} is written in {', '.join(others[:3])}, which is not read yet; Python is.",
            "An OpenAPI document (--openapi FILE) and a PostgreSQL database (--db DSN) can be reviewed all the same.",
        )
    if sources:
        return NothingToLookAt(
            f"{tree.root.name} holds {len(sources)} Python files, but no endpoint of FastAPI or Flask, no table and no "
            "API document was found in them.",
            hint,
        )
    return NothingToLookAt(
        f"{tree.root.name} holds nothing to look at: Python source, SQL files and OpenAPI documents were looked for.",
        hint,
    )
