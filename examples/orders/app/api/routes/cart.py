"""The caller's cart."""

from decimal import Decimal

from fastapi import APIRouter, HTTPException, Response, status

from app.database import SessionDep
from app.repositories.catalogue import ProductRepository
from app.repositories.shopping import CartRepository
from app.schemas.order import CartItemRead, CartQuantity, CartRead
from app.security.dependencies import CustomerId

router = APIRouter()


@router.get("")
def read_cart(session: SessionDep, customer_id: CustomerId) -> CartRead:
    """Return the cart."""
    items = [CartItemRead.model_validate(row) for row in CartRepository(session).items(customer_id)]
    return CartRead(items=items, total=sum((item.unit_price * item.quantity for item in items), Decimal(0)))


@router.put("/items/{product_id}", status_code=status.HTTP_204_NO_CONTENT)
def put_item(product_id: int, form: CartQuantity, session: SessionDep, customer_id: CustomerId) -> Response:
    """Set how many of a product are in the cart."""
    if ProductRepository(session).get(product_id) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such product.")
    CartRepository(session).put(customer_id, product_id, form.quantity)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
