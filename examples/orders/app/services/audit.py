"""The audit log."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import User, audit_log


def record(session: Session, actor: User, action: str, subject: str) -> None:
    """Note who did what; committed with the change itself."""
    session.execute(insert(audit_log).values(actor_id=actor.id, action=action, subject=subject))
