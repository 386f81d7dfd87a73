"""Queries on orders, their lines and shipments."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from app.models import Order, OrderLine, Shipment


class OrderRepository:
    """Orders and what hangs on them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, order_id: int) -> Order | None:
        """Return one order."""
        return self.session.scalar(select(Order).where(Order.id == order_id))

    def get_for_customer(self, order_id: int, customer_id: int) -> Order | None:
        """Return one order of a customer."""
        return self.session.scalar(select(Order).where(Order.id == order_id, Order.customer_id == customer_id))

    def page_for_customer(self, customer_id: int, after: int, limit: int) -> Sequence[Order]:
        """Return a page of a customer's orders."""
        statement = (
            select(Order)
            .where(Order.customer_id == customer_id, Order.id > after)
            .order_by(Order.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def lines(self, order_id: int, customer_id: int, after: int, limit: int) -> Sequence[OrderLine]:
        """Return a page of the lines of a customer's order."""
        statement = (
            select(OrderLine)
            .join(Order, Order.id == OrderLine.order_id)
            .where(OrderLine.order_id == order_id, Order.customer_id == customer_id, OrderLine.id > after)
            .order_by(OrderLine.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def search(self, name: str, sort: str, limit: int, offset: int) -> Sequence[RowMapping]:
        """Find orders by the name of the customer, for the back office."""
        statement = text(
            f"""
            SELECT orders.id, customers.last_name, orders.status, orders.total, orders.placed_at
            FROM orders JOIN customers ON customers.id = orders.customer_id
            WHERE customers.last_name ILIKE '{name}%'
            ORDER BY {sort}
            LIMIT :limit OFFSET :offset
            """
        )
        parameters: dict[str, Any] = {"limit": limit, "offset": offset}
        return self.session.execute(statement, parameters).mappings().all()


class ShipmentRepository:
    """Shipments."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page_for_order(self, order_id: int, after: int, limit: int) -> Sequence[Shipment]:
        """Return a page of the shipments of an order."""
        statement = (
            select(Shipment)
            .where(Shipment.order_id == order_id, Shipment.id > after)
            .order_by(Shipment.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def by_tracking_number(self, tracking_number: str) -> Shipment | None:
        """Return the shipment with this tracking number."""
        return self.session.scalar(select(Shipment).where(Shipment.tracking_number == tracking_number).limit(1))
