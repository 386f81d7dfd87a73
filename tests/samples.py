"""A small but realistic backend, built by hand: what the reader would say of a shop's service, and its findings."""

from __future__ import annotations

from backend_lead.audit.verdicts import verdicts
from backend_lead.lead.grades import grades
from backend_lead.lead.plan import plan
from backend_lead.model.backend import Backend, SourceFile
from backend_lead.model.document import ApiDocument, Operation
from backend_lead.model.endpoint import (
    Authentication,
    Endpoint,
    Guard,
    GuardKind,
    Handler,
    Parameter,
    Response,
)
from backend_lead.model.finding import Dimension, EndpointRef, Evidence, Finding, Job, Severity
from backend_lead.model.place import Hop, Place, Unresolved
from backend_lead.model.query import Assignment, Filter, Query
from backend_lead.model.review import Report, UnusedIgnore
from backend_lead.model.table import Column, ForeignKey, Index, Table

AUTH, ORDERS, PRODUCTS, STORE = "app/auth.py", "app/routes/orders.py", "app/routes/products.py", "app/store/orders.py"
CURRENT_USER = Guard(GuardKind.AUTHENTICATION, "app.auth.current_user", Place(AUTH, 14))
REQUIRE_ADMIN = Guard(GuardKind.ROLE, "app.auth.require_admin", Place(AUTH, 31), detail="users.role")

READ_USER = Query(
    "select", ("users",), Place(AUTH, 20), columns=("id", "email", "role"),
    filters=(Filter("users", "id", "=", ("credential",)),), single=True, symbol="app.auth.current_user",
    path=(Hop("app.auth.current_user", Place(AUTH, 14)),))


def table(name: str, columns: str, *keys: tuple[str, str], indexes: tuple[Index, ...] = (), line: int = 1) -> Table:
    return Table(
        name, tuple(Column(c, "integer" if c == "id" or c.endswith("_id") else "text", c != "id", c == "id",
                           place=Place("app/models.py", line + n)) for n, c in enumerate(columns.split(), start=1)),
        indexes, tuple(ForeignKey((column,), target, ("id",)) for column, target in keys), ("id",),
        model=name.title(), place=Place("app/models.py", line))


TABLES = (
    table("order_items", "id order_id product_id quantity", ("order_id", "orders"), ("product_id", "products"),
          indexes=(Index("ix_order_items_order_id", ("order_id",)),), line=60),
    table("orders", "id user_id status total created_at", ("user_id", "users"), line=40),
    table("products", "id name price",
          indexes=(Index("ix_products_name", ("name",)), Index("ix_products_name_price", ("name", "price"))), line=20),
    table("users", "id email password_hash role", indexes=(Index("users_email_key", ("email",), unique=True),), line=1),
)


def endpoint(method: str, path: str, name: str, file: str, line: int, *queries: Query,
             authentication: Authentication = Authentication.REQUIRED, guards: tuple[Guard, ...] = (CURRENT_USER,),
             parameters: tuple[Parameter, ...] = (), **more: object) -> Endpoint:
    signed_in = authentication is Authentication.REQUIRED
    return Endpoint(
        method, path, Handler(f"{file[:-3].replace('/', '.')}.{name}", Place(file, line), True), "fastapi",
        authentication, guards if signed_in else (), parameters, ((READ_USER,) if signed_in else ()) + queries,
        responses=(Response(200, Place(file, line + 4), "object", ("id",)),),
        authentication_because="current_user refuses" if signed_in else "no guard verifies a credential", **more)


def query(operation: str, tables: str, line: int, *filters: Filter, handler: str = "", handler_line: int = 1,
          file: str = STORE, **more: object) -> Query:
    symbol = f"{file[:-3].replace('/', '.')}.{operation}_{tables.split()[0]}"
    routes = PRODUCTS if file == PRODUCTS else ORDERS
    path = ((Hop(handler, Place(routes, handler_line)),) if handler else ()) + (
        Hop(symbol, Place(routes, handler_line + 3)),)
    return Query(operation, tuple(tables.split()), Place(file, line), ("*",) if operation == "select" else (),
                 filters, symbol=symbol, path=path, **more)


