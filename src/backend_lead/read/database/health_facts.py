"""Facts about a live server's health: counters and ages, from catalogues that a monitoring role may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend_lead.gates.text import one_line
from backend_lead.read.database.asking import Asking

Row = tuple[Any, ...]

_STATISTICS = "GRANT pg_read_all_stats TO {role};"
_OF_USERS = "schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
_QUESTIONS: Mapping[str, tuple[str, str]] = {
    # Table, live rows, dead rows, changed since the last ANALYZE, days since it (null: never), since VACUUM, options.
    "tables": ("counters of tables", f"""
        SELECT s.schemaname || '.' || s.relname, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze,
               extract(epoch FROM now() - greatest(s.last_analyze, s.last_autoanalyze))::float8 / 86400,
               extract(epoch FROM now() - greatest(s.last_vacuum, s.last_autovacuum))::float8 / 86400,
               coalesce(c.reloptions::text, ''), c.reltuples::float8, pg_relation_size(c.oid)
        FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE {_OF_USERS} ORDER BY 1"""),
    "invalid": ("invalid indexes", """
        SELECT n.nspname || '.' || c.relname, t.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1"""),
    "wraparound": ("age of the oldest transaction", """
        SELECT age(datfrozenxid)::int8, (SELECT setting::int8 FROM pg_settings
                                         WHERE name = 'autovacuum_freeze_max_age')
        FROM pg_database WHERE datname = current_database()"""),
    # State, seconds in the transaction, seconds in the state, application.
    "sessions": ("sessions", """
        SELECT coalesce(state, ''), coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::float8,
               coalesce(extract(epoch FROM clock_timestamp() - state_change), 0)::float8,
               coalesce(application_name, ''), pid, coalesce(wait_event_type, ''), cardinality(pg_blocking_pids(pid))
        FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""),
    "database": ("counters of the database", """
        SELECT blks_hit, blks_read, temp_files, temp_bytes, deadlocks, numbackends, pg_database_size(datname),
               extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time()))::float8 / 86400
        FROM pg_stat_database WHERE datname = current_database()"""),
    "settings": ("settings", """
        SELECT name::text, reset_val::text, unit::text FROM pg_settings WHERE name IN (
            'max_connections', 'shared_buffers', 'work_mem', 'autovacuum', 'fsync', 'full_page_writes',
            'random_page_cost', 'track_counts', 'archive_mode', 'effective_cache_size', 'max_wal_size')"""),
    "archiver": ("archiver", """
        SELECT archived_count, failed_count, last_archived_time < last_failed_time,
               extract(epoch FROM now() - last_archived_time)::float8 / 3600 FROM pg_stat_archiver"""),
    "replication": ("replication", """
        SELECT coalesce(application_name, ''), coalesce(pg_wal_lsn_diff(sent_lsn, replay_lsn), 0)::float8
        FROM pg_stat_replication ORDER BY 1"""),
}
# The counters of checkpoints moved in 17.
_CHECKPOINTS = ("SELECT num_timed, num_requested FROM pg_stat_checkpointer",
                "SELECT checkpoints_timed, checkpoints_req FROM pg_stat_bgwriter")


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """The rows of each question by its name; one that was not answered has none, and stands in `missing`."""

    rows: Mapping[str, tuple[Row, ...]]
    missing: tuple[str, ...] = ()

    def one(self, name: str) -> Row | None:
        """Return the only row of a question, None when it was not answered."""
        found = self.rows.get(name, ())
        return found[0] if found else None

    def setting(self, name: str) -> str | None:
        """Return the value of a setting in its own unit."""
        return next((str(row[1]) for row in self.rows.get("settings", ()) if row[0] == name), None)


def read_health(asking: Asking, version_number: int) -> HealthFacts:
    """Return what the server says of its health."""
    rows = {name: tuple(asking.ask(what, sql, grant=_STATISTICS)) for name, (what, sql) in _QUESTIONS.items()}
    checkpoints = _CHECKPOINTS[0] if version_number >= 170_000 else _CHECKPOINTS[1]
    rows["checkpoints"] = tuple(asking.ask("checkpoints", checkpoints))
    return HealthFacts(rows, tuple(one_line(text) for text in asking.missing))
