"""What libraries beside the frameworks hand to a handler, and that none of it asks for a credential."""

from __future__ import annotations

import pytest

FASTAPI = """
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker
Base = declarative_base()
class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
Session = sessionmaker(create_engine("postgresql:///x"))
app = FastAPI()
"""
OPEN = {
    "form of a sign-in": """
from fastapi.security import OAuth2PasswordRequestForm
@app.post("/x")
def x(form: OAuth2PasswordRequestForm = Depends()):
    return form.username
""",
    "form of a sign-in, named": """
from fastapi.security import OAuth2PasswordRequestForm
@app.post("/x")
def x(form=Depends(OAuth2PasswordRequestForm)):
    return form.username
""",
    "limit of requests": """
from fastapi_limiter.depends import RateLimiter
@app.post("/x", dependencies=[Depends(RateLimiter(times=2, seconds=5))])
def x():
    return ""
""",
    "parameters of a page": """
from fastapi_pagination import Params
@app.get("/x")
def x(page: Params = Depends()):
    return page.size
""",
}
CONTAINER = """
from contextlib import contextmanager
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide, inject
class Database:
    @contextmanager
    def session(self):
        with Session() as session:
            yield session
class Items:
    def __init__(self, session, model=Item):
        self.session, self.model = session, model
    def get(self, id):
        with self.session() as session:
            return session.query(self.model).filter(self.model.id == id).first()
class Service:
    def __init__(self, items):
        self.items = items
class Container(containers.DeclarativeContainer):
    database = providers.Singleton(Database)
    items = providers.Factory(Items, session=database.provided.session)
    service = providers.Factory(Service, items=items)
"""


@pytest.mark.parametrize("code", OPEN.values(), ids=OPEN)
def test_dependency_of_a_library_that_asks_for_nothing_leaves_a_route_open(read, code: str):
    [endpoint] = read(app=FASTAPI + code).endpoints
    assert endpoint.authentication.value == "none", endpoint.authentication_because


@pytest.mark.parametrize("given", ["service: Service = Depends(Provide[Container.service])",
                                   "service=Depends(Provide[Container.service])"])
def test_service_that_a_container_provides_is_followed_to_its_query(read, given: str):
    [endpoint] = read(app=FASTAPI + CONTAINER + f"""
@app.get("/x/{{id}}")
@inject
def x(id: int, {given}):
    return service.items.get(id)
""").endpoints
    assert [query.tables for query in endpoint.queries] == [("items",)]


def test_container_provides_for_a_view_of_flask_as_well(read):
    backend = read(app=FASTAPI + CONTAINER + """
from flask import Flask
from flask_restful import Api, Resource
web = Flask(__name__)
api = Api(web)
class View(Resource):
    @inject
    def __init__(self, service=Provide[Container.service]):
        self.service = service
    def get(self, id):
        return self.service.items.get(id).id
api.add_resource(View, "/x/<int:id>")
""")
    endpoint = next(e for e in backend.endpoints if e.path == "/x/{id}")
    assert [query.tables for query in endpoint.queries] == [("items",)]


def test_function_that_a_class_holds_as_static_is_followed(read):
    [endpoint] = read(app=FASTAPI + """
def load(id):
    with Session() as session:
        return session.get(Item, id)
class Base:
    read = None
    def answer(self, id):
        return self.read(id)
class One(Base):
    read = staticmethod(load)
@app.get("/x/{id}")
def x(id: int):
    return One().answer(id)
""").endpoints
    assert [query.tables for query in endpoint.queries] == [("items",)]


def test_routers_of_chained_lists_are_put_in(read):
    backend = read(app=FASTAPI + """
from itertools import chain
from fastapi import APIRouter
one, other = APIRouter(), APIRouter(prefix="/other")
@one.get("/x")
def x(): return ""
@other.get("/x")
def y(): return ""
for router in chain.from_iterable([[one], [other]]):
    app.include_router(router)
""")
    assert [endpoint.path for endpoint in backend.endpoints] == ["/other/x", "/x"]


