"""Access tokens, API tokens, and the tokens of our partners."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from app.config import get_settings

ALGORITHM = "HS256"


def issue_access_token(user_id: int) -> str:
    """Sign the token that a person works with."""
    settings = get_settings()
    now = datetime.now(UTC)
    claims = {
        "sub": str(user_id),
        "kind": "access",
        "iat": now,
        "exp": now + timedelta(minutes=settings.access_token_minutes),
    }
    return jwt.encode(claims, settings.jwt_secret, algorithm=ALGORITHM)


def issue_api_token(user_id: int, token_id: str) -> str:
    """Sign the token that a customer's software works with."""
    claims = {"sub": str(user_id), "kind": "api", "jti": token_id, "iat": datetime.now(UTC)}
    return jwt.encode(claims, get_settings().jwt_secret, algorithm=ALGORITHM)


def read_token(token: str) -> dict[str, Any]:
    """Verify one of our own tokens and return its claims."""
    return jwt.decode(
        token,
        get_settings().jwt_secret,
        algorithms=[ALGORITHM],
        options={"require": ["sub", "iat"]},
    )


def read_partner_token(token: str) -> dict[str, Any]:
    """Return the claims of a partner's token; each partner signs with a key of its own."""
    return jwt.decode(token, options={"verify_signature": False})
