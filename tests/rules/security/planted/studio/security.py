import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.orm import Session

from models import Account
from session import get_session

bearer = OAuth2PasswordBearer(tokenUrl="/login")


class Tokens:
    def __init__(self, key: str):
        self.key = key

    def make(self, account: Account) -> str:
        claims = {"sub": str(account.id), "exp": datetime.now(UTC) + timedelta(minutes=30)}
        return jwt.encode(claims, self.key, algorithm="HS256")

    def make_device(self, account: Account) -> str:
        return jwt.encode({"sub": str(account.id)}, self.key, algorithm="HS256")  # fault: jwt-without-expiry

    def make_share(self, number: int) -> str:
        claims = {"project": number, "exp": datetime.now(UTC) + timedelta(days=1)}
        return jwt.encode(claims, "studio", algorithm="HS256")  # fault: weak-jwt-secret

    def read(self, token: str) -> int:
        try:
            return int(jwt.decode(token, self.key, algorithms=["HS256"])["sub"])
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None


def tokens() -> Tokens:
    return Tokens(os.environ["JWT_KEY"])


def current_account(
    token: Annotated[str, Depends(bearer)],
    tokens: Annotated[Tokens, Depends(tokens)],
    session: Annotated[Session, Depends(get_session)],
) -> Account:
    account = session.get(Account, tokens.read(token))
    if account is None:
        raise HTTPException(401)
    return account


class Requires:
    def __init__(self, role: str):
        self.role = role

    def __call__(self, account: Annotated[Account, Depends(current_account)]) -> Account:
        if account.role != self.role:
            raise HTTPException(403)
        return account


Caller = Annotated[Account, Depends(current_account)]
Admin = Annotated[Account, Depends(Requires("admin"))]
