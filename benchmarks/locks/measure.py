"""Runs every case on a real server and writes down what was seen: see README.md for how each thing is seen."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from benchmarks.locks.cases import Case, Corpus, Query
from benchmarks.locks.rows import lost, snapshot

from backend_lead.prove.scratch import Scratch

MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
# What another session holds while a statement runs outside a transaction, so that the statement has to ask aloud.
_PROBES = (None, "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")
_RELATIONS = """
    SELECT c.oid::int, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END::text,
           c.relkind::text, coalesce(pg_relation_filenode(c.oid), 0)::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN
    ('r','p','v','m','i','I','S')
"""
_HELD = """
    SELECT relation::int, mode::text, granted FROM pg_locks
    WHERE pid = %s AND locktype = 'relation'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Per table: rows read one after the other, rows read through its indexes, rows changed.
_READ = """
    SELECT c.oid::int, pg_stat_get_xact_tuples_returned(c.oid)::int,
           (SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(indexrelid)), 0) FROM pg_index
            WHERE indrelid = c.oid)::int,
           (pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid))::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
_READ_SO_FAR = """
    SELECT t.relid::int, t.seq_tup_read::int,
           (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes i WHERE i.relid = t.relid)::int,
           (t.n_tup_upd + t.n_tup_del)::int
    FROM pg_stat_user_tables t
"""
# An index is gone through from end to end as well: a foreign key is checked by a merge of two.  Fewer are looked up.
_GONE_THROUGH = 50


@dataclass
class Seen:
    """What one statement did: locks by relation (those of earlier statements of its transaction too), relations with
    new files, tables whose rows were read."""

    sql: str
    error: str = ""
    locks: dict[str, str] = field(default_factory=dict)
    rewrites: list[str] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    transactional: bool = True
    written: int = 0

    def lock(self, relation: str, mode: str) -> None:
        """Keep the stronger mode."""
        known = self.locks.get(relation)
        if known is None or MODES.index(mode) > MODES.index(known):
            self.locks[relation] = mode


def measure(corpus: Corpus, major: int | None, only: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield what was seen of each case, as JSON-able data; `only` some cases, by their names."""
    # Not UTC, where timestamp and timestamptz are alike and a change between them touches no row.
    with Scratch({"max_connections": "40", "timezone": "Europe/Berlin"}, major=major) as scratch:
        scratch.create_database("base")
        with psycopg.connect(scratch.dsn("base"), autocommit=True) as connection:
            connection.execute(corpus.schema)
            connection.execute("VACUUM ANALYZE")
        for number, case in enumerate(case for case in corpus.cases if not only or case.name in only):
            yield _case(scratch, f"case_{number}", case, corpus.queries)


def _case(scratch: Scratch, name: str, case: Case, queries: tuple[Query, ...]) -> dict[str, Any]:
    dsn = scratch.create_database(name, template="base")
    try:
        # psycopg must prepare nothing by itself: on a rollback it would deallocate what is prepared here as well.
        with (
            psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as writer,
            psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as application,
        ):
            error = prepare(application, case)
            if error:
                return {"case": case.name, "skipped": error}
            before = snapshot(application)
            running = _running(application, queries)
            seen = list(_alone(scratch, name, case) if case.alone else _together(writer, case))
            failed = any(statement.error for statement in seen)
            if case.alone and not failed:
                with psycopg.connect(dsn, autocommit=True) as again:
                    for statement in case.statements:
                        again.execute(statement)
            broken = [] if failed else _broken(application, running)
            gone = [] if failed else lost(writer, before, _zones(case))
        return {
            "case": case.name,
            "alone": case.alone,
            "before": list(case.before),
            "statements": [vars(statement) for statement in seen],
            "breaks": broken,
            "loses": gone,
            "fails": failed,
        }
    finally:
        scratch.drop_database(name)


def _zones(case: Case) -> tuple[str, ...]:
    text = " ".join((*case.before, *case.statements))
    return tuple(re.findall(r"(?i)\b(?:at time zone|set (?:local )?time ?zone(?: to)?(?: ?=)?) '([^']+)'", text))


