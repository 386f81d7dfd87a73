"""Sales of a shop: FastAPI with SQLAlchemy's asynchronous sessions."""

import os
from datetime import datetime

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"))
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    price: Mapped[int]


class Sale(Base):
    __tablename__ = "sale"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    total: Mapped[int]
    at: Mapped[datetime]


class SaleIn(BaseModel):
    shop_id: int
    product_id: int
    total: int


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/health/ready")
async def ready():
    return {"ready": True}


@app.get("/shops/{shop_id}/kinds")
async def kinds(shop_id: int, session: AsyncSession = Depends(get_session)):
    found = await session.execute(
        select(Product.kind, func.count(Sale.id).label("sales"), func.sum(Sale.total).label("total"))
        .join(Sale, Sale.product_id == Product.id)
        .where(Sale.shop_id == shop_id)
        .group_by(Product.kind)
        .order_by(Product.kind)
    )
    return [{"kind": row.kind, "sales": row.sales, "total": row.total} for row in found]


@app.get("/totals")
async def totals(session: AsyncSession = Depends(get_session)):
    statement = text("SELECT count(*) AS sales, sum(total) AS total, min(at) AS first FROM sale")
    row = (await session.execute(statement)).mappings().one()
    return dict(row)


@app.get("/expensive")
async def expensive(session: AsyncSession = Depends(get_session)):
    found = (await session.scalars(select(Product).where(Product.price > 900).order_by(Product.id))).all()
    return [{"id": each.id, "name": each.name, "price": each.price} for each in found[:2]]


@app.post("/sales", status_code=201)
async def sell(sale: SaleIn, session: AsyncSession = Depends(get_session)):
    session.add(Sale(**sale.model_dump(), at=datetime(2026, 1, 1)))
    await session.commit()
    return {"sold": True}


@app.delete("/sales/{sale_id}")
async def take_back(sale_id: int, session: AsyncSession = Depends(get_session)):
    async with session.begin():
        found = await session.get(Sale, sale_id)
        await session.delete(found)
    return {"gone": True}


@app.delete("/products/{product_id}")
async def withdraw(product_id: int, session: AsyncSession = Depends(get_session)):
    await session.execute(text("DELETE FROM product WHERE id = :id"), {"id": product_id})
    await session.commit()
    return {"withdrawn": True}
