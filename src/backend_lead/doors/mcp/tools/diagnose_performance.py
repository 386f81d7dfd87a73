"""`diagnose_performance`: my API is slow."""

from __future__ import annotations

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from backend_lead.doors.mcp.arguments import Database, PathGiven, Postgres, Schema
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import DiagnoseJob

Stats = Annotated[str | None, Field(description="Planner statistics: a file of diagnose --export-stats, or of pg_dump "
                                                "--statistics-only.")]
Workload = Annotated[str | None, Field(description="A file with what the application sends, as SQL with weights "
                                                   "(-- weight: 120/h).")]
Traces = Annotated[str | None, Field(description="Traces as OTLP JSON, or a log of PostgreSQL.")]
Budget = Annotated[int | None, Field(description="The most room that new indexes may take, in megabytes.", ge=1)]
Texts = Annotated[bool, Field(description="Give the changes of indexes as migrations too; none is written.")]


async def diagnose_performance(call: Call, path: PathGiven = ".", schema: Schema = None, stats: Stats = None,
                               workload: Workload = None, traces: Traces = None, budget_mb: Budget = None,
                               postgres: Postgres = None, database: Database = False,
                               migrations: Texts = False) -> CallToolResult:
    """Say what makes a service slow and what to do first: indexes, rewrites, N + 1 queries, caches, the pool, settings.

    Works on the code alone, and on much more with a database, statistics, a workload or traces. A cost of the planner
    is told as a cost, a measured time as a time. No row is taken out of a database, nothing is written.
    """
    return await answered(call, "diagnose", lambda allowed: DiagnoseJob(
        target=path, schema=schema, stats=stats, workload=workload, traces=traces,
        budget=budget_mb * (1 << 20) if budget_mb else None, postgres=postgres, migrations=migrations,
        dsn=allowed.database(database), allow_superuser=allowed.allow_superuser, cache=allowed.cache),
        path, schema, stats, workload, traces)


TOOL = Declared(diagnose_performance, "Diagnose a slow service", "diagnose", reaches=True)
