"""Orders, their lines, and coupons."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, Integer, Numeric, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, BigKey


class OrderStatus(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Order(Base):
    """A purchase."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_customer_id", "customer_id"),
        Index("ix_orders_address_id", "address_id"),
        Index("ix_orders_placed_at", "placed_at"),
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id"))
    address_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("addresses.id"))
    status: Mapped[str] = mapped_column(String(16), default=OrderStatus.PLACED)
    channel: Mapped[str] = mapped_column(String(16), default="web")
    coupon_code: Mapped[str | None] = mapped_column(String(32))
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    delivery_note: Mapped[str | None] = mapped_column(String(500))
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order")


class OrderLine(Base):
    """One product of an order, at the price of that day."""

    __tablename__ = "order_lines"
    __table_args__ = (Index("ix_order_lines_order_id_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("products.id"))
    quantity: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))

    order: Mapped[Order] = relationship(back_populates="lines")


class Coupon(Base):
    """A reduction that a code gives."""

    __tablename__ = "coupons"

    id: Mapped[BigKey]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    percent: Mapped[int] = mapped_column(SmallInteger)
    valid_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
