"""Rules on scalability: each fault on a backend built by hand, beside what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from backends import APP, Authentication, backend, by, call, endpoint, hop, named, query, run, server, table

from backend_lead.model.backend import SharedState
from backend_lead.model.endpoint import Argument, Guard, GuardKind
from backend_lead.model.finding import Evidence, Job, Severity
from backend_lead.model.place import Place

# ---------------------------------------------------------------- blocking-call-in-async


@pytest.mark.parametrize("name", [
    "requests.post", "requests.Session.get", "time.sleep", "urllib.request.urlopen", "httpx.get", "httpx.Client.post",
    "subprocess.run", "os.system", "psycopg2.connect", "smtplib.SMTP.send_message", "boto3.client.put_object"])
def test_blocking_call_in_async(name):
    [found] = run("blocking-call-in-async", backend(endpoint("POST /x", calls=(call(name, in_async=True),))))
    assert found.message == f"POST /x calls {name} on the event loop."
    assert found.severity is Severity.HIGH


@pytest.mark.parametrize("one", [
    call("requests.post"), call("requests.post", in_async=True, awaited=True), call("requests.post.json", in_async=True),
    call("httpx.AsyncClient.get", in_async=True), call("asyncio.sleep", in_async=True),
    call("boto3.client.generate_presigned_url", in_async=True), call("requests.Session", in_async=True),
    call("my.requests.post", in_async=True)])
def test_call_that_does_not_wait_on_the_loop_is_silent(one):
    assert run("blocking-call-in-async", backend(endpoint("POST /x", calls=(one,)))) == []


def test_what_is_done_once_for_all_requests_is_silent():
    one = call("boto3.client.get_object", in_async=True)
    assert run("blocking-call-in-async", backend(endpoint("POST /x", calls=(replace(one, once=True),)))) == []
    assert len(run("blocking-call-in-async", backend(endpoint("POST /x", calls=(replace(one, once=False),))))) == 1


def test_async_view_of_flask_has_a_loop_of_its_own():
    view = endpoint("POST /x", calls=(call("requests.post", in_async=True),), framework="flask")
    assert run("blocking-call-in-async", backend(view)) == []


READ = query("select", "orders", on_loop=True)


def test_synchronous_queries_of_a_handler_are_one_finding():
    one = endpoint("GET /orders", READ, replace(READ, tables=("customers",), place=Place("app/store.py", 30)))
    [found] = run("blocking-call-in-async", backend(one))
    assert found.message == "GET /orders sends 2 queries on the event loop (customers, orders) without awaiting them."
    assert found.severity is Severity.MEDIUM


def test_dependency_that_queries_on_the_loop_is_named_itself():
    inside = replace(READ, symbol="app.auth.current_user")
    [found] = run("blocking-call-in-async", backend(endpoint("GET /orders", inside)))
    assert found.fix == "await run_in_threadpool(current_user, ...)  # from fastapi.concurrency, where current_user is called"


def test_call_in_a_constructor_may_be_made_once():
    inside = call("requests.get", in_async=True, path=(hop("app.store.Store.__init__", 3),))
    assert run("blocking-call-in-async", backend(endpoint("GET /x", calls=(inside,)))) == []
    assert len(run("blocking-call-in-async", backend(endpoint("GET /x", calls=(replace(inside, once=False),))))) == 1


def test_query_of_the_handler_itself_counts_when_the_loop_is_not_known():
    here = replace(READ, on_loop=None, symbol="app.routes.handler")
    assert len(run("blocking-call-in-async", backend(endpoint("GET /x", here, is_async=True)))) == 1
    assert run("blocking-call-in-async", backend(endpoint("GET /x", replace(READ, on_loop=None), is_async=True))) == []


def test_program_with_an_asynchronous_session_is_silent():
    awaited = replace(READ, is_async=True, place=Place("app/store.py", 30))
    assert run("blocking-call-in-async", backend(endpoint("GET /orders", READ, awaited, is_async=True))) == []


@pytest.mark.parametrize("change", [
    {"is_async": True}, {"on_loop": False}, {"api": "asyncpg"}, {"api": "databases"}, {"operation": "insert"},
    {"operation": "update"}, {"lazy": True}])
def test_query_that_is_awaited_or_sent_from_a_thread_is_silent(change):
    assert run("blocking-call-in-async", backend(endpoint("GET /x", replace(READ, **change), is_async=True))) == []


# ---------------------------------------------------------------- connection-per-request

def handled(name: str, *arguments: Argument, **more: object):
    """A call in the handler itself."""
    settings: dict[str, object] = {"symbol": "app.routes.handler", "statement": f"engine = {name}(...)", **more}
    return endpoint("GET /sales", calls=(call(name, *arguments, **settings),))


@pytest.mark.parametrize(("name", "severity"), [
    ("sqlalchemy.create_engine", Severity.HIGH), ("asyncpg.create_pool", Severity.HIGH),
    ("psycopg.connect", Severity.MEDIUM), ("redis.Redis", Severity.MEDIUM), ("httpx.AsyncClient", Severity.LOW)])
def test_connection_per_request(name, severity):
    [found] = run("connection-per-request", backend(handled(name)))
    assert found.severity is severity
    assert name.rpartition(".")[2] in found.message


@pytest.mark.parametrize("one", [
    handled("sqlalchemy.create_engine", once=True), handled("redis.Redis", statement="app.state.redis = redis.Redis()"),
    handled("redis.Redis", statement="clients[name] = redis.Redis()"), handled("sqlite3.connect"),
    handled("sqlalchemy.create_engine", Argument(None, None, ("body:url",))), handled("psycopg_pool.ConnectionPool.connection"),
    handled("sqlalchemy.create_engine", symbol="app.db.get_engine")])
def test_connection_that_is_kept_or_goes_where_the_request_says_is_silent(one):
    assert run("connection-per-request", backend(one)) == []


def test_connection_in_another_function_counts_when_it_is_known_not_to_be_kept():
    one = handled("sqlalchemy.create_engine", symbol="app.db.get_engine", once=False)
    assert len(run("connection-per-request", backend(one))) == 1


# ---------------------------------------------------------------- outbound-call-without-timeout

def calling(name: str, *arguments: Argument, **more: object):
    return endpoint("POST /hooks", calls=(call(name, *arguments, **more),))


URL = Argument(None, "https://partner.example")


@pytest.mark.parametrize("one", [
    calling("requests.post", URL), calling("requests.Session.get", URL), calling("urllib.request.urlopen", URL),
    calling("smtplib.SMTP", Argument(None, "mail"), Argument(None, "25")), calling("httpx.get", URL, named("timeout", "None")),
    calling("httpx.AsyncClient", named("timeout", "None")), calling("requests.get", URL, named("timeout", "None"))])
def test_outbound_call_without_timeout(one):
    [found] = run("outbound-call-without-timeout", backend(one))
    assert "timeout" in found.fix


@pytest.mark.parametrize("one", [
    calling("requests.post", URL, named("timeout", "10")), calling("requests.post", URL, named("timeout", None, "environment")),
    calling("requests.post", URL, named("**", None)), calling("httpx.get", URL), calling("aiohttp.ClientSession.get", URL),
    calling("urllib.request.urlopen", URL, Argument(None, "None"), Argument(None, "5")), calling("requests.get.json"),
    calling("requests.Session"), calling("smtplib.SMTP.send_message"), calling("requests.exceptions.Timeout")])
def test_outbound_call_with_a_timeout_is_silent(one):
    assert run("outbound-call-without-timeout", backend(one)) == []


def test_timeout_set_for_all_is_silent():
    everywhere = call("socket.setdefaulttimeout", Argument(None, "10"))
    assert run("outbound-call-without-timeout", backend(calling("requests.post", URL), calls=(everywhere,))) == []
    mounted = call("requests.Session.mount", URL)
    assert run("outbound-call-without-timeout", backend(calling("requests.Session.get", URL), calls=(mounted,))) == []


def test_call_reached_from_several_endpoints_is_one_finding():
    one = calling("requests.post", URL)
    [found] = run("outbound-call-without-timeout", backend(one, replace(one, path="/other")))
    assert "Reached from POST /other as well." in found.message


# ---------------------------------------------------------------- pool-exceeds-connections

def engine(*arguments: Argument, name: str = "sqlalchemy.create_engine"):
    return call(name, Argument(None, "postgresql:///shop"), *arguments, symbol="")


BIG = engine(named("pool_size", "20"), named("max_overflow", "10"))


def test_pool_exceeds_connections():
    [found] = run("pool-exceeds-connections", backend(calls=(BIG,), processes=8))
    assert found.message == ("8 processes with a pool of 20 + 10 may open 240 connections; PostgreSQL takes 100 unless it "
                             "is told otherwise.")
    assert (found.evidence, found.job) == (Evidence.SUSPECTED, Job.DIAGNOSE)
    assert found.fix == "create_engine(..., pool_size=6, max_overflow=4)"


def test_pool_on_a_live_server_is_measured():
    live = server(settings=(("max_connections", "200"), ("superuser_reserved_connections", "5")))
    [found] = run("pool-exceeds-connections", backend(calls=(BIG,), processes=8, server=live))
    assert found.evidence is Evidence.MEASURED
    roomy = server(settings=(("max_connections", "500"),))
    assert run("pool-exceeds-connections", backend(calls=(BIG,), processes=8, server=roomy)) == []


def test_default_pool_counts():
    [found] = run("pool-exceeds-connections", backend(calls=(engine(),), processes=12))
    assert "a pool of 5 + 10 may open 180" in found.message
    assert len(run("pool-exceeds-connections", backend(calls=(engine(name="asyncpg.create_pool"),), processes=12))) == 1


@pytest.mark.parametrize("one", [
    engine(), engine(named("pool_size", "20"), named("poolclass", None)), engine(named("pool_size", None)),
    engine(named("**", None)), call("sqlalchemy.create_engine", Argument(None, "sqlite:///x.db"), named("pool_size", "90")),
    call("my.create_engine", named("pool_size", "900"))])
def test_pool_that_fits_or_is_not_known_is_silent(one):
    assert run("pool-exceeds-connections", backend(calls=(one,), processes=4)) == []


# ---------------------------------------------------------------- state-in-process

def state(writer: str, *sources: str):
    return SharedState("app.routes.carts", Place(APP, 12), Place(APP, 20), "app.routes.handler", writer, sources)


@pytest.mark.parametrize("kept", [
    state("POST /carts", "path:name", "body:item"), state("GET /feed", "principal"), state("GET /feed", "header:x")])
def test_state_in_process(kept):
    [found] = run("state-in-process", backend(shared_state=(kept,), processes=8))
    assert found.evidence is Evidence.TRACED
    assert found.message.startswith("carts is written by")
    assert found.why.startswith("Each of the 8 processes has a carts of its own")


def test_state_of_which_nothing_is_known_is_suspected():
    [found] = run("state-in-process", backend(shared_state=(replace(state("POST /carts"), sources=None),)))
    assert found.evidence is Evidence.SUSPECTED


@pytest.mark.parametrize("kept", [
    state("GET /rates", "path:currency"), state("GET /search", "query:q"), state("POST /engines"),
    state("DELETE /providers/{name}", "path:name"), state("POST /x", "row:users.id")])
def test_cache_registry_or_pool_is_silent(kept):
    assert run("state-in-process", backend(shared_state=(kept,))) == []


def test_state_written_by_several_is_one_finding():
    [found] = run("state-in-process", backend(shared_state=(state("POST /a", "body"), state("POST /b", "body"))))
    assert "POST /a and POST /b" in found.message


def test_backend_without_state_is_silent():
    assert run("state-in-process", backend(endpoint("POST /carts"), processes=8)) == []


# ---------------------------------------------------------------- slow-work-in-request

SEND = (hop("app.routes.handler", 5), hop("app.clients.send", 33))


def test_slow_work_in_request_is_one_finding_for_a_function():
    both = (call("smtplib.SMTP", path=SEND), call("smtplib.SMTP.send_message", line=21, path=SEND))
    [found] = run("slow-work-in-request", backend(endpoint("POST /cancel", calls=both)))
    assert found.message == "POST /cancel sends mail before it answers."
    assert found.fix == "tasks.add_task(send, ...)  # tasks: BackgroundTasks, at app/routes.py:33"


@pytest.mark.parametrize(("name", "severity"), [
    ("weasyprint.HTML.write_pdf", Severity.MEDIUM), ("PIL.Image.open.resize", Severity.LOW),
    ("subprocess.run", Severity.MEDIUM)])
def test_other_slow_work(name, severity):
    [found] = run("slow-work-in-request", backend(endpoint("POST /x", calls=(call(name),))))
    assert found.severity is severity


@pytest.mark.parametrize("statement", ["done = subprocess.run(...)", "return subprocess.run(...)",
                                       "if subprocess.run(...).returncode:", "proc = await asyncio.to_thread("])
def test_program_whose_outcome_is_the_answer_is_silent(statement):
    one = call("subprocess.run", statement=statement)
    assert run("slow-work-in-request", backend(endpoint("POST /x", calls=(one,)))) == []


def test_work_that_is_handed_over_is_silent():
    mail = call("smtplib.SMTP", path=SEND)
    task = replace(call("starlette.background.BackgroundTasks.add_task"), place=Place(APP, 33))
    assert run("slow-work-in-request", backend(endpoint("POST /x", calls=(mail, task)))) == []
    assert run("slow-work-in-request", backend(endpoint("POST /x", calls=(replace(mail, deferred=True),)))) == []


@pytest.mark.parametrize("name", ["smtplib.SMTPException", "PIL.Image.new", "subprocess.DEVNULL", "requests.post"])
def test_other_calls_are_silent(name):
    assert run("slow-work-in-request", backend(endpoint("POST /x", calls=(call(name),)))) == []


# ---------------------------------------------------------------- cacheable-without-validators

PRODUCTS = table("products", "id:bigint name:text")
LIST = endpoint("GET /products", query("select", "products", limit="50"), response_headers=())
ADD = endpoint("POST /products", query("insert", "products"))
ONE = endpoint("GET /products/{id}", query("select", "products", by("products.id")), response_headers=("etag",))


def test_cacheable_without_validators():
    [found] = run("cacheable-without-validators", backend(LIST, ONE, ADD, tables=(PRODUCTS,)))
    assert found.message == ("GET /products sends neither ETag nor Cache-Control, though anybody may read products and "
                             "2 routes read it for 1 that writes it.")


@pytest.mark.parametrize("change", [
    {"response_headers": None}, {"response_headers": ("cache-control",)}, {"response_headers": ("ETag",)},
    {"authentication": Authentication.REQUIRED}, {"authentication": Authentication.UNKNOWN}, {"in_schema": False},
    {"guards": (Guard(GuardKind.RATE_LIMIT, "limit", Place(APP, 1)),)}, {"queries": ()},
    {"queries": (query("select", "products", complete=False),)},
    {"queries": (query("select", "products"), query("update", "products"))}])
def test_read_that_is_not_for_caches_is_silent(change):
    assert run("cacheable-without-validators", backend(replace(LIST, **change), ONE, ADD, tables=(PRODUCTS,))) == []


def test_rows_of_somebody_or_written_often_are_silent():
    mine = endpoint("GET /mine", query("select", "products", by("products.id", "principal.id")),
                    authentication=Authentication.REQUIRED)
    assert run("cacheable-without-validators", backend(LIST, ONE, mine, tables=(PRODUCTS,))) == []
    often = [replace(ADD, path=f"/products/{number}") for number in range(2)]
    assert run("cacheable-without-validators", backend(LIST, ONE, *often, tables=(PRODUCTS,))) == []


def test_program_with_a_library_for_caches_is_silent():
    for used in (call("fastapi_cache.decorator.cache"), call(
            "fastapi.FastAPI.add_middleware", Argument(reference="app.http.ETagMiddleware"))):
        assert run("cacheable-without-validators", backend(LIST, ONE, tables=(PRODUCTS,), calls=(used,))) == []


# ---------------------------------------------------------------- no-health-endpoint

ROUTES = tuple(endpoint(f"GET /things/{number}") for number in range(3))


def test_no_health_endpoint():
    made = call("fastapi.FastAPI", line=7)
    [found] = run("no-health-endpoint", backend(*ROUTES, calls=(made,)))
    assert (found.place, found.endpoint) == (made.place, None)
    [bare] = run("no-health-endpoint", backend(*ROUTES))
    assert bare.place == ROUTES[0].handler.place


@pytest.mark.parametrize("path", ["/health", "/api/v1/healthz", "/ready", "/-/live", "/ping", "/status", "/health/"])
def test_backend_that_can_be_asked_is_silent(path):
    assert run("no-health-endpoint", backend(*ROUTES, endpoint(f"GET {path}"))) == []


def test_status_of_a_thing_is_no_health_and_two_routes_are_no_service():
    assert len(run("no-health-endpoint", backend(*ROUTES, endpoint("GET /orders/{id}/status")))) == 1
    assert run("no-health-endpoint", backend(*ROUTES[:2])) == []
