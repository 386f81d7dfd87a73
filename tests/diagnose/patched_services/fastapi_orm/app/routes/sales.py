"""Routes of sales."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import delete, func, select, text

from app.database import Product, Sale, SessionDep

router = APIRouter()


class SaleIn(BaseModel):
    shop_id: int
    product_id: int
    total: int


@router.get("/shops/{shop_id}/kinds")
def kinds(shop_id: int, session: SessionDep):
    result = session.execute(
        text(
            "SELECT p.kind, count(*) AS sales, sum(s.total) AS total, max(s.at) AS last"
            " FROM sale s JOIN product p ON p.id = s.product_id"
            " WHERE s.shop_id = :shop GROUP BY p.kind ORDER BY p.kind"
        ),
        {"shop": shop_id},
    )
    return [dict(row) for row in result.mappings()]


@router.get("/totals")
def totals(session: SessionDep):
    row = session.execute(select(func.count(Sale.id).label("sales"), func.sum(Sale.total), func.min(Sale.at))).one()
    return {"sales": row.sales, "total": row[1], "first": row[2]}


@router.get("/expensive")
def expensive(session: SessionDep):
    found = session.scalars(select(Product).where(Product.price > 900).order_by(Product.id)).all()
    return [{"id": each.id, "name": each.name, "price": each.price, "sold": len(each.sales)} for each in found[:2]]


@router.post("/sales", status_code=201)
def sell(sale: SaleIn, session: SessionDep):
    session.add(Sale(**sale.model_dump(), at="2026-01-01"))
    return {"sold": True}


@router.delete("/sales/{sale_id}")
def take_back(sale_id: int, session: SessionDep):
    session.execute(delete(Sale).where(Sale.id == sale_id))
    return {"gone": True}


@router.delete("/products/{product_id}")
def withdraw(product_id: int, session: SessionDep):
    session.execute(delete(Product).where(Product.id == product_id))
    return {"withdrawn": True}
