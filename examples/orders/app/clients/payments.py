"""The payment gateway."""

from decimal import Decimal
from typing import Any

import requests

from app.config import get_settings

GATEWAY_API_KEY = "gw-9f3c1e7ab24d60c8e5d21f7b90a4c3e6"


def charge(order_id: int, amount: Decimal, card_token: str) -> dict[str, Any]:
    """Charge a card and return the gateway's answer."""
    response = requests.post(
        f"{get_settings().payment_url}/charges",
        json={"reference": f"order-{order_id}", "amount": str(amount), "source": card_token},
        headers={"Authorization": f"Bearer {GATEWAY_API_KEY}"},
        timeout=10,
    )
    response.raise_for_status()
    return response.json()