def prepare(writer: psycopg.Connection[Any], case: Case) -> str:
    """Run what a case needs before; return why that failed, or ""."""
    try:
        for statement in case.before:
            try:
                writer.execute(statement)
            except psycopg.errors.DuplicateObject:
                continue
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return ""


# ---------------------------------------------------------------- locks, files, scans


def _together(writer: psycopg.Connection[Any], case: Case) -> Iterator[Seen]:
    """Every statement in one transaction, looked at after each; then the transaction ends."""
    names = {oid: (name, kind, file) for oid, name, kind, file in writer.execute(_RELATIONS)}
    pid = writer.info.backend_pid
    # On tables of this size the planner would read every row even where an index picks one.
    writer.execute("SET enable_seqscan = off")
    writer.execute("BEGIN")
    files = {oid: file for oid, (_, _, file) in names.items()}
    read: dict[int, tuple[int, int, int]] = {}
    for statement in case.statements:
        seen = Seen(statement)
        try:
            writer.execute(statement)
        except psycopg.Error as error:
            seen.error = str(error).splitlines()[0]
            yield seen
            break
        _look(writer, pid, names, seen)
        for oid, _, kind, file in writer.execute(_RELATIONS).fetchall():
            if oid in names and file != files[oid]:
                (seen.rebuilt if kind in ("i", "I") else seen.rewrites).append(names[oid][0])
                files[oid] = file
        now = _read(writer, _READ)
        _count(seen, names, read, now)
        read = now
        _copied(writer, seen, names)
        _sort(seen)
        yield seen
    try:
        writer.execute("COMMIT")
    except psycopg.Error as error:
        seen.error = str(error).splitlines()[0]


def _look(session: psycopg.Connection[Any], pid: int, names: dict[int, tuple[str, str, int]], seen: Seen) -> bool:
    """Add the locks that a process holds or waits for; say whether it waits for a relation."""
    waits = False
    for oid, mode, granted in session.execute(_HELD, (pid,)).fetchall():
        if oid in names:
            seen.lock(names[oid][0], mode)
            waits = waits or not granted
    return waits


def _read(session: psycopg.Connection[Any], query: str) -> dict[int, tuple[int, int, int]]:
    return {oid: (rows, through, changed) for oid, rows, through, changed in session.execute(query).fetchall()}


def _count(
    seen: Seen,
    names: dict[int, tuple[str, str, int]],
    before: dict[int, tuple[int, int, int]],
    now: dict[int, tuple[int, int, int]],
) -> None:
    """Add the tables whose rows were gone through in between, and the number of rows that were changed."""
    for oid, (rows, through, changed) in now.items():
        if oid in names:
            rows_before, through_before, changed_before = before.get(oid, (0, 0, 0))
            if rows > rows_before or through - through_before >= _GONE_THROUGH:
                seen.scans.append(names[oid][0])
            if names[oid][1] == "r":
                seen.written += max(changed - changed_before, 0)


def _copied(session: psycopg.Connection[Any], seen: Seen, names: dict[int, tuple[str, str, int]]) -> None:
    """A new file that holds something was filled from the old one, even where no row was looked at."""
    for oid, (name, kind, _) in names.items():
        if kind in ("r", "m") and name in seen.rewrites and name not in seen.scans:
            size = session.execute("SELECT pg_relation_size(%s::oid)", (oid,)).fetchone()
            if size and size[0]:
                seen.scans.append(name)


def _sort(seen: Seen) -> None:
    seen.locks = dict(sorted(seen.locks.items()))
    seen.rewrites.sort()
    seen.rebuilt.sort()
    seen.scans.sort()


def _alone(scratch: Scratch, template: str, case: Case) -> Iterator[Seen]:
    """Each statement outside a transaction, several times over, against sessions that hold more and more."""
    for number, statement in enumerate(case.statements):
        whole = Seen(statement, transactional=False)
        for probe in _PROBES:
            copy = f"{template}_probe"
            scratch.create_database(copy, template="base")
            try:
                _probe(scratch.dsn(copy), case, number, probe, whole)
            finally:
                scratch.drop_database(copy)
        _sort(whole)
        yield whole


