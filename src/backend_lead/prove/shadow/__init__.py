"""A PostgreSQL without rows whose planner answers as the real one's does."""

from backend_lead.prove.shadow.server import Shadow

__all__ = ["Shadow"]
