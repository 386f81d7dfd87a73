"""Rules on tokens, passwords and secrets, each on a small service, beside what only looks like the fault."""

from __future__ import annotations

from textwrap import dedent

import pytest
from reading import read

from backend_lead.model.backend import Backend, Literal
from backend_lead.model.finding import Evidence
from backend_lead.model.place import Place
from backend_lead.rules.rule import find_rule

WEB = """
import hashlib, hmac, logging, os
from datetime import UTC, datetime, timedelta
import bcrypt, jwt, requests
from fastapi import FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel
from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

logger = logging.getLogger(__name__)
engine = create_engine("postgresql:///shop")
app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(120))


class Login(BaseModel):
    email: str
    password: str


def by_email(session, email):
    return session.scalar(select(User).where(User.email == email))
"""

LOGIN = """
    @app.post("/login")
    def login(form: Login):
        with Session(engine) as session:
            user = by_email(session, form.email)
            if user is None or not bcrypt.checkpw(form.password.encode(), user.password_hash.encode()):
                raise HTTPException(401)
            return {"id": user.id}
    """

FAULTS = [
    ("jwt-not-verified", """
    @app.get("/x")
    def x(authorization: str = Header()):
        return jwt.decode(authorization, os.environ["KEY"], algorithms=["HS256", "none"])["sub"]
    """),
    ("jwt-without-expiry", """
    @app.post("/x")
    def x(name: str):
        claims = {"sub": name}
        claims["iat"] = datetime.now(UTC)
        return jwt.encode(claims, os.environ["KEY"], algorithm="HS256")
    """),
    ("weak-jwt-secret", """
    KEY = "shop"

    @app.post("/x")
    def x(name: str):
        return jwt.encode({"sub": name, "exp": 1}, KEY, algorithm="HS512")
    """),
    ("weak-password-hash", """
    @app.post("/x")
    def x(form: Login):
        with Session(engine) as session:
            session.add(User(email=form.email, password_hash=hashlib.sha1(form.password.encode()).hexdigest()))
            session.commit()
    """),
    ("jwt-not-verified", """
    def claims_of(token):
        claims = jwt.decode(token, options={"verify_signature": False})
        return {"who": claims["sub"], "from": claims["iss"]}

    @app.get("/x")
    def x(authorization: str = Header()):
        return claims_of(authorization)
    """),
    ("login-without-rate-limit", LOGIN),
    ("insecure-cookie", """
    @app.post("/x")
    def x(response: Response, value: str):
        response.set_cookie("access_token", value, httponly=False)
    """),
    ("error-detail-leaked", """
    @app.get("/x")
    def x():
        try:
            return requests.get("https://rates.example", timeout=3).json()
        except Exception as error:
            raise HTTPException(status_code=500, detail=str(error))
    """),
]

SOUND = [
    ("jwt-not-verified", """
    from providers import by_issuer

    def issuer_of(token):
        claims = jwt.decode(token, options={"verify_signature": False})
        return claims.get("iss") if claims else None

    @app.get("/x")
    def x(authorization: str = Header()):
        return by_issuer(issuer_of(authorization)).read(authorization)["sub"]
    """),
    ("login-without-rate-limit", """
    class Account(Base):
        __tablename__ = "accounts"
        id: Mapped[int] = mapped_column(primary_key=True)
        failed_logins: Mapped[int]
        password_hash: Mapped[str] = mapped_column(String(120))

    @app.post("/login/{number}")
    def login(number: int, form: Login):
        with Session(engine) as session:
            account = session.get(Account, number)
            if not bcrypt.checkpw(form.password.encode(), account.password_hash.encode()):
                account.failed_logins += 1
                session.commit()
                raise HTTPException(400)
            return {"id": account.id}
    """),
    ("login-without-rate-limit", LOGIN.replace("(form: Login)", "(form: Login, authorization: str = Header(None))").replace(
        "with Session", """if authorization is None or authorization != os.environ["KEY"]:
            raise HTTPException(401)
        with Session""", 1)),
    ("hard-coded-secret", """
    def fill():
        test_otp_secret = "8f3a1c9e7b2d4f60a5c1"
        return test_otp_secret

    @app.get("/x")
    def x(): return 1
    """),
    ("hard-coded-secret", """
    class Development:
        SIGNING_KEY = "8f3a1c9e7b2d4f60a5c1"

    @app.get("/x")
    def x(): return 1
    """),
    ("jwt-not-verified", """
    @app.get("/x")
    def x(authorization: str = Header()):
        issuer = jwt.decode(authorization, options={"verify_signature": False})["iss"]
        return jwt.decode(authorization, os.environ[issuer], algorithms=["RS256"])["sub"]
    """),
    ("jwt-not-verified", """
    @app.get("/x")
    def x():
        answer = requests.post("https://login.example/token", timeout=3).json()
        return jwt.decode(answer["id_token"], options={"verify_signature": False})["sub"]
    """),
    ("jwt-without-expiry", """
    @app.post("/x")
    def x(name: str):
        claims = {"sub": name}
        claims.update({"exp": datetime.now(UTC) + timedelta(minutes=5)})
        return jwt.encode(claims, os.environ["KEY"], algorithm="HS256")
    """),
    ("jwt-without-expiry", """
    @app.post("/x")
    async def x(request: Request):
        return jwt.encode(await request.json(), os.environ["KEY"], algorithm="HS256")
    """),
    ("weak-jwt-secret", """
    @app.post("/x")
    def x(name: str):
        return jwt.encode({"sub": name, "exp": 1}, os.environ["KEY"], algorithm="HS256")
    """),
    ("weak-jwt-secret", """
    @app.post("/x")
    def x(name: str):
        return jwt.encode({"sub": name, "exp": 1}, "k" * 40, algorithm="HS256")
    """),
    ("weak-password-hash", """
    @app.post("/x")
    def x(form: Login):
        digest = hashlib.sha256(form.password.encode()).digest()
        with Session(engine) as session:
            session.add(User(email=form.email, password_hash=bcrypt.hashpw(digest, bcrypt.gensalt())))
            session.commit()
    """),
    ("weak-password-hash", """
    @app.post("/x")
    def x(form: Login):
        leaked = hashlib.sha1(form.password.encode()).hexdigest()
        return requests.get("https://leaks.example/range/" + leaked[:5], timeout=3).text
    """),
    ("weak-password-hash", """
    @app.get("/x")
    def x(email: str):
        return {"avatar": hashlib.md5(email.encode()).hexdigest()}
    """),
    ("login-without-rate-limit", """
    ATTEMPTS = {}

    def limited(request: Request):
        if ATTEMPTS.get(request.client.host, 0) > 5:
            raise HTTPException(429)

    from fastapi import Depends

    @app.post("/login", dependencies=[Depends(limited)])
    def login(form: Login):
        with Session(engine) as session:
            user = by_email(session, form.email)
            if user is None or not bcrypt.checkpw(form.password.encode(), user.password_hash.encode()):
                raise HTTPException(401)
            return {"id": user.id}
    """),
    ("login-without-rate-limit", """
    @app.post("/x")
    def x(form: Login):
        with Session(engine) as session:
            session.add(User(email=form.email, password_hash=bcrypt.hashpw(form.password.encode(), bcrypt.gensalt())))
            session.commit()
    """),
    ("insecure-cookie", """
    @app.post("/x")
    def x(response: Response, value: str):
        response.set_cookie("theme", value)
    """),
    ("insecure-cookie", """
    @app.post("/x")
    def x(response: Response, value: str):
        response.set_cookie("access_token", value, httponly=True)
        response.set_cookie("csrf_token", value)
    """),
    ("error-detail-leaked", """
    @app.get("/x")
    def x():
        try:
            return requests.get("https://rates.example", timeout=3).json()
        except Exception as error:
            logger.exception("rates: %s", error)
            raise HTTPException(status_code=500, detail="no rates")
    """),
    ("error-detail-leaked", """
    @app.get("/x")
    def x(amount: str):
        try:
            return int(amount)
        except ValueError as error:
            raise HTTPException(status_code=422, detail=str(error))
    """),
]


