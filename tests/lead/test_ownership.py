"""Whose rows are whose: from guards, flows and foreign keys, never from names."""

from __future__ import annotations

from dataclasses import replace

import samples
from backend_lead.model.endpoint import Guard, GuardKind
from backend_lead.model.ownership import (
    owner_anchors,
    owner_columns,
    owner_paths,
    principal_tables,
    read_by_guard,
    sent_before,
)
from backend_lead.model.place import Hop, Place
from backend_lead.model.query import Filter, Query
from samples import BACKEND, CURRENT_USER, READ_USER, table


def test_the_principal_is_read_by_the_guard_of_authentication():
    assert principal_tables(BACKEND) == ("users",)
    assert read_by_guard(READ_USER, (CURRENT_USER,)) is CURRENT_USER
    assert read_by_guard(samples.GET_ORDER, (CURRENT_USER,)) is None
    assert read_by_guard(READ_USER, (replace(CURRENT_USER, kind=GuardKind.RATE_LIMIT),)) is None


def test_ownership_follows_foreign_keys_over_several_tables():
    assert owner_paths(BACKEND) == {
        "order_items": ("order_items.order_id", "orders.user_id"), "orders": ("orders.user_id",),
        "users": ("users.id",)}
    assert owner_columns(BACKEND) == {"orders": ("user_id",), "users": ("id",)}


def test_the_name_of_a_column_is_no_evidence():
    named_alike = replace(BACKEND, tables=tuple(replace(each, foreign_keys=()) for each in BACKEND.tables))
    assert owner_paths(named_alike) == {"users": ("users.id",)}


def test_of_several_tables_that_a_guard_reads_the_most_referred_to_is_the_principals():
    guard = replace(READ_USER, tables=("sessions",))
    sessions = table("sessions", "id user_id", ("user_id", "users"))
    orders = replace(samples.ENDPOINTS[2], queries=(guard, *samples.ENDPOINTS[2].queries))
    backend = replace(BACKEND, endpoints=(orders,), tables=(*BACKEND.tables, sessions))
    assert principal_tables(backend) == ("users",)
    assert owner_paths(backend)["sessions"] == ("sessions.user_id",)


def test_two_guards_may_know_two_kinds_of_principals():
    staff = Guard(GuardKind.AUTHENTICATION, "app.admin.current_staff", Place("app/admin.py", 3))
    read = replace(READ_USER, tables=("staff",), symbol="app.admin.current_staff", path=())
    admin = replace(samples.ENDPOINTS[0], path="/admin", guards=(staff,), queries=(read,))
    backend = replace(BACKEND, endpoints=(*BACKEND.endpoints, admin), tables=(*BACKEND.tables, table("staff", "id")))
    assert principal_tables(backend) == ("staff", "users")


def test_without_a_guard_that_reads_a_comparison_with_the_principal_tells():
    """A service that trusts its tokens reads no user; what it compares with the token's subject shows the table."""
    def backend_with(*filters: Filter):
        query = Query("select", ("orders",), Place("app/store.py", 3), ("*",), filters)
        return replace(BACKEND, endpoints=(replace(samples.ENDPOINTS[2], guards=(), queries=(query,)),))

    assert principal_tables(backend_with(Filter("orders", "user_id", "=", ("principal.sub",)))) == ("users",)
    assert principal_tables(backend_with(Filter("", "user_id", "=", ("principal.id",)))) == ("users",)
    assert principal_tables(backend_with(Filter("users", "id", "=", ("principal",)))) == ("users",)
    assert principal_tables(backend_with(Filter("orders", "user_id", "=", ("principal.tenant_id",)))) == ()
    assert principal_tables(backend_with(Filter("orders", "user_id", "=", ("path:user_id",)))) == ()
    assert principal_tables(backend_with(Filter("orders", "user_id", "!=", ("principal.id",)))) == ()
    assert owner_paths(backend_with()) == {}


def test_the_shortest_path_is_taken_and_of_equal_ones_the_one_that_is_compared_with_callers():
    both = table("orders", "id user_id approved_by", ("user_id", "users"), ("approved_by", "users"))
    items = table("order_items", "id order_id user_id", ("order_id", "orders"), ("user_id", "users"))
    backend = replace(BACKEND, tables=(items, both, BACKEND.tables[3]))
    assert owner_paths(backend) == {"order_items": ("order_items.user_id",), "orders": ("orders.user_id",),
                                    "users": ("users.id",)}
    assert owner_columns(backend)["orders"] == ("approved_by", "user_id")


