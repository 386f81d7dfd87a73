"""The store of `watch`: a file of SQLite with what was added between two looks at a server, bounded in size.

Looks older than two days are merged to hours, those older than `days` are deleted, and when the file is still larger
than `largest` bytes, so are the oldest.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType

from backend_lead.errors import WrongUse
from backend_lead.model.watch import Counted, Point, Snapshot

_VERSION = 1
_TABLES = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE look (id INTEGER PRIMARY KEY, at REAL NOT NULL, seconds REAL NOT NULL, gap TEXT NOT NULL,
        gauges TEXT NOT NULL);
    CREATE TABLE statement (id INTEGER PRIMARY KEY, sql TEXT NOT NULL UNIQUE, first_seen REAL NOT NULL);
    CREATE TABLE added (look INTEGER NOT NULL, statement INTEGER NOT NULL, calls INTEGER NOT NULL, ms REAL NOT NULL,
        rows INTEGER NOT NULL, blocks INTEGER NOT NULL, PRIMARY KEY (look, statement)) WITHOUT ROWID;
    CREATE TABLE latest (statement INTEGER PRIMARY KEY, calls INTEGER NOT NULL, ms REAL NOT NULL, rows INTEGER NOT NULL,
        blocks INTEGER NOT NULL);
"""
_RESET = "pg_stat_statements was reset"
_FRESH, _HOUR, _DAY = 2 * 86_400.0, 3_600.0, 86_400.0
_MERGE = (
    "CREATE TEMP TABLE merged AS SELECT id, max(id) OVER (PARTITION BY CAST(at / 3600 AS INTEGER)) AS into_id "
    "FROM look WHERE at < :old AND gap = ''",
    "CREATE TEMP TABLE sums AS SELECT m.into_id AS look, a.statement, sum(a.calls) AS calls, sum(a.ms) AS ms, "
    "sum(a.rows) AS rows, sum(a.blocks) AS blocks FROM added a JOIN merged m ON m.id = a.look GROUP BY 1, 2",
    "DELETE FROM added WHERE look IN (SELECT id FROM merged)",
    "INSERT INTO added SELECT * FROM sums",
    "UPDATE look SET seconds = (SELECT sum(l.seconds) FROM look l JOIN merged m ON m.id = l.id "
    "WHERE m.into_id = look.id) WHERE id IN (SELECT into_id FROM merged)",
    "DELETE FROM look WHERE id IN (SELECT id FROM merged WHERE id <> into_id)",
    "DROP TABLE merged", "DROP TABLE sums",
)


