"""Calls to the software of our customers."""

import requests


def ping(url: str) -> bool:
    """Say whether a webhook answers."""
    try:
        response = requests.post(url, json={"event": "ping"})
    except requests.RequestException:
        return False
    return response.ok
