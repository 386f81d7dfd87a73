"""What migrations are judged by: the schema before them, and what the running application sends.

The schema is that of a live database, of a file, or what the project's earlier migrations leave; the application's
statements stand in a file or are read from the code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.migrate.application import Application
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import measured
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import statements
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.event import Finished, Listener, Started
from backend_lead.model.place import Place, Unresolved

# The server's version when nobody says one and no server is asked.
DEFAULT_MAJOR = 18


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be judged.

    `files` are migrations or folders of them, of which only those count that changed `since` a git reference.
    `schema` is the schema before, as SQL; `dsn` a live database that holds it.  `queries` is what the running
    application sends, as SQL; `code` the folder of its source, read as it was at `since`.  `postgres` is the major
    version, None for that of the server; `transaction` says how raw SQL is run; `cache` lets what was read of the code
    be kept there.
    """

    files: tuple[Path, ...]
    schema: Path | None = None
    queries: Path | None = None
    postgres: int | None = None
    transaction: Transaction = Transaction.AUTO
    dsn: str | None = None
    allow_superuser: bool = False
    code: Path | None = None
    since: str | None = None
    cache: bool = True

    @property
    def replays(self) -> bool:
        """Whether the schema before is what the earlier migrations leave."""
        return self.schema is None and self.dsn is None


@dataclass(frozen=True, slots=True)
class Before:
    """The catalog before the first migration, the application, and the scripts that make the catalog."""

    catalog: Catalog
    application: Application | None
    major: int
    unresolved: tuple[Unresolved, ...] = ()
    scripts: tuple[Script, ...] = ()


def before(request: Request, listen: Listener) -> Before:
    """Return what was typed, read.

    Raises WrongUse for options that exclude each other and files that are not there, Unreachable for the database,
    NothingToLookAt for a folder without code.
    """
    if request.schema is not None and request.dsn is not None:
        raise WrongUse(
            "--schema and --db both say what the schema before is.", "Give the one that the migrations will meet."
        )
    if request.queries is not None and request.code is not None:
        raise WrongUse("--queries and --code both say what the application sends.", "Give one of them.")
    if request.postgres is not None and request.postgres < measured()[0] - 5:
        raise WrongUse(f"PostgreSQL {request.postgres} is not known here.", "Give 12 or newer: --postgres 18")
    found = _schema(request, listen)
    application = _application(request, listen)
    notes = application.unresolved if application is not None else ()
    return replace(found, application=application, unresolved=(*found.unresolved, *notes))


def _schema(request: Request, listen: Listener) -> Before:
    major = request.postgres or DEFAULT_MAJOR
    catalog = Catalog(complete=not request.replays)
    notes: list[Unresolved] = []
    scripts: tuple[Script, ...] = ()
    if request.schema is not None:
        sent = statements(_text(request.schema, "--schema"), str(request.schema), together=False, unresolved=notes)
        scripts = (Script(str(request.schema), "sql", sent),)
    elif request.dsn is not None:
        return _live(request, request.dsn, listen)
    notes += replay(scripts, catalog, major)
    return Before(catalog, None, major, tuple(notes), scripts)


def schema_of(path: Path, option: str, major: int) -> Catalog:
    """Return the schema that a file of SQL makes.  Raises WrongUse for one that cannot be read to its end."""
    catalog = Catalog(complete=True)
    notes: list[Unresolved] = []
    sent = statements(_text(path, option), str(path), together=False, unresolved=notes)
    notes += replay([Script(str(path), "sql", sent)], catalog, major)
    if notes:
        raise WrongUse(
            f"{option} {path}: {notes[0].what}: {notes[0].why}.", "Mend the file; nothing is compared with a part."
        )
    return catalog


def _live(request: Request, dsn: str, listen: Listener) -> Before:
    """Ask the database for its schema and how many rows its tables hold."""
    from backend_lead.gates.database import DatabaseGate
    from backend_lead.read.database.definitions import read_definitions

    listen(Started("database"))
    with DatabaseGate(dsn, allow_superuser=request.allow_superuser) as gate:
        found = read_definitions(gate)
        name = gate.database
    major = request.postgres or found.major
    place = Place(name, 1)
    script = Script(name, "sql", tuple(Sent(sql, place, None) for sql in found.statements))
    catalog = Catalog(complete=not found.missing)
    notes = [*replay([script], catalog, major), *(Unresolved(name, each, place) for each in found.missing)]
    catalog.available = found.extensions
    for relation, rows in found.rows.items():
        if relation in catalog.relations:
            catalog.relations[relation].rows = rows
    listen(Finished("database", f"{len(catalog.relations)} relations of PostgreSQL {found.major}"))
    return Before(catalog, None, major, tuple(notes), (script,))


def _application(request: Request, listen: Listener) -> Application | None:
    if request.queries is not None:
        return Application.of_sql(_text(request.queries, "--queries"), str(request.queries))
    if request.code is None:
        return None
    from backend_lead.read.reader import read_backend

    if not request.code.exists():
        raise WrongUse(
            f"--code names {request.code}, which does not exist.", "Give the folder of the service's source."
        )
    read = read_backend(request.code, cache=request.cache, listen=listen, only_at=request.since)
    return Application.of_backend(read)


def _text(path: Path, option: str) -> str:
    if not path.is_file():
        raise WrongUse(f"{option} names {path}, and there is no such file.", "Give a file of SQL.")
    return Tree(path).text(path.name)
