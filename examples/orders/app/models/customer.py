"""Customers, their addresses, and the accounts that sign in."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, BigKey, Created


class Role(StrEnum):
    """What an account may do."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    MANAGER = "manager"
    ADMIN = "admin"


class Customer(Base):
    """Someone who buys."""

    __tablename__ = "customers"

    id: Mapped[BigKey]
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[Created]

    addresses: Mapped[list["Address"]] = relationship(back_populates="customer")


class User(Base):
    """An account; staff have no customer."""

    __tablename__ = "users"

    id: Mapped[BigKey]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(120))
    display_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16), default=Role.CUSTOMER)
    is_active: Mapped[bool] = mapped_column(default=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"), unique=True)
    created_at: Mapped[Created]


class Address(Base):
    """Where a customer wants things delivered."""

    __tablename__ = "addresses"
    __table_args__ = (Index("ix_addresses_customer_id_id", "customer_id", "id"),)

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id", ondelete="CASCADE"))
    recipient: Mapped[str] = mapped_column(String(160))
    street: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))

    customer: Mapped[Customer] = relationship(back_populates="addresses")