INTERFACES = """
from abc import ABC, abstractmethod
from dataclasses import dataclass
from dishka.integrations.fastapi import FromDishka, inject
class Reader(ABC):
    @abstractmethod
    def get(self, id): ...
class FromDatabase(Reader):
    def __init__(self, session: Session):
        self.session = session
    def get(self, id):
        return self.session.get(Item, id)
@dataclass
class Use:
    reader: Reader
    async def execute(self, id):
        return self.reader.get(id)
{more}
@app.get("/x/{{id}}")
@inject
async def x(id: int, use: FromDishka[Use]):
    return await use.execute(id)
"""


def test_only_implementation_of_an_interface_stands_for_it(read):
    [endpoint] = read(app=FASTAPI.replace("import declarative_base", "import Session as Open, declarative_base")
                      + INTERFACES.format(more="").replace("session: Session", "session: Open")).endpoints
    assert [query.tables for query in endpoint.queries] == [("items",)]
    assert [parameter.name for parameter in endpoint.parameters] == ["id"], "what a container gives is not asked for"


def test_which_of_two_implementations_is_meant_nobody_says(read):
    more = "class FromMemory(Reader):\n    def get(self, id): return None"
    [endpoint] = read(app=FASTAPI + INTERFACES.format(more=more)).endpoints
    assert endpoint.queries == ()


def test_scheme_of_a_cookie_of_the_services_own_asks_for_it(read):
    [endpoint] = read(app=FASTAPI + """
from fastapi import HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from fastapi.security.utils import get_authorization_scheme_param
class Bearer(OAuth2PasswordBearer):
    async def __call__(self, request: Request):
        scheme, token = get_authorization_scheme_param(request.cookies.get("token"))
        if scheme.lower() != "bearer":
            raise HTTPException(401)
        return token
@app.get("/x")
def x(token: str = Depends(Bearer(tokenUrl="/login"))):
    return token
""").endpoints
    assert endpoint.authentication.value == "required"
    assert [guard.name for guard in endpoint.guards] == ["Bearer.__call__"]


def test_what_ends_the_start_does_not_end_the_reading(read):
    backend = read(app=FASTAPI + """
from fastapi import APIRouter
router = APIRouter()
@router.get("/x")
def x(): return ""
def check():
    raise RuntimeError("no plugins on this disk")
def create_app():
    made = FastAPI()
    check()
    made.include_router(router)
    return made
app = create_app()
""")
    assert [endpoint.path for endpoint in backend.endpoints] == ["/x"]


def test_fastapi_users_asks_who_calls_and_brings_its_routes(read):
    backend = read(app=FASTAPI + """
from fastapi_users import FastAPIUsers
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
users = FastAPIUsers[User, int](None, [])
me = users.current_user(active=True)
@app.get("/x")
def x(user: User = Depends(me)): return ""
@app.get("/y")
def y(user: User | None = Depends(users.current_user(optional=True))): return ""
@app.get("/z")
def z(user: User = Depends(users.current_user(superuser=True))): return ""
app.include_router(users.get_auth_router(None), prefix="/auth")
app.include_router(users.get_users_router(None, None), prefix="/users")
""")
    found = {endpoint.name: (endpoint.authentication.value, [guard.kind.value for guard in endpoint.guards])
             for endpoint in backend.endpoints}
    assert found == {
        "GET /x": ("required", ["authentication"]),
        "GET /y": ("none", []),
        "GET /z": ("required", ["authentication", "role"]),
        "POST /auth/login": ("none", []),
        "POST /auth/logout": ("required", ["authentication"]),
        "GET /users/me": ("required", ["authentication"]),
        "PATCH /users/me": ("required", ["authentication"]),
        "GET /users/{id}": ("required", ["authentication", "role"]),
        "PATCH /users/{id}": ("required", ["authentication", "role"]),
        "DELETE /users/{id}": ("required", ["authentication", "role"]),
    }
