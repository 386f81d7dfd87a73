"""The ground truth of examples/orders holds on the running service: routes, refusals, and who may see what.

`ORDERS_SERVICE` names another folder with the service; without the tests marked `planted`, which say that its faults
are there, these are the tests of a service that is being mended (`python -m benchmarks.fixes`).
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.demo
planted = pytest.mark.planted

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TRUTH = tomllib.loads((HERE / "faults.toml").read_text())
VERDICTS = {entry["endpoint"]: entry["verdict"] for entry in TRUTH["verdict"]}
MINE, THEIRS = 41, 42
BODIES = {
    "PATCH /api/v1/addresses/{address_id}": {"city": "Potsdam"},
    "PATCH /api/v1/orders/{order_id}": {"delivery_note": "Ring twice."},
    "POST /api/v1/orders/{order_id}/payments": {"card_token": "card-0123456789"},
}


def load_demo():
    spec = importlib.util.spec_from_file_location("orders_demo", ROOT / "tools" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.SERVICE = Path(os.environ.get("ORDERS_SERVICE", module.SERVICE))
    return module


@pytest.fixture(scope="module")
def demo():
    return load_demo()


@pytest.fixture(scope="module")
def python(demo):
    """The Python of the service's environment, which all workers of a test run share."""
    import fasteners

    demo.DEMO.mkdir(exist_ok=True)
    with fasteners.InterProcessLock(demo.DEMO / "venv.lock"):
        return demo.create_environment()


@pytest.fixture(scope="module")
def directory(demo):
    """A folder of this worker's own, beside that of the demo."""
    return demo.DEMO / f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="module")
def database(demo, python, directory):
    with demo.running_database(directory) as running:
        demo.create_schema(running, python)
        demo.insert_rows(running)
        yield running


@pytest.fixture(scope="module")
def port(demo, database, python, directory):
    with demo.running_gateway() as gateway, demo.running_service(database, python, gateway, directory) as number:
        yield number


@pytest.fixture(scope="module")
def token(demo, port):
    client = demo.Client(port)
    client.sign_in(f"customer{MINE}@example.com")
    return client.token


@pytest.fixture(scope="module")
def theirs(demo, database):
    """Keys of rows that belong to another customer."""
    import psycopg

    questions = {
        "order_id": f"SELECT min(id) FROM orders WHERE customer_id = {THEIRS} AND status = 'placed'",
        "shipped_id": f"SELECT min(id) FROM orders WHERE customer_id = {THEIRS} AND status = 'shipped'",
        "address_id": f"SELECT max(id) FROM addresses WHERE customer_id = {THEIRS}",
        "review_id": f"SELECT min(id) FROM reviews WHERE customer_id = {THEIRS}",
        "key_id": f"SELECT min(id) FROM api_keys WHERE customer_id = {THEIRS}",
    }
    with psycopg.connect(database.dsn("reviewer", "orders")) as connection:
        keys = {key: connection.execute(question).fetchone()[0] for key, question in questions.items()}
    keys["order_id"] = keys["order_id"] or keys["shipped_id"]
    assert all(keys.values())
    return keys


def send(port, endpoint, token=None, body=None, **keys):
    method, _, path = endpoint.partition(" ")
    for key in ("order_id", "address_id", "review_id", "key_id", "product_id", "tracking_number", "filename", "slug"):
        default = "category-1" if key == "slug" else 1
        path = path.replace("{" + key + "}", str(keys.get(key, default)))
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, json.dumps(body if body is not None else BODIES.get(endpoint, {})), headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def test_routes_are_those_with_a_verdict(port):
    status, content = send(port, "GET /openapi.json")
    assert status == 200
    paths = json.loads(content)["paths"]
    assert sorted(f"{method.upper()} {path}" for path in paths for method in paths[path]) == sorted(VERDICTS)


@pytest.mark.parametrize("endpoint", sorted(VERDICTS))
def test_anonymous_requests_are_refused_unless_public_or_planted(port, endpoint):
    status, _ = send(port, endpoint)
    public = VERDICTS[endpoint] == "public"
    if (public and endpoint.startswith("POST")) or endpoint == "POST /api/v1/payment-callbacks":
        assert status == 422  # the empty body, or the absent signature, is refused before anything is looked up
    elif public or endpoint == "GET /reports/customers":
        assert status == 200
    else:
        assert status == 401


