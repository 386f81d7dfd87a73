"""The stock feed of our partners."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, HTTPException, status

from app.database import SessionDep
from app.repositories.catalogue import ProductRepository
from app.schemas.base import After, Limit, Page
from app.schemas.catalogue import StockRead
from app.security.dependencies import Partner

router = APIRouter()

PAUSE = timedelta(milliseconds=200)
last_poll: dict[str, datetime] = {}


@router.get("/stock")
def stock_feed(partner: Partner, session: SessionDep, after: After = 0, limit: Limit = 100) -> Page[StockRead]:
    """Return a page of the stock list."""
    now = datetime.now(UTC)
    if partner in last_poll and now - last_poll[partner] < PAUSE:
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, "Pause between two pages.")
    last_poll[partner] = now
    items = [StockRead.model_validate(row) for row in ProductRepository(session).stock_page(after, limit)]
    return Page(items=items, next=items[-1].product_id if len(items) == limit else None)