@pytest.mark.parametrize(("rule", "body"), FAULTS)
def test_fault(tmp_path, rule, body):
    [found] = read(tmp_path, rule, WEB + dedent(body))
    assert found.place.file == "app.py"
    assert found.endpoint is not None
    assert found.evidence is Evidence.TRACED
    assert found.fix


@pytest.mark.parametrize(("rule", "body"), SOUND)
def test_look_alike(tmp_path, rule, body):
    assert read(tmp_path, rule, WEB + dedent(body)) == []


# ---------------------------------------------------------------- hard-coded-secret


@pytest.mark.parametrize(("name", "many"), [("Production", 1), ("Config", 1), ("Developers", 1), ("Development", 0),
                                            ("TestingConfig", 0), ("LocalSettings", 0)])
def test_a_class_of_settings_says_what_they_are_for(tmp_path, name, many):
    text = f'{ONE_ROUTE}\nclass {name}:\n    SIGNING_KEY = "8f3a1c9e7b2d4f60a5c1"\n'
    assert len(read(tmp_path, "hard-coded-secret", text)) == many

ONE_ROUTE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/x")
def x():
    return 1
"""

@pytest.mark.parametrize(("name", "value"), [
    ("GATEWAY_API_KEY", "gw-41c07e9b2f6d4a83b5e1907cd2fa6b38"), ("password", "q7Vz2mXw9LkT4sRb8Nfy"),
    ("aws", "AKIA2OGYBAH6STMNEDXW"), ("x", "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2)])
def test_hard_coded_secret(tmp_path, name, value):
    [found] = read(tmp_path, "hard-coded-secret", f"{ONE_ROUTE}\n{name} = {value!r}\n")
    assert value not in repr(found)
    assert found.evidence is Evidence.SUSPECTED


@pytest.mark.parametrize(("name", "value"), [
    ("API_KEY", "your-api-key-goes-here-1"), ("API_KEY", "SHOP_GATEWAY_API_KEY2"), ("API_KEY", "QWXZRPLKVM" * 6 + "="),
    ("secret", "changeme-0123456789-xyz"),
    ("token", "https://login.example/oauth2/token"), ("access_token", "app.security.tokens.v2"),
    ("password", "password_field_01"), ("api_key", "AIzaSyB9f3c1e7ab24d60c8e5d21f7b"), ("name", "9f3c1e7ab24d60c8e5d21f7b90a4c3e6"),
    ("aws", "AKIAIOSFODNN7EXAMPLE"), ("session_token", "x-amz-security-token"), ("api_key_header", "9f3c1e7ab24d60c8e5d21f7b")])
def test_constant_that_is_no_secret(name, value):
    rule = find_rule("hard-coded-secret")
    assert rule is not None
    assert list(rule.check(Backend("/srv", literals=(Literal(name, value, Place("app.py", 1)),)))) == []


def test_secret_of_a_test_is_left_alone():
    rule = find_rule("hard-coded-secret")
    assert rule is not None
    literal = Literal("API_KEY", "gw-41c07e9b2f6d4a83b5e1907cd2fa6b38", Place("tests/test_app.py", 1))
    assert list(rule.check(Backend("/srv", literals=(literal,)))) == []
