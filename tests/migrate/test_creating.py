"""A change in words: what it is understood as, what is asked back, and what the written migration does on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.config import load
from backend_lead.doors.cli.main import main
from backend_lead.lead.before import Request
from backend_lead.lead.creating import Wish, create_migration
from backend_lead.lead.migration_proofs import prove_migrations
from backend_lead.lead.options import Options
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.naming import Names, Unclear
from backend_lead.migrate.create.understanding import understand
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Backfill,
    ChangeType,
    CreateTable,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
)
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place
from backend_lead.model.proof import ProofVerdict

SCHEMA = """
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email varchar(80) NOT NULL, age int, created_at timestamptz);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint, title varchar(120), body text, published boolean DEFAULT false);
CREATE TABLE customers (id bigint PRIMARY KEY, phone text, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, total numeric(10,2), quantity int, note text);
CREATE TABLE order_items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id), price numeric, quantity int);
CREATE INDEX posts_by_title ON posts (title);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);
"""


@pytest.fixture(scope="module")
def names() -> Names:
    catalog = Catalog(complete=True)
    replay([Script("schema", "sql", (Sent(SCHEMA, Place("schema", 1), None),))], catalog, 18)
    return Names(catalog)


UNDERSTOOD = {
    "add_phone_to_users": AddColumns("users", (NewColumn("phone", "text", assumed=True),)),
    "add_phone_to_users phone:varchar(20):index": AddColumns("users", (NewColumn("phone", "varchar(20)", index=True),)),
    "AddPhoneToUsers": AddColumns("users", (NewColumn("phone", "text", assumed=True),)),
    "Please add a nullable text column called bio to the users table": AddColumns("users", (NewColumn("bio", "text"),)),
    "we need to track birth date for users": AddColumns("users", (NewColumn("birth_date", "date"),)),
    "add a boolean is_admin to users default false not null": AddColumns(
        "users", (NewColumn("is_admin", "boolean", nullable=False, default="false"),)),
    "add_index_to_posts_user_id": AddIndex("posts", ("user_id",)),
    "speed up lookups of posts by user_id and published": AddIndex("posts", ("user_id", "published")),
    "add unique index on users.email": AddIndex("users", ("email",), unique=True),
    "increase_users_email_length": ChangeType("users", "email", "varchar"),
    "widen posts.title to 300 characters": ChangeType("posts", "title", "varchar(300)"),
    "convert order_items.price to numeric(12,2)": ChangeType("order_items", "price", "numeric(12,2)"),
    "make orders.customer_id not null": SetNullable("orders", "customer_id", False),
    "customer_id on orders must never be empty": SetNullable("orders", "customer_id", False),
    "users.name is no longer required": SetNullable("users", "name", True),
    "rename users.name to full_name": RenameColumn("users", "name", "full_name"),
    "call users.name display_name instead": RenameColumn("users", "name", "display_name"),
    "rename_title_to_headline_in_posts": RenameColumn("posts", "title", "headline"),
    "rename posts to articles": RenameTable("posts", "articles"),
    "get rid of orders.note": DropColumns("orders", ("note",)),
    "drop the posts table": DropTable("posts"),
    "drop the index on posts.title": DropIndex("posts", "posts_by_title"),
    "drop constraint orders_total_check": DropConstraint("orders", "orders_total_check"),
    "orders.customer_id should reference customers": AddForeignKey("orders", "customer_id", "customers", "id"),
    "no two users may have the same email": AddUnique("users", ("email",)),
    "order totals can't be negative": AddCheck("orders", "total >= 0", "total"),
    "orders.status must be one of new, paid, shipped": AddCheck("orders", "status IN ('new', 'paid', 'shipped')", "status"),
    "set the default of orders.status to 'new'": SetDefault("orders", "status", "'new'"),
    "fill users.age with 0": Backfill("users", "age", "0"),
    "create table invoices with number text, total numeric(12,2)": CreateTable(
        "invoices", (NewColumn("number", "text"), NewColumn("total", "numeric(12,2)"))),
    # The marks of tickets and commits, Rails, SQL, the shorthand of lists.
    "[SHOP-7] drop orders.note": DropColumns("orders", ("note",)),
    "feat(posts): add is_pinned boolean": AddColumns("posts", (NewColumn("is_pinned", "boolean"),)),
    "change_column_null :posts, :user_id, false": SetNullable("posts", "user_id", False),
    "change_column_default :orders, :status, from: nil, to: 'new'": SetDefault("orders", "status", "'new'"),
    "add_index :order_items, [:order_id, :quantity], unique: true": AddIndex("order_items", ("order_id", "quantity"), unique=True),
    "add_column :users, :plan, :string, limit: 20, null: false, default: 'free'": AddColumns(
        "users", (NewColumn("plan", "varchar(20)", nullable=False, default="'free'"),)),
    "ALTER TABLE posts ALTER COLUMN title TYPE text;": ChangeType("posts", "title", "text"),
    "UPDATE orders SET status = 'new' WHERE status IS NULL": Backfill("orders", "status", "'new'"),
    "posts.body -> content": RenameColumn("posts", "body", "content"),
    "order_items.quantity -> bigint": ChangeType("order_items", "quantity", "bigint"),
    "orders: +placed_at": AddColumns("orders", (NewColumn("placed_at", "timestamptz", assumed=True),)),
    "add phone text to users": AddColumns("users", (NewColumn("phone", "text"),)),
    "add delivery date date to orders": AddColumns("orders", (NewColumn("delivery_date", "date"),)),
    "add start time to orders": AddColumns("orders", (NewColumn("start_time", "timestamptz", assumed=True),)),
    "add summary text and rank integer to posts": AddColumns(
        "posts", (NewColumn("summary", "text"), NewColumn("rank", "integer"))),
    # What is said beside the change, and around corners.
    "Nobody reads orders.note, so let's get rid of it.": DropColumns("orders", ("note",)),
    "120 characters don't do for posts.title any more; allow 240.": ChangeType("posts", "title", "varchar(240)"),
    "change orders.quantity from integer to bigint": ChangeType("orders", "quantity", "bigint"),
    "A customer's phone may be unknown, let it be null": SetNullable("customers", "phone", True),
    "users.name shouldn't be mandatory": SetNullable("users", "name", True),
    "Every post has to have a user_id.": SetNullable("posts", "user_id", False),
    "Stop accepting nulls in posts.body": SetNullable("posts", "body", False),
    "New orders get a quantity of 1 unless somebody says otherwise.": SetDefault("orders", "quantity", "1"),
    "Take the default off posts.published": SetDefault("posts", "published", None),
    "Finding orders by status is painfully slow.": AddIndex("orders", ("status",)),
    "Two customers must never share a phone.": AddUnique("customers", ("phone",)),
    "quantity of orders can't exceed 99": AddCheck("orders", "quantity <= 99", "quantity"),
    "posts.user_id should point at users, and deleting a user must just set it to null.": AddForeignKey(
        "posts", "user_id", "users", "id", "SET NULL"),
    "All old orders that have no status should be set to 'new'.": Backfill("orders", "status", "'new'"),
    "renmae column note of orders to remark": RenameColumn("orders", "note", "remark"),
    "creat index on orders customer_id": AddIndex("orders", ("customer_id",)),
    "pls dorp colum note from orders": DropColumns("orders", ("note",)),
    "ALTER TABLE orders ADD weight_kg numeric(8,2)": AddColumns(
        "orders", (NewColumn("weight_kg", "numeric(8,2)"),)),
    "add a list of text named labels to orders": AddColumns("orders", (NewColumn("labels", "text[]"),)),
    "add is_gift boolean default false and gift_note varchar(80) to orders": AddColumns(
        "orders", (NewColumn("is_gift", "boolean", default="false"), NewColumn("gift_note", "varchar(80)"))),
    "add declared value to orders, numeric(10,2)": AddColumns("orders", (NewColumn("declared_value", "numeric(10,2)"),)),
    "As the audit asks for it, drop orders.note": DropColumns("orders", ("note",)),
    "set orders.quantity to 1 where it is null": Backfill("orders", "quantity", "1"),
}


@pytest.mark.parametrize("text", UNDERSTOOD, ids=lambda text: text)
def test_a_change_in_words_is_understood(text: str, names: Names):
    assert understand(text, names).wanted == UNDERSTOOD[text]


def test_words_that_are_names_in_a_list_are_never_lost(names: Names):
    for text in ("add columns model and made_in to users", "Add three columns to users: color, model and made_in"):
        try:
            found = [column.name for column in understand(text, names).wanted.columns]
        except Unclear as asked:
            found = asked.message.split()
        assert "model" in found
    flag = understand("Please add a boolean seen_it to users, not null, false by default", names).wanted.columns[0]
    assert (flag.nullable, flag.default) == (False, "false")


ASKED_BACK = {
    "increase_email_length": "email may be meant in any of customers, users.",
    "make email unique": "email may be meant in any of customers, users.",
    "drop orders.nothing": "orders has no column nothing.",
    "add an index on traces.user_id": "There is no table traces.",
    "drop the column email from traces": "There is no table traces.",
    "make traces.name not null": "There is no table traces.",
    "rename traces.name to title": "There is no table traces.",
    "add email to users": "users has a column email already.",
    "add phone to people": "There is no table people.",
    "frobnicate the users": "What 'frobnicate the users' asks for was not understood.",
    "posts.title should be varchar(120)": "It is so already.",
    "rename posts to orders": "There is a table orders already.",
    "rename orders.note to remark and make it not null": "These words were not understood: and, make, it, not, not null.",
    "why is orders.customer_id not indexed?": "These words were not understood: why.",
    "make orders.quantity a bigint and not null": "These words were not understood: bigint.",
    "renmae orders.nte to remark": "orders has no column nte.",
    "delete from orders where status = 'old'": "This is about rows, rights or upkeep, not about the schema.",
}


@pytest.mark.parametrize("text", ASKED_BACK, ids=lambda text: text)
def test_what_is_not_clear_is_asked_about(text: str, names: Names):
    with pytest.raises(Unclear) as unclear:
        understand(text, names)
    assert unclear.value.message == ASKED_BACK[text]
    assert unclear.value.hint


@pytest.mark.parametrize("text", [
    # Told, denied, hedged, asked.
    "We dropped orders.note yesterday.", "Don't drop orders.note.", "Please drop orders.note, not orders.status.",
    "Maybe we should drop orders.note some day.", "If orders.note is unused, drop it.", "Should we drop orders.note?",
    "No index on orders.status, please.", "Instead of dropping orders.note rename it to remark.",
    # More than one change, or one of two.
    "drop orders.note and rename orders.status to state", "make orders.status not null and unique",
    "make posts.title longer or drop it", "make orders.status optional and drop its default",
    # Rows, values and features, not the schema.
    "Remove old orders.", "Delete posts that are not published.", "Remove duplicates from users.email.",
    "Set the total of orders to 0 where status is 'lost'.", "Create a view of all users.", "Double the length of posts.title.",
    # Words that are no names, values that nobody accounts for.
    "Please store more about the users.", "Add something useful to orders.", "Add five columns to orders.",
    "Set a better default for orders.status.", "Convert posts.body to upper case.", "Let users log in with their email.",
], ids=lambda text: text)
def test_what_was_not_asked_for_is_never_written(text: str, names: Names):
    with pytest.raises(Unclear):
        understand(text, names)


ABOUT_WHAT_IS_NOT_THERE = [
    "add an index on orders.user_id", "orders needs an index on user_id", "index orders by user_id", "add_index_to_orders_user_id",
    "AddIndexToOrdersUserId", "add a unique index on orders.user_id", "create an index concurrently on orders.user_id",
    "create index on orders (user_id)", "add index on orders (status, user_id)", "orders.user_id must be unique",
    "add a unique constraint to orders.user_id", "no two orders may have the same user_id",
    "add a foreign key from orders.user_id to users", "orders.user_id should reference users", "link orders.user_id to users",
    "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)", "add a check that orders.user_id > 0",
    "orders.user_id must be positive", "rename orders.user_id to buyer", "orders.user_id should be called buyer",
    "make orders.user_id not null", "orders.user_id not null", "we need orders.user_id to be not null", "orders must have a user_id",
    "change_column_null :orders, :user_id, false", "make orders.user_id optional", "orders.user_id default 0",
    "add default 0 to orders.user_id", "add not null to orders.user_id", "change orders.user_id to bigint",
    "orders.user_id should be bigint", "change_column :orders, :user_id, :bigint", "backfill orders.user_id with 0",
    "drop orders.user_id", "remove_user_id_from_orders", "orders: index user_id",
]


@pytest.mark.parametrize("text", ABOUT_WHAT_IS_NOT_THERE)
def test_a_change_of_a_column_that_is_not_there_never_adds_it(text: str, names: Names):
    with pytest.raises(Unclear) as unclear:
        understand(text, names)
    assert "user_id" in unclear.value.message
    assert {"customer_id", "id", "status", "total", "quantity", "note"} <= set(unclear.value.hint.replace(",", " ").split())


@pytest.mark.parametrize("text", [
    "add an indexed column region_code to orders", "orders need a region_code with an index", "add region_code text index to orders",
    "orders.region_code text not null", "add a region_code column that references nothing to orders", "add_region_code_to_orders",
    "introduce a unique region_code on orders", "add reference_no to orders", "orders + region_code text"])
def test_a_column_that_is_asked_for_is_still_added(text: str, names: Names):
    wanted = understand(text, names).wanted
    assert isinstance(wanted, AddColumns)
    assert [column.name for column in wanted.columns] in (["region_code"], ["reference_no"])


@pytest.mark.parametrize("text", [
    "add_phone_to_users phone:string:index", "make orders.customer_id not null", "no two users may have the same email",
    "orders.customer_id should reference customers", "order totals can't be negative", "fill orders.note with 'none'",
    "drop the index on posts.title", "create table invoices with number text, total numeric(12,2)"], ids=lambda text: text)
def test_what_is_written_is_safe_and_comes_back_down(text: str, tmp_path: Path):
    schema = tmp_path / "schema.sql"
    schema.write_text(SCHEMA)
    settings = load(tmp_path, environment={}, options={}, rule_ids=list)
    options = Options(tmp_path, str(tmp_path), settings)
    request = Request((), schema)
    created = create_migration(Wish(text, tmp_path, "20260101000000"), request, options).created
    assert created is not None
    assert created.checklist
    for path, content in created.files:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    report = prove_migrations(Request((tmp_path / "migrations",), schema), options, 500)
    for proof in report.proofs:
        # What a DO block does is decided when it runs, and values that were filled in stay.
        assert proof.verdict is (ProofVerdict.UNDECIDED if "fill" in text else ProofVerdict.SAFE), proof
        assert proof.reversible.schema_equal in (True, None)
        assert proof.reversible.data_equal in (True, None)
    assert len(report.proofs) == len(created.files) // 2


INDEXED = """CREATE TABLE t (id int PRIMARY KEY, name varchar(20), note text);
CREATE INDEX t_like ON t (name varchar_pattern_ops);
CREATE INDEX t_low ON t (lower(name)) WHERE note IS NOT NULL;
CREATE UNIQUE INDEX t_inc ON t (note DESC NULLS LAST) INCLUDE (name);
"""


def test_the_way_back_makes_each_index_as_it_was(tmp_path: Path):
    schema = tmp_path / "schema.sql"
    schema.write_text(INDEXED)
    options = Options(tmp_path, str(tmp_path), load(tmp_path, environment={}, options={}, rule_ids=list))
    for text in ("drop table t", "drop index t_low", "drop index t_like"):
        folder = tmp_path / text.replace(" ", "_")
        folder.mkdir()
        created = create_migration(Wish(text, folder, "20260101000000"), Request((), schema), options).created
        assert created is not None
        for path, content in created.files:
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content)
        [proof] = prove_migrations(Request((folder / "migrations",), schema), options, 100).proofs
        assert proof.reversible.schema_equal is True
    schema.write_text(INDEXED + "ALTER TABLE t RENAME COLUMN name TO label;")
    with pytest.raises(Unclear, match="is over an expression"):
        create_migration(Wish("drop index t_low", tmp_path, "20260101000000"), Request((), schema), options)


def test_the_command_writes_files_and_never_over_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    schema = tmp_path / "schema.sql"
    schema.write_text(SCHEMA)
    typed = ["create-migration", "add_phone_to_users", "phone:string", "--schema", str(schema), "--folder", str(tmp_path), "-q"]
    assert main(typed) == 0
    assert sorted(path.name for path in (tmp_path / "migrations").iterdir()) == [
        "0001_add_phone_to_users.down.sql", "0001_add_phone_to_users.up.sql"]
    assert main([*typed, "--dry-run"]) == 0
    assert "migrations/0002_add_phone_to_users.up.sql  not written" in capsys.readouterr().out
    assert main(["migration", "create", "make email unique", "--schema", str(schema), "--folder", str(tmp_path)]) == 2
    assert "customers.email or users.email" in capsys.readouterr().err
    before = sorted(tmp_path.rglob("*"))
    assert main(["create-migration", "add an index on orders.user_id", "--schema", str(schema), "--folder", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "orders has no column user_id." in said
    assert "customer_id" in said
    assert sorted(tmp_path.rglob("*")) == before
