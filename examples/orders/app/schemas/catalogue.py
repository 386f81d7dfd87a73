"""Products, stock and reviews on the wire."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from app.schemas.base import ReadModel, WriteModel


class ProductWrite(WriteModel):
    """A new product."""

    sku: str = Field(min_length=1, max_length=40)
    category_id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    unit_price: Decimal = Field(ge=0, max_digits=12, decimal_places=2)


class ProductUpdate(WriteModel):
    """What changes in a product."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=10_000)
    unit_price: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=2)


class ProductRead(ReadModel):
    """A product."""

    id: int
    sku: str
    category_id: int
    name: str
    description: str
    unit_price: Decimal
    updated_at: datetime


class ShelfItem(ReadModel):
    """A product on a shelf of the shop."""

    id: int
    name: str
    unit_price: Decimal
    in_stock: bool


class StockWrite(WriteModel):
    """The counted stock."""

    quantity: int = Field(ge=0, le=1_000_000)


class StockRead(ReadModel):
    """The stock of a product."""

    product_id: int
    quantity: int


class ReviewWrite(WriteModel):
    """A new review."""

    rating: int = Field(ge=1, le=5)
    body: str = Field(min_length=1, max_length=4_000)


class ReviewRead(ReadModel):
    """A review."""

    id: int
    rating: int
    body: str
    created_at: datetime
