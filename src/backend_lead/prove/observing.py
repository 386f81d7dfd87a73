"""What a statement does to a server, read from the server: locks, files written anew, rows read."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.model.migration import LockMode

_RELATIONS = """
    SELECT c.oid::int, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END::text,
           c.relkind::text, coalesce(pg_relation_filenode(c.oid), 0)::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND c.relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S')
"""
_HELD = """
    SELECT relation::int, mode::text FROM pg_locks WHERE pid = %s AND locktype = 'relation'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_READ = "SELECT relid::int, seq_tup_read::int FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0"
_INDEXES = "iI"


@dataclass
class Observed:
    """What was seen of one statement; relations that it made itself are left out."""

    locks: dict[str, LockMode] = field(default_factory=dict)
    rewrites: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)


class Observer:
    """Looks at a transaction of `session` after each of its statements.

    Begin it before the transaction.  pg_locks takes no lock on what it shows, so that looking changes nothing.
    """

    def __init__(self, session: ScratchSession) -> None:
        self._session = session
        self.relations = {oid: (name, kind, file) for oid, name, kind, file in session.run(_RELATIONS)}
        self._files = {oid: file for oid, (_, _, file) in self.relations.items()}
        self._read: dict[int, int] = {}

    def kind(self, name: str) -> str:
        """Return what a relation was before: `r` table, `m` materialised view, `i` index, …; "" for a new one."""
        return next((kind for known, kind, _ in self.relations.values() if known == name), "")

    def started(self) -> None:
        """Take what the session has read so far as the start."""
        self._read = dict(self._session.run(_READ))

    def look(self) -> Observed:
        """Return what is held, written anew and read since the last look."""
        seen = Observed()
        for oid, mode in self._session.run(_HELD, (self._session.pid,)):
            if oid in self.relations:
                name, found = self.relations[oid][0], LockMode(mode)
                if name not in seen.locks or found.strength > seen.locks[name].strength:
                    seen.locks[name] = found
        for oid, _, kind, file in self._session.run(_RELATIONS):
            if oid in self._files and file != self._files[oid]:
                if kind not in _INDEXES:
                    seen.rewrites.append(self.relations[oid][0])
                self._files[oid] = file
        for oid, rows in self._session.run(_READ):
            if oid in self.relations and rows > self._read.get(oid, 0):
                seen.scans.append(self.relations[oid][0])
                self._read[oid] = rows
        seen.locks = dict(sorted(seen.locks.items()))
        return Observed(seen.locks, sorted(seen.rewrites), sorted(seen.scans))
