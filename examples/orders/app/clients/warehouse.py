"""The warehouse."""

import logging

import httpx

from app.config import get_settings

log = logging.getLogger(__name__)


def announce_order(order_id: int) -> None:
    """Tell the warehouse about a new order; it asks for the rest itself."""
    url = get_settings().warehouse_url
    if not url:
        return
    try:
        httpx.post(f"{url}/orders", json={"order_id": order_id}, timeout=5.0).raise_for_status()
    except httpx.HTTPError as exc:
        log.warning("order %s not announced: %s", order_id, exc)
