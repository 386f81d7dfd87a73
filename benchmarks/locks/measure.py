"""Runs every case on a real server and writes down what was seen: see README.md for how each thing is seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from benchmarks.locks.cases import Case, Corpus, Query

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
_READ = "SELECT relid::int, seq_tup_read::int FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0"


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


def measure(corpus: Corpus, major: int | None) -> Iterator[dict[str, Any]]:
    """Yield what was seen of each case, as JSON-able data."""
    # Not UTC, where timestamp and timestamptz are alike and a change between them touches no row.
    with Scratch({"max_connections": "40", "timezone": "Europe/Berlin"}, major=major) as scratch:
        scratch.create_database("base")
        with psycopg.connect(scratch.dsn("base"), autocommit=True) as connection:
            connection.execute(corpus.schema)
            connection.execute("VACUUM ANALYZE")
        for number, case in enumerate(corpus.cases):
            yield _case(scratch, f"case_{number}", case, corpus.queries)


def _case(scratch: Scratch, name: str, case: Case, queries: tuple[Query, ...]) -> dict[str, Any]:
    dsn = scratch.create_database(name, template="base")
    try:
        # psycopg must prepare nothing by itself: on a rollback it would deallocate what is prepared here as well.
        with (
            psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as writer,
            psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as application,
        ):
            error = _prepare(application, case)
            if error:
                return {"case": case.name, "skipped": error}
            before = _snapshot(application)
            running = _running(application, queries)
            seen = list(_alone(scratch, name, case) if case.alone else _together(writer, case))
            failed = any(statement.error for statement in seen)
            if case.alone and not failed:
                with psycopg.connect(dsn, autocommit=True) as again:
                    for statement in case.statements:
                        again.execute(statement)
            broken = [] if failed else _broken(application, running)
            lost = [] if failed else _lost(writer, before)
        return {
            "case": case.name,
            "alone": case.alone,
            "before": list(case.before),
            "statements": [vars(statement) for statement in seen],
            "breaks": broken,
            "loses": lost,
            "fails": failed,
        }
    finally:
        scratch.drop_database(name)


def _prepare(writer: psycopg.Connection[Any], case: Case) -> str:
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
    read: dict[int, int] = {}
    for statement in case.statements:
        seen = Seen(statement)
        try:
            done = writer.execute(statement)
        except psycopg.Error as error:
            seen.error = str(error).splitlines()[0]
            yield seen
            break
        if (done.statusmessage or "").startswith(("UPDATE", "DELETE")):
            seen.written = done.rowcount
        _look(writer, pid, names, seen)
        for oid, _, kind, file in writer.execute(_RELATIONS).fetchall():
            if oid in names and file != files[oid]:
                (seen.rebuilt if kind in ("i", "I") else seen.rewrites).append(names[oid][0])
                files[oid] = file
        for oid, rows in writer.execute(_READ).fetchall():
            if oid in names and rows > read.get(oid, 0):
                seen.scans.append(names[oid][0])
                read[oid] = rows
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
                f'"{name}"' for name, kind, _ in names.values() if kind in ("r", "p") and "." not in name
            )
            holder.execute("BEGIN")
            holder.execute(f"LOCK TABLE {tables} IN {probe} MODE")
            holder.execute("SELECT txid_current()")
        failure: list[str] = []

        def run() -> None:
            try:
                writer.execute(case.statements[number])
            except psycopg.Error as error:
                failure.append(str(error).splitlines()[0])

        _flush(writer)
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
            for oid, rows in _read_so_far(watcher).items():
                if rows > read_before.get(oid, 0) and oid in names:
                    whole.scans.append(names[oid][0])


def _flush(session: psycopg.Connection[Any]) -> None:
    """Make what a session has read so far seen by others."""
    session.execute("SELECT pg_stat_force_next_flush()" if session.info.server_version >= 150000 else "SELECT 1")
    time.sleep(0.05)


def _read_so_far(session: psycopg.Connection[Any]) -> dict[int, int]:
    session.execute("SELECT pg_stat_clear_snapshot()")
    return dict(session.execute("SELECT relid::int, seq_tup_read::int FROM pg_stat_user_tables").fetchall())


# ---------------------------------------------------------------- the application, and the rows


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


def _snapshot(session: psycopg.Connection[Any]) -> dict[tuple[int, int], tuple[str, str, tuple[int, int], list[str]]]:
    """Return every column that holds values, by table and number: its names, its type's number and modifier, and its
    sorted values."""
    found = {}
    columns = session.execute("""
        SELECT a.attrelid::int, a.attnum::int, c.oid::regclass::text, a.attname::text, a.atttypid::int, a.atttypmod::int
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.attnum > 0
          AND NOT a.attisdropped""").fetchall()
    for table, number, name, column, oid, modifier in columns:
        values = _values(session, name, _as(session, column, (oid, modifier)))
        if values:
            found[table, number] = (name, column, (oid, modifier), values)
    return found


def _as(session: psycopg.Connection[Any], column: str, kind: tuple[int, int]) -> str:
    """Return a column as it was: cast to its old type, an enum's value by its number (pg_enum.oid), since
    labels may be renamed and others put before them."""
    name, category = session.execute(
        """
        SELECT format_type(%s::oid, %s), (SELECT typtype::text FROM pg_type WHERE oid = %s::oid)""",
        (*kind, kind[0]),
    ).fetchone() or ("", "")
    if category == "e":
        return (
            f"(SELECT e.oid FROM pg_enum e WHERE e.enumtypid = {kind[0]} "
            f'AND e.enumlabel = "{column}"::text)'
        )
    return f'"{column}"::{name}'


def _values(session: psycopg.Connection[Any], table: str, expression: str) -> list[str] | None:
    try:
        rows = session.execute(
            f'SELECT ({expression})::text COLLATE "C" AS v FROM ONLY {table} '
            f"WHERE ({expression}) IS NOT NULL ORDER BY v"
        ).fetchall()
    except psycopg.Error:
        return None
    return [row[0] for row in rows]


def _lost(
    session: psycopg.Connection[Any], before: dict[tuple[int, int], tuple[str, str, tuple[int, int], list[str]]]
) -> list[str]:
    """Return the columns whose values are nowhere any more, not even through a cast back to their old type."""
    now = {
        (table, number): (name, column)
        for table, number, name, column in session.execute("""
        SELECT a.attrelid::int, a.attnum::int, c.oid::regclass::text, a.attname::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attnum > 0 AND NOT a.attisdropped""").fetchall()
    }
    lost = []
    for (table, number), (name, column, kind, values) in sorted(before.items()):
        here = now.get((table, number))
        if here is not None and _holds(_values(session, here[0], _as(session, here[1], kind)), values):
            continue
        others = [(n, c) for (t, number_), (n, c) in now.items() if t == table and number_ != number]
        if any(_holds(_values(session, n, _as(session, c, kind)), values) for n, c in others):
            continue
        lost.append(f"{name}.{column}")
    return lost


def _holds(now: list[str] | None, before: list[str]) -> bool:
    """Say whether the values of before are all still there; more may have come."""
    if now is None:
        return False
    left = list(now)
    counts: dict[str, int] = {}
    for value in left:
        counts[value] = counts.get(value, 0) + 1
    for value in before:
        if not counts.get(value):
            return False
        counts[value] -= 1
    return True
