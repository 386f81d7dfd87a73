"""The caller's orders."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, status
from fastapi.responses import FileResponse, JSONResponse

from app.clients.warehouse import announce_order
from app.config import get_settings
from app.database import SessionDep
from app.models import Order, Payment
from app.repositories.orders import OrderRepository, ShipmentRepository
from app.schemas.base import After, Limit, Page
from app.schemas.order import Checkout, OrderLineRead, OrderRead, OrderUpdate, ShipmentRead
from app.schemas.payment import PaymentRead, PaymentWrite
from app.security.dependencies import CurrentUser, CustomerId
from app.services.orders import OrderService
from app.services.payments import PaymentService

router = APIRouter()


def order_service(session: SessionDep) -> OrderService:
    """Build the service of the request."""
    return OrderService(session)


Orders = Annotated[OrderService, Depends(order_service)]


@router.get("")
def list_orders(
    session: SessionDep, customer_id: CustomerId, after: After = 0, limit: Limit = 50
) -> Page[OrderRead]:
    """Return a page of the caller's orders."""
    rows = OrderRepository(session).page_for_customer(customer_id, after, limit)
    items = [OrderRead.model_validate(row) for row in rows]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=OrderRead)
def place_order(form: Checkout, orders: Orders, customer_id: CustomerId, tasks: BackgroundTasks) -> Order:
    """Turn the cart into an order."""
    order = orders.place(customer_id, form)
    tasks.add_task(announce_order, order.id)
    return order


@router.get("/{order_id}", response_model=OrderRead)
def read_order(order_id: int, orders: Orders, customer_id: CustomerId) -> Order:
    """Return an order."""
    return orders.find(order_id, customer_id)


@router.patch("/{order_id}", response_model=OrderRead)
def update_order(order_id: int, form: OrderUpdate, orders: Orders) -> Order:
    """Change an order that has not left yet."""
    return orders.change(order_id, form)


@router.post("/{order_id}/cancel", response_model=OrderRead)
def cancel_order(order_id: int, orders: Orders, user: CurrentUser) -> Order:
    """Cancel an order that has not left yet."""
    return orders.cancel(order_id, user)


@router.get("/{order_id}/lines")
def list_lines(
    order_id: int, session: SessionDep, customer_id: CustomerId, after: After = 0, limit: Limit = 50
) -> Page[OrderLineRead]:
    """Return a page of the lines of an order."""
    rows = OrderRepository(session).lines(order_id, customer_id, after, limit)
    if not rows and after == 0:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such order.")
    items = [OrderLineRead.model_validate(row) for row in rows]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/{order_id}/shipments")
def list_shipments(order_id: int, session: SessionDep, after: After = 0, limit: Limit = 50) -> Page[ShipmentRead]:
    """Return a page of the shipments of an order."""
    rows = ShipmentRepository(session).page_for_order(order_id, after, limit)
    items = [ShipmentRead.model_validate(row) for row in rows]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/{order_id}/documents/{filename:path}", response_model=None)
def read_document(
    order_id: int, filename: str, orders: Orders, customer_id: CustomerId
) -> FileResponse | JSONResponse:
    """Return the invoice or the delivery note of an order."""
    orders.find(order_id, customer_id)
    document = get_settings().documents_dir / filename
    if not document.is_file():
        return JSONResponse({"error": "no such document"}, status_code=404)
    return FileResponse(document, media_type="application/pdf")


@router.post("/{order_id}/payments", status_code=status.HTTP_201_CREATED, response_model=PaymentRead)
async def pay_order(order_id: int, form: PaymentWrite, session: SessionDep, customer_id: CustomerId) -> Payment:
    """Pay an order."""
    order = OrderService(session).find(order_id, customer_id)
    return PaymentService(session).pay(order, form.card_token)
