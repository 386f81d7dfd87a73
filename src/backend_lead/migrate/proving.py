"""A migration is run on a server of our own, with rows, under load, and back: what was seen is the proof."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count, groupby

from backend_lead.gates.grammar import Node, SqlUnreadable, parse, walk
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.gates.text import one_line
from backend_lead.migrate.application import Application
from backend_lead.migrate.calls import Sendable, calls, sendable, tried
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.expressions import kind_or_empty, type_of
from backend_lead.migrate.lint import numbered
from backend_lead.migrate.queueing import queued
from backend_lead.migrate.script import Script, Sent
from backend_lead.migrate.verdicts import Ran, proof_of
from backend_lead.model.migration import MigrationFile
from backend_lead.model.place import Unresolved
from backend_lead.model.proof import MigrationProof, Queue, Reversible
from backend_lead.prove.load import Call, Load
from backend_lead.prove.observing import Observer
from backend_lead.prove.rows import Filled, Wish, fill
from backend_lead.prove.sameness import difference, digests, schema_text
from backend_lead.prove.scratch import Scratch
from backend_lead.read.sql_conditions import names

# How many times fewer rows the small run has; what takes as long with both does not grow with the table.
_SHARE = 10
_BASELINE_SECONDS = 0.25
_BASELINE_AT_MOST = 4.0
_A_MOMENT = 0.005
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric"})


class Prover:
    """Proves migrations on one scratch server, each on copies of the schema before it.

    `rows` is how many rows each table gets.  Call `prepare` with what made the schema, then `prove`.
    """

    def __init__(self, scratch: Scratch, rows: int) -> None:
        self._scratch = scratch
        self._rows = rows
        self._numbers = count()
        self._schema = self._name()
        scratch.create_database(self._schema, guest=True)
        self.unresolved: list[Unresolved] = []

    def prepare(self, scripts: Sequence[Script]) -> None:
        """Run what made the schema; a statement that fails is noted, and the others go on."""
        with self._session(self._schema) as session:
            for script in scripts:
                for sent in script.up:
                    try:
                        session.play(sent.sql)
                    except ScratchError as error:
                        self.unresolved.append(Unresolved(one_line(sent.sql, 60), error.message, sent.place))
            self._server = f"PostgreSQL {session.version // 10000}.{session.version % 10000}"

    def prove(
        self, script: Script, judged: MigrationFile, catalog: Catalog, application: Application | None
    ) -> MigrationProof:
        """Run one migration; `judged` is what the lint says of it and `catalog` the schema before.  The schema is
        left as the migration makes it, for the next one."""
        wishes = tuple(_wishes(script))
        wanted = _involved(judged, catalog)
        with ThreadPoolExecutor(1) as beside:
            # While the large tables are filled, what is not timed is done with the small ones.
            filling = beside.submit(self._filled, self._rows, wishes, wanted)
            small = self._filled(max(self._rows // _SHARE, 100), wishes, wanted)
            few = self._run(script, None, (), database=self._copy(small[0]))
            sent, notes = self._sendable(small, application, catalog)
            touched = _tables(judged, few, catalog)
            reversible = self._and_back(script, small[0])
            large = filling.result()
        many, baseline = self._under_load(script, large[0], sent, calls(sent, catalog, large[1], touched))
        queue = self._behind_a_reader(script, judged, small[0], calls(sent, catalog, small[1], touched))
        statements = tuple(
            proof_of(index, first, second, baseline, judged.statements, reversible)
            for index, (first, second) in enumerate(zip(few, many, strict=False))
        )
        self._advance(script)
        for name in (small[0], large[0]):
            self._scratch.drop_database(name)
        return MigrationProof(
            script.path,
            script.tool,
            self._server,
            max(large[1].rows.values(), default=0),
            statements,
            reversible,
            (*large[1].unresolved, *notes),
            queue,
            partly=bool(script.unresolved),
        )

    # ------------------------------------------------------------ runs

    def _name(self) -> str:
        return f"proof_{next(self._numbers)}"

    def _session(self, database: str) -> ScratchSession:
        return ScratchSession(self._scratch.server, database, guest=True)

    def _filled(self, rows: int, wishes: Sequence[Wish], wanted: frozenset[str]) -> tuple[str, Filled]:
        name = self._name()
        self._scratch.create_database(name, template=self._schema, guest=True)
        with self._session(name) as session:
            return name, fill(session, rows, wishes, wanted)

    def _copy(self, template: str) -> str:
        name = self._name()
        self._scratch.create_database(name, template=template, guest=True)
        return name

    def _sendable(
        self, filled: tuple[str, Filled], application: Application | None, catalog: Catalog
    ) -> tuple[list[Sendable], list[Unresolved]]:
        """What works of the application's statements; each is rolled back."""
        if application is None or not application.queries:
            return [], []
        with self._session(filled[0]) as session:
            return sendable(session, application, catalog, filled[1])

    def _under_load(
        self, script: Script, name: str, sent: Sequence[Sendable], load: Sequence[Call]
    ) -> tuple[list[Ran], dict[str, float]]:
        """Run the migration in a database, which it changes for good, while the load goes on."""
        with Load(self._scratch, name, load) as running:
            running.ready(_BASELINE_SECONDS, _BASELINE_AT_MOST)
            baseline = running.longest(0.0, time.perf_counter())
            ran = self._run(script, running, sent, database=name)
            time.sleep(0.02)
        for each in ran:
            each.stall = running.longest(each.start, each.released or each.end)
        return ran, baseline

    def _run(self, script: Script, load: Load | None, sent: Sequence[Sendable], *, database: str) -> list[Ran]:
        """Run every statement in its transaction; a database without load is for this alone and is removed."""
        ran: list[Ran] = []
        with self._session(database) as session, self._session(database) as application:
            for one in sent:
                application.run(f"PREPARE {one.name} AS {one.sql}")
            working = list(sent)
            for _, group in groupby(numbered(script.up), key=lambda each: each[0]):
                together = [each for _, each in group]
                done = _transaction(session, together)
                ran += done
                if any(each.error for each in done):
                    break
                for one in list(working):
                    broken = tried(application, one.prepared) or tried(application, one.fresh)
                    if broken:
                        done[-1].broken.append((one.text, broken))
                        working.remove(one)
        if load is None:
            self._scratch.drop_database(database)
        return ran

    def _behind_a_reader(
        self, script: Script, judged: MigrationFile, name: str, load: Sequence[Call]
    ) -> Queue | None:
        locks = [lock for statement in judged.statements for lock in statement.locks if lock.mode.blocks_writes]
        tables = sorted({lock.relation for lock in locks})
        if not tables or not load:
            return None

        def migrate() -> str:
            with self._session(name) as session:
                for _, group in groupby(numbered(script.up), key=lambda each: each[0]):
                    done = _transaction(session, [each for _, each in group])
                    if done[-1].error:
                        return done[-1].error
            return ""

        return queued(self._scratch, name, load, tables, migrate)

    def _and_back(self, script: Script, template: str) -> Reversible:
        """Run the way up and the way down, and compare schema and rows."""
        if script.down is None or not script.down:
            return Reversible(None, None)
        name = self._copy(template)
        try:
            before = schema_text(self._scratch, name)
            with self._session(name) as session:
                rows = digests(session)
                for sent in (*script.up, *script.down):
                    try:
                        session.play(sent.sql)
                    except ScratchError as error:
                        return Reversible(False, False, f"{one_line(sent.sql, 80)}: {error.message}")
                after, rows_after = schema_text(self._scratch, name), digests(session)
            changed = sorted(table for table in rows if rows_after.get(table) != rows[table])
            told = difference(before, after) or (f"rows of {', '.join(changed)} are others" if changed else "")
            return Reversible(before == after, not changed, told)
        finally:
            self._scratch.drop_database(name)

    def _advance(self, script: Script) -> None:
        """Leave the schema as the migration makes it; what fails was told by its proof."""
        with self._session(self._schema) as session:
            for sent in script.up:
                with suppress(ScratchError):
                    session.play(sent.sql)


