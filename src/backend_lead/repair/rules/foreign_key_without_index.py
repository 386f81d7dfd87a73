"""An index for a foreign key: by a migration in the database, and in the model that declares the column."""

from __future__ import annotations

from backend_lead.repair.indexes import add as repair

__all__ = ["repair"]
