"""The shadow: a PostgreSQL with another one's schema and planner statistics and none of its rows, that plans alike."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from backend_lead.errors import WrongUse
from backend_lead.gates.grammar import split
from backend_lead.gates.local_postgres import GUEST, LocalPostgres
from backend_lead.gates.relation_files import set_length, write_btree
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.statistics import PlannerStatistics, RelationStatistics
from backend_lead.prove.shadow.index_sizes import existing_heights, index_rows, predicted_size
from backend_lead.prove.shadow.loading import load_relations, load_statistics
from backend_lead.prove.shadow.sizes import IndexSize

_DATABASE = "shadow"
# Extensions may be put into schemas, and tables use their types.
_FIRST = re.compile(r"(?i)create\s+(?:schema|extension)\b")
_PARAMETER = re.compile(r"\$\d")
# What the server says about a setting that its version does not have, or that no database may have of its own.
_NOT_A_SETTING_HERE = frozenset({"42704", "55P02"})
_RELATIONS = """
    SELECT c.oid::int8, n.nspname::text, c.relname::text, pg_relation_filepath(c.oid), coalesce(am.amname::text, '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind {kinds} ORDER BY 2, 3"""
# An index of a partitioned table has parts, one for each partition.
_MEMBERS = """
    WITH RECURSIVE part (root, oid) AS (
        SELECT oid, oid FROM pg_class WHERE oid = ANY (%s::oid[])
        UNION ALL SELECT p.root, i.inhrelid FROM part p JOIN pg_inherits i ON i.inhparent = p.oid)
    SELECT p.root::int8, p.oid::int8, c.relname::text FROM part p JOIN pg_class c ON c.oid = p.oid"""
_HEAPS, _INDEXES = "IN ('r', 'm')", "= 'i'"


@dataclass(frozen=True, slots=True)
class _Relation:
    oid: int
    schema: str
    name: str
    path: str
    method: str


@dataclass(slots=True)
class Shadow:
    """A server that plans as the one whose statistics these are, for as long as the `with` block lasts.

    `missing` says what could not be brought over, `sizes` how large each index is, by its number in the catalogue;
    `members` are the numbers and names of an added index's parts, itself among them.
    `major` names another version than the source's, whose plans are then only similar.  Raises WrongUse when no server
    of the version is at hand.
    """

    statistics: PlannerStatistics
    major: int | None = None
    missing: list[str] = field(default_factory=list)
    sizes: dict[int, IndexSize] = field(default_factory=dict)
    members: dict[int, dict[int, str]] = field(default_factory=dict)
    _server: LocalPostgres | None = None
    _session: ScratchSession | None = None
    _writer: ScratchSession | None = None

    def __enter__(self) -> Shadow:
        major = self.major or self.statistics.major or None
        self._server = LocalPostgres({"jit": "on"}, major=major, checksums=False)
        try:
            self._create(self._server)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server and remove its files; may be called twice."""
        self._detach()
        server, self._server = self._server, None
        if server is not None:
            server.close()

    @property
    def session(self) -> ScratchSession:
        """A session of the guest with the shadow's database, for what the schema defines is not ours: it may call
        functions.  Raises WrongUse outside the `with` block."""
        if self._session is None:
            raise WrongUse("The shadow is not running.", "Use it inside a with block.")
        return self._session

    @property
    def _catalog(self) -> ScratchSession:
        """A session of the superuser, for what only he may write: rows of catalogues.  It sees no name but theirs."""
        if self._writer is None:
            self._writer = ScratchSession(self._running(), _DATABASE)
            self._writer.run("SET search_path = pg_catalog")
        return self._writer

    @property
    def dsn(self) -> str:
        """The address of the shadow's database for its owner, the guest."""
        return self._running().dsn(_DATABASE, GUEST)

    def plan(self, sql: str, *, verbose: bool = False) -> Mapping[str, Any]:
        """Return the outermost node of a statement's plan as EXPLAIN (FORMAT JSON) gives it.

        A parameter that is left as `$1` is taken as a value that nobody knows.  Raises ScratchError, before PostgreSQL
        16 for every statement with such a parameter.
        """
        options = "FORMAT JSON" + (", VERBOSE" if verbose else "")
        if _PARAMETER.search(sql) and self.session.version >= 160_000:
            options += ", GENERIC_PLAN"
        found = self.session.run(f"EXPLAIN ({options}) {sql}")[0][0]
        plan: Mapping[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        return plan

    def cost(self, sql: str) -> float:
        """Return the planner's estimate of a statement's whole cost, in its own unit."""
        return float(self.plan(sql)["Total Cost"])

    def add_indexes(self, statements: Mapping[str, str]) -> dict[str, int]:
        """Create indexes as if their tables had rows, hidden from the planner; return their numbers by name.

        `statements` are CREATE INDEX by the name that each gives.  What the server refuses is left out, with a line in
        `missing`.
        """
        server = self._running()
        self._set_heaps(server, empty=True)
        for name, sql in statements.items():
            try:
                self.session.run(sql)
            except ScratchError as error:
                self.missing.append(f"{name}: {error.message}: {sql}")
        self._set_heaps(server)
        made = {str(name): int(oid) for name, oid in self.session.run(
            "SELECT relname::text, oid::int8 FROM pg_class WHERE relkind IN ('i', 'I') AND relname = ANY (%s)",
            (list(statements),))}
        for oid, member, name in self.session.run(_MEMBERS, (list(made.values()),)):
            self.members.setdefault(int(oid), {})[int(member)] = str(name)
        self._settle(server)
        self.show((), made.values())
        return made

    def show(self, shown: Collection[int], among: Collection[int]) -> None:
        """Let the planner see of the indexes in `among` those in `shown` and no others."""
        all_of = {member for oid in among for member in (oid, *self.members.get(oid, ()))}
        wanted = {member for oid in shown for member in (oid, *self.members.get(oid, ()))}
        if all_of:
            listed = ", ".join(str(oid) for oid in sorted(wanted)) or "0"
            self._catalog.run(f"UPDATE pg_index SET indisvalid = indexrelid IN ({listed}) "
                             f"WHERE indexrelid IN ({', '.join(map(str, sorted(all_of)))}) "
                             f"AND indisvalid <> (indexrelid IN ({listed}))")

    def size(self, oid: int) -> IndexSize:
        """Return the size of an index, that of all parts for one of a partitioned table."""
        parts = [self.sizes[member] for member in self.members.get(oid, {oid: ""}) if member in self.sizes]
        return IndexSize(sum(part.pages for part in parts), max((part.height for part in parts), default=0))

    def _running(self) -> LocalPostgres:
        if self._server is None:
            raise WrongUse("The shadow is not running.", "Use it inside a with block.")
        return self._server

    def _attach(self, server: LocalPostgres) -> None:
        self._session = ScratchSession(server, _DATABASE, guest=True)

    def _detach(self) -> None:
        for session in (self._session, self._writer):
            if session is not None:
                session.close()
        self._session = self._writer = None

    def _create(self, server: LocalPostgres) -> None:
        server.admit_guest()
        server.execute(self._create_database(server), None, "postgres")
        server.execute(f"ALTER DATABASE {_DATABASE} OWNER TO {GUEST}", None, "postgres")
        server.execute(f"ALTER SCHEMA public OWNER TO {GUEST}", None, _DATABASE)
        server.execute(f"GRANT SELECT ON pg_catalog.pg_statistic_ext_data TO {GUEST}", None, _DATABASE)
        self._attach(server)
        self._build(self.statistics.schema_sql)
        self._set_heaps(server)
        self.missing += [f"{what}: the statistics name it, the schema does not"
                         for what in load_statistics(self._catalog, self.statistics)]
        for name, value in self.statistics.settings:
            self._set(name, value)
        self._settle(server)

    def _create_database(self, server: LocalPostgres) -> str:
        """Return CREATE DATABASE with the source's collation, where this machine has it."""
        wanted = dict(self.statistics.collation).get("collate", "C")
        start = f"CREATE DATABASE {_DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
        if wanted in ("C", "POSIX"):
            return start
        known = {str(name) for (name,) in server.execute(
            "SELECT collcollate FROM pg_collation WHERE collprovider = 'c'", None, "postgres")}
        here = next((name for name in (wanted, wanted.replace("UTF-8", "utf8")) if name in known), None)
        if here is not None:
            return f"{start} LOCALE '{here}'"
        self.missing.append(f"the collation {wanted}: this machine lacks it, so texts may be sorted another way")
        # What matters most to plans is that it is not C, where LIKE can use a plain btree.
        major = self.major or self.statistics.major
        return f"{start} LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'" if major >= 15 else start

    def _set(self, name: str, value: str) -> None:
        written = value if name == "search_path" and value else "'" + value.replace("'", "''") + "'"
        try:
            self._catalog.run(f"ALTER DATABASE {_DATABASE} SET {name} TO {written}")
        except ScratchError as error:
            if error.state not in _NOT_A_SETTING_HERE:
                self.missing.append(f"the setting {name}: {error.message}")

    def _build(self, schema: str) -> None:
        """Run the schema as the guest, schemas and extensions first and all else at once; where that fails, statement
        by statement, and keep what was refused."""
        guest = self.session
        statements = [text.strip() for _, text in split(schema)]
        self._play(guest, [text for text in statements if _FIRST.match(text)])
        rest = [text for text in statements if not _FIRST.match(text)]
        guest.run("SET check_function_bodies = off; SET client_min_messages = warning")
        try:
            guest.run(";\n".join(["BEGIN", *rest, "COMMIT"]))
            return
        except ScratchError:
            guest.run("ROLLBACK")
        self._play(guest, rest)

    def _play(self, guest: ScratchSession, statements: Sequence[str]) -> None:
        for statement in statements:
            try:
                guest.play(statement)
            except ScratchError as error:
                self.missing.append(f"{' '.join(statement.split())[:100]}: {error.message}")

    def _relations(self, kinds: str) -> list[_Relation]:
        return [_Relation(*row) for row in self.session.run(_RELATIONS.format(kinds=kinds))]

    def _set_heaps(self, server: LocalPostgres, *, empty: bool = False) -> None:
        """Make tables as long as at the source, or empty while an index is created, which would read them.

        The server holds no page of them, so it needs not be stopped.
        """
        lengths = {(each.schema, each.name): each.length for each in self.statistics.relations}
        for heap in self._relations(_HEAPS):
            length = lengths.get((heap.schema, heap.name), 0)
            if length:
                set_length(server.folder / "data" / heap.path, 0 if empty else length, server.own)

    def _settle(self, server: LocalPostgres) -> None:
        """Give new indexes their size, and write again what CREATE INDEX has put into pg_class."""
        load_relations(self._catalog, self.statistics.relations)
        known = {(each.schema, each.name): each for each in self.statistics.relations}
        new = [index for index in self._relations(_INDEXES) if index.oid not in self.sizes]
        heights = existing_heights(self.session, {
            index.oid: known[index.schema, index.name].length for index in new
            if index.method == "btree" and (index.schema, index.name) in known})
        predicted = []
        for index in new:
            stated = known.get((index.schema, index.name))
            if stated is None:
                size = predicted_size(self.session, index.oid)
                predicted.append(RelationStatistics(index.schema, index.name, size.pages,
                                                    index_rows(self.session, index.oid)))
            else:
                size = IndexSize(max(stated.length, 1), heights.get(index.oid, 0))
            self.sizes[index.oid] = size
        load_relations(self._catalog, predicted)
        self._detach()
        with server.stopped() as data:
            for index in new:
                size = self.sizes[index.oid]
                if index.method == "btree":
                    write_btree(data / index.path, size.pages, size.height, server.own)
                else:
                    set_length(data / index.path, size.pages, server.own)
        self._attach(server)
