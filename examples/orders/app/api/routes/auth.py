"""Sign-in."""

from fastapi import APIRouter

from app.database import SessionDep
from app.schemas.customer import Login, Token
from app.services.accounts import AccountService

router = APIRouter()


@router.post("/login")
def login(form: Login, session: SessionDep) -> Token:
    """Exchange credentials for a token."""
    return Token(access_token=AccountService(session).sign_in(form))