def _transaction(session: ScratchSession, together: Sequence[Sent]) -> list[Ran]:
    """Run the statements of one transaction; a statement that commits by itself is one of its own."""
    alone = together[0].transaction is None
    observer = Observer(session)
    if not alone:
        session.run("BEGIN")
        observer.started()
    ran = []
    for sent in together:
        each = Ran(sent, start=time.perf_counter())
        ran.append(each)
        try:
            session.play(sent.sql)
        except ScratchError as error:
            each.error, each.state, each.end = error.message, error.state, time.perf_counter()
            session.run("ROLLBACK")
            return ran
        each.end = time.perf_counter()
        if session.status.startswith(("UPDATE", "DELETE")):
            each.written = session.rowcount
        each.observed = observer.look()
    if not alone:
        try:
            session.run("COMMIT")
        except ScratchError as error:
            ran[-1].error, ran[-1].state = error.message, error.state
    # Whoever waits, waits until the transaction ends, and comes through a moment later.
    released = time.perf_counter() + _A_MOMENT
    for each in ran:
        each.released = released
    return ran


def _wishes(script: Script) -> Iterator[Wish]:
    """What the migration is about to demand of the rows that are there."""
    for sent in script.up:
        try:
            trees = parse(sent.sql)
        except SqlUnreadable:
            continue
        for tree in trees:
            for message in walk(tree.stmt):
                if kind_or_empty(message) != "alter_table_stmt":
                    continue
                table = message.alter_table_stmt.relation.relname
                for part in message.alter_table_stmt.cmds:
                    given = getattr(part.alter_table_cmd, "def")
                    if kind_or_empty(given) == "constraint" and given.constraint.fk_attrs:
                        aims = names(given.constraint.pk_attrs) or [""]
                        for mine, theirs in zip(names(given.constraint.fk_attrs), aims, strict=False):
                            yield Wish(table, mine, given.constraint.pktable.relname, theirs)
                    elif kind_or_empty(given) == "column_def" and _wants_number(given.column_def):
                        yield Wish(table, part.alter_table_cmd.name, digits=True)


def _wants_number(definition: Node) -> bool:
    """Say whether a USING expression makes numbers of what a column holds."""
    return definition.HasField("raw_default") and type_of(definition.type_name).name in _NUMBERS


def _involved(judged: MigrationFile, catalog: Catalog) -> frozenset[str]:
    """The tables that need rows: those that are locked, and what their foreign keys lead to."""
    found = {lock.relation for statement in judged.statements for lock in statement.locks}
    found |= {catalog.indexes[name].table for name in found if name in catalog.indexes}
    found |= {parent for name in found if name in catalog.relations for parent in catalog.relations[name].parents}
    pending = list(found)
    while pending:
        relation = catalog.relations.get(pending.pop())
        for name in (
            [*(relation.relations if relation else ()), *(key.target for key in relation.constraints_of("foreign_key"))]
            if relation
            else ()
        ):
            if name not in found:
                found.add(name)
                pending.append(name)
    return frozenset(found)


def _tables(judged: MigrationFile, ran: Sequence[Ran], catalog: Catalog) -> list[str]:
    """The tables that somebody may wait for: those that are locked."""
    found = {lock.relation for statement in judged.statements for lock in statement.locks}
    found |= {name for each in ran for name in each.observed.locks}
    return sorted(name for name in found if name in catalog.relations)
