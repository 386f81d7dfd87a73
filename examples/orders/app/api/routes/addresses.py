"""The caller's addresses."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response, status

from app.database import SessionDep
from app.models import Address
from app.repositories.customers import AddressRepository
from app.schemas.base import After, Limit, Page
from app.schemas.customer import AddressRead, AddressUpdate, AddressWrite
from app.security.dependencies import CustomerId

router = APIRouter()


def address_repository(session: SessionDep) -> AddressRepository:
    """Build the repository of the request."""
    return AddressRepository(session)


Addresses = Annotated[AddressRepository, Depends(address_repository)]


@router.get("")
def list_addresses(
    customer_id: CustomerId, addresses: Addresses, after: After = 0, limit: Limit = 50
) -> Page[AddressRead]:
    """Return a page of the caller's addresses."""
    rows = addresses.page(customer_id, after, limit)
    items = [AddressRead.model_validate(row) for row in rows]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=AddressRead)
def create_address(form: AddressWrite, customer_id: CustomerId, addresses: Addresses) -> Address:
    """Add an address."""
    return addresses.add(Address(customer_id=customer_id, **form.model_dump()))


@router.patch("/{address_id}", response_model=AddressRead)
def update_address(
    address_id: int, form: AddressUpdate, customer_id: CustomerId, addresses: Addresses, session: SessionDep
) -> Address:
    """Change an address."""
    address = addresses.get(address_id)
    if address is None or address.customer_id != customer_id:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such address.")
    for field, value in form.model_dump(exclude_none=True).items():
        setattr(address, field, value)
    session.commit()
    return address


@router.delete("/{address_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_address(address_id: int, addresses: Addresses) -> Response:
    """Delete an address."""
    if not addresses.remove(address_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such address.")
    return Response(status_code=status.HTTP_204_NO_CONTENT)
