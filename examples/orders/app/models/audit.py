"""Who changed what."""

from sqlalchemy import BigInteger, Column, DateTime, String, Table, func

from app.models.base import Base

audit_log = Table(
    "audit_log",
    Base.metadata,
    Column("happened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
)
