"""Customers, accounts and addresses on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import EmailStr, Field

from app.models import Role
from app.schemas.base import ReadModel, WriteModel

Password = Annotated[str, Field(min_length=12, max_length=72)]


class SignUp(WriteModel):
    """A new customer."""

    email: EmailStr
    password: Password
    first_name: str = Field(min_length=1, max_length=80)
    last_name: str = Field(min_length=1, max_length=80)


class Login(WriteModel):
    """Credentials."""

    email: EmailStr
    password: str = Field(max_length=72)


class Token(ReadModel):
    """A bearer token."""

    access_token: str
    token_type: str = "bearer"


class CustomerRead(ReadModel):
    """A customer."""

    id: int
    first_name: str
    last_name: str
    email: str
    phone: str | None
    created_at: datetime


class CustomerRow(CustomerRead):
    """A customer in the listing of the back office."""

    cities: list[str]


class Profile(ReadModel):
    """The account of the caller."""

    id: int
    email: str
    display_name: str
    role: Role
    customer_id: int | None


class AccountFields(WriteModel):
    """The fields of an account."""

    email: EmailStr | None = None
    display_name: str | None = Field(default=None, min_length=1, max_length=120)
    role: Role | None = None
    is_active: bool | None = None


class ProfileUpdate(AccountFields):
    """What changes in the profile."""


class AddressWrite(WriteModel):
    """A new address."""

    recipient: str = Field(min_length=1, max_length=160)
    street: str = Field(min_length=1, max_length=200)
    postal_code: str = Field(min_length=1, max_length=16)
    city: str = Field(min_length=1, max_length=120)
    country: str = Field(pattern="^[A-Z]{2}$")


class AddressUpdate(WriteModel):
    """What changes in an address."""

    recipient: str | None = Field(default=None, min_length=1, max_length=160)
    street: str | None = Field(default=None, min_length=1, max_length=200)
    postal_code: str | None = Field(default=None, min_length=1, max_length=16)
    city: str | None = Field(default=None, min_length=1, max_length=120)


class AddressRead(AddressWrite, ReadModel):
    """An address."""

    id: int
