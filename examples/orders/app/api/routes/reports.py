"""Figures for the weekly meeting."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.config import get_settings
from app.database import SessionDep
from app.models import Customer
from app.repositories.customers import CustomerRepository
from app.schemas.customer import CustomerRead
from app.security.dependencies import Manager

router = APIRouter()


@router.get("/sales")
def sales(manager: Manager, days: Annotated[int, Query(ge=1, le=31)] = 7) -> list[dict[str, Any]]:
    """Return the turnover of the last days."""
    engine = create_engine(get_settings().database_url)
    statement = text(
        """
        SELECT date_trunc('day', placed_at) AS day, count(*) AS orders, sum(total) AS turnover
        FROM orders
        WHERE placed_at >= :since
        GROUP BY 1
        ORDER BY 1
        LIMIT 32
        """
    )
    try:
        with engine.connect() as connection:
            rows = connection.execute(statement, {"since": datetime.now(UTC) - timedelta(days=days)})
            return [dict(row) for row in rows.mappings()]
    except SQLAlchemyError as exc:
        raise HTTPException(500, detail=f"The report cannot be made: {exc}") from exc
    finally:
        engine.dispose()


@router.get("/customers", response_model=list[CustomerRead])
def customers(session: SessionDep) -> Sequence[Customer]:
    """Return the customers."""
    return CustomerRepository(session).everyone()
