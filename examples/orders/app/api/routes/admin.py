"""The back office."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.database import SessionDep
from app.repositories.customers import CustomerRepository
from app.repositories.orders import OrderRepository
from app.schemas.base import Limit
from app.schemas.customer import CustomerRead, CustomerRow
from app.schemas.order import OrderRow

router = APIRouter()

PageNumber = Annotated[int, Query(ge=1)]


@router.get("/customers")
def list_customers(session: SessionDep, page: PageNumber = 1, limit: Limit = 50) -> list[CustomerRow]:
    """Return a page of customers by name."""
    rows = []
    for customer in CustomerRepository(session).page(page, limit):
        fields = CustomerRead.model_validate(customer).model_dump()
        rows.append(CustomerRow(**fields, cities=sorted({address.city for address in customer.addresses})))
    return rows


@router.get("/orders")
def search_orders(
    session: SessionDep,
    name: Annotated[str, Query(max_length=80)] = "",
    sort: Annotated[str, Query(max_length=80)] = "orders.id",
    page: PageNumber = 1,
    limit: Limit = 50,
) -> list[OrderRow]:
    """Find orders by the name of the customer."""
    rows = OrderRepository(session).search(name, sort, limit, (page - 1) * limit)
    return [OrderRow.model_validate(dict(row)) for row in rows]
