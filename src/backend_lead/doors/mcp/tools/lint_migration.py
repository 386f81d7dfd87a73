"""`lint_migration`: what migrations do to a database in use."""

from __future__ import annotations

from mcp_types import CallToolResult

from backend_lead.doors.mcp.arguments import Code, Database, Migrations, Postgres, Queries, Schema, Since, Transaction
from backend_lead.doors.mcp.declared import Declared
from backend_lead.doors.mcp.door import Call, answered
from backend_lead.doors.work.jobs import LintJob


async def lint_migration(call: Call, files: Migrations, schema: Schema = None, queries: Queries = None,
                         code: Code = None, postgres: Postgres = None, transaction: Transaction = "auto",
                         since: Since = None, database: Database = False) -> CallToolResult:
    """Say which locks each statement of a migration takes, whom it keeps waiting, what it breaks, loses or fails at.

    Reads migrations of Alembic, Django, Knex, TypeORM, Sequelize, Prisma, Flyway, Liquibase, golang-migrate, Diesel and
    raw SQL. What blocks comes with a safe alternative. Nothing is run.
    """
    return await answered(call, "migration lint", lambda allowed: LintJob(
        files=tuple(files), schema=schema, queries=queries, code=code, postgres=postgres, transaction=transaction,
        since=since, dsn=allowed.database(database), allow_superuser=allowed.allow_superuser, cache=allowed.cache),
        *files, schema, queries, code)


TOOL = Declared(lint_migration, "Judge a migration", "migration-lint", reaches=True)
