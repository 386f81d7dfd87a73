"""Rules on who may do what, each on a small service, beside what only looks like the fault."""

from __future__ import annotations

import pytest
from reading import in_shop

from backend_lead.model.finding import Evidence, Severity

# ---------------------------------------------------------------- missing-authentication


def test_open_export_of_guarded_rows(tmp_path):
    [found] = in_shop(tmp_path, "missing-authentication", """
        @app.get("/exports/orders")
        def export(session: SessionDep):
            return session.scalars(select(Order)).all()
        """)
    assert str(found.endpoint) == "GET /exports/orders"
    assert found.evidence is Evidence.TRACED
    assert found.severity is Severity.CRITICAL
    assert "GET /orders" in found.message


def test_open_write_of_a_guarded_table(tmp_path):
    [found] = in_shop(tmp_path, "missing-authentication", """
        @app.delete("/products/{product_id}")
        def remove(product_id: int, session: SessionDep):
            session.execute(delete(Product).where(Product.id == product_id))
            session.commit()
        """)
    assert "deletes from products" in found.message
    assert "route:DELETE /products/{product_id}" in found.touches


@pytest.mark.parametrize("code", [
    # Who has the link may look.
    """
    @app.get("/s/{token}")
    def look(token: str, session: SessionDep):
        return session.scalar(select(Order).where(Order.share_token == token))
    """,
    # Products belong to nobody.
    """
    @app.get("/products")
    def products(session: SessionDep):
        return session.scalars(select(Product).limit(50)).all()
    """,
    # This is how callers get their account.
    """
    @app.post("/accounts")
    def sign_up(email: str, session: SessionDep):
        session.add(User(email=email, password_hash="", role="customer"))
        session.commit()
    """,
    # The credential is asked for.
    """
    @app.get("/exports/orders")
    def export(session: SessionDep, user: CurrentUser):
        return session.scalars(select(Order).where(Order.user_id == user.id)).all()
    """,
    # A count says nothing about anybody.
    """
    @app.get("/numbers")
    def numbers(session: SessionDep):
        ids = session.scalars(select(Order.id)).all()
        return {"orders": len(ids)}
    """])
def test_open_by_nature(tmp_path, code):
    assert in_shop(tmp_path, "missing-authentication", code) == []


@pytest.mark.parametrize("given", ["email: str", "note: str"])
def test_row_that_says_how_to_reach_its_sender_is_handed_in(tmp_path, given):
    found = in_shop(tmp_path, "missing-authentication", f"""
        class Application(Base):
            __tablename__ = "applications"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str]
            note: Mapped[str]

        @app.post("/applications")
        def apply({given}, session: SessionDep):
            session.add(Application({given[:5].strip(': ')}={given[:5].strip(': ')}))
            session.commit()

        @app.delete("/applications/{{id}}", dependencies=[Depends(manager)])
        def drop(id: int, session: SessionDep):
            session.execute(delete(Application).where(Application.id == id))
            session.commit()
        """)
    assert len(found) == (0 if given.startswith("email") else 1)


def test_what_leaves_of_a_row_has_to_be_much_of_it(tmp_path):
    code = """
        class Stand(BaseModel):
            {field}

        @app.get("/map", response_model=list[Stand])
        def stands(session: SessionDep):
            return session.scalars(select(Order)).all()
        """
    assert in_shop(tmp_path, "missing-authentication", code.format(field="id: int")) == []
    assert len(in_shop(tmp_path, "missing-authentication", code.format(field="note: str"))) == 1


# ---------------------------------------------------------------- missing-owner-check

def test_row_deleted_by_its_id_alone(tmp_path):
    [found] = in_shop(tmp_path, "missing-owner-check", """
        @app.delete("/orders/{order_id}")
        def remove(order_id: int, session: SessionDep, user: CurrentUser):
            session.execute(delete(Order).where(Order.id == order_id))
            session.commit()
        """)
    assert found.message.startswith("DELETE /orders/{order_id} deletes orders by order_id from the path")
    assert "GET /orders does" in found.message
    assert found.fix == "delete(Order).where(Order.id == order_id, Order.user_id == user.id)"
    assert (found.owasp_api, found.cwe) == ("API1:2023", "CWE-639")


def test_rows_below_a_parent_that_is_not_checked(tmp_path):
    [found] = in_shop(tmp_path, "missing-owner-check", """
        @app.get("/orders/{order_id}/lines")
        def lines(order_id: int, session: SessionDep, user: CurrentUser):
            return session.scalars(select(Line).where(Line.order_id == order_id)).all()
        """)
    assert "lines.order_id → orders.user_id" in found.message
    assert found.fix == "select(Line).join(Order).where(Line.order_id == order_id, Order.user_id == user.id)"


