"""Reviews that were written."""

from fastapi import APIRouter, HTTPException, status

from app.database import SessionDep
from app.models import Review

router = APIRouter()


@router.delete("/{review_id}")
def delete_review(review_id: int, session: SessionDep) -> None:
    """Take a review back."""
    review = session.get(Review, review_id)
    if review is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such review.")
    session.delete(review)
    session.commit()
