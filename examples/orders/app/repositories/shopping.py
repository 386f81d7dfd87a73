"""Queries on carts and coupons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Cart, CartItem, Coupon, Inventory, Product

MOST_ITEMS = 200


class CartRepository:
    """Carts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def items(self, customer_id: int) -> Sequence[Row[Any]]:
        """Return what is in a customer's cart, with today's prices."""
        statement = (
            select(CartItem.product_id, CartItem.quantity, Product.name, Product.unit_price)
            .join(Cart, Cart.id == CartItem.cart_id)
            .join(Product, Product.id == CartItem.product_id)
            .where(Cart.customer_id == customer_id)
            .order_by(CartItem.product_id)
            .limit(MOST_ITEMS)
        )
        return self.session.execute(statement).all()

    def put(self, customer_id: int, product_id: int, quantity: int) -> None:
        """Set how many of a product are in a customer's cart."""
        self.session.execute(insert(Cart).values(customer_id=customer_id).on_conflict_do_nothing())
        cart_id = self.session.scalar(select(Cart.id).where(Cart.customer_id == customer_id))
        statement = insert(CartItem).values(cart_id=cart_id, product_id=product_id, quantity=quantity)
        self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[CartItem.cart_id, CartItem.product_id], set_={"quantity": quantity}
            )
        )
        self.session.commit()

    def take_from_stock(self, customer_id: int) -> int:
        """Take what is in the cart from the stock, and return how many products had enough."""
        statement = (
            update(Inventory)
            .where(
                Inventory.product_id == CartItem.product_id,
                CartItem.cart_id == Cart.id,
                Cart.customer_id == customer_id,
                Inventory.quantity >= CartItem.quantity,
            )
            .values(quantity=Inventory.quantity - CartItem.quantity)
            .execution_options(synchronize_session=False)
        )
        return self.session.execute(statement).rowcount

    def clear(self, customer_id: int) -> None:
        """Empty a customer's cart."""
        cart = select(Cart.id).where(Cart.customer_id == customer_id).scalar_subquery()
        self.session.execute(delete(CartItem).where(CartItem.cart_id == cart))


class CouponRepository:
    """Coupons."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def valid(self, code: str, now: datetime) -> Coupon | None:
        """Return the coupon of this code if it can still be used."""
        return self.session.scalar(select(Coupon).where(Coupon.code == code, Coupon.valid_until > now))