class WatchStore:
    """The file, for as long as the `with` block lasts.  Raises WrongUse for a file that is none of ours."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise WrongUse(f"There is no {path}.", "Watch a database first: backend-lead watch --db DSN")
        self.path = path
        try:
            self._file = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._prepare()
        except sqlite3.Error as error:
            raise WrongUse(f"{path} cannot be used as a store: {error}.",
                           "Name another file: --store FILE") from None

    def _prepare(self) -> None:
        if not self._file.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._file.executescript(f"BEGIN; {_TABLES} INSERT INTO about VALUES ('version', '{_VERSION}'); COMMIT;")
        if self.about("version") != str(_VERSION):
            raise WrongUse(f"{self.path} was written by another version.", "Name another file: --store FILE")

    def __enter__(self) -> WatchStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._file.close()

    def about(self, name: str) -> str:
        """Return a fact about the store, "" when it holds none of that name."""
        row = self._file.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def add(self, snapshot: Snapshot) -> str:
        """Keep what was added since the look before; return what stood in the way, "" for nothing.

        After a reset all that the counters hold was added since then; a restart leaves them as they were, unless the
        server is told not to save them.  Of the first look nothing is kept but the counters themselves.
        Raises WrongUse when the store is another database's.
        """
        if self.about("database") not in ("", snapshot.database):
            raise WrongUse(f"{self.path} is about the database {self.about('database')}, not {snapshot.database}.",
                           "Name another file: --store FILE")
        row = self._file.execute("SELECT max(at) FROM look").fetchone()
        before = float(row[0]) if row and row[0] is not None else None
        gap = self._gap(snapshot, before)
        with closing(self._file.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            anew = gap == _RESET
            began = max(before or 0.0, (snapshot.reset or 0.0) if anew else 0.0)
            seconds = 0.0 if before is None else max(snapshot.at - began, 1.0)
            cursor.execute("INSERT INTO look (at, seconds, gap, gauges) VALUES (?, ?, ?, ?)", (
                snapshot.at, seconds, gap, json.dumps(dict(snapshot.gauges), sort_keys=True)))
            self._add_statements(cursor, snapshot, int(cursor.lastrowid or 0), first=before is None, anew=anew)
            for name, value in (("database", snapshot.database), ("started", repr(snapshot.started)),
                                ("reset", repr(snapshot.reset))):
                cursor.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))
            cursor.execute("COMMIT")
        return gap

    def _gap(self, snapshot: Snapshot, before: float | None) -> str:
        if before is None:
            return "watching began"
        if self.about("reset") != repr(snapshot.reset):
            return _RESET
        return "the server was restarted" if abs(float(self.about("started")) - snapshot.started) > 1 else ""

    def _add_statements(self, cursor: sqlite3.Cursor, snapshot: Snapshot, look: int, *, first: bool,
                        anew: bool) -> None:
        latest = {sql: (int(number), Counted(calls, ms, rows, blocks)) for sql, number, calls, ms, rows, blocks in
                  cursor.execute("SELECT s.sql, s.id, l.calls, l.ms, l.rows, l.blocks FROM latest l "
                                 "JOIN statement s ON s.id = l.statement")}
        cursor.execute("DELETE FROM latest")
        for sql, now in snapshot.statements.items():
            number, earlier = latest.get(sql, (0, None))
            if not number:
                cursor.execute("INSERT OR IGNORE INTO statement (sql, first_seen) VALUES (?, ?)", (sql, snapshot.at))
                number = int(cursor.execute("SELECT id FROM statement WHERE sql = ?", (sql,)).fetchone()[0])
            cursor.execute("INSERT INTO latest VALUES (?, ?, ?, ?, ?)",
                           (number, now.calls, now.milliseconds, now.rows, now.blocks))
            added = now.since(None if anew else earlier)
            if added.calls and not first:
                cursor.execute("INSERT INTO added VALUES (?, ?, ?, ?, ?, ?)",
                               (look, number, added.calls, added.milliseconds, added.rows, added.blocks))

    def note_gap(self, at: float, why: str) -> None:
        """Keep that the server could not be asked at that time."""
        self._file.execute("INSERT INTO look (at, seconds, gap, gauges) SELECT ?, 0, ?, '{}' WHERE EXISTS "
                           "(SELECT 1 FROM look)", (at, why))

    def thin(self, now: float, *, days: float, largest: int) -> None:
        """Keep the store within its bounds."""
        with closing(self._file.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            for sql in _MERGE:
                cursor.execute(sql, {"old": (now - _FRESH) // _HOUR * _HOUR} if ":old" in sql else {})
            self._delete(cursor, now - days * _DAY)
            cursor.execute("COMMIT")
            while self._bytes(cursor) > largest:
                row = cursor.execute("SELECT at FROM look ORDER BY at LIMIT 1 "
                                     "OFFSET max(1, (SELECT count(*) FROM look) / 10)").fetchone()
                if row is None:
                    break
                self._delete(cursor, float(row[0]))
            cursor.execute("PRAGMA incremental_vacuum")

    def _delete(self, cursor: sqlite3.Cursor, before: float) -> None:
        cursor.execute("DELETE FROM added WHERE look IN (SELECT id FROM look WHERE at < ?)", (before,))
        cursor.execute("DELETE FROM look WHERE at < ?", (before,))
        cursor.execute("DELETE FROM statement WHERE id NOT IN (SELECT statement FROM added) "
                       "AND id NOT IN (SELECT statement FROM latest)")

    @staticmethod
    def _bytes(cursor: sqlite3.Cursor) -> int:
        pages, free, size = (int(cursor.execute(f"PRAGMA {name}").fetchone()[0])
                             for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size

    def looks(self) -> Iterator[tuple[float, float, str, Mapping[str, float]]]:
        """Yield the time of each look, the seconds since the one before, why counters began anew, and gauges."""
        for at, seconds, gap, gauges in self._file.execute("SELECT at, seconds, gap, gauges FROM look ORDER BY at, id"):
            yield float(at), float(seconds), str(gap), json.loads(gauges)

    def statements(self) -> Iterator[tuple[str, float, tuple[Point, ...]]]:
        """Yield each statement with the time it was first seen and what it cost between looks, in their order."""
        every = self._file.execute("SELECT id, sql, first_seen FROM statement ORDER BY sql").fetchall()
        for number, sql, seen in every:
            rows = self._file.execute("SELECT l.at, l.seconds, a.calls, a.ms, a.rows, a.blocks FROM added a "
                                      "JOIN look l ON l.id = a.look WHERE a.statement = ? ORDER BY l.at", (number,))
            yield str(sql), float(seen), tuple(Point(at, seconds, Counted(calls, ms, count, blocks))
                                               for at, seconds, calls, ms, count, blocks in rows)

    def totals(self) -> Iterator[tuple[str, Counted]]:
        """Yield the counters of each statement as the last look saw them."""
        for sql, calls, ms, rows, blocks in self._file.execute(
                "SELECT s.sql, l.calls, l.ms, l.rows, l.blocks FROM latest l JOIN statement s ON s.id = l.statement "
                "ORDER BY s.sql"):
            yield str(sql), Counted(calls, ms, rows, blocks)
