"""The tests here look at a shop."""

from __future__ import annotations

from shop import shop

__all__ = ["shop"]
