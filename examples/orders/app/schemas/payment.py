"""Payments on the wire."""

from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.base import ReadModel, WriteModel


class PaymentWrite(WriteModel):
    """How an order is paid."""

    card_token: str = Field(min_length=8, max_length=120)


class PaymentRead(ReadModel):
    """A payment."""

    id: int
    order_id: int
    amount: float
    status: str


class PaymentEvent(BaseModel):
    """What the gateway tells us."""

    reference: str = Field(max_length=80)
    status: Literal["captured", "refunded", "declined"]