BY_ID = Filter("orders", "id", "=", ("path:order_id",))
MINE = Filter("orders", "user_id", "=", ("principal.id",))
GET_ORDER = query("select", "orders", 12, BY_ID, handler="app.routes.orders.get_order", handler_line=22, single=True)
ITEMS = query("select", "order_items", 30, Filter("order_items", "order_id", "=", ("row:orders.id",)),
              handler="app.routes.orders.list_orders", handler_line=10, in_loop=True, lazy=True,
              relationship="Order.items")

ENDPOINTS = (
    endpoint("GET", "/health", "health", "app/main.py", 30, authentication=Authentication.NONE),
    endpoint("POST", "/login", "login", "app/routes/login.py", 9,
             Query("select", ("users",), Place("app/routes/login.py", 12), ("*",),
                   (Filter("users", "email", "=", ("body:email",)),), single=True, symbol="app.routes.login.login"),
             authentication=Authentication.NONE),
    endpoint("GET", "/orders", "list_orders", ORDERS, 10,
             query("select", "orders", 20, MINE, handler="app.routes.orders.list_orders", handler_line=10), ITEMS),
    endpoint("POST", "/orders", "create_order", ORDERS, 40,
             query("insert", "orders", 44, handler="app.routes.orders.create_order", handler_line=40,
                   assignments=(Assignment("user_id", ("principal.id",)), Assignment("status", (), "new")))),
    endpoint("GET", "/orders/{order_id}", "get_order", ORDERS, 22, GET_ORDER,
             parameters=(Parameter("order_id", "path", "int"),)),
    endpoint("DELETE", "/orders/{order_id}", "delete_order", ORDERS, 60,
             query("delete", "orders", 64, BY_ID, handler="app.routes.orders.delete_order", handler_line=60)),
    endpoint("GET", "/products", "list_products", PRODUCTS, 8,
             query("select", "products", 11, Filter("products", "name", "like", ("query:q",)), file=PRODUCTS,
                   limit="input", order_by=("products.price",), handler="app.routes.products.list_products", handler_line=8),
             authentication=Authentication.NONE,
             parameters=(Parameter("q", "query", "str", False), Parameter("limit", "query", "int", False, "50"))),
    endpoint("PATCH", "/products/{product_id}", "edit_product", PRODUCTS, 30,
             query("update", "products", 34, Filter("products", "id", "=", ("path:product_id",)), file=PRODUCTS,
                   handler="app.routes.products.edit_product", handler_line=30,
                   assignments=(Assignment("*", ("body:*",)),)),
             guards=(CURRENT_USER, REQUIRE_ADMIN)),
)

BACKEND = Backend(
    root="/srv/shop",
    files=tuple(SourceFile(name, "python", lines, "0" * 64) for name, lines in (
        ("app/auth.py", 44), ("app/main.py", 36), ("app/models.py", 80), ("app/routes/login.py", 28),
        ("app/routes/orders.py", 72), ("app/routes/products.py", 41), ("app/store/orders.py", 70))),
    frameworks=("fastapi", "sqlalchemy"), endpoints=ENDPOINTS, tables=TABLES,
    documents=(ApiDocument("openapi.yaml", "3.1.0", "Shop", operations=(
        Operation("GET", "/orders", Place("openapi.yaml", 9), ("200",)),)),),
    unresolved=(Unresolved("legacy/report.py", "line 12 is not Python: a bracket is not closed",
                           Place("legacy/report.py", 12)),))


def finding(rule: str, title: str, dimension: Dimension, severity: Severity, place: Place, message: str,
            **more: object) -> Finding:
    settings: dict[str, object] = {"evidence": Evidence.TRACED, "why": "Anybody can read what is not theirs.",
                                   "fix": "Do it right.", "symbol": "", "snippet": message, **more}
    return Finding(rule=rule, title=title, dimension=dimension, severity=severity, place=place, message=message,
                   **settings)


OWNER_PATH = (Hop("app.routes.orders.get_order", Place(ORDERS, 22)),
              Hop("app.store.orders.select_orders", Place(ORDERS, 25)))

