"""Parcels on their way to the caller."""

from typing import Any

from fastapi import APIRouter

from app.database import SessionDep
from app.repositories.orders import OrderRepository, ShipmentRepository
from app.schemas.order import ShipmentRead
from app.security.dependencies import CustomerId

router = APIRouter()


@router.get("/{tracking_number}")
def track_shipment(tracking_number: str, session: SessionDep, customer_id: CustomerId) -> dict[str, Any]:
    """Return the parcel with a tracking number."""
    shipment = ShipmentRepository(session).by_tracking_number(tracking_number)
    if shipment is None or OrderRepository(session).get_for_customer(shipment.order_id, customer_id) is None:
        return {"error": "There is no parcel with this number."}
    return ShipmentRead.model_validate(shipment).model_dump(mode="json")
