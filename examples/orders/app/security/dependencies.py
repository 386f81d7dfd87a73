"""Who is calling, and what they may do."""

from collections.abc import Callable
from typing import Annotated, Any

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from app.database import SessionDep
from app.models import ApiKey, Role, User
from app.security.tokens import read_partner_token, read_token

bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(status.HTTP_401_UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


def token_claims(credentials: Credentials) -> dict[str, Any]:
    """Return the claims of the bearer token."""
    if credentials is None:
        raise _unauthorized("Sign in first.")
    try:
        return read_token(credentials.credentials)
    except jwt.InvalidTokenError as exc:
        raise _unauthorized("The token is not valid.") from exc


def current_user(session: SessionDep, claims: Annotated[dict[str, Any], Depends(token_claims)]) -> User:
    """Return the account that the token was issued to."""
    if claims["kind"] == "api":
        key = session.scalar(select(ApiKey).where(ApiKey.token_id == claims["jti"]))
        if key is None:
            raise _unauthorized("The API key was revoked.")
    user = session.get(User, int(claims["sub"]))
    if user is None or not user.is_active:
        raise _unauthorized("The account is closed.")
    return user


CurrentUser = Annotated[User, Depends(current_user)]


def current_customer_id(user: CurrentUser) -> int:
    """Return the customer behind the account."""
    if user.customer_id is None:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Staff accounts do not shop.")
    return user.customer_id


CustomerId = Annotated[int, Depends(current_customer_id)]


def require_role(*roles: Role) -> Callable[[User], User]:
    """Build a dependency that lets only these roles through."""

    def check(user: CurrentUser) -> User:
        if user.role not in roles:
            raise HTTPException(status.HTTP_403_FORBIDDEN, "Your role does not allow this.")
        return user

    return check


Manager = Annotated[User, Depends(require_role(Role.MANAGER, Role.ADMIN))]


def current_partner(credentials: Credentials) -> str:
    """Return the name of the partner that asks."""
    if credentials is None:
        raise _unauthorized("A partner token is required.")
    try:
        claims = read_partner_token(credentials.credentials)
    except jwt.InvalidTokenError as exc:
        raise _unauthorized("The token is not valid.") from exc
    if claims.get("aud") != "stock-feed" or not claims.get("iss"):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "The token is not meant for the stock feed.")
    return str(claims["iss"])


Partner = Annotated[str, Depends(current_partner)]
