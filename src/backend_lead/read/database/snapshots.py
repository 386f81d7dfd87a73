"""One look at a server's counters, through the gate that only reads."""

from __future__ import annotations

from typing import cast

from backend_lead.gates.database import DatabaseGate
from backend_lead.model.watch import Counted, Snapshot
from backend_lead.read.database.asking import Asking
from backend_lead.read.database.server_facts import statements

_MOST = 5_000
_NOW = """
    SELECT extract(epoch FROM clock_timestamp())::float8, extract(epoch FROM pg_postmaster_start_time())::float8,
           current_database()::text"""
_RESET = "SELECT extract(epoch FROM stats_reset)::float8 FROM {schema}.pg_stat_statements_info"
_HAS_INFO = """
    SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'pg_stat_statements_info'"""
_DATABASE = """
    SELECT blks_hit::float8, blks_read::float8, temp_bytes::float8, deadlocks::float8, xact_commit::float8,
           xact_rollback::float8, pg_database_size(datname)::float8
    FROM pg_stat_database WHERE datname = current_database()"""
_DATABASE_NAMES = ("blocks_hit", "blocks_read", "temp_bytes", "deadlocks", "commits", "rollbacks", "database_bytes")
_SESSIONS = """
    SELECT count(*)::float8, count(*) FILTER (WHERE state = 'active')::float8,
           count(*) FILTER (WHERE state LIKE 'idle in transaction%')::float8,
           count(*) FILTER (WHERE wait_event_type = 'Lock')::float8,
           coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'"""
_SESSION_NAMES = ("connections", "active", "idle_in_transaction", "waiting_for_locks", "oldest_transaction_seconds")
_LAG = "SELECT coalesce(max(pg_wal_lsn_diff(sent_lsn, replay_lsn)), 0)::float8 FROM pg_stat_replication"
_AGE = "SELECT age(datfrozenxid)::float8 FROM pg_database WHERE datname = current_database()"


def take_snapshot(gate: DatabaseGate) -> Snapshot:
    """Return the counters of a database now; what the role may not read stands in `missing`.

    Raises DatabaseUnreachable when the server goes away meanwhile.
    """
    asking = Asking(gate)
    now, started, database = gate.rows(_NOW)[0]
    info = asking.ask("reset of pg_stat_statements", _HAS_INFO)
    reset = asking.ask("reset of pg_stat_statements", _RESET.format(schema=info[0][0])) if info else []
    gauges: dict[str, float] = {}
    for what, sql, names in (("counters of the database", _DATABASE, _DATABASE_NAMES),
                             ("sessions", _SESSIONS, _SESSION_NAMES), ("replication", _LAG, ("replication_lag_bytes",)),
                             ("age of transactions", _AGE, ("transaction_age",))):
        for row in asking.ask(what, sql)[:1]:
            gauges |= {name: float(cast(float, value)) for name, value in zip(names, row, strict=True)
                       if value is not None}
    counted = {each.sql: Counted(each.calls, each.total_ms, each.rows, each.blocks)
               for each in statements(asking, _MOST)}
    when = reset[0][0] if reset else None
    return Snapshot(cast(float, now), cast(float, started), cast("float | None", when), counted, gauges, str(database),
                    tuple(asking.missing))
