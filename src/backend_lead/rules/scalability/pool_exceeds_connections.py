"""Pools that may open more connections than the server takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Pools larger than the server's connections", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.DIAGNOSE)

_ENGINES = ("create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config")
_POOLS = {"asyncpg.create_pool": 10, "psycopg_pool.ConnectionPool": 4, "psycopg_pool.AsyncConnectionPool": 4}
_RESERVED = 3


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the program makes it: `size` connections that stay, `overflow` more under load."""

    call: Call
    size: int
    overflow: int

    @property
    def most(self) -> int:
        """The connections that one process may open."""
        return self.size + self.overflow


def check(backend: Backend, *, usual: int = 100) -> Iterator[Finding]:
    """Yield one finding for the largest pool when it, times the processes, exceeds max_connections.

    Without a live server PostgreSQL's default of 100 is taken, and the finding is only suspected.
    """
    server = backend.server
    setting = server.setting("max_connections") if server else None
    limit = int(setting) if setting and setting.isdigit() else usual
    spare = server.setting("superuser_reserved_connections") if server else None
    free = limit - (int(spare) if spare and spare.isdigit() else _RESERVED)
    processes = backend.processes or 1
    pools = [pool for call in backend.calls if (pool := _pool(call)) is not None]
    largest = max(pools, key=lambda pool: pool.most, default=None)
    if largest is not None and largest.most * processes > free:
        yield _finding(largest, processes, limit, free, setting is not None)


def _pool(call: Call) -> Pool | None:
    if call.name in _POOLS:
        most = call.keyword("max_size")
        size = _number(most, _POOLS[call.name])
        return Pool(call, size, 0) if size is not None else None
    if call.name.rpartition(".")[2] not in _ENGINES or not call.name.startswith(("sqlalchemy", "sqlmodel")):
        return None
    address = call.arguments[0].value if call.arguments else None
    if address and not address.startswith(("postgres", "{")):
        return None
    if call.keyword("poolclass") is not None or any(argument.name == "**" for argument in call.arguments):
        return None
    size, overflow = _number(call.keyword("pool_size"), 5), _number(call.keyword("max_overflow"), 10)
    return Pool(call, size, max(overflow, 0)) if size and overflow is not None else None


def _number(argument: Argument | None, default: int) -> int | None:
    """Return the number given, the default when none is, or None when it is not known."""
    if argument is None:
        return default
    text = argument.value or ""
    return int(text) if text.lstrip("-").isdigit() else None


def _finding(pool: Pool, processes: int, limit: int, free: int, live: bool) -> Finding:
    call = pool.call
    most = pool.most * processes
    each = max(free * 9 // 10 // processes, 1)
    size = max(each * 2 // 3, 1)
    server = f"the server takes {limit}" if live else f"PostgreSQL takes {limit} unless it is told otherwise"
    sum_ = f"{pool.size} + {pool.overflow}" if pool.overflow else str(pool.size)
    if call.name in _POOLS:
        fix = f"{call.name.rpartition('.')[2]}(..., max_size={each})"
    else:
        fix = f"{call.name.rpartition('.')[2]}(..., pool_size={size}, max_overflow={each - size})"
    return write(
        call.place,
        f"{counted(processes, 'process', 'processes')} with a pool of {sum_} may open {most} connections; {server}.",
        f"Under load PostgreSQL refuses the connections above {free} (\"too many clients already\"): requests fail "
        f"while the server is busy with others.",
        fix, evidence=Evidence.MEASURED if live else Evidence.SUSPECTED, symbol=call.symbol,
        snippet=call.statement or call.name, effort=1)
