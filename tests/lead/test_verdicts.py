"""The verdict over each endpoint, and the evidence that it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

import samples
from backend_lead.audit.verdicts import verdicts
from backend_lead.model.endpoint import Authentication, Call, Guard, GuardKind, Response
from backend_lead.model.place import Place
from backend_lead.model.query import Assignment, Filter, Query
from samples import BACKEND, ENDPOINTS, FINDINGS, endpoint

REVIEWS = samples.table("reviews", "id user_id product_id", ("user_id", "users"), ("product_id", "products"))
SHOP = replace(BACKEND, tables=(*BACKEND.tables, REVIEWS))


def verdict(judged, findings=(), backend=SHOP):
    ruled = verdicts(replace(backend, endpoints=(*backend.endpoints, judged)), findings)
    return next((each.verdict.value, each.because) for each in ruled
                if (each.method, each.path) == (judged.method, judged.path))


def on(*queries, method="GET", path="/things", **more):
    return endpoint(method, path, "things", "app/routes/things.py", 5, *queries, **more)


def query(operation, table, *filters, **more):
    return Query(operation, (table,), Place("app/things.py", 9), filters=filters, **more)


MINE = Filter("orders", "user_id", "=", ("principal.id",))
BY_ID = Filter("orders", "id", "=", ("path:id",))


def test_every_endpoint_gets_one_verdict_sorted_by_path():
    ruled = verdicts(BACKEND, FINDINGS)
    assert [(each.method, each.path, each.verdict.value) for each in ruled] == [
        ("GET", "/health", "public"), ("POST", "/login", "public"), ("GET", "/orders", "scoped"),
        ("POST", "/orders", "scoped"), ("DELETE", "/orders/{order_id}", "broken"),
        ("GET", "/orders/{order_id}", "broken"), ("GET", "/products", "public"),
        ("PATCH", "/products/{product_id}", "scoped")]


def test_a_breaking_finding_breaks_and_is_quoted():
    ruled = {(each.method, each.path): each for each in verdicts(BACKEND, FINDINGS)}
    assert ruled["GET", "/orders/{order_id}"].because == (
        "GET /orders/{order_id} reads orders by id alone, so every signed-in user can read every order "
        "(missing-owner-check, traced, app/store/orders.py:12).")


def test_the_gravest_rule_is_quoted_and_other_rules_break_nothing():
    owner = next(each for each in FINDINGS if each.rule == "missing-owner-check")
    missing = replace(owner, rule="missing-authentication", message="Nobody is asked who they are.")
    ruled = {(each.method, each.path): each for each in verdicts(BACKEND, (owner, missing))}
    assert ruled[owner.endpoint.method, owner.endpoint.path].because.startswith("Nobody is asked")
    harmless = replace(owner, rule="error-detail-leaked")
    assert {each.verdict.value for each in verdicts(BACKEND, (harmless,))} == {"public", "scoped", "undecided"}


@pytest.mark.parametrize(("judged", "ruling", "said"), [
    (on(query("select", "orders", BY_ID)), "undecided", "the select on orders at app/things.py:9 is not seen to be bound"),
    (on(query("select", "orders", BY_ID, MINE)), "scoped", "bound to this one; the first is on orders"),
    (on(query("select", "orders", Filter("orders", "user_id", "!=", ("principal.id",)))), "undecided", "not seen to be"),
    (on(query("select", "orders", BY_ID, MINE), query(
        "select", "order_items", Filter("order_items", "order_id", "=", ("row:orders.id",)))), "scoped", "bound to"),
    (on(query("select", "order_items", Filter("order_items", "order_id", "=", ("path:id",)))), "undecided",
     "owner by order_items.order_id → orders.user_id"),
    (on(query("insert", "orders", assignments=(Assignment("user_id", ("principal.id",)),)), method="POST"), "scoped",
     "bound to this one"),
    (on(query("insert", "orders", assignments=(Assignment("user_id", ("body:user_id",)),)), method="POST"), "undecided",
     "the insert on orders"),
    (on(query("select", "products")), "scoped", "no table is touched whose rows belong to a caller"),
    (on(), "scoped", "nothing in the path chooses a row, and none is answered"),
    (replace(on(), responses=()), "undecided", "what it answers is not known"),
    (replace(on(), responses=(Response(200, Place("a.py", 1), sources=("row:orders.id",)),)), "undecided", "what it answ"),
    (replace(on(), responses=(Response(200, Place("a.py", 1), sources=("principal", "row:users")),)), "scoped",
     "the answer is made of the caller's own row"),
    (on(path="/things/{thing_id}"), "undecided", "whose rows thing_id leads to is not known"),
    (on(method="POST"), "undecided", "what it changes is not known"),
    (on(path="/things/{thing_id:path}", guards=(samples.CURRENT_USER, samples.REQUIRE_ADMIN)), "scoped", "asks for"),
    (on(path="/things/{id}", guards=(samples.CURRENT_USER, Guard(
        GuardKind.OWNERSHIP, "app.auth.owns", Place("app/auth.py", 50)))), "scoped", "refuses others than the owner"),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.OWNERSHIP, "app.auth.owns", Place("app/auth.py", 50), detail="orders.user_id"))), "scoped",
     "app.auth.owns at app/auth.py:50 compares orders.user_id with the caller."),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.OWNERSHIP, "app.auth.find_user", Place("app/auth.py", 50), detail="users"))), "undecided", "not seen to"),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.OWNERSHIP, "app.auth.owns_review", Place("app/auth.py", 50), detail="reviews.user_id"))), "undecided",
     "not seen to be"),
    (on(query("select", "order_items", Filter("order_items", "id", "=", ("path:id",))), guards=(samples.CURRENT_USER, Guard(
        GuardKind.OWNERSHIP, "app.auth.owns", Place("app/auth.py", 50), detail="orders.user_id"))), "scoped",
     "compares orders.user_id with the caller"),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.ROLE, "app.auth.human", Place("app/auth.py", 50), detail="principal.credentials"))), "undecided",
     "not seen to be"),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, samples.REQUIRE_ADMIN)), "scoped",
     "app.auth.require_admin at app/auth.py:31 asks for a role (users.role)."),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.ROLE, "app.auth.buyer", Place("app/auth.py", 60), detail="orders.user_id"))), "undecided",
     "not seen to be"),
    (on(query("select", "order_items", Filter("order_items", "id", "=", ("path:id",))), query("select", "orders", Filter(
        "orders", "id", "=", ("row:order_items.order_id",)), MINE)), "scoped", "bound to this one"),
    (on(query("select", "orders", MINE), query("update", "orders", Filter("orders", "id", "=", ()))), "scoped",
     "bound to this one"),
    (on(query("update", "orders", Filter("orders", "id", "=", ()))), "undecided", "the update on orders"),
    (on(query("select", "orders", BY_ID), guards=(samples.CURRENT_USER, Guard(
        GuardKind.ROLE, "app.auth.maybe_admin", Place("app/auth.py", 60), optional=True))), "undecided", "not seen to be"),
])
def test_with_a_credential(judged, ruling, said):
    found, because = verdict(judged)
    assert found == ruling
    assert said in because


@pytest.mark.parametrize(("judged", "ruling", "said"), [
    (on(query("select", "orders"), authentication=Authentication.NONE), "undecided",
     "rows of orders belong to a caller (by orders.user_id)"),
    (on(query("select", "products"), authentication=Authentication.NONE), "public",
     "only tables are read whose rows belong to nobody: products"),
    (on(query("update", "products"), authentication=Authentication.NONE, method="POST"), "undecided",
     "the update on products at app/things.py:9 may be meant for everybody or not"),
    (on(authentication=Authentication.NONE), "public", "no query was found"),
    (on(authentication=Authentication.NONE, path="/files/{name}"), "public", "no query was found"),
    (replace(on(authentication=Authentication.NONE, path="/files/{name}"), responses=()), "undecided",
     "what name leads to is not known"),
    (on(authentication=Authentication.NONE, method="POST"), "undecided", "it sends no query"),
    (on(query("select", "users"), authentication=Authentication.NONE, method="POST", path="/api/v1/sign-in"), "public",
     "a way in for callers who have no credential yet"),
    (on(query("insert", "users"), authentication=Authentication.NONE, method="POST", path="/people"), "public",
     "the insert on users at app/things.py:9 makes the row that callers are known by"),
    (on(query("select", "reviews", Filter("reviews", "product_id", "=", ("path:id",))),
        authentication=Authentication.NONE), "public", "read by what they are about"),
    (on(query("select", "reviews", Filter("reviews", "user_id", "=", ("path:id",))),
        authentication=Authentication.NONE), "undecided", "rows of reviews belong to a caller (by reviews.user_id)"),
    (on(query("select", "users"), authentication=Authentication.NONE, path="/tokens-report"), "undecided", "belong to"),
    (on(query("select", "products"), authentication=Authentication.OPTIONAL), "public",
     "A missing credential is let through"),
])
def test_without_a_credential(judged, ruling, said):
    found, because = verdict(judged)
    assert found == ruling
    assert said in because


def test_what_is_not_known_is_undecided_and_says_what():
    unknown = replace(on(authentication=Authentication.UNKNOWN), authentication_because="auth.check is not in the tree")
    assert verdict(unknown) == ("undecided",
                                "Whether a credential is required is not known: auth.check is not in the tree.")


def test_without_a_known_principal_nobodys_rows_can_be_told_apart():
    nameless = replace(BACKEND, endpoints=(ENDPOINTS[0],))
    judged = replace(on(query("select", "orders", BY_ID)), queries=(query("select", "orders", BY_ID),))
    found, because = verdict(judged, backend=nameless)
    assert found == "undecided"
    assert "no table could be told as the one that principals are read from" in because


def test_a_credential_of_another_system_scopes_what_it_does():
    """A payment provider signs its callbacks: behind that guard nobody's name is taken from the credential."""
    signed = Guard(GuardKind.AUTHENTICATION, "app.hooks.signed", Place("app/hooks.py", 4))
    compare = Call("hmac.compare_digest", Place("app/hooks.py", 4), "app.hooks.signed")
    callback = replace(on(method="POST"), guards=(signed,), queries=(query("update", "orders", BY_ID),), calls=(compare,))
    person = on(query("select", "orders", MINE), path="/mine")
    found, because = verdict(callback, backend=replace(SHOP, endpoints=(*SHOP.endpoints, person)))
    assert (found, because) == ("scoped", "app.hooks.signed at app/hooks.py:4 compares a signature or a shared secret: "
                                          "the caller is another system, and nothing behind it is done in a person's name.")
    assert verdict(replace(callback, calls=()), backend=replace(SHOP, endpoints=(*SHOP.endpoints, person)))[0] == (
        "undecided")


def test_where_no_guard_knows_a_person_none_is_taken_for_a_system():
    verified = Guard(GuardKind.AUTHENTICATION, "app.auth.verified", Place("app/auth.py", 4))
    judged = replace(on(), guards=(verified,), queries=(query("select", "orders", BY_ID),))
    assert verdict(judged, backend=replace(SHOP, endpoints=()))[0] == "undecided"


def test_where_no_query_was_seen_behind_any_route_guards_do_not_scope():
    guarded = replace(on(guards=(Guard(GuardKind.ROLE, "in_beta", Place("app/guards.py", 3), detail="beta"),)), queries=())
    assert verdict(guarded)[0] == "scoped"
    silent = replace(SHOP, endpoints=())
    assert verdict(guarded, backend=silent)[0] == "undecided"
    assert "next to no query was found behind any endpoint" in verdict(guarded, backend=silent)[1]