def _probe(dsn: str, case: Case, number: int, probe: str | None, whole: Seen) -> None:
    with (
        psycopg.connect(dsn, autocommit=True) as holder,
        psycopg.connect(dsn, autocommit=True) as watcher,
        psycopg.connect(dsn, autocommit=True) as writer,
    ):
        for statement in (*case.before, *case.statements[:number]):
            writer.execute(statement)
        names = {oid: (name, kind, file) for oid, name, kind, file in watcher.execute(_RELATIONS)}
        if probe is not None:
            tables = ", ".join(
                '"' + name.replace(".", '"."') + '"' for name, kind, _ in names.values() if kind in ("r", "p")
            )
            holder.execute("BEGIN")
            holder.execute(f"LOCK TABLE {tables} IN {probe} MODE")
            holder.execute("SELECT txid_current()")
        if probe is None:
            _held_at_end(writer, case.statements[number], names, whole)
        failure: list[str] = []

        def run() -> None:
            try:
                writer.execute(case.statements[number])
            except psycopg.Error as error:
                failure.append(str(error).splitlines()[0])

        _flush(writer)  # What came before is not this statement's.
        read_before = _read_so_far(watcher)
        thread = threading.Thread(target=run)
        thread.start()
        released = probe is None
        until = time.monotonic() + 20
        still = 0
        while thread.is_alive() and time.monotonic() < until:
            waits = _look(watcher, writer.info.backend_pid, names, whole)
            waiting = watcher.execute(
                "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", (writer.info.backend_pid,)
            ).fetchone()
            still = still + 1 if waits or (waiting and waiting[0]) else 0
            if not released and still > 20:
                holder.execute("ROLLBACK")
                released = True
        thread.join()
        if failure:
            whole.error = failure[0]
            return
        if probe is None:
            for oid, _, kind, file in watcher.execute(_RELATIONS).fetchall():
                if oid in names and file != names[oid][2]:
                    (whole.rebuilt if kind in ("i", "I") else whole.rewrites).append(names[oid][0])
            _flush(writer)
            _count(whole, names, read_before, _read_so_far(watcher))
            _copied(watcher, whole, names)


def _held_at_end(
    writer: psycopg.Connection[Any], statement: str, names: dict[int, tuple[str, str, int]], whole: Seen
) -> None:
    """Where a statement may run in a transaction all its locks are there at its end; waiting shows the first for sure,
    the others by luck."""
    writer.execute("BEGIN")
    try:
        writer.execute(statement)
        _look(writer, writer.info.backend_pid, names, whole)
    except psycopg.Error:
        pass  # What fails here fails outside as well, or may run outside only.
    finally:
        writer.execute("ROLLBACK")


def _flush(session: psycopg.Connection[Any]) -> None:
    session.execute("SELECT pg_stat_force_next_flush()" if session.info.server_version >= 150000 else "SELECT 1")
    time.sleep(0.05)


def _read_so_far(session: psycopg.Connection[Any]) -> dict[int, tuple[int, int, int]]:
    session.execute("SELECT pg_stat_clear_snapshot()")
    return _read(session, _READ_SO_FAR)


# ---------------------------------------------------------------- the application


def _running(application: psycopg.Connection[Any], queries: tuple[Query, ...]) -> list[tuple[int, Query]]:
    """Prepare the queries; those that work now are the ones that must still work afterwards."""
    found = []
    for number, query in enumerate(queries):
        application.execute(f"PREPARE q{number} AS {query.sql}")
        if not _tried(application, f"EXECUTE q{number}({query.values})"):
            found.append((number, query))
    return found


def _broken(application: psycopg.Connection[Any], running: list[tuple[int, Query]]) -> list[dict[str, str]]:
    found = []
    for number, query in running:
        prepared = _tried(application, f"EXECUTE q{number}({query.values})")
        # Prepared statements outlive a rollback.
        fresh = _tried(application, f"PREPARE f{number} AS {query.sql}; EXECUTE f{number}({query.values})")
        if prepared or fresh:
            found.append({"query": query.sql, "prepared": prepared, "fresh": fresh})
    return found


def _tried(session: psycopg.Connection[Any], sql: str) -> str:
    """Return what the server says against a statement, which is rolled back."""
    try:
        session.execute("BEGIN")
        session.execute(sql)
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    finally:
        session.execute("ROLLBACK")
    return ""