def test_of_paths_that_nobody_compares_the_first_is_taken_that_is_never_null():
    two = table("notes", "id changed_by made_by", ("changed_by", "users"), ("made_by", "users"))
    quiet = replace(BACKEND, tables=(two, BACKEND.tables[3]))
    assert owner_paths(quiet)["notes"] == ("notes.changed_by",)
    firm = replace(two, columns=tuple(replace(each, nullable=each.name != "made_by") for each in two.columns))
    assert owner_paths(replace(quiet, tables=(firm, BACKEND.tables[3])))["notes"] == ("notes.made_by",)


def test_tables_that_refer_to_each_other_end_the_search():
    left, right = table("a", "id b_id", ("b_id", "b")), table("b", "id a_id", ("a_id", "a"))
    assert owner_paths(replace(BACKEND, tables=(left, right, BACKEND.tables[3]))) == {"users": ("users.id",)}


def test_what_the_row_of_the_principal_refers_to_stands_for_the_caller_when_it_is_compared():
    users = table("users", "id email customer_id role_id", ("customer_id", "customers"), ("role_id", "roles"))
    orders = table("orders", "id customer_id", ("customer_id", "customers"))
    lines = table("order_lines", "id order_id", ("order_id", "orders"))
    grants = table("grants", "id role_id", ("role_id", "roles"))
    mine = Filter("orders", "customer_id", "=", ("principal.customer_id", "row:users.customer_id"))
    listed = replace(samples.ENDPOINTS[2], queries=(READ_USER, Query(
        "select", ("orders",), Place("app/store.py", 3), filters=(mine,), path=(Hop(
            samples.ENDPOINTS[2].handler.name, Place("app/routes/orders.py", 10)),))))
    backend = replace(BACKEND, endpoints=(listed,), tables=(
        users, orders, lines, grants, table("customers", "id"), table("roles", "id")))
    assert owner_anchors(backend) == {"customers": "users.customer_id", "users": "users.id"}
    assert owner_paths(backend) == {
        "customers": ("customers.id",), "order_lines": ("order_lines.order_id", "orders.customer_id"),
        "orders": ("orders.customer_id",), "users": ("users.id",)}
    assert owner_columns(backend) == {"customers": ("id",), "orders": ("customer_id",), "users": ("id",)}


def test_a_table_that_is_read_before_the_handler_for_another_reason_is_no_principal():
    flags = Query("select", ("feature_flags",), Place("app/flags.py", 3), symbol="app.flags.load",
                  path=(Hop("app.flags.load", Place("app/flags.py", 1)),))
    assert sent_before(flags, samples.ENDPOINTS[2])
    backend = replace(BACKEND, endpoints=(replace(samples.ENDPOINTS[2], queries=(flags, READ_USER)),),
                      tables=(*BACKEND.tables, table("feature_flags", "id")))
    assert principal_tables(backend) == ("users",)


def test_of_several_tables_that_are_read_by_the_credential_the_one_that_is_called_principal_counts():
    path = (Hop("app.auth.person", Place("app/auth.py", 1)),)
    key = Query("select", ("api_keys",), Place("app/auth.py", 3), symbol="app.auth.person", path=path,
                filters=(Filter("api_keys", "token", "=", ("credential",)),))
    user = Query("select", ("users",), Place("app/auth.py", 5), symbol="app.auth.person", path=path,
                 filters=(Filter("users", "id", "=", ("credential", "principal.sub")),))
    mine = Query("select", ("orders",), Place("app/store.py", 3), path=(Hop(
        samples.ENDPOINTS[2].handler.name, Place("a.py", 1)),), filters=(
            Filter("orders", "user_id", "=", ("principal.id", "row:users.id")),))
    backend = replace(BACKEND, endpoints=(replace(samples.ENDPOINTS[2], queries=(key, user, mine)),), tables=(
        *BACKEND.tables, table("api_keys", "id token")))
    assert principal_tables(backend) == ("users",)
