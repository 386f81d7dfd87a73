"""Whether the service is up."""

from fastapi import APIRouter
from sqlalchemy import text

from app.database import SessionDep

router = APIRouter(tags=["health"])


@router.get("/health")
def health(session: SessionDep) -> dict[str, str]:
    """Answer when the database answers."""
    session.execute(text("SELECT 1"))
    return {"status": "ok"}
