"""From cart to order, and what happens to it afterwards."""

from datetime import UTC, datetime
from decimal import Decimal

from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app.clients.mail import send_mail
from app.models import Order, OrderLine, OrderStatus, User
from app.repositories.customers import AddressRepository
from app.repositories.orders import OrderRepository
from app.repositories.shopping import CartRepository, CouponRepository
from app.schemas.order import Checkout, OrderUpdate
from app.services import audit

CENT = Decimal("0.01")


class OrderService:
    """What happens to orders."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.orders = OrderRepository(session)
        self.carts = CartRepository(session)
        self.coupons = CouponRepository(session)
        self.addresses = AddressRepository(session)

    def find(self, order_id: int, customer_id: int) -> Order:
        """Return an order of a customer."""
        order = self.orders.get_for_customer(order_id, customer_id)
        if order is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such order.")
        return order

    def place(self, customer_id: int, form: Checkout) -> Order:
        """Turn the cart into an order."""
        address = self.addresses.get(form.address_id)
        if address is None or address.customer_id != customer_id:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such address.")
        items = self.carts.items(customer_id)
        if not items:
            raise HTTPException(status.HTTP_409_CONFLICT, "The cart is empty.")
        total = sum((item.unit_price * item.quantity for item in items), Decimal(0))
        if form.coupon_code:
            total -= self._reduction(form.coupon_code, total)
        order = Order(
            customer_id=customer_id,
            address_id=address.id,
            coupon_code=form.coupon_code,
            total=total,
            lines=[
                OrderLine(product_id=item.product_id, quantity=item.quantity, unit_price=item.unit_price)
                for item in items
            ],
        )
        self.session.add(order)
        if self.carts.take_from_stock(customer_id) < len(items):
            raise HTTPException(status.HTTP_409_CONFLICT, "Something in the cart is out of stock.")
        self.carts.clear(customer_id)
        self.session.commit()
        self.session.refresh(order)
        return order

    def _reduction(self, code: str, total: Decimal) -> Decimal:
        coupon = self.coupons.valid(code, datetime.now(UTC))
        if coupon is None:
            raise HTTPException(status.HTTP_409_CONFLICT, "The coupon cannot be used.")
        return (total * coupon.percent / 100).quantize(CENT)

    def change(self, order_id: int, form: OrderUpdate) -> Order:
        """Change the delivery note of an order that has not left yet."""
        order = self.orders.get(order_id)
        if order is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such order.")
        if order.status == OrderStatus.SHIPPED:
            raise HTTPException(status.HTTP_409_CONFLICT, "The order has left already.")
        order.delivery_note = form.delivery_note
        self.session.commit()
        return order

    def cancel(self, order_id: int, user: User) -> Order:
        """Cancel an order that has not left yet."""
        order = self.orders.get(order_id)
        if order is None or order.customer_id != user.customer_id:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such order.")
        if order.status not in (OrderStatus.PLACED, OrderStatus.PAID):
            raise HTTPException(status.HTTP_409_CONFLICT, "The order cannot be cancelled any more.")
        order.status = OrderStatus.CANCELLED
        audit.record(self.session, user, "order.cancelled", f"order/{order.id}")
        self.session.commit()
        send_mail(user.email, f"Order {order.id} is cancelled", "We have cancelled your order.")
        return order
