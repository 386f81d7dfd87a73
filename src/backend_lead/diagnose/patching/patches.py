"""What a diagnosis advises of caches and pools, as one patch of the target's source."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.diagnose.endpoints import sent_from
from backend_lead.diagnose.patching.cache_module import NAME, cache_module
from backend_lead.diagnose.patching.cached_reads import Kept, put_cache
from backend_lead.diagnose.patching.fitness import Sent, touched_by, unfit, writers
from backend_lead.diagnose.patching.invalidation import Program, tell_write
from backend_lead.diagnose.patching.pool_settings import pools_of, set_pool
from backend_lead.diagnose.patching.refusals import refuses_by
from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import Cache, Diagnosis, Patch, Patched, Pool
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.place import Place
from backend_lead.model.query import Query
from backend_lead.read.code.editing import NotPatched, Source

_DRIVER = re.compile(r"(?m)^[ \t]*(?:from|import)[ \t]+(psycopg2|psycopg_pool|psycopg|asyncpg|sqlalchemy"
                     r"|flask_sqlalchemy|sqlmodel|sqlite3|aiosqlite|databases|aiopg|pymysql|MySQLdb|pg8000)\b")
_MEANS = {"psycopg_pool": "psycopg", "flask_sqlalchemy": "sqlalchemy", "sqlmodel": "sqlalchemy"}
_SESSION_NAME = re.compile(r"(?m)^(\w+)\s*(?::[^=\n]*)?=\s*Annotated\[\s*(?:\w+\.)?(?:Async)?Session\b")
_DEFINED = re.compile(r"(?m)^[ \t]*(?:async[ \t]+)?def[ \t]")
_LENT = re.compile(r"\.(?:transaction|begin)\(")
_ISOLATION = re.compile(r"(?i)REPEATABLE[ _]READ|SERIALIZABLE|isolation\s*=")
_CONNECTED = re.compile(r"\bpsycopg\.(?:connect|(?:Async)?Connection\.connect)\(|\b(?:Async)?ConnectionPool\(")
_REQUIREMENTS = "requirements.txt"


@dataclass(slots=True)
class _Work:
    """The sources that were opened, the parts of the module that they call, and what the whole program does."""

    tree: Tree
    backend: Backend
    schema_sql: str
    texts: Mapping[str, str]
    sources: dict[str, Source] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    writes: dict[Place, tuple[Sent, set[str]]] = field(default_factory=dict)

    def source(self, path: str) -> Source:
        """Return a file to change.  Raises NotPatched for one that is no Python or cannot be read."""
        if not path.endswith(".py"):
            raise NotPatched("only Python is patched")
        if path not in self.sources:
            try:
                data = self.tree.read(path)
                data.decode("utf-8")
            except (Refused, UnicodeDecodeError):
                raise NotPatched(f"{path} cannot be read as UTF-8") from None
            self.sources[path] = Source(path, data)
        return self.sources[path]

    def changed(self) -> dict[str, str]:
        """Return the new texts of the files that changed.  Raises NotPatched where two changes meet."""
        return {path: source.changed() for path, source in self.sources.items() if source.edits}

    def adopt(self, other: _Work) -> None:
        """Take over what was changed in another trial."""
        for path, source in other.sources.items():
            self.source(path).edits |= source.edits

    def trial(self) -> _Work:
        """Return the same with nothing changed yet, to see what can be done."""
        return _Work(self.tree, self.backend, self.schema_sql, self.texts)


def patch_of(found: Diagnosis, backend: Backend, tree: Tree, schema_sql: str) -> Patch | None:
    """Return the patch for the caches and the pool of a diagnosis; None where it advises neither.

    What cannot be patched rightly is a part with its reason.  No file is changed here.
    """
    if not found.caches and found.pool is None:
        return None
    work = _Work(tree, backend, schema_sql, {
        path: tree.text(path) for path in tree.files if path.endswith(".py")})
    program = _program(work)
    parts: list[Patched] = []
    for cache in found.caches:
        parts.append(_cached(work, cache, program))
    _tell_all(work, program)
    module = ""
    if work.parts:
        module = _import_all(work)
    if found.pool is not None:
        parts += _pools(work, found.pool)
    return _patch(work, parts, module)


def _program(work: _Work) -> Program:
    drivers = {name for text in work.texts.values() for name in _DRIVER.findall(text)}
    drivers = {_MEANS.get(name, name) for name in drivers}
    names = {name for text in work.texts.values() for name in _SESSION_NAME.findall(text)}
    lent = any("yield" in each and _LENT.search(each) for text in work.texts.values()
               for each in _DEFINED.split(text)[1:])
    opened = [text[each.start() : each.start() + 400] for text in work.texts.values() for each in
              _CONNECTED.finditer(text)]
    autocommit = bool(opened) and all(re.match(r"[^\n]*autocommit[\"']?\s*[=:]\s*True", each) for each in opened)
    return Program(frozenset(drivers), frozenset({"Session", "AsyncSession", *names}), autocommit, lent)


def _cached(work: _Work, cache: Cache, program: Program) -> Patched:
    sent = sent_from(cache.sql, work.backend)
    place = sent[0][1].place if sent else None
    try:
        told = _put(work, cache, sent, program)
    except NotPatched as error:
        return Patched("cache", cache.name, place, why=str(error))
    return Patched("cache", cache.name, place, told)


def _put(work: _Work, cache: Cache, sent: Sequence[Sent], program: Program) -> str:
    """Change the read and note the writes.  Raises NotPatched, with nothing changed, where one of them cannot be."""
    tables = frozenset(cache.tables)
    there = [path for path in work.texts if posixpath.basename(path) == f"{NAME}.py"]
    if there:
        raise NotPatched(f"{there[0]} is there already, and the patch would write it anew")
    if not sent:
        raise NotPatched("no line of the code, or more than one, was found that sends it")
    why = unfit(sent, tables, cache.sql, work.schema_sql) or _of_program(work, tables)
    if why:
        raise NotPatched(why)
    if any(_decides(work, *each) for each in sent):
        raise NotPatched("what it brings decides whether a request is refused")
    query = sent[0][1]
    kept = Kept(cache.ttl_seconds, tuple(sorted(tables)))
    written = sorted(writers(work.backend, tables), key=lambda each: each[1].place)
    trial = work.trial()
    put_cache(trial.source(query.place.file), query.place.line, program.drivers, kept, constructed=_constructed(sent))
    for each in written:
        try:
            _tell(trial, each, tables, program)
        except NotPatched as error:
            raise NotPatched(f"the write at {each[1].place} is not told to the cache: {error}") from None
    trial.adopt(work)
    _import_all(trial)
    trial.changed()
    work.parts.add(put_cache(work.source(query.place.file), query.place.line, program.drivers, kept,
                             constructed=_constructed(sent)))
    for each in written:
        work.writes.setdefault(each[1].place, (each, set()))[1].update(touched_by(work.backend, each[1]) & tables)
    places = ", ".join(str(each[1].place) for each in written) or "none found in the code"
    return f"kept for {cache.ttl_seconds:g} s; forgotten on the writes at {places}"


def _decides(work: _Work, endpoint: Endpoint, query: Query) -> bool:
    """Say whether one of the functions on the way from the route to the query refuses by what it brings."""
    steps = [(query.place, "")]
    steps += [(inner.place, inner.symbol.rpartition(".")[2]) for inner in query.path[1:]]
    for place, bringing in steps:
        source = work.source(place.file)
        if refuses_by(source, source.function_at(place.line), bringing, place.line):
            return True
    return False


def _constructed(sent: Sequence[Sent]) -> bool:
    return sent[0][1].api == "sqlalchemy"


def _of_program(work: _Work, tables: frozenset[str]) -> str:
    """Return what the program does as a whole that an answer must not be kept for."""
    if any(_ISOLATION.search(text) for text in work.texts.values()):
        return "the program sets the isolation of transactions: an older snapshot could be kept after a newer write"
    if any(re.search(r"isolation_level\s*=\s*[\"']AUTOCOMMIT", text) for text in work.texts.values()):
        return "the program commits each statement by itself, and no commit tells of a write"
    unknown = [query.place for endpoint in work.backend.endpoints for query in endpoint.queries
               if query.operation != "select"
               and (not query.tables or any("{" in table for table in query.tables))]
    if unknown:
        return f"what {unknown[0]} writes is not known"
    eager = [each for each in work.backend.relationships
             if each.table in tables and each.lazy in ("joined", "selectin", "subquery", "immediate")]
    return f"{eager[0].model}.{eager[0].attribute} is loaded with its rows, and would be missing" if eager else ""


def _tell(work: _Work, written: Sent, tables: frozenset[str], program: Program) -> str:
    query = written[1]
    callers = []
    for hop in query.path[1:]:
        try:
            source = work.source(hop.place.file)
            callers.append(source.text(source.function_at(hop.place.line)))
        except NotPatched:
            continue
    return tell_write(work.source(query.place.file), query.place.line,
                      tuple(sorted(touched_by(work.backend, query) & tables)), program, callers="\n".join(callers))


def _tell_all(work: _Work, program: Program) -> None:
    for each, tables in work.writes.values():
        work.parts.add(_tell(work, each, frozenset(tables), program))


def _import_all(work: _Work) -> str:
    """Import the module in each file that calls it; return where the module goes."""
    homes = {_home(work, path) for path, source in work.sources.items() if source.edits}
    if len(homes) != 1:
        raise NotPatched("the files that would call the cache are in no one package")
    [(folder, package)] = homes
    for source in work.sources.values():
        if source.edits:
            source.import_module(package, NAME)
    return posixpath.join(folder, f"{NAME}.py")


def _home(work: _Work, path: str) -> tuple[str, str]:
    """Return the folder of the package that a file is imported with, and the package's name; "" beside a lone file."""
    folders = path.split("/")[:-1]
    for number, top in enumerate(folders):
        if any(re.search(rf"(?m)^[ \t]*(?:from|import)[ \t]+{re.escape(top)}(?:\.|[ \t])", text)
               for text in work.texts.values()):
            return "/".join(folders[: number + 1]), top
    packages = [number for number in range(len(folders))
                if "/".join([*folders[: number + 1], "__init__.py"]) in work.texts]
    if packages:
        return "/".join(folders[: packages[0] + 1]), folders[packages[0]]
    return "/".join(folders), ""


