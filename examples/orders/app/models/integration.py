"""API keys, webhooks, and the counters of the rate limit."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, Created


class ApiKey(Base):
    """A long-lived token of a customer's own software."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_customer_id", "customer_id"),)

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id", ondelete="CASCADE"))
    token_id: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[Created]


class Webhook(Base):
    """An address that wants to hear about orders."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_customer_id_id", "customer_id", "id"),)

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(500))
    signing_secret: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[Created]


class RateLimit(Base):
    """Requests counted for one caller in one window."""

    __tablename__ = "rate_limits"

    bucket: Mapped[str] = mapped_column(String(120), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    requests: Mapped[int]