@pytest.mark.parametrize(
    "endpoint",
    [
        "GET /api/v1/orders/{order_id}",
        "GET /api/v1/orders/{order_id}/lines",
        "GET /api/v1/orders/{order_id}/documents/{filename}",
        "POST /api/v1/orders/{order_id}/cancel",
        "POST /api/v1/orders/{order_id}/payments",
        "PATCH /api/v1/addresses/{address_id}",
        "DELETE /api/v1/api-keys/{key_id}",
    ],
)
def test_scoped_endpoints_hide_what_belongs_to_others(port, token, theirs, endpoint):
    assert VERDICTS[endpoint] == "scoped"
    status, _ = send(port, endpoint, token, filename="invoice.pdf", **theirs)
    assert status == 404


@planted
def test_broken_endpoints_give_away_what_belongs_to_others(port, token, theirs):
    shipped = theirs["shipped_id"]
    status, content = send(port, "GET /api/v1/orders/{order_id}/shipments", token, order_id=shipped)
    assert (status, len(json.loads(content)["items"])) == (200, 1)
    assert send(port, "DELETE /api/v1/addresses/{address_id}", token, address_id=theirs["address_id"])[0] == 204
    assert send(port, "DELETE /api/v1/reviews/{review_id}", token, review_id=theirs["review_id"]) == (200, b"null")
    status, _ = send(port, "PUT /api/v1/products/{product_id}/update-stock", token, {"quantity": 1}, product_id=5)
    assert status == 200


def test_back_office_refuses_customers(port, token):
    for endpoint in ("GET /api/v1/admin/customers", "GET /api/v1/admin/orders", "GET /reports/sales"):
        assert send(port, endpoint, token)[0] == 403
    product = {"sku": "X", "category_id": 1, "name": "X", "unit_price": "1.00"}
    assert send(port, "POST /api/v1/products", token, product)[0] == 403


@planted
def test_documents_outside_their_folder_are_read(port, token, database, directory):
    import psycopg

    with psycopg.connect(database.dsn("reviewer", "orders")) as connection:
        mine = connection.execute(f"SELECT min(id) FROM orders WHERE customer_id = {MINE}").fetchone()[0]
    (directory / "private.txt").write_text("not a document")
    endpoint = "GET /api/v1/orders/{order_id}/documents/{filename}"
    assert send(port, endpoint, token, order_id=mine, filename="..%2Fprivate.txt") == (200, b"not a document")


def test_a_day_of_customers_and_of_the_back_office_is_answered(port, demo):
    with demo.running_gateway() as gateway:
        for number in range(40, 240, 40):
            client = demo.Client(port)
            client.sign_in(f"customer{number + (number // 40) % 2}@example.com")
            demo.shop(client, number, gateway)
        office = demo.Client(port)
        demo.manage(office)


def test_callbacks_need_the_signature_of_the_gateway(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"reference": "old-1", "status": "refunded"})
    connection.request("POST", "/api/v1/payment-callbacks", body, {"X-Gateway-Signature": "0" * 64})
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 401


@planted
def test_sort_order_reaches_the_statement(port, demo):
    office = demo.Client(port)
    office.sign_in("support@orders.example.com")
    status, _ = send(port, "GET /api/v1/admin/orders?sort=(select%201/0)", office.token)
    assert status == 500


@planted
def test_profile_takes_a_role_and_answers_with_the_hash(port, demo):
    client = demo.Client(port)
    client.sign_in("customer43@example.com")
    status, content = send(port, "PATCH /api/v1/me", client.token, {"role": "admin"})
    answer = json.loads(content)
    assert (status, answer["role"]) == (200, "admin")
    assert answer["password_hash"].startswith("$2b$")
    assert send(port, "GET /reports/sales", client.token)[0] == 200


@planted
def test_live_faults_are_there(database):
    import psycopg

    with psycopg.connect(database.dsn("reviewer", "orders")) as connection:
        last = connection.execute("SELECT last_value FROM order_lines_id_seq").fetchone()[0]
        scans = connection.execute(
            "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'ix_orders_channel'"
        ).fetchone()[0]
        unkeyed = connection.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')"
        ).fetchall()
        unindexed = connection.execute(
            "SELECT k.conrelid::regclass || '.' || a.attname FROM pg_constraint k"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
            " WHERE k.contype = 'f' AND NOT EXISTS (SELECT FROM pg_index i"
            " WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]) ORDER BY 1"
        ).fetchall()
    assert last > 0.99 * (2**31 - 1)
    assert scans == 0
    assert unkeyed == [("audit_log",)]
    assert [row[0] for row in unindexed] == ["cart_items.product_id", "order_lines.product_id", "payments.order_id"]
