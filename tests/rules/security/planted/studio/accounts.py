from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, Depends, HTTPException, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account
from schemas import AccountOut, AccountPage, AccountRow, Credentials, ProfileAnyIn, ProfileIn
from security import Admin, Caller, Tokens, tokens
from session import get_session

router = APIRouter(tags=["accounts"])
Database = Annotated[Session, Depends(get_session)]
hasher = PasswordHasher()


@router.post("/login")
def login(body: Credentials, session: Database, tokens: Annotated[Tokens, Depends(tokens)]) -> str:  # fault: login-without-rate-limit
    account = session.scalar(select(Account).where(Account.email == body.email))
    if account is None:
        raise HTTPException(401)
    try:
        hasher.verify(account.password_hash, body.password)
    except VerifyMismatchError:
        raise HTTPException(401) from None
    return tokens.make(account)


@router.post("/devices")
def add_device(account: Caller, tokens: Annotated[Tokens, Depends(tokens)]) -> str:
    return tokens.make_device(account)


@router.post("/browser")
def browser(account: Caller, response: Response, tokens: Annotated[Tokens, Depends(tokens)]) -> None:
    response.set_cookie("session_token", tokens.make(account))  # fault: insecure-cookie


@router.post("/browser-kept")
def browser_kept(account: Caller, response: Response, tokens: Annotated[Tokens, Depends(tokens)]) -> None:
    response.set_cookie("session_token", tokens.make(account), httponly=True, secure=True, samesite="lax")


@router.get("/accounts")
def listed(admin: Admin, session: Database, limit: int = 20) -> AccountPage:
    return AccountPage(items=session.scalars(select(Account).limit(min(limit, 50))).all())


@router.get("/accounts/rows", response_model=list[AccountRow])
def raw(admin: Admin, session: Database):
    return session.scalars(select(Account).limit(20)).all()  # fault: secret-in-response


@router.patch("/me", response_model=AccountOut)
def change_me(body: ProfileIn, account: Caller, session: Database):
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(account, name, value)
    session.commit()
    return account


@router.put("/me", response_model=AccountOut)
def replace_me(body: ProfileAnyIn, account: Caller, session: Database):
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(account, name, value)  # fault: mass-assignment
    session.commit()
    return account
