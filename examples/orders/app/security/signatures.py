"""Signatures of the payment gateway's callbacks."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, status

from app.config import get_settings
from app.schemas.payment import PaymentEvent


async def signed_event(request: Request, x_gateway_signature: Annotated[str, Header(max_length=64)]) -> PaymentEvent:
    """Return the event of a callback that the gateway signed."""
    body = await request.body()
    expected = hmac.new(get_settings().payment_callback_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_gateway_signature):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "The signature does not match.")
    try:
        return PaymentEvent.model_validate_json(body)
    except ValueError as exc:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "The event cannot be read.") from exc


SignedEvent = Annotated[PaymentEvent, Depends(signed_event)]
