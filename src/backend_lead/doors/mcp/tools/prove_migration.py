"""`prove_migration`: run migrations on a server of our own, under load, and back."""

from __future__ import annotations

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from backend_lead.doors.mcp.arguments import Code, Migrations, Postgres, Queries, Schema, Transaction
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import ProveJob

Rows = Annotated[int, Field(description="How many made-up rows each table gets.", ge=100, le=5_000_000)]


async def prove_migration(call: Call, files: Migrations, schema: Schema = None, queries: Queries = None,
                          code: Code = None, postgres: Postgres = None, transaction: Transaction = "auto",
                          rows: Rows = 20_000) -> CallToolResult:
    """Run migrations on a throw-away PostgreSQL with rows and load, up and back down, and say what was seen.

    Tells for each statement how long readers and writers stood still, and whether schema and rows come back the same.
    No database of yours is touched. What proved to be safe is remembered in `.backend-lead/`, for `migration apply`.
    """
    return await answered(call, "migration prove", lambda allowed: ProveJob(
        files=tuple(files), schema=schema, queries=queries, code=code, postgres=postgres, transaction=transaction,
        rows=rows, cache=allowed.cache), *files, schema, queries, code)


TOOL = Declared(prove_migration, "Prove a migration on a throw-away server", "migration-prove", writes=True)
