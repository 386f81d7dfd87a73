"""`backend-lead create-migration`: the same as `migration create`."""

from __future__ import annotations

from backend_lead.doors.cli.migration.create import command

__all__ = ["command"]
