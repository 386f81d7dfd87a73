"""An index that another one does the work of, out of the models and, by a migration, out of the database."""

from __future__ import annotations

from backend_lead.repair.indexes import drop as repair

__all__ = ["repair"]
