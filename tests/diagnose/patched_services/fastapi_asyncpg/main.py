"""Sales of a shop: FastAPI with asyncpg."""

import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

SHARES = """
    SELECT p.kind, count(*) AS sales, sum(s.total) AS total, max(s.at) AS last
    FROM sale s JOIN product p ON p.id = s.product_id
    WHERE s.shop_id = $1 GROUP BY p.kind ORDER BY p.kind
"""


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=40)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


class Sale(BaseModel):
    shop_id: int
    product_id: int
    total: int


@app.get("/health/ready")
async def ready():
    return {"ready": True}


@app.get("/shops/{shop_id}/kinds")
async def kinds(shop_id: int, request: Request):
    rows = await request.app.state.pool.fetch(SHARES, shop_id)
    return [dict(row) for row in rows]


@app.get("/totals")
async def totals(request: Request):
    async with request.app.state.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT count(*) AS sales, sum(total) AS total, min(at) FROM sale")
    if row is None:
        raise HTTPException(404)
    return {"sales": row["sales"], "total": row["total"], "first": row[2], "all": dict(row)}


@app.post("/sales", status_code=201)
async def sell(sale: Sale, request: Request):
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO sale (shop_id, product_id, total, at) VALUES ($1, $2, $3, '2026-01-01')",
            sale.shop_id, sale.product_id, sale.total,
        )
    return {"sold": True}


@app.delete("/sales/{sale_id}")
async def take_back(sale_id: int, request: Request):
    return await request.app.state.pool.fetchval("DELETE FROM sale WHERE id = $1 RETURNING total", sale_id)


@app.delete("/products/{product_id}")
async def withdraw(product_id: int, request: Request):
    await request.app.state.pool.execute(
        """
        DELETE FROM product
        WHERE id = $1
        """,
        product_id,
    )
    return {"withdrawn": True}
