"""Carts."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, Created


class Cart(Base):
    """The one open cart of a customer."""

    __tablename__ = "carts"

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[Created]


class CartItem(Base):
    """A product in a cart."""

    __tablename__ = "cart_items"

    cart_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("products.id"), primary_key=True)
    quantity: Mapped[int]
