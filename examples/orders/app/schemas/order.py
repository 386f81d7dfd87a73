"""Carts, orders and shipments on the wire."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from app.schemas.base import ReadModel, WriteModel


class CartQuantity(WriteModel):
    """How many of a product."""

    quantity: int = Field(ge=1, le=99)


class CartItemRead(ReadModel):
    """A product in the cart."""

    product_id: int
    name: str
    unit_price: Decimal
    quantity: int


class CartRead(ReadModel):
    """The cart."""

    items: list[CartItemRead]
    total: Decimal


class Checkout(WriteModel):
    """What turns a cart into an order."""

    address_id: int = Field(ge=1)
    coupon_code: str | None = Field(default=None, max_length=32)


class OrderUpdate(WriteModel):
    """What changes in an order that was placed."""

    delivery_note: str = Field(max_length=500)


class OrderRead(ReadModel):
    """An order."""

    id: int
    status: str
    total: Decimal
    coupon_code: str | None
    delivery_note: str | None
    placed_at: datetime


class OrderLineRead(ReadModel):
    """A line of an order."""

    id: int
    product_id: int
    quantity: int
    unit_price: Decimal


class ShipmentRead(ReadModel):
    """A parcel."""

    id: int
    carrier: str
    tracking_number: str
    shipped_at: datetime


class OrderRow(ReadModel):
    """An order in the listing of the back office."""

    id: int
    last_name: str
    status: str
    total: Decimal
    placed_at: datetime
