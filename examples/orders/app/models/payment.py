"""Payments and shipments."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, Created


class Payment(Base):
    """Money received for an order."""

    __tablename__ = "payments"

    id: Mapped[BigKey]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"))
    provider_reference: Mapped[str] = mapped_column(String(80), unique=True)
    amount: Mapped[float] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[Created]


class Shipment(Base):
    """A parcel on its way."""

    __tablename__ = "shipments"
    __table_args__ = (Index("ix_shipments_order_id_id", "order_id", "id"),)

    id: Mapped[BigKey]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"))
    carrier: Mapped[str] = mapped_column(String(40))
    tracking_number: Mapped[str] = mapped_column(String(40))
    shipped_at: Mapped[datetime] = mapped_column(DateTime)