FINDINGS = tuple(sorted((
    finding("missing-owner-check", "Missing owner check", Dimension.SECURITY, Severity.CRITICAL, Place(STORE, 12),
            "GET /orders/{order_id} reads orders by id alone, so every signed-in user can read every order.",
            why="GET /orders compares orders.user_id with the caller; this route does not.",
            fix="select(Order).where(Order.id == order_id, Order.user_id == user.id)",
            endpoint=EndpointRef("GET", "/orders/{order_id}"), symbol="app.store.orders.select_orders",
            path=OWNER_PATH, touches=("route:GET /orders/{order_id}", f"query:{STORE}:12", "table:orders"),
            owasp_api="API1:2023", cwe="CWE-639"),
    finding("missing-owner-check", "Missing owner check", Dimension.SECURITY, Severity.CRITICAL, Place(STORE, 64),
            "DELETE /orders/{order_id} deletes from orders by id alone.",
            fix="delete(Order).where(Order.id == order_id, Order.user_id == user.id)",
            endpoint=EndpointRef("DELETE", "/orders/{order_id}"), symbol="app.store.orders.delete_orders",
            touches=("route:DELETE /orders/{order_id}", f"query:{STORE}:64", "table:orders"), owasp_api="API1:2023",
            cwe="CWE-639"),
    finding("foreign-key-without-index", "Foreign key without an index", Dimension.DATABASE, Severity.MEDIUM,
            Place("app/models.py", 42), "orders.user_id refers to users.id and no index starts with it.",
            why="Each delete of a user reads the whole of orders, and so does each list of a user's orders.",
            fix="CREATE INDEX CONCURRENTLY ix_orders_user_id ON orders (user_id);", symbol="Order",
            touches=(f"query:{STORE}:12", "table:orders"), job=Job.MIGRATION, effort=1),
    finding("query-in-a-loop", "Query in a loop", Dimension.DATABASE, Severity.HIGH, Place(STORE, 30),
            "GET /orders loads Order.items once for every order.", fix="selectinload(Order.items)",
            endpoint=EndpointRef("GET", "/orders"), symbol="app.store.orders.select_order_items",
            touches=("route:GET /orders", f"query:{STORE}:30"), job=Job.DIAGNOSE,
            path=(Hop("app.routes.orders.list_orders", Place(ORDERS, 10)),
                  Hop("app.store.orders.select_orders", Place(ORDERS, 13)))),
    finding("left-prefix-index", "Index that another one covers", Dimension.DATABASE, Severity.LOW,
            Place("app/models.py", 20), "ix_products_name is the front of ix_products_name_price.",
            fix="DROP INDEX CONCURRENTLY ix_products_name;", touches=("table:products",), job=Job.MIGRATION, effort=1),
    finding("unbounded-limit", "Page size without an upper bound", Dimension.API, Severity.MEDIUM, Place(PRODUCTS, 8),
            "GET /products takes limit from the query and sets no maximum.", fix="limit: int = Query(50, le=200)",
            endpoint=EndpointRef("GET", "/products"), touches=("route:GET /products",), effort=1,
            owasp_api="API4:2023"),
    finding("wrong-status-code", "Wrong status code", Dimension.API, Severity.LOW, Place(ORDERS, 40),
            "POST /orders creates a row and answers 200.", evidence=Evidence.SUSPECTED,
            fix='@router.post("/orders", status_code=201)', endpoint=EndpointRef("POST", "/orders"),
            touches=("route:POST /orders",), effort=1),
), key=lambda each: each.order))

SOURCES = (
    (ORDERS, ((21, '@router.get("/orders/{order_id}")'),
              (22, "async def get_order(order_id: int, user: User = Depends(current_user)) -> OrderOut:"),
              (23, '    """One order."""'), (24, "    async with session() as db:"),
              (25, "        order = await store.select_orders(db, order_id)"))),
    (STORE, ((11, "async def select_orders(db, order_id: int) -> Order | None:"),
             (12, "    return await db.scalar(select(Order).where(Order.id == order_id))"), (13, ""))),
)


def report(job: str = "review", **more: object) -> Report:
    settings: dict[str, object] = {"sources": SOURCES, **more}
    if job == "map":
        return Report(job, "0.1.0", "shop", BACKEND, **settings)
    judged = verdicts(BACKEND, FINDINGS)
    if job == "audit":
        mine = tuple(each for each in FINDINGS if each.dimension is Dimension.SECURITY)
        return Report(job, "0.1.0", "shop", BACKEND, mine, judged, **settings)
    return Report(job, "0.1.0", "shop", BACKEND, FINDINGS, judged, grades(BACKEND, FINDINGS), plan(FINDINGS, "shop"),
                  ignored=1, baselined=2,
                  unused_ignores=(UnusedIgnore(Place("app/main.py", 3), "debug-on", "debug-on finds nothing here "
                                               "any more. Delete the comment."),), **settings)
