"""The server itself: what makes every query slow, or soon will, each with what to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backend_lead.model.diagnosis import Health
from backend_lead.model.finding import Severity
from backend_lead.read.database.health_facts import HealthFacts
from backend_lead.rules._ddl import quoted

_MANY_ROWS = 1_000
# Autovacuum analyses after a tenth of the rows has changed and vacuums after a fifth is dead (its default scale
# factors); twice that means that it does not keep up.
_STALE_SHARE, _DEAD_SHARE, _DEAD_ROWS = 0.2, 0.4, 10_000
# Autovacuum comes by each minute: what it has left for an hour it leaves.
_AN_HOUR = 1 / 24
_IDLE_SECONDS = 300.0
_ENOUGH_BLOCKS = 1_000_000
_DEFAULT_BUFFERS = 16_384
_GB = 1 << 30


def health(facts: HealthFacts) -> tuple[Health, ...]:
    """Return what is wrong with a server, worst first."""
    found = [each for look in _LOOKS for each in look(facts)]
    return tuple(sorted(found, key=lambda each: (each.severity.rank, each.id, each.message)))


def _tables(facts: HealthFacts) -> Iterator[Health]:
    for name, live, dead, changed, analysed, vacuumed, options, counted, size in facts.rows.get("tables", ()):
        table = quoted(str(name).removeprefix("public."))
        if "autovacuum_enabled=false" in str(options) or "autovacuum_enabled=off" in str(options):
            yield Health("autovacuum_off_for_table", Severity.MEDIUM,
                         f"Autovacuum is off for {table}: its dead rows stay and its statistics age.",
                         f"ALTER TABLE {table} RESET (autovacuum_enabled);")
        # A table that nobody has analysed has no count of its rows either, but a file.
        if analysed is None and counted < 0 and (live >= _MANY_ROWS or size > 1 << 20):
            yield Health("missing_statistics", Severity.HIGH,
                         f"{table} was never analysed: the planner guesses how many rows a condition leaves.",
                         f"ANALYZE {table};")
        elif (analysed is not None and analysed > _AN_HOUR and live >= _MANY_ROWS
              and changed > live * _STALE_SHARE + _MANY_ROWS):
            yield Health("stale_statistics", Severity.MEDIUM,
                         f"{changed:,} of {live:,} rows of {table} changed since it was analysed.", f"ANALYZE {table};")
        if dead >= _DEAD_ROWS and dead > (live + dead) * _DEAD_SHARE:
            since = "never" if vacuumed is None else f"{vacuumed:.0f} days ago"
            yield Health("autovacuum_lag", Severity.HIGH,
                         f"{dead:,} dead rows in {table} beside {live:,} live ones; vacuumed {since}.",
                         f"VACUUM (ANALYZE) {table};")


def _indexes(facts: HealthFacts) -> Iterator[Health]:
    for name, table in facts.rows.get("invalid", ()):
        index = quoted(str(name).removeprefix("public."))
        yield Health("invalid_index", Severity.MEDIUM,
                     f"The index {index} of {table} is invalid: writers keep it up, no query may use it.",
                     f"REINDEX INDEX CONCURRENTLY {index};")


def _wraparound(facts: HealthFacts) -> Iterator[Health]:
    row = facts.one("wraparound")
    if row is not None and row[1] and row[0] > row[1] * 1.5:
        severity = Severity.CRITICAL if row[0] > 1_200_000_000 else Severity.HIGH
        yield Health("wraparound", severity,
                     f"The oldest row is {row[0]:,} transactions old and autovacuum freezes at {row[1]:,}: at two "
                     "billion the server stops writing.", "VACUUM (FREEZE);")


def _sessions(facts: HealthFacts) -> Iterator[Health]:
    rows = facts.rows.get("sessions", ())
    idle = [row for row in rows if str(row[0]).startswith("idle in transaction") and row[2] > _IDLE_SECONDS]
    if idle:
        longest = max(row[2] for row in idle)
        yield Health("idle_in_transaction", Severity.HIGH,
                     f"{len(idle)} sessions sit idle in a transaction, the longest for {longest / 60:.0f} minutes: "
                     "their locks stay, and VACUUM cleans nothing that is younger.",
                     "ALTER DATABASE … SET idle_in_transaction_session_timeout = '60s';")
    waiting = [row for row in rows if row[6] and row[5] == "Lock"]
    if waiting:
        yield Health("lock_waits", Severity.HIGH, f"{len(waiting)} sessions wait for locks of others now.",
                     "SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock';")
    most = facts.setting("max_connections")
    if most and len(rows) > int(most) * 0.8:
        yield Health("connection_use", Severity.HIGH, f"{len(rows)} of {most} connections are in use.",
                     "Put a pool in front, or make the pools of the application smaller.")


def _database(facts: HealthFacts) -> Iterator[Health]:
    row = facts.one("database")
    if row is None:
        return
    hit, read, temp_files, temp_bytes, deadlocks, _, size, days = row
    if hit + read > _ENOUGH_BLOCKS and hit < (hit + read) * 0.95:
        yield Health("cache_hit", Severity.MEDIUM,
                     f"{hit / (hit + read):.1%} of the pages asked for were in shared_buffers.",
                     "Raise shared_buffers, or let queries touch fewer pages: see the indexes above.")
    if temp_bytes > _GB and temp_files > 100:
        yield Health("temp_files", Severity.MEDIUM,
                     f"Sorts and hashes wrote {temp_bytes / _GB:,.1f} GB in {temp_files:,} files in {days:,.0f} days.",
                     "Raise work_mem for the statements that sort, or give them an index in that order.")
    if deadlocks > 10:
        yield Health("deadlocks", Severity.MEDIUM, f"{deadlocks:,} deadlocks in {days:,.1f} days.",
                     "Take locks in one order: sort the keys before they are updated.")
    buffers = facts.setting("shared_buffers")
    if buffers and int(buffers) <= _DEFAULT_BUFFERS and size > _GB:
        yield Health("shared_buffers", Severity.MEDIUM,
                     f"shared_buffers is {int(buffers) * 8 / 1024:,.0f} MB, the database takes {size / _GB:,.1f} GB.",
                     "ALTER SYSTEM SET shared_buffers = '…'; -- a quarter of the machine's memory, then a restart")


def _settings(facts: HealthFacts) -> Iterator[Health]:
    for name, severity, why in (
        ("autovacuum", Severity.HIGH, "dead rows stay, statistics age, and transaction numbers run out"),
        ("track_counts", Severity.HIGH, "autovacuum does not know where to work"),
        ("fsync", Severity.CRITICAL, "a power cut loses the database"),
        ("full_page_writes", Severity.HIGH, "a power cut can leave half-written pages"),
    ):
        if facts.setting(name) == "off":
            yield Health(f"{name}_off", severity, f"{name} is off: {why}.", f"ALTER SYSTEM SET {name} = on;")


def _backups(facts: HealthFacts) -> Iterator[Health]:
    row = facts.one("archiver")
    if row is not None and row[1] and row[2] is not False:
        yield Health("archiving_fails", Severity.CRITICAL,
                     f"{row[1]:,} WAL files could not be archived: recovery ends at the last that was.",
                     "Look at archive_command in the server's log.")
    checkpoints = facts.one("checkpoints")
    if checkpoints is not None and checkpoints[1] > 20 and checkpoints[1] > checkpoints[0]:
        yield Health("checkpoint_pressure", Severity.MEDIUM,
                     f"{checkpoints[1]:,} checkpoints were forced by WAL and {checkpoints[0]:,} came in their time: "
                     "each writes whole pages anew.", "ALTER SYSTEM SET max_wal_size = '…'; -- twice of what it is")
    for name, behind in facts.rows.get("replication", ()):
        if behind > 256 << 20:
            yield Health("replication_lag", Severity.HIGH,
                         f"The standby {name or 'without a name'} is {behind / (1 << 20):,.0f} MB behind.",
                         "Look for a long query on the standby, or for a slow link.")


_LOOKS: tuple[Callable[[HealthFacts], Iterator[Health]], ...] = (
    _tables, _indexes, _wraparound, _sessions, _database, _settings, _backups)
