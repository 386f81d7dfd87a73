"""Payments."""

import requests
from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app.clients import payments as gateway
from app.models import Order, OrderStatus, Payment
from app.repositories.payments import PaymentRepository
from app.schemas.payment import PaymentEvent


class PaymentService:
    """What happens to payments."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.payments = PaymentRepository(session)

    def pay(self, order: Order, card_token: str) -> Payment:
        """Charge the customer's card for an order."""
        if order.status != OrderStatus.PLACED:
            raise HTTPException(status.HTTP_409_CONFLICT, "The order is not waiting for a payment.")
        try:
            answer = gateway.charge(order.id, order.total, card_token)
        except requests.RequestException as exc:
            raise HTTPException(status.HTTP_502_BAD_GATEWAY, "The payment gateway does not answer.") from exc
        payment = Payment(
            order_id=order.id,
            provider_reference=answer["reference"],
            amount=float(order.total),
            status=answer["status"],
        )
        return self.payments.add(payment)

    def settle(self, event: PaymentEvent) -> bool:
        """Take in what the gateway tells us, and say whether we know the payment."""
        return self.payments.apply(event.reference, event.status)
