"""Rules on the database: each fault on a backend built by hand, beside what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from backends import (
    APP,
    backend,
    by,
    call,
    endpoint,
    index,
    named,
    parameter,
    query,
    refusal,
    rows_of,
    run,
    server,
    table,
)

from backend_lead.model.backend import Relationship
from backend_lead.model.endpoint import Guard, GuardKind
from backend_lead.model.finding import Evidence, Job, Severity
from backend_lead.model.place import Place
from backend_lead.model.server import SequenceUse, Session
from backend_lead.model.table import Column, ForeignKey, Table

CUSTOMERS = table("customers", "id:bigint last_name:text email:text", model="Customer")
ORDERS = table("orders", "id:bigint customer_id:bigint status:text paid:boolean placed_at:timestamptz",
               {"customer_id": "customers.id"}, model="Order")
WRITES = (endpoint("POST /customers", query("insert", "customers", line=1)),
          endpoint("POST /orders", query("insert", "orders", line=2)))


def shop(*endpoints, tables=(CUSTOMERS, ORDERS), **more):
    return backend(*endpoints, *WRITES, tables=tables, **more)


# ---------------------------------------------------------------- foreign-key-without-index

def test_foreign_key_without_index():
    [found] = run("foreign-key-without-index", shop())
    assert found.message == "orders.customer_id refers to customers.id, and no index starts with it."
    assert found.fix == "CREATE INDEX CONCURRENTLY ix_orders_customer_id ON orders (customer_id);"
    assert (found.severity, found.evidence, found.job) == (Severity.LOW, Evidence.TRACED, Job.MIGRATION)
    assert found.place == ORDERS.columns[1].place


def test_foreign_key_says_who_deletes_its_parent():
    [found] = run("foreign-key-without-index", shop(endpoint("DELETE /customers/{id}", query("delete", "customers"))))
    assert found.severity is Severity.LOW
    assert found.why.startswith("Rows of customers are deleted (DELETE /customers/{id})")


def test_foreign_key_weighs_more_when_rows_are_found_by_it():
    lists = endpoint("GET /orders", query("select", "orders", by("orders.customer_id", "principal.id")))
    [found] = run("foreign-key-without-index", shop(lists))
    assert found.severity is Severity.MEDIUM
    assert found.why.startswith("Rows are found by it (GET /orders)")
    assert "query:app/store.py:10" in found.touches


def test_foreign_key_on_a_live_server_says_how_many_rows():
    [found] = run("foreign-key-without-index", shop(tables=(CUSTOMERS, replace(ORDERS, source="server", rows=250_000))))
    assert (found.severity, found.evidence) == (Severity.MEDIUM, Evidence.MEASURED)
    assert "250,000 rows" in found.why


@pytest.mark.parametrize("covered", [
    replace(ORDERS, indexes=(index("ix", "customer_id", "placed_at"),)),
    replace(ORDERS, indexes=(index("ix", "customer_id", predicate="customer_id IS NOT NULL"),)),
    replace(ORDERS, primary_key=("customer_id", "id")),
    replace(ORDERS, columns=tuple(replace(c, unique=c.name == "customer_id") for c in ORDERS.columns)),
    replace(ORDERS, rows=200), replace(ORDERS, columns=()), replace(ORDERS, source="")])
def test_foreign_key_with_an_index_or_on_a_small_or_unread_table_is_silent(covered):
    assert run("foreign-key-without-index", shop(tables=(CUSTOMERS, covered))) == []


def test_foreign_key_second_in_an_index_or_in_an_invalid_one_is_not_covered():
    for made in (index("ix", "status", "customer_id"), index("ix", "customer_id", valid=False),
                 index("ix", "customer_id", predicate="paid"), index("ix", "customer_id", method="gin")):
        assert len(run("foreign-key-without-index", shop(tables=(CUSTOMERS, replace(ORDERS, indexes=(made,)))))) == 1


def test_foreign_key_of_several_columns_needs_one_of_them_in_front():
    key = ForeignKey(("tenant_id", "customer_id"), "customers", ("tenant_id", "id"))
    wide = replace(ORDERS, columns=(*ORDERS.columns, Column("tenant_id", "bigint")), foreign_keys=(key,))
    [found] = run("foreign-key-without-index", shop(tables=(CUSTOMERS, wide)))
    assert found.fix.endswith("ON orders (tenant_id, customer_id);")
    assert run("foreign-key-without-index",
               shop(tables=(CUSTOMERS, replace(wide, indexes=(index("ix", "tenant_id", "status"),))))) == []


def test_mysql_and_sqlite_alone_are_silent():
    assert run("foreign-key-without-index", shop(databases=("mysql", "sqlite"))) == []
    assert len(run("foreign-key-without-index", shop(databases=("mysql", "postgresql")))) == 1


def test_foreign_key_that_nothing_uses_is_silent():
    assert run("foreign-key-without-index", backend(tables=(CUSTOMERS, ORDERS))) == []


def test_tiny_lookup_that_nobody_deletes_from_is_silent():
    live = (replace(CUSTOMERS, rows=12), replace(ORDERS, rows=90_000, source="server"))
    assert run("foreign-key-without-index", shop(tables=live)) == []


# ---------------------------------------------------------------- filter-without-index

BY_EMAIL = query("select", "customers", by("customers.email", "body:email"), single=True)


def test_filter_without_index_names_the_others_that_reach_it():
    [found] = run("filter-without-index", shop(endpoint("POST /login", BY_EMAIL), endpoint("POST /reset", BY_EMAIL)))
    assert found.message == ("POST /login reads customers by customers.email, and no index starts with it. "
                             "Reached from POST /reset as well.")
    assert found.fix == "CREATE INDEX CONCURRENTLY ix_customers_email ON customers (email);"
    assert {"route:POST /login", "route:POST /reset", "table:customers", "query:app/store.py:10"} == set(found.touches)


def test_filter_puts_equality_before_range():
    both = query("select", "orders", by("orders.placed_at", "query:since", ">="), by("orders.status", "query:status"))
    [found] = run("filter-without-index", shop(endpoint("GET /orders", both)))
    assert found.fix.endswith("ON orders (status, placed_at);")


@pytest.mark.parametrize("part", [
    by("customers.email", ""), by("customers.email", "query:q", "ilike"), by("customers.email", "", "is null"),
    by("customers.missing", "query:q"), by("customers.(lower(email))", "query:q")])
def test_filter_that_an_index_would_not_serve_is_silent(part):
    assert run("filter-without-index", shop(endpoint("GET /customers", query("select", "customers", part)))) == []


def test_filter_is_silent_where_another_filter_has_an_index():
    both = query("select", "orders", by("orders.status", "query:status"), by("orders.id", "path:id"))
    assert run("filter-without-index", shop(endpoint("GET /orders/{id}", both))) == []
    joined = query("select", "customers orders", by("customers.email", "query:q"),
                   by("orders.customer_id", "", other="customers.id"))
    assert run("filter-without-index", shop(endpoint("GET /orders", joined))) == []


def test_filter_on_all_but_the_tenant_of_a_key_is_silent():
    tenants = replace(CUSTOMERS, columns=(*CUSTOMERS.columns, Column("tenant", "text")),
                      indexes=(index("u", "tenant", "email", unique=True),))
    assert run("filter-without-index", shop(endpoint("POST /login", BY_EMAIL), tables=(tenants, ORDERS))) == []


def test_filter_by_truth_values_and_foreign_keys_is_left_to_others():
    paid = query("select", "orders", by("orders.paid", "query:paid"))
    mine = query("select", "orders", by("orders.customer_id", "principal.id"))
    assert run("filter-without-index", shop(endpoint("GET /a", paid), endpoint("GET /b", mine))) == []


def test_filter_on_what_is_not_known_or_small_is_silent():
    reading = endpoint("POST /login", BY_EMAIL)
    assert run("filter-without-index", shop(endpoint("POST /login", replace(BY_EMAIL, complete=False)))) == []
    assert run("filter-without-index", shop(reading, tables=(replace(CUSTOMERS, rows=40), ORDERS))) == []
    assert run("filter-without-index", shop(reading, tables=(replace(CUSTOMERS, columns=()), ORDERS))) == []
    assert run("filter-without-index", backend(reading, tables=(CUSTOMERS,))) == []


@pytest.mark.parametrize("made", [
    index("ix", "email"), index("ix", "email", method="hash"), index("ix", "last_name", "email", method="gin"),
    index("ix", "(lower(email))"), index("ix", "email", predicate="last_name IS NOT NULL")])
def test_filter_that_some_index_may_serve_is_silent(made):
    assert run("filter-without-index",
               shop(endpoint("POST /login", BY_EMAIL), tables=(replace(CUSTOMERS, indexes=(made,)), ORDERS))) == []


def test_filter_on_a_child_of_a_growing_table_counts():
    parcels = table("parcels", "id:bigint order_id:bigint number:text", {"order_id": "orders.id"})
    track = endpoint("GET /parcels/{number}", query("select", "parcels", by("parcels.number", "path:number")))
    assert len(run("filter-without-index", shop(track, tables=(CUSTOMERS, ORDERS, parcels)))) == 1
    alone = replace(parcels, foreign_keys=())
    assert run("filter-without-index", shop(track, tables=(CUSTOMERS, ORDERS, alone))) == []


def test_filter_of_a_write_holds_locks():
    change = query("update", "customers", by("customers.email", "body:email"))
    [found] = run("filter-without-index", shop(endpoint("PUT /x", change), tables=(replace(CUSTOMERS, rows=200_000),)))
    assert found.severity is Severity.HIGH
    assert "while it holds the locks" in found.why


# ---------------------------------------------------------------- order-without-index

PAGE = query("select", "customers", order_by=("customers.last_name desc", "customers.id desc"), limit="bound")


def test_order_without_index():
    [found] = run("order-without-index", shop(endpoint("GET /customers", PAGE)))
    assert found.fix == "CREATE INDEX CONCURRENTLY ix_customers_last_name_id ON customers (last_name, id);"


def test_order_in_mixed_directions_writes_them_down():
    mixed = replace(PAGE, order_by=("customers.last_name desc", "customers.id"))
    [found] = run("order-without-index", shop(endpoint("GET /customers", mixed)))
    assert found.fix.endswith("ON customers (last_name DESC, id);")


@pytest.mark.parametrize("change", [
    {"limit": None}, {"order_by": ("customers.id",)}, {"order_by": ("(count)",)}, {"grouped": True},
    {"complete": False}, {"filters": (by("customers.id", "principal.id"),)},
    {"filters": (by("customers.email", "query:email"),)}, {"sql": "SELECT ... GROUP BY last_name"}])
def test_order_that_needs_no_index_of_its_own_is_silent(change):
    assert run("order-without-index", shop(endpoint("GET /customers", replace(PAGE, **change)))) == []


def test_order_with_an_index_or_on_a_small_table_is_silent():
    for made in (replace(CUSTOMERS, indexes=(index("ix", "last_name"),)), replace(CUSTOMERS, rows=10)):
        assert run("order-without-index", shop(endpoint("GET /customers", PAGE), tables=(made, ORDERS))) == []


# ---------------------------------------------------------------- keys and types of tables

def test_missing_primary_key():
    log = table("audit_log", "happened_at:timestamptz actor_id:bigint", primary_key=())
    [found] = run("missing-primary-key", backend(tables=(log,)))
    assert found.fix == "ALTER TABLE audit_log ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"


def test_missing_primary_key_of_a_link_is_its_two_columns():
    link = table("user_roles", "user_id:bigint role_id:bigint", {"user_id": "users.id", "role_id": "roles.id"},
                 primary_key=())
    [found] = run("missing-primary-key", backend(tables=(link,)))
    assert found.fix == "ALTER TABLE user_roles ADD PRIMARY KEY (user_id, role_id);"


def test_table_with_a_key_or_not_read_whole_is_silent():
    log = table("audit_log", "happened_at:timestamptz actor_id:bigint", primary_key=())
    for made in (replace(log, primary_key=("actor_id",)), replace(log, model="AuditLog", source="models"),
                 replace(log, indexes=(index("u", "actor_id", unique=True),)), replace(log, columns=()),
                 replace(log, columns=(Column("id", "bigint", primary_key=True),))):
        assert run("missing-primary-key", backend(tables=(made,))) == []
    assert run("missing-primary-key", backend(tables=(log,), server=server(extensions=("timescaledb",)))) == []


def test_duplicate_index_keeps_the_constraint():
    made = replace(CUSTOMERS, indexes=(index("customers_email_key", "email", unique=True, constraint=True),
                                       index("ix_customers_email", "email")))
    [found] = run("duplicate-index", backend(tables=(made,)))
    assert found.message == "ix_customers_email on customers (email) repeats customers_email_key."
    assert found.fix == "DROP INDEX CONCURRENTLY ix_customers_email;"


def test_duplicate_of_the_primary_key_and_of_a_twin_is_named_once():
    twins = replace(CUSTOMERS, indexes=(index("a", "email"), index("b", "email"), index("ix_id", "id")))
    assert [found.snippet for found in run("duplicate-index", backend(tables=(twins,)))] == ["b (email)", "ix_id (id)"]


def test_indexes_beside_many_primary_keys_are_one_habit():
    made = tuple(replace(table(f"t{n}"), indexes=(index(f"ix_t{n}_id", "id"),)) for n in range(6))
    assert len(run("duplicate-index", backend(tables=made[:5]))) == 5
    [found] = run("duplicate-index", backend(tables=made))
    assert found.message.startswith("6 tables have an index beside their primary key on the same columns: ix_t0_id, ")
    assert "DROP INDEX CONCURRENTLY ix_t5_id;" in found.fix


def test_duplicate_of_a_primary_key_that_no_migration_made_stays():
    made = replace(CUSTOMERS, indexes=(index("ix_customers_id", "id"),))
    assert len(run("duplicate-index", backend(tables=(made,)))) == 1
    assert run("duplicate-index", backend(tables=(replace(made, primary_key_assumed=True),))) == []


@pytest.mark.parametrize("second", [
    index("b", "email", "last_name"), index("b", "email", method="hash"), index("b", "email", predicate="id > 9"),
    index("b", "email", included=("last_name",)), index("b", "email", qualifiers=("text_pattern_ops",)),
    index("b", "email", unique=True, constraint=True, predicate="id > 9"), index("b", "email", valid=False)])
def test_index_that_does_something_else_is_no_duplicate(second):
    made = replace(CUSTOMERS, indexes=(index("a", "email"), second))
    assert [f.snippet for f in run("duplicate-index", backend(tables=(made,)))] == []


def test_left_prefix_index():
    made = replace(ORDERS, indexes=(index("ix_short", "customer_id"), index("ix_long", "customer_id", "id")))
    [found] = run("left-prefix-index", backend(tables=(made,)))
    assert found.message == "ix_short on orders (customer_id) is the front of ix_long (customer_id, id)."
    assert run("duplicate-index", backend(tables=(made,))) == []


@pytest.mark.parametrize(("short", "long"), [
    (index("s", "customer_id", unique=True), index("l", "customer_id", "id")),
    (index("s", "customer_id", included=("status",)), index("l", "customer_id", "id")),
    (index("s", "customer_id"), index("l", "id", "customer_id")),
    (index("s", "customer_id"), index("l", "customer_id", "id", predicate="paid")),
    (index("s", "customer_id"), index("l", "customer_id", "id", valid=False)),
    (index("s", "customer_id", qualifiers=("desc",)), index("l", "customer_id", "id"))])
def test_index_that_the_longer_one_does_not_replace_stays(short, long):
    assert run("left-prefix-index", backend(tables=(replace(ORDERS, indexes=(short, long)),))) == []


@pytest.mark.parametrize(("name", "columns"), [
    ("payments", "id:bigint amount:real"), ("products", "id:bigint unit_price:double_precision"),
    ("runs", "id:bigint total_cost:float currency:text"), ("wallets", "id:bigint balance:double_precision")])
def test_money_as_float(name, columns):
    [found] = run("money-as-float", backend(tables=(table(name, columns),)))
    assert "numeric(12, 2)" in found.fix


@pytest.mark.parametrize(("name", "columns"), [
    ("recipes", "id:bigint amount:real"), ("runs", "id:bigint total_cost:float"), ("products", "id:bigint weight:real"),
    ("products", "id:bigint price:numeric(12,2)"), ("rates", "id:bigint fee_rate:real"),
    ("stock", "id:bigint quantity_at_old_price:real"), ("models", "id:bigint price_per_token:real"), ("coupons", "id:bigint discount_percent:real")])
def test_float_that_is_no_money_is_silent(name, columns):
    assert run("money-as-float", backend(tables=(table(name, columns),))) == []


def test_timestamp_that_departs_from_the_others():
    parcels = table("parcels", "id:bigint shipped_at:timestamp_without_time_zone")
    dated = table("visits", "id:bigint seen_at:timestamp_with_time_zone")
    [found] = run("timestamp-without-zone", backend(tables=(parcels, dated), databases=("postgresql",)))
    assert (found.severity, found.place) == (Severity.MEDIUM, parcels.columns[1].place)
    assert found.fix.endswith("ALTER TABLE parcels ALTER COLUMN shipped_at TYPE timestamptz;")


def test_zoned_values_in_columns_without_zone_are_one_finding():
    made = tuple(table(name, "id:bigint at:timestamp_without_time_zone") for name in ("a", "b", "c"))
    zoned = tuple(replace(each, columns=(each.columns[0], replace(each.columns[1], zoned=True))) for each in made[:2])
    [found] = run("timestamp-without-zone", backend(tables=(*zoned, made[2]), databases=("postgresql",)))
    assert found.message == "a.at and b.at are filled with a zoned value and have no time zone."
    assert found.touches == ("table:a", "table:b")


def test_a_convention_zoned_timestamps_dates_and_other_systems_are_silent():
    dated = table("visits", "id:bigint at:timestamp_with_time_zone day:date hour:time_without_time_zone")
    assert run("timestamp-without-zone", backend(tables=(dated,), databases=("postgresql",))) == []
    habit = tuple(table(name, "id:bigint at:timestamp_without_time_zone") for name in ("a", "b"))
    assert run("timestamp-without-zone", backend(tables=habit, databases=("postgresql",))) == []
    for other in (("mysql",), ("sqlite",), ()):
        assert run("timestamp-without-zone", backend(tables=(dated, habit[0]), databases=other)) == []


# ---------------------------------------------------------------- loops

OUTER = query("select", "customers", limit="bound")
INNER = query("select", "orders", by("orders.customer_id", "row:customers.id"), line=14, in_loop=True,
              loop_sources=("row:customers",))


def test_query_in_loop():
    [found] = run("query-in-loop", shop(endpoint("GET /customers", OUTER, INNER)))
    assert found.message == "GET /customers reads orders once for every row of customers."
    assert "Order.customer_id.in_(ids)" in found.fix
    assert found.severity is Severity.MEDIUM
    [unlimited] = run("query-in-loop", shop(endpoint("GET /customers", replace(OUTER, limit=None), INNER)))
    assert unlimited.severity is Severity.HIGH


def test_query_for_each_entry_of_a_list_in_the_request():
    each = replace(INNER, filters=(by("orders.id", "query:ids"),))
    listed = parameter("ids", type="list[int]")
    assert len(run("query-in-loop", shop(endpoint("GET /orders", each, parameters=(listed,))))) == 1
    assert run("query-in-loop", shop(endpoint("GET /orders", each, parameters=(parameter("ids", type="int"),)))) == []


@pytest.mark.parametrize("change", [
    {"in_loop": False}, {"lazy": True}, {"operation": "insert"}, {"operation": "update"}, {"api": "sqlite3"},
    {"filters": (by("orders.id", "path:id"),)}, {"filters": (by("orders.id", "row:customers.id", ">"),)},
    {"filters": (by("orders.id", "row:users.id"),)}, {"filters": ()}])
def test_loop_that_sends_no_query_per_row_is_silent(change):
    assert run("query-in-loop", shop(endpoint("GET /customers", OUTER, replace(INNER, **change)))) == []


def test_loop_that_only_counts_is_silent():
    counting = replace(INNER, loop_sources=())
    assert run("query-in-loop", shop(endpoint("GET /orders", OUTER, counting))) == []


def test_query_in_loop_over_one_row_is_silent():
    assert run("query-in-loop", shop(endpoint("GET /x", replace(OUTER, single=True), INNER))) == []


LAZY = query("select", "orders", by("orders.customer_id", "row:customers"), line=20, in_loop=True, lazy=True,
             relationship="Customer.orders")


def test_lazy_load_in_loop():
    [found] = run("lazy-load-in-loop", shop(endpoint("GET /customers", OUTER, LAZY)))
    assert found.fix == ".options(selectinload(Customer.orders))  # on the query at app/store.py:10"
    assert found.severity is Severity.MEDIUM


def test_lazy_load_once_or_loaded_otherwise_is_silent():
    eager = Relationship("app.models.Customer", "orders", "customers", "orders", "selectin", Place(APP, 1))
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", OUTER, replace(LAZY, in_loop=False)))) == []
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", OUTER, replace(LAZY, lazy=False)))) == []
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", OUTER, LAZY), relationships=(eager,))) == []


def test_lazy_load_of_a_row_that_is_not_the_loops_or_is_in_the_session_is_silent():
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", LAZY))) == []
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", replace(OUTER, single=True), LAZY))) == []
    one = query("select", "customers", by("customers.id", "row:orders"), line=20, in_loop=True, lazy=True, single=True,
                relationship="Order.customer")
    orders, fetched = query("select", "orders", limit="bound"), query("select", "customers", by("customers.id"), single=True)
    assert len(run("lazy-load-in-loop", shop(endpoint("GET /x", orders, one)))) == 1
    assert run("lazy-load-in-loop", shop(endpoint("GET /x", fetched, orders, one))) == []


def test_relationship_touched_twice_is_one_finding():
    again = replace(LAZY, place=Place("app/store.py", 21))
    assert len(run("lazy-load-in-loop", shop(endpoint("GET /x", OUTER, LAZY, again)))) == 1


# ---------------------------------------------------------------- lists

ALL = query("select", "customers")


def listing(*queries, name="GET /customers", shape="list", **more):
    return endpoint(name, *queries, responses=(rows_of("customers", shape),), **more)


def test_unbounded_list():
    [found] = run("unbounded-list", shop(listing(ALL)))
    assert found.fix.startswith(".where(Customer.id > after).order_by(Customer.id).limit(limit)")
    assert "POST /customers adds to it" in found.why
    assert len(run("unbounded-list", shop(listing(ALL, shape="object")))) == 1


def test_unbounded_list_reached_twice_is_one_finding():
    [found] = run("unbounded-list", shop(listing(ALL), listing(ALL, name="GET /report")))
    assert "Reached from GET /report as well." in found.message


@pytest.mark.parametrize("change", [
    {"limit": "50"}, {"limit": "bound"}, {"limit": "input"}, {"single": True}, {"grouped": True}, {"complete": False},
    {"lazy": True}, {"in_loop": True}, {"columns": ("(count)",)}, {"filters": (by("customers.id", "path:id"),)},
    {"filters": (by("customers.id", "query:ids", "in"),)}, {"filters": (by("customers.email", "principal.email"),)},
    {"filters": (by("customers.last_name", "query:a", ">"), by("customers.last_name", "query:b", "<"))}])
def test_list_that_something_bounds_is_silent(change):
    assert run("unbounded-list", shop(listing(replace(ALL, **change)))) == []


def test_list_that_is_not_returned_or_of_a_table_that_does_not_grow_is_silent():
    assert run("unbounded-list", shop(endpoint("GET /x", ALL))) == []
    assert run("unbounded-list", shop(endpoint("GET /x", ALL, responses=(rows_of("orders"),)))) == []
    assert run("unbounded-list", shop(endpoint("POST /x", ALL, responses=(rows_of("customers"),)))) == []
    assert run("unbounded-list", backend(listing(ALL), tables=(CUSTOMERS,))) == []
    assert run("unbounded-list", shop(listing(ALL), tables=(replace(CUSTOMERS, rows=30),))) == []


def test_list_of_a_table_that_is_counted_before_it_grows_is_silent():
    counted = endpoint("POST /orders", query("select", "orders", columns=("(count)",), single=True, line=3),
                       query("insert", "orders", line=4), responses=(refusal(409),))
    lists = endpoint("GET /orders", query("select", "orders"), responses=(rows_of("orders"),))
    assert len(run("unbounded-list", shop(lists))) == 1
    assert run("unbounded-list", shop(lists, counted)) == []


def test_read_that_writes_reports_on_its_work():
    works = endpoint("GET /orders/clean", query("select", "orders"), query("update", "orders", line=12),
                     responses=(rows_of("orders"),))
    assert run("unbounded-list", shop(works)) == []


def test_list_that_a_guard_reads_is_silent():
    guard = Guard(GuardKind.AUTHENTICATION, "app.store.find", Place(APP, 2))
    assert run("unbounded-list", shop(listing(ALL, guards=(guard,)))) == []


def test_offset_paging():
    deep = query("select", "orders", order_by=("orders.placed_at",), offset="input", limit="bound")
    skip = (parameter("skip"),)
    [found] = run("offset-paging", shop(endpoint("GET /orders", deep, parameters=skip)))
    assert found.fix == (".where(tuple_(Order.placed_at, Order.id) > (after_placed_at, after_id))"
                         ".order_by(Order.placed_at, Order.id).limit(limit)")
    [raw] = run("offset-paging", shop(endpoint("GET /orders", replace(deep, raw=True), parameters=skip)))
    assert raw.fix.startswith("WHERE (orders.placed_at, orders.id) > (:after_placed_at, :after_id)")


def test_offset_of_a_loop_inside_is_silent():
    deep = query("select", "orders", offset="bound", limit="bound")
    assert run("offset-paging", shop(endpoint("GET /orders", deep))) == []
    assert run("offset-paging", shop(endpoint("DELETE /orders", deep, parameters=(parameter("skip"),)))) == []


def test_offset_that_is_bounded_constant_or_on_a_small_table_is_silent():
    deep = query("select", "orders", offset="input", limit="bound")
    page = parameter("page", type="int", maximum=20)
    assert run("offset-paging", shop(endpoint("GET /orders", deep, parameters=(page,)))) == []
    assert run("offset-paging", shop(endpoint("GET /orders", replace(deep, offset="10")))) == []
    assert run("offset-paging", shop(endpoint("GET /orders", replace(deep, offset=None)))) == []
    assert run("offset-paging", shop(endpoint("GET /orders", deep), tables=(replace(ORDERS, rows=5),))) == []


# ---------------------------------------------------------------- live

def used(last, kind="integer", maximum=2**31 - 1):
    return SequenceUse("orders", "id", kind, last, maximum)


def test_key_near_its_end():
    lines = table("lines", "id:bigint order_id:bigint", {"order_id": "orders.id"})
    live = shop(tables=(CUSTOMERS, ORDERS, lines), server=server(sequences=(used(1_900_000_000),)))
    [found] = run("key-near-its-end", live)
    assert (found.severity, found.evidence) == (Severity.HIGH, Evidence.MEASURED)
    assert "(88%)" in found.message
    assert found.fix.splitlines() == ["ALTER TABLE orders ALTER COLUMN id TYPE bigint;",
                                      "ALTER TABLE lines ALTER COLUMN order_id TYPE bigint;"]
    [half] = run("key-near-its-end", shop(server=server(sequences=(used(1_200_000_000),))))
    assert half.severity is Severity.MEDIUM


def test_key_with_room_or_without_a_server_is_silent():
    assert run("key-near-its-end", shop(server=server(sequences=(used(900_000_000),)))) == []
    assert run("key-near-its-end", shop(server=server(sequences=(used(1_900_000_000, "bigint", 2**63 - 1),)))) == []
    assert run("key-near-its-end", shop()) == []


def idle(*indexes, rows=50_000, age=30.0, **more):
    live = replace(ORDERS, indexes=indexes, rows=rows, source="server")
    return shop(tables=(CUSTOMERS, live), server=server(statistics_age_days=age, **more))


STATUS = index("ix_status", "status", scans=0, size_bytes=90_000_000)
BUSY = index("ix_placed_at", "placed_at", scans=500)


def test_unused_index():
    [found] = run("unused-index", idle(STATUS))
    assert found.message == ("ix_status on orders (status) was not used once in the 30 days that the server has "
                             "counted.")
    assert (found.severity, found.evidence, found.fix) == (Severity.MEDIUM, Evidence.MEASURED,
                                                           "DROP INDEX CONCURRENTLY ix_status;")


def test_unused_index_in_a_short_time_says_so():
    [found] = run("unused-index", idle(STATUS, BUSY, age=0.01))
    assert found.severity is Severity.LOW
    assert "in the 14 minutes" in found.message
    assert "look again after a week" in found.message
    assert run("unused-index", idle(STATUS, age=0.01)) == []


def test_unused_index_with_a_standby_is_suspected():
    [found] = run("unused-index", idle(STATUS, replicas=1))
    assert found.evidence is Evidence.SUSPECTED


@pytest.mark.parametrize("made", [
    replace(STATUS, scans=1), replace(STATUS, scans=None), replace(STATUS, unique=True),
    replace(STATUS, constraint=True), replace(STATUS, columns=("customer_id",)), replace(STATUS, columns=("id",))])
def test_index_that_is_used_or_needed_is_silent(made):
    assert run("unused-index", idle(made)) == []


def test_index_of_a_small_table_or_without_known_age_is_silent():
    assert run("unused-index", idle(STATUS, rows=100)) == []
    assert run("unused-index", idle(STATUS, age=None)) == []


def test_archiving_off():
    [found] = run("archiving-off", backend(server=server(settings=(("archive_mode", "off"), ("fsync", "on")),
                                                         replicas=0)))
    assert (found.severity, found.evidence, found.place.file) == (Severity.LOW, Evidence.MEASURED, "")


@pytest.mark.parametrize(("settings", "replicas"), [
    ((("archive_mode", "on"),), 0), ((("archive_mode", "off"),), 1), ((("archive_mode", "off"),), None), ((), 0),
    ((("archive_mode", "off"), ("fsync", "off")), 0)])
def test_archive_standby_or_throw_away_server_is_silent(settings, replicas):
    assert run("archiving-off", backend(server=server(settings=settings, replicas=replicas))) == []


def test_long_idle_transaction_is_one_finding_for_each_application():
    sessions = tuple(Session(pid, name, "idle in transaction", age) for pid, name, age in
                     ((7, "worker", 90.0), (8, "worker", 300.0), (9, "web", 61.0)))
    web, worker = run("long-idle-transaction", backend(server=server(sessions=sessions)))
    assert web.message == "A session of web (pid 9) holds a transaction open and idle, the oldest for 61 seconds."
    assert worker.message == ("2 sessions of worker (pid 8 and 7) hold transactions open and idle, the oldest for "
                              "5 minutes.")
    assert web.fix == "ALTER DATABASE shop SET idle_in_transaction_session_timeout = '60s';"


@pytest.mark.parametrize("session", [
    Session(1, "web", "idle in transaction", 20.0), Session(1, "web", "active", 900.0), Session(1, "web", "idle", 0.0)])
def test_session_that_works_or_has_just_begun_is_silent(session):
    assert run("long-idle-transaction", backend(server=server(sessions=(session,)))) == []


NO_LIMITS = (("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"))


def test_missing_timeouts():
    [found] = run("missing-timeouts", backend(server=server(settings=NO_LIMITS)))
    assert found.fix.splitlines()[0] == "ALTER DATABASE shop SET statement_timeout = '30s';"


def test_timeouts_on_the_server_or_in_the_program_are_silent():
    engine = call("sqlalchemy.create_engine", named("connect_args", "{'options': '-c statement_timeout=5000'}"))
    assert run("missing-timeouts", backend(server=server(settings=NO_LIMITS), calls=(engine,))) == []
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"):
        some = tuple((key, value) for key, value in NO_LIMITS if key != name)
        assert run("missing-timeouts", backend(server=server(settings=(*some, (name, "30000"))))) == []
    assert run("missing-timeouts", backend(server=server())) == []


def test_names_that_need_quotes_get_them():
    odd = Table("app.order", (Column("id", "bigint"), Column("User", "bigint")), (),
                (ForeignKey(("User",), "user", ("id",)),), ("id",), source="migrations", place=Place("m.py", 1))
    writes = endpoint("POST /orders", query("insert", "app.order"), query("delete", "user"))
    [found] = run("foreign-key-without-index", backend(writes, tables=(odd,)))
    assert found.fix == 'CREATE INDEX CONCURRENTLY "ix_order_User" ON app."order" ("User");'
