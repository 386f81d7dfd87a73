"""Rules on the interface: each fault on a backend built by hand, beside what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from backends import APP, backend, by, call, endpoint, named, parameter, query, refusal, rows_of, run, table

from backend_lead.model.backend import SourceFile
from backend_lead.model.document import ApiDocument, Operation
from backend_lead.model.endpoint import Authentication, Guard, GuardKind, Response
from backend_lead.model.finding import Evidence, Severity
from backend_lead.model.place import Place, Unresolved

ORDERS = table("orders", "id:bigint customer_id:bigint", model="Order")
PLACE = Place(APP, 3)


def answer(*fields: str, status: int = 200, line: int = 8, **more: object) -> Response:
    settings: dict[str, object] = {"shape": "object" if fields else "empty", **more}
    return Response(status, Place(APP, line), fields=fields, **settings)


# ---------------------------------------------------------------- verb-in-path

@pytest.mark.parametrize(("name", "better"), [
    ("POST /createUser", "POST /users"), ("GET /get_orders", "GET /orders"), ("POST /api/v1/add-item", "POST /api/v1/items"),
    ("POST /orders/{id}/delete", "DELETE /orders/{id}"), ("GET /orders/get/{id}", "GET /orders/{id}"),
    ("POST /users/update_user", "PATCH /users"), ("GET /client/get-version", "GET /client/version"), ("GET /experiments/list", "GET /experiments"),
    ("POST /createCategory", "POST /categories"), ("DELETE /removeItem/{id}", "DELETE /items/{id}")])
def test_verb_in_path(name, better):
    [found] = run("verb-in-path", backend(endpoint(name)))
    assert found.fix == better


@pytest.mark.parametrize("name", [
    "POST /orders/{id}/cancel", "POST /login", "GET /search", "POST /reports/export", "GET /updates", "GET /lists/{id}",
    "GET /getting-started", "GET /get-started", "GET /add-ons", "POST /cart/add", "GET /orders/{id}/edit", "POST /api/update",
    "GET /orders/{get}", "POST /invitations/accept", "GET /created", "GET /orders/create", "POST /documents/retrieve"])
def test_action_of_the_domain_or_a_noun_is_silent(name):
    assert run("verb-in-path", backend(endpoint(name))) == []


def test_handler_under_two_paths_is_one_finding():
    both = endpoint("POST /api/users/create"), endpoint("POST /ajax/users/create")
    [found] = run("verb-in-path", backend(*both))
    assert "Reached from POST /api/users/create as well." in found.message


def test_interface_of_calls_is_silent():
    calls = [endpoint(f"POST /things{number}/create", line=number) for number in range(12)]
    assert run("verb-in-path", backend(*calls, endpoint("GET /things"))) == []


def test_verb_whose_better_name_is_taken_is_silent():
    taken = endpoint("POST /orders/create", line=1), endpoint("POST /orders", line=2)
    assert run("verb-in-path", backend(*taken)) == []


def test_post_that_lists_takes_a_filter():
    assert run("verb-in-path", backend(endpoint("POST /orders/list"), endpoint("POST /orders/get_lines"))) == []


def test_path_of_another_server_is_left_alone():
    passes_on = call("httpx.AsyncClient.post", named("url", "{}/models/delete", "row:settings.url"))
    assert run("verb-in-path", backend(endpoint("POST /proxy/models/delete", calls=(passes_on,)))) == []
    assert run("unversioned-route", backend(*VERSIONED, endpoint("POST /proxy/models/delete", calls=(passes_on,)))) == []
    assert run("unversioned-route", backend(*VERSIONED, endpoint("POST /api/chat/completions"))) == []


def test_unversioned_route_on_other_tables_is_another_interface():
    versioned = (replace(VERSIONED[0], queries=(query("select", "orders"),)), *VERSIONED[1:])
    mine, other = (endpoint(f"GET /{name}", query("select", name)) for name in ("orders", "weather"))
    assert [each.endpoint.path for each in run("unversioned-route", backend(*versioned, mine, other))] == ["/orders"]


def test_form_for_people_may_have_a_verb():
    assert run("verb-in-path", backend(endpoint("GET /orders/{id}/delete"), endpoint("POST /orders/{id}/delete"))) == []


def test_page_for_people_may_have_a_verb():
    page = endpoint("POST /orders/delete", responses=(Response(302, PLACE, "redirect"),))
    assert run("verb-in-path", backend(page)) == []
    assert run("verb-in-path", backend(endpoint("POST /createUser", in_schema=False))) == []


# ---------------------------------------------------------------- unversioned-route

VERSIONED = tuple(endpoint(f"{method} /api/v1/orders{rest}") for method, rest in
                  (("GET", ""), ("POST", ""), ("GET", "/{id}"), ("DELETE", "/{id}")))


def test_unversioned_route():
    [found] = run("unversioned-route", backend(*VERSIONED, endpoint("GET /reports/sales")))
    assert found.fix == "GET /api/v1/reports/sales"
    [under] = run("unversioned-route", backend(*VERSIONED, endpoint("GET /api/sales")))
    assert under.fix == "GET /api/v1/sales"


@pytest.mark.parametrize("name", [
    "GET /health", "GET /metrics", "GET /docs/{path}", "GET /.well-known/openid-configuration", "POST /oauth/token",
    "GET /", "GET /favicon.ico", "POST /webhooks/stripe", "POST /login", "GET /static/{path}", "GET /api/v2/x",
    "GET /api/2.0/runs/get", "GET /health/database", "GET /signup"])
def test_route_that_needs_no_version_is_silent(name):
    assert run("unversioned-route", backend(*VERSIONED, endpoint(name))) == []


def test_backend_that_does_not_keep_versions_is_silent():
    plain = tuple(endpoint(f"GET /things/{number}") for number in range(3))
    assert run("unversioned-route", backend(*VERSIONED, *plain)) == []
    assert run("unversioned-route", backend(*VERSIONED[:2], endpoint("GET /reports"))) == []
    assert run("unversioned-route", backend(*VERSIONED, endpoint("GET /reports", in_schema=False))) == []


# ---------------------------------------------------------------- statuses

CREATED = endpoint("POST /orders", query("insert", "orders"), responses=(rows_of("orders", "object"),))
READ = endpoint("GET /orders/{id}")


def test_creation_answers_200():
    [found] = run("creation-answers-200", backend(CREATED, READ))
    assert "status_code=201" in found.fix
    [flask] = run("creation-answers-200", backend(replace(CREATED, framework="flask"), READ))
    assert flask.fix == "return ..., 201"


def test_creation_behind_a_check_that_refuses_counts():
    looked = query("select", "orders", by("orders.id", "body:id"), single=True)
    checked = replace(CREATED, queries=(looked, *CREATED.queries), responses=(*CREATED.responses, refusal(409)))
    assert len(run("creation-answers-200", backend(checked, READ))) == 1
    fetched_or_made = replace(checked, responses=CREATED.responses)
    assert run("creation-answers-200", backend(fetched_or_made, READ)) == []


@pytest.mark.parametrize("change", [
    {"success_status": 201}, {"success_status": None}, {"method": "PUT"}, {"queries": ()}, {"in_schema": False},
    {"responses": (rows_of("customers", "object"),)}, {"responses": (answer("status"),)},
    {"queries": (query("insert", "orders", sql="INSERT INTO orders ... ON CONFLICT DO NOTHING"),)},
    {"queries": (query("insert", "orders"), query("update", "orders"))}])
def test_post_that_creates_nothing_new_is_silent(change):
    assert run("creation-answers-200", backend(replace(CREATED, **change), READ)) == []


def test_post_to_what_is_no_collection_is_silent():
    assert run("creation-answers-200", backend(replace(CREATED, path="/orders/import"), READ)) == []


def test_deletion_answers_200():
    gone = endpoint("DELETE /orders/{id}", responses=(answer(status=0), refusal(404)))
    [found] = run("deletion-answers-200", backend(gone))
    assert "status_code=204" in found.fix


@pytest.mark.parametrize("change", [
    {"success_status": 204}, {"success_status": None}, {"method": "POST"}, {"responses": ()}, {"in_schema": False},
    {"responses": (answer("deleted"),)}, {"responses": (answer(status=204),)},
    {"responses": (answer(), answer("deleted"))}, {"responses": (answer(status=200, shape="unknown"),)}])
def test_deletion_that_answers_something_is_silent(change):
    gone = endpoint("DELETE /orders/{id}", responses=(answer(status=0),))
    assert run("deletion-answers-200", backend(replace(gone, **change))) == []


def test_error_answers_200():
    track = endpoint("GET /parcels/{id}", responses=(answer("error"), answer("id", "city", line=9)))
    [found] = run("error-answers-200", backend(track))
    assert found.place == Place(APP, 8)
    assert found.message == 'GET /parcels/{id} returns an error ("error") with status 200.'
    both = endpoint("GET /x", responses=(answer("success", "error"), answer("success", "data", line=9)))
    assert len(run("error-answers-200", backend(both))) == 1
    unknown = endpoint("GET /x", responses=(answer("success", "error", status=0), answer("success", "data", line=9)))
    assert run("error-answers-200", backend(unknown)) == []


def test_errors_of_one_handler_are_one_finding():
    track = endpoint("GET /x", responses=(answer("error"), answer("error", line=20), answer("id", line=9)))
    [found] = run("error-answers-200", backend(track))
    assert found.message == 'GET /x returns an error ("error") with status 200 (lines 8 and 20).'


@pytest.mark.parametrize("responses", [
    (answer("error", status=404), answer("id")), (answer("error"),), (answer("error", "id"), answer("id")),
    (answer("success", "errors"), answer("id")), (answer("error", model="Outcome"), answer("id")),
    (answer("message"), answer("id")), (answer("error", error=True), answer("id")),
    (answer("error", columns=("runs.error",)), answer("id"))])
def test_answer_that_is_no_error_or_has_its_status_is_silent(responses):
    assert run("error-answers-200", backend(endpoint("GET /x", responses=responses))) == []


def test_errors_of_a_protocol_are_silent():
    spoken = endpoint("POST /graphql", responses=(answer("error"), answer("data")))
    assert run("error-answers-200", backend(spoken)) == []


# ---------------------------------------------------------------- error formats

USUAL = tuple(endpoint(f"GET /things/{number}", responses=(refusal(404, line=number),)) for number in range(1, 6))


def odd(*fields: str, status: int = 404, path: str = "/odd", **more: object):
    return endpoint(f"GET {path}", responses=(refusal(status, *fields, line=90, **more),))


def test_inconsistent_error_format():
    [found] = run("inconsistent-error-format", backend(*USUAL, odd("error")))
    assert found.message == "GET /odd sends errors as {error}; 5 other places send {detail}."
    assert "RFC 9457" in found.why


@pytest.mark.parametrize("one", [
    odd("detail", "code"), odd("detail.code"), odd("type", "title", "status"), odd("error", "error_description"),
    odd("error", path="/oauth/token"), odd("error", media_type="text/html"),
    odd("code", media_type="application/problem+json"), odd("token", "expires_in"), odd("message", path="/ready")])
def test_error_that_agrees_or_follows_a_standard_is_silent(one):
    assert run("inconsistent-error-format", backend(*USUAL, one)) == []


def test_hidden_route_may_fail_in_its_own_way():
    hidden = replace(odd("error"), in_schema=False)
    assert run("inconsistent-error-format", backend(*USUAL, hidden)) == []


def test_backend_without_a_usual_format_is_silent():
    assert run("inconsistent-error-format", backend(*USUAL[:2], odd("error"))) == []
    halves = [endpoint(f"GET /other/{n}", responses=(refusal(404, "error", line=50 + n),)) for n in range(4)]
    assert run("inconsistent-error-format", backend(*USUAL, *halves)) == []
    assert run("inconsistent-error-format", backend()) == []


# ---------------------------------------------------------------- pages

ALL = query("select", "orders")
MINE = query("select", "orders", by("orders.customer_id", "principal.id"))
OF_ONE = query("select", "orders", by("orders.customer_id", "path:id"))
ADD = endpoint("POST /orders", query("insert", "orders", line=1))


def listing(name: str, read, **more: object):
    return endpoint(name, read, responses=(rows_of("orders"),), **more)


@pytest.mark.parametrize(("name", "read"), [("GET /orders", ALL), ("GET /me/orders", MINE)])
def test_collection_without_paging(name, read):
    [found] = run("collection-without-paging", backend(listing(name, read), ADD, tables=(ORDERS,)))
    assert found.message == f"{name} returns a list of orders that cannot be asked for in pages."
    assert found.severity is Severity.LOW


def test_collection_below_a_path_counts_when_the_path_takes_new_ones():
    inner = listing("GET /customers/{id}/orders", OF_ONE)
    assert run("collection-without-paging", backend(inner, ADD, tables=(ORDERS,))) == []
    post = endpoint("POST /customers/{customer_id}/orders", query("insert", "orders", line=1))
    assert len(run("collection-without-paging", backend(inner, post, tables=(ORDERS,)))) == 1


@pytest.mark.parametrize("one", [
    listing("GET /orders", ALL, parameters=(parameter("cursor"),)), listing("GET /orders", replace(ALL, limit="50")),
    listing("GET /orders", replace(ALL, limit="bound")), listing("GET /orders", replace(ALL, single=True)),
    listing("GET /orders", query("select", "orders", by("orders.id", "path:id")))])
def test_collection_with_pages_is_silent(one):
    assert run("collection-without-paging", backend(one, ADD, tables=(ORDERS,))) == []


def test_collection_that_does_not_grow_is_silent():
    assert run("collection-without-paging", backend(listing("GET /orders", ALL), tables=(ORDERS,))) == []


OPEN = replace(ALL, limit="input")


def test_unbounded_page_size():
    one = listing("GET /orders", OPEN, parameters=(parameter("limit", type="int", default="20"),))
    [found] = run("unbounded-page-size", backend(one, ADD, tables=(ORDERS,)))
    assert found.fix == "limit: Annotated[int, Query(ge=1, le=100)] = 20"
    assert found.owasp_api == "API4:2023"
    [flask] = run("unbounded-page-size", backend(replace(one, framework="flask"), ADD, tables=(ORDERS,)))
    assert flask.fix == 'limit = min(request.args.get("limit", 20, type=int), 100)'


@pytest.mark.parametrize(("read", "size"), [
    (OPEN, parameter("limit", maximum=100)), (replace(ALL, limit="bound"), parameter("limit")),
    (replace(ALL, limit="20"), parameter("limit")), (OPEN, parameter("days")), (OPEN, parameter("limit", "path"))])
def test_page_size_with_a_maximum_is_silent(read, size):
    one = listing("GET /orders", read, parameters=(size,))
    assert run("unbounded-page-size", backend(one, ADD, tables=(ORDERS,))) == []


# ---------------------------------------------------------------- documents

def operation(name: str, *statuses: str, line: int = 1, **more: object) -> Operation:
    method, path = name.split()
    return Operation(method, path, Place("openapi.yaml", line), statuses or ("200",), **more)


def document(*operations: Operation, **more: object) -> ApiDocument:
    return ApiDocument("openapi.yaml", "3.1.0", operations=operations, **more)


CODE = (endpoint("GET /api/orders"), endpoint("POST /api/orders"), endpoint("GET /api/orders/{order_id}"))
SPEC = (operation("GET /api/orders"), operation("POST /api/orders"), operation("GET /api/orders/{id}", line=9))


def test_route_missing_from_spec():
    [found] = run("route-missing-from-spec", backend(*CODE, documents=(document(*SPEC[:2]),)))
    assert found.message == "GET /api/orders/{order_id} is not in openapi.yaml."
    assert found.fix.startswith("/api/orders/{order_id}:\n  get:\n")


def test_base_path_of_the_document_counts():
    short = (operation("GET /orders"), operation("POST /orders"))
    [found] = run("route-missing-from-spec",
                  backend(*CODE, documents=(document(*short, base_paths=("https://shop.example/api",)),)))
    assert found.fix.startswith("/orders/{order_id}:")
    outside = document(*short, base_paths=("/gateway/api",))
    assert len(run("route-missing-from-spec", backend(*CODE, documents=(outside,)))) == 1


@pytest.mark.parametrize("more", [
    endpoint("GET /health"), endpoint("GET /internal", in_schema=False), endpoint("HEAD /api/orders"),
    endpoint("GET /docs"), endpoint("POST /token"), endpoint("GET /page", responses=(answer("x", media_type="text/html"),))])
def test_route_that_belongs_in_no_document_is_silent(more):
    assert run("route-missing-from-spec", backend(*CODE, more, documents=(document(*SPEC),))) == []


def test_document_of_something_else_or_of_a_part_is_silent():
    foreign = document(operation("GET /pets"), operation("POST /pets"), operation("GET /api/orders"))
    assert run("route-missing-from-spec", backend(*CODE, documents=(foreign,))) == []
    assert run("spec-route-without-code", backend(*CODE, documents=(foreign,))) == []
    assert run("route-missing-from-spec", backend(*CODE, documents=(document(SPEC[0]),))) == []
    assert run("route-missing-from-spec", backend(*CODE)) == []


def test_spec_route_without_code():
    [found] = run("spec-route-without-code", backend(*CODE[:2], documents=(document(*SPEC),)))
    assert (str(found.endpoint), found.place.line, found.evidence) == ("GET /api/orders/{id}", 9, Evidence.TRACED)


def test_spec_route_where_a_router_could_not_be_followed_is_suspected():
    doubt = (Unresolved("router", "the router put in here could not be followed", PLACE),)
    assert run("spec-route-without-code",
               backend(*CODE[:2], documents=(document(*SPEC),), unresolved=doubt)) == []
    more = [endpoint(f"GET /api/x{number}") for number in range(5)]
    told = [operation(f"GET /api/x{number}") for number in range(5)]
    [found] = run("spec-route-without-code",
                  backend(*CODE[:2], *more, documents=(document(*SPEC, *told),), unresolved=doubt))
    assert found.evidence is Evidence.SUSPECTED


def test_spec_that_the_code_answers_is_silent():
    assert run("spec-route-without-code", backend(*CODE, documents=(document(*SPEC),))) == []
    options = operation("OPTIONS /api/orders")
    assert run("spec-route-without-code", backend(*CODE, documents=(document(*SPEC, options),))) == []


SIGNED = endpoint("GET /me/{id}", authentication=Authentication.REQUIRED,
                  responses=(answer("id"), refusal(401), refusal(404)))
LIMITED = Guard(GuardKind.RATE_LIMIT, "limit", PLACE)


def test_refusal_missing_from_spec_is_one_finding_for_an_operation():
    one = replace(SIGNED, guards=(LIMITED,))
    [found] = run("refusal-missing-from-spec", backend(one, documents=(document(operation("GET /me/{id}", line=4)),)))
    assert found.message == "GET /me/{id} can answer 401, 404 and 429, and openapi.yaml does not say so."
    assert found.place == Place("openapi.yaml", 4)


def test_refusal_of_a_guard_without_a_known_status_is_401():
    one = replace(SIGNED, responses=(answer("id"),))
    [found] = run("refusal-missing-from-spec", backend(one, documents=(document(operation("GET /me/{id}")),)))
    assert "'401'" in found.fix
    assert run("refusal-missing-from-spec", backend(one, documents=(document(operation("GET /me/{id}", "200", "403")),))) == []


@pytest.mark.parametrize("statuses", [("200", "401", "404"), ("200", "4XX"), ("200", "default")])
def test_refusal_that_is_documented_is_silent(statuses):
    assert run("refusal-missing-from-spec", backend(SIGNED, documents=(document(operation("GET /me/{id}", *statuses)),))) == []


def test_public_operation_or_one_without_code_is_silent():
    public = endpoint("GET /me/{id}", responses=(answer("id"),))
    assert run("refusal-missing-from-spec", backend(public, documents=(document(operation("GET /me/{id}")),))) == []
    assert run("refusal-missing-from-spec",
               backend(public, documents=(document(operation("GET /me/{id}"), operation("GET /x", secured=True)),))) == []


def test_404_without_anything_to_find_is_silent():
    one = replace(SIGNED, path="/me")
    assert run("refusal-missing-from-spec", backend(one, documents=(document(operation("GET /me", "200", "401")),))) == []


def test_document_that_never_names_refusals_is_one_finding():
    many = [replace(SIGNED, path=f"/x{number}/{{id}}") for number in range(12)]
    told = [operation(f"GET /x{number}/{{id}}") for number in range(12)]
    [found] = run("refusal-missing-from-spec", backend(*many, documents=(document(*told),)))
    assert "on 12 of 12 operations" in found.message


def test_copy_of_a_document_deeper_down_is_not_asked():
    told = document(operation("GET /me/{id}"))
    copy = replace(told, file=f"tools/{told.file}")
    [found] = run("refusal-missing-from-spec", backend(SIGNED, documents=(copy, told)))
    assert told.file in found.message
    assert copy.file not in found.message


# ---------------------------------------------------------------- breaking-change

BEFORE = endpoint("GET /orders/{id}", parameters=(parameter("id", "path"),), responses=(answer("id", "total", "note"),))


def since(after, *others):
    """The findings on a backend with `after`, which was BEFORE."""
    return run("breaking-change", backend(*after, *others, previous=backend(BEFORE, *others)))


def test_removed_route():
    [found] = since(())
    assert (found.severity, found.message) == (
        Severity.HIGH, "GET /orders/{id} was there before and is gone with app/routes.py.")
    kept = backend(previous=backend(BEFORE), files=(SourceFile(APP, "python", 9, ""),))
    assert run("breaking-change", kept)[0].message == "GET /orders/{id} was there before and is gone."


@pytest.mark.parametrize(("change", "what"), [
    ({"parameters": (*BEFORE.parameters, parameter("year", required=True))}, "query input year is new and required"),
    ({"responses": (answer("id", "total"),)}, "note is no longer in the answer"),
    ({"success_status": 202}, "success is 202 now and was 200")])
def test_change_that_breaks(change, what):
    [found] = since((replace(BEFORE, **change),))
    assert found.message == f"GET /orders/{{id}}: {what}."


def test_input_that_became_required():
    before = replace(BEFORE, parameters=(parameter("year", required=False),))
    after = replace(BEFORE, parameters=(parameter("year", required=True),))
    [found] = run("breaking-change", backend(after, previous=backend(before)))
    assert "query input year is required now" in found.message


@pytest.mark.parametrize("change", [
    {}, {"path": "/orders/{order_id}", "parameters": (parameter("order_id", "path"),)},
    {"parameters": (*BEFORE.parameters, parameter("year", required=False))},
    {"responses": (answer("id", "total", "note", "more"),)}, {"responses": (answer(shape="unknown"),)},
    {"success_status": None}, {"responses": (*BEFORE.responses, refusal(404))}])
def test_change_that_breaks_nobody_is_silent(change):
    assert since((replace(BEFORE, **change),)) == []


def test_routes_that_are_no_part_of_the_interface_may_go():
    gone = (endpoint("GET /health"), endpoint("GET /internal", in_schema=False))
    assert run("breaking-change", backend(previous=backend(*gone))) == []
    assert run("breaking-change", backend(BEFORE)) == []
