"""Callbacks of the payment gateway."""

from fastapi import APIRouter, HTTPException, Response, status
from fastapi.concurrency import run_in_threadpool

from app.database import SessionDep
from app.security.signatures import SignedEvent
from app.services.payments import PaymentService

callbacks = APIRouter()


@callbacks.post("", status_code=status.HTTP_204_NO_CONTENT)
async def payment_callback(event: SignedEvent, session: SessionDep) -> Response:
    """Take in what became of a payment."""
    if not await run_in_threadpool(PaymentService(session).settle, event):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such payment.")
    return Response(status_code=status.HTTP_204_NO_CONTENT)
