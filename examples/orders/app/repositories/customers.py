"""Queries on customers, accounts and addresses."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import Address, Customer, User


class CustomerRepository:
    """Customers and their accounts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, customer_id: int) -> Customer | None:
        """Return one customer."""
        return self.session.get(Customer, customer_id)

    def user_by_email(self, email: str) -> User | None:
        """Return the account with this address."""
        return self.session.scalar(select(User).where(User.email == email))

    def user(self, user_id: int) -> User | None:
        """Return one account."""
        return self.session.get(User, user_id)

    def page(self, page: int, size: int) -> Sequence[Customer]:
        """Return a page of customers by name."""
        statement = select(Customer).order_by(Customer.last_name, Customer.id).offset((page - 1) * size).limit(size)
        return self.session.scalars(statement).all()

    def everyone(self) -> Sequence[Customer]:
        """Return the customers."""
        return self.session.scalars(select(Customer).order_by(Customer.id)).all()


class AddressRepository:
    """Addresses."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(self, customer_id: int, after: int, limit: int) -> Sequence[Address]:
        """Return a page of a customer's addresses."""
        statement = (
            select(Address)
            .where(Address.customer_id == customer_id, Address.id > after)
            .order_by(Address.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def get(self, address_id: int) -> Address | None:
        """Return one address."""
        return self.session.get(Address, address_id)

    def add(self, address: Address) -> Address:
        """Store a new address."""
        self.session.add(address)
        self.session.commit()
        return address

    def remove(self, address_id: int) -> bool:
        """Delete an address, and say whether there was one."""
        result = self.session.execute(delete(Address).where(Address.id == address_id))
        self.session.commit()
        return result.rowcount > 0
