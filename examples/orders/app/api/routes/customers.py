"""Sign-up and the caller's own account."""

from fastapi import APIRouter, Depends, status

from app.database import SessionDep
from app.models import Customer, User
from app.schemas.customer import CustomerRead, Profile, ProfileUpdate, SignUp
from app.security.dependencies import CurrentUser
from app.security.rate_limit import RateLimiter
from app.services.accounts import AccountService

router = APIRouter()
me = APIRouter()

sign_up_limit = RateLimiter("sign-up", limit=20, seconds=3600)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=CustomerRead,
    dependencies=[Depends(sign_up_limit)],
)
def sign_up(form: SignUp, session: SessionDep) -> Customer:
    """Create a customer with an account."""
    return AccountService(session).sign_up(form)


@me.get("", response_model=Profile)
def read_profile(user: CurrentUser) -> User:
    """Return the account of the caller."""
    return user


@me.patch("")
def update_profile(form: ProfileUpdate, user: CurrentUser, session: SessionDep):
    """Change the account of the caller."""
    return AccountService(session).update_profile(user, form)
