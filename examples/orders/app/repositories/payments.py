"""Queries on payments."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Order, OrderStatus, Payment


class PaymentRepository:
    """Payments."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, payment: Payment) -> Payment:
        """Store a payment."""
        self.session.add(payment)
        self.session.commit()
        return payment

    def apply(self, reference: str, status: str) -> bool:
        """Note what became of a payment, and say whether we know it."""
        payment = self.session.scalar(select(Payment).where(Payment.provider_reference == reference))
        if payment is None:
            return False
        payment.status = status
        if status == "captured":
            self.session.execute(
                update(Order)
                .where(Order.id == payment.order_id, Order.status == OrderStatus.PLACED)
                .values(status=OrderStatus.PAID)
            )
        self.session.commit()
        return True