@pytest.mark.parametrize("code", [
    # The parent is checked, so its rows are.
    """
    @app.get("/orders/{order_id}/lines")
    def lines(order_id: int, session: SessionDep, user: CurrentUser):
        if session.scalar(select(Order).where(Order.id == order_id, Order.user_id == user.id)) is None:
            raise HTTPException(404)
        return session.scalars(select(Line).where(Line.order_id == order_id)).all()
    """,
    # The row is compared once it is there.
    """
    @app.delete("/orders/{order_id}")
    def remove(order_id: int, session: SessionDep, user: CurrentUser):
        order = session.get(Order, order_id)
        if order is None or order.user_id != user.id:
            raise HTTPException(404)
        session.delete(order)
        session.commit()
    """,
    # A role may touch everybody's.
    """
    @app.delete("/orders/{order_id}", dependencies=[Depends(manager)])
    def remove(order_id: int, session: SessionDep):
        session.execute(delete(Order).where(Order.id == order_id))
        session.commit()
    """,
    # Products are nobody's.
    """
    @app.get("/products/{product_id}")
    def product(product_id: int, session: SessionDep, user: CurrentUser):
        return session.get(Product, product_id)
    """,
    # Other users may be looked up.
    """
    @app.get("/users/{user_id}")
    def profile(user_id: int, session: SessionDep, user: CurrentUser):
        return {"email": session.get(User, user_id).email}
    """])
def test_owner_is_checked_or_there_is_none(tmp_path, code):
    assert in_shop(tmp_path, "missing-owner-check", code) == []


EVERYBODYS = """
        @app.get("/board")
        def board(session: SessionDep, user: CurrentUser):
            return session.scalars(select(Order)).all()

        @app.get("/board/{order_id}")
        def one(order_id: int, session: SessionDep, user: CurrentUser):
            return session.get(Order, order_id)
        """


def test_rows_that_everybody_may_list_may_be_looked_at(tmp_path):
    assert in_shop(tmp_path, "missing-owner-check", EVERYBODYS) == []


def test_rows_that_everybody_may_list_are_not_everybodys_to_change(tmp_path):
    [found] = in_shop(tmp_path, "missing-owner-check", EVERYBODYS + """
        @app.put("/board/{order_id}")
        def change(order_id: int, note: str, session: SessionDep, user: CurrentUser):
            session.get(Order, order_id).note = note
            session.commit()
        """)
    assert str(found.endpoint) == "PUT /board/{order_id}"


# ---------------------------------------------------------------- missing-role-check

def test_write_that_its_siblings_keep_for_a_role(tmp_path):
    [found] = in_shop(tmp_path, "missing-role-check", """
        @app.put("/products/{product_id}/stock")
        def set_stock(product_id: int, stock: int, session: SessionDep, user: CurrentUser):
            session.execute(update(Product).where(Product.id == product_id).values(stock=stock))
            session.commit()
        """)
    assert "POST /products asks for a role (users.role)" in found.message
    assert found.severity is Severity.HIGH


@pytest.mark.parametrize("code", [
    # The role is asked for.
    """
    @app.put("/products/{product_id}/stock", dependencies=[Depends(manager)])
    def set_stock(product_id: int, stock: int, session: SessionDep):
        session.execute(update(Product).where(Product.id == product_id).values(stock=stock))
        session.commit()
    """,
    # In the caller's own name.
    """
    @app.post("/orders")
    def order(note: str, session: SessionDep, user: CurrentUser):
        session.add(Order(user_id=user.id, note=note))
        session.commit()
    """,
    # Nobody asks for a role to write this table.
    """
    @app.post("/hooks")
    def hook(url: str, session: SessionDep, user: CurrentUser):
        session.add(Hook(url=url, signing_secret=""))
        session.commit()
    """])
def test_write_that_needs_no_role(tmp_path, code):
    assert in_shop(tmp_path, "missing-role-check", code) == []


# ---------------------------------------------------------------- mass-assignment

def test_role_taken_from_the_body(tmp_path):
    [found] = in_shop(tmp_path, "mass-assignment", """
        class Profile(BaseModel):
            email: str
            role: str

        @app.put("/me")
        def change(form: Profile, session: SessionDep, user: CurrentUser):
            user.email = form.email
            user.role = form.role
            session.commit()
        """)
    assert "users.role" in found.message
    assert found.fix == "class Profile: without role"


@pytest.mark.parametrize("code", [
    """
    class Profile(BaseModel):
        email: str

    @app.put("/me")
    def change(form: Profile, session: SessionDep, user: CurrentUser):
        for field, value in form.model_dump().items():
            setattr(user, field, value)
        session.commit()
    """,
    # Those who have the role may give it.
    """
    class Grant(BaseModel):
        role: str

    @app.put("/users/{user_id}/role", dependencies=[Depends(manager)])
    def grant(user_id: int, form: Grant, session: SessionDep):
        session.execute(update(User).where(User.id == user_id).values(role=form.role))
        session.commit()
    """,
    # A constant is no input.
    """
    @app.post("/accounts")
    def sign_up(email: str, session: SessionDep):
        session.add(User(email=email, password_hash="", role="customer"))
        session.commit()
    """])