def _pools(work: _Work, pool: Pool) -> Iterator[Patched]:
    found = list(pools_of(work.backend, work.texts))
    for call in found:
        name = call.name.rpartition(".")[2]
        try:
            if len(found) > 1:
                raise NotPatched(f"the program makes {len(found)} pools, and nothing tells how they share the server")
            yield Patched("pool", name, call.place, set_pool(work.source(call.place.file), call, pool))
        except NotPatched as error:
            yield Patched("pool", name, call.place, why=str(error))


def _patch(work: _Work, parts: Sequence[Patched], module: str) -> Patch:
    changed = work.changed()
    needs: tuple[str, ...] = ()
    if module:
        changed[module] = cache_module(work.parts)
        needs = ("the package redis: pip install 'redis>=5'", "Redis 6 or newer, named by REDIS_URL")
        listed = work.tree.text(_REQUIREMENTS) if work.tree.has(_REQUIREMENTS) else ""
        if listed and "--hash" not in listed and not re.search(r"(?mi)^redis\b", listed):
            changed[_REQUIREMENTS] = listed.rstrip("\n") + "\nredis>=5\n"
            needs = needs[1:]
    files = tuple(sorted(changed.items()))
    diff = "".join(_diff(work, path, text) for path, text in files)
    return Patch(tuple(parts), files, diff, needs)


def _diff(work: _Work, path: str, text: str) -> str:
    there = work.tree.has(path)
    before = work.tree.read(path).decode().splitlines(keepends=True) if there else []
    return "".join(difflib.unified_diff(before, text.splitlines(keepends=True), f"a/{path}" if there else "/dev/null",
                                        f"b/{path}"))

