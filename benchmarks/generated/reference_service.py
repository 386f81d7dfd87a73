"""The least that lists twenty rows of a table: FastAPI, uvicorn, asyncpg, a response model, and no question who asks.

Its cost is the yardstick of the machine: before the project began such a service cost 472 µs of CPU a request, and 236
of the database.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

_LIST = """
SELECT id, reporter_id, project_id, assignee_id, title, description, status, priority, due_on, version,
    created_at, updated_at
FROM tasks WHERE project_id = $1 ORDER BY id DESC LIMIT 20
"""


class Task(BaseModel):
    id: UUID
    reporter_id: UUID
    project_id: UUID
    assignee_id: UUID | None
    title: str
    description: str | None
    status: str
    priority: str
    due_on: date | None
    version: int
    created_at: datetime
    updated_at: datetime


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready() -> str:
    return "ok"


@app.get("/projects/{project_id}/tasks")
async def tasks(project_id: UUID) -> list[Task]:
    return [Task.model_validate(dict(row)) for row in await app.state.pool.fetch(_LIST, project_id)]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="warning")