def test_role_stays_with_the_service(tmp_path, code):
    assert in_shop(tmp_path, "mass-assignment", code) == []


# ---------------------------------------------------------------- secret-in-response

def test_secret_column_written_out(tmp_path):
    [found] = in_shop(tmp_path, "secret-in-response", """
        @app.get("/hooks/{hook_id}")
        def hook(hook_id: int, session: SessionDep, user: CurrentUser):
            row = session.get(Hook, hook_id)
            return {"url": row.url, "signing_secret": row.signing_secret}
        """)
    assert found.message == "GET /hooks/{hook_id} sends hooks.signing_secret to the client."
    assert found.evidence is Evidence.TRACED


def test_row_returned_whole(tmp_path):
    found = in_shop(tmp_path, "secret-in-response", """
        @app.get("/me")
        def me(user: CurrentUser):
            return user
        """)
    assert [each.message for each in found] == ["GET /me sends users.password_hash to the client."]


@pytest.mark.parametrize("code", [
    """
    class Out(BaseModel):
        id: int
        email: str

    @app.get("/me", response_model=Out)
    def me(user: CurrentUser):
        return user
    """,
    # Shown once, when it is made.
    """
    @app.post("/hooks")
    def hook(url: str, session: SessionDep, user: CurrentUser):
        row = Hook(url=url, signing_secret=os.urandom(8).hex())
        session.add(row)
        session.commit()
        return {"id": row.id, "signing_secret": row.signing_secret}
    """,
    """
    @app.get("/hooks/{hook_id}")
    def hook(hook_id: int, session: SessionDep, user: CurrentUser):
        row = session.get(Hook, hook_id)
        return {"url": row.url, "signed": bool(row.signing_secret)}
    """])
def test_secret_stays(tmp_path, code):
    assert in_shop(tmp_path, "secret-in-response", code) == []


def test_another_system_has_no_rows_of_its_own(tmp_path):
    assert in_shop(tmp_path, "missing-owner-check", """
        import hmac

        def carrier(x_key: str = Header()):
            if not hmac.compare_digest(x_key, os.environ["CARRIER_KEY"]):
                raise HTTPException(401)

        @app.post("/orders/{order_id}/delivered", dependencies=[Depends(carrier)])
        def delivered(order_id: int, session: SessionDep):
            session.execute(update(Order).where(Order.id == order_id).values(note="delivered"))
            session.commit()
        """) == []


SYSTEMS_AND_PEOPLE = """
    def verified(token):
        if not token:
            raise HTTPException(401)
        return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])["iss"]

    def console(authorization: str = Header(None)):
        if verified(authorization) != "console":
            raise HTTPException(401)

    def person(session: SessionDep, authorization: str = Header(None)) -> User:
        user = session.scalar(select(User).where(User.email == verified(authorization)))
        if user is None:
            raise HTTPException(401)
        return user

    @app.get("/mine/{order_id}")
    def mine(order_id: int, session: SessionDep, user: Annotated[User, Depends(person)]):
        return session.scalar(select(Order).where(Order.id == order_id, Order.user_id == user.id))

    @app.get("/any/{order_id}"%s)
    def any_order(order_id: int, session: SessionDep%s):
        return session.get(Order, order_id)
"""


def test_one_function_may_verify_people_and_another_system(tmp_path):
    console = SYSTEMS_AND_PEOPLE % (", dependencies=[Depends(console)]", "")
    assert in_shop(tmp_path, "missing-owner-check", console) == []


def test_one_function_that_verifies_people_of_whom_a_route_knows_nothing_more(tmp_path):
    [found] = in_shop(tmp_path, "missing-owner-check", SYSTEMS_AND_PEOPLE % ("", ", user: Annotated[User, Depends(person)]"))
    assert found.endpoint is not None
    assert found.endpoint.path == "/any/{order_id}"


def test_rows_that_are_bound_to_what_the_credential_says(tmp_path):
    assert in_shop(tmp_path, "missing-owner-check", """
        class Caller(BaseModel):
            kind: str
            account: int

        def caller(session: SessionDep, authorization: str = Header(None)) -> Caller:
            if authorization is None:
                raise HTTPException(401)
            claims = jwt.decode(authorization, os.environ["KEY"], algorithms=["HS256"])
            return Caller(kind="user", account=claims["account"])

        @app.get("/lines/{line_id}")
        def line(line_id: int, session: SessionDep, who: Annotated[Caller, Depends(caller)]):
            return session.scalar(select(Line).join(Order).where(Line.id == line_id, Order.user_id == who.account))
        """) == []
