"""What a live server says about itself: settings, statements, sessions, keys that come to their end, backups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from backend_lead.gates.database import SIGNATURE
from backend_lead.gates.text import mask, one_line, printable
from backend_lead.model.server import SequenceUse, Server, Session, Statement
from backend_lead.read.database.asking import Asking

_SETTINGS = (
    "archive_command", "archive_library", "archive_mode", "autovacuum", "data_checksums",
    "default_transaction_isolation", "effective_cache_size", "fsync", "full_page_writes", "hot_standby",
    "idle_in_transaction_session_timeout", "idle_session_timeout", "jit", "listen_addresses", "lock_timeout",
    "log_lock_waits", "log_min_duration_statement", "log_statement", "maintenance_work_mem", "max_connections",
    "max_locks_per_transaction", "max_wal_senders", "password_encryption", "random_page_cost",
    "reserved_connections", "row_security", "server_version", "server_version_num", "shared_buffers",
    "shared_preload_libraries", "ssl", "statement_timeout", "superuser_reserved_connections", "synchronous_commit",
    "synchronous_standby_names", "TimeZone", "track_counts", "track_io_timing", "transaction_timeout", "wal_level",
    "work_mem")
_RANGES = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_ON_ROWS = ("select", "insert", "update", "delete", "merge", "with", "values", "table")
_ALL_STATISTICS = "GRANT pg_read_all_stats TO {role};"
_LEADING_COMMENT = re.compile(r"(?s)^(?:\s+|/\*.*?\*/|--[^\n]*\n)+")


def read_server(asking: Asking, names: Mapping[int, str]) -> Server:
    """Return the server; `names` are the tables by their numbers.  What could not be read stands in `missing`."""
    values = settings(asking)
    found = dict(values)
    archived, failed = archiver(asking)
    replicas = asking.ask("replicas", "SELECT count(*) FROM pg_stat_replication")
    return Server(
        version=found.get("server_version", ""), major=int(found.get("server_version_num", "0")) // 10_000,
        database=asking.gate.database, settings=values, statements=statements(asking), sessions=sessions(asking),
        sequences=sequences(asking, names), statistics_age_days=statistics_age(asking), archived_count=archived,
        archive_failed_count=failed, replicas=cast(int, replicas[0][0]) if replicas else None,
        extensions=extensions(asking), missing=tuple(sorted(asking.missing)))


def settings(asking: Asking) -> tuple[tuple[str, str], ...]:
    """Return the settings that a session of an application starts with, in the units of pg_settings."""
    wanted = ", ".join(f"'{name}'" for name in _SETTINGS)
    rows = asking.ask("settings", f"""
        SELECT name, reset_val FROM pg_settings WHERE name IN ({wanted}) ORDER BY name""")
    found = {str(name): mask(one_line(str(value or ""), 300)) for name, value in rows}
    if rows and "shared_preload_libraries" not in found:
        asking.note("some settings (shared_preload_libraries, archive_command)", "only shown to those who may",
                    "GRANT pg_read_all_settings TO {role};")
    return tuple(sorted(found.items()))


def extensions(asking: Asking) -> tuple[str, ...]:
    """Return the names of the extensions that the database has."""
    return tuple(str(name) for (name,) in asking.ask("extensions", "SELECT extname::text FROM pg_extension ORDER BY 1"))


def statements(asking: Asking, limit: int = 1_000) -> tuple[Statement, ...]:
    """Return what pg_stat_statements has counted in this database, the most total time first."""
    place = asking.ask("pg_stat_statements", """
        SELECT quote_ident(n.nspname), EXISTS (
                   SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relname = 'pg_stat_statements' AND c.relnamespace = n.oid AND a.attname = 'total_exec_time')
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'""")
    if not place:
        asking.note("pg_stat_statements", "the extension is not in this database",
                    "CREATE EXTENSION pg_stat_statements; -- with shared_preload_libraries = 'pg_stat_statements'")
        return ()
    schema, is_new = place[0]
    # Until PostgreSQL 12 planning was not counted apart.
    total = "total_exec_time" if is_new else "total_time"
    rows = asking.ask("pg_stat_statements", f"""
        SELECT left(s.query, 10000), sum(s.calls)::bigint, sum(s.{total})::float8, sum(s.rows)::bigint,
               sum(s.shared_blks_hit + s.shared_blks_read)::bigint
        FROM {schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
        WHERE d.datname = current_database() AND s.query NOT LIKE '%{SIGNATURE}'
        GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT {limit:d}""", grant=_ALL_STATISTICS)
    found = []
    hidden = False
    for text, calls, total_ms, count, blocks in rows:
        sql = mask(printable(str(text))).strip()
        hidden = hidden or sql == "<insufficient privilege>"
        # Only statements on rows have their constants taken out; others (ALTER ROLE ... PASSWORD) are left out.
        if not _LEADING_COMMENT.sub("", sql).lower().startswith(_ON_ROWS):
            continue
        times = max(cast(int, calls), 1)
        found.append(Statement(sql, cast(int, calls), cast(float, total_ms), cast(float, total_ms) / times,
                               cast(int, count), cast(int, blocks)))
    if hidden:
        asking.note("statements of other roles in pg_stat_statements", "their text is hidden", _ALL_STATISTICS)
    return tuple(found)


def sessions(asking: Asking) -> tuple[Session, ...]:
    """Return the other sessions in this database, with the age of their transactions."""
    rows = asking.ask("sessions", """
        SELECT pid, coalesce(application_name, ''), coalesce(state, ''),
               coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::float8,
               coalesce(query = '<insufficient privilege>', false)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        ORDER BY pid""", grant=_ALL_STATISTICS)
    if any(hidden for *_, hidden in rows):
        asking.note("sessions of other roles", "their state is hidden", _ALL_STATISTICS)
    return tuple(Session(cast(int, pid), one_line(str(application), 80), str(state), max(cast(float, age), 0.0))
                 for pid, application, state, age, hidden in rows if not hidden)


def sequences(asking: Asking, names: Mapping[int, str]) -> tuple[SequenceUse, ...]:
    """Return how far the keys that sequences fill have come."""
    rows = asking.ask("sequences", """
        SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, NULL), s.seqmax,
               may.read, CASE WHEN may.read THEN pg_sequence_last_value(s.seqrelid::regclass) END
        FROM pg_sequence s
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            CROSS JOIN LATERAL (SELECT has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') AS read) may
        ORDER BY 1, 2""")
    found = []
    for oid, column, type_, largest, readable, last in rows:
        table = names.get(cast(int, oid))
        if table is None or str(type_) not in _RANGES or not readable:
            continue
        found.append(SequenceUse(table, str(column), str(type_), cast(int, last or 0),
                                 min(cast(int, largest), _RANGES[str(type_)])))
    if any(not row[4] for row in rows):
        asking.note("how far some keys have come", "their sequences may not be read",
                    "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};")
    return tuple(sorted(found, key=lambda use: (use.table, use.column)))


def statistics_age(asking: Asking) -> float | None:
    """Return for how many days the counters have been running, at least."""
    rows = asking.ask("age of the statistics", """
        SELECT extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time()))::float8 / 86400
        FROM pg_stat_database WHERE datname = current_database()""")
    return max(cast(float, rows[0][0]), 0.0) if rows and rows[0][0] is not None else None


def archiver(asking: Asking) -> tuple[int | None, int | None]:
    """Return how many WAL files were archived, and how many could not be."""
    rows = asking.ask("archiver", "SELECT archived_count, failed_count FROM pg_stat_archiver")
    return (cast(int, rows[0][0]), cast(int, rows[0][1])) if rows else (None, None)
