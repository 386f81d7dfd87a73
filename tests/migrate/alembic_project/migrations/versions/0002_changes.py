"""Columns and constraints of tables that are there."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
LENGTH = 20
ADDED = ("one", "two")


def add(table: str, name: str, **options: object) -> None:
    op.add_column(table, sa.Column(name, sa.String(LENGTH), **options))


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("shop_id", sa.Integer(), sa.ForeignKey("customers.id"), index=True))
    op.add_column("orders", sa.Column("code", sa.String(), unique=True, comment="a code"))
    for name in ADDED:
        if name == "one":
            add("orders", name)
            continue
        add("orders", f"{name}_{1:02d}", server_default="x")
    op.alter_column("orders", "note", existing_type=sa.Text(), nullable=True)
    op.alter_column("orders", "note", server_default=None, comment="said")
    op.alter_column(
        "orders", "total", type_=sa.BigInteger(), existing_type=sa.Integer(), nullable=False, server_default="1",
        postgresql_using="total::bigint", new_column_name="sum",
    )
    op.create_unique_constraint("pair", "orders", ["customer_id", "code"])
    op.create_unique_constraint(None, "pairs", ["b"], deferrable=True)
    op.create_check_constraint("sum_small", "orders", "sum < 1000000")
    op.create_check_constraint("not_yet", "orders", sa.column("sum") != 3, postgresql_not_valid=True)
    op.create_foreign_key(None, "pairs", "customers", ["a"], ["id"], ondelete="RESTRICT")
    op.create_foreign_key("fk_late", "pairs", "customers", ["b"], ["id"], postgresql_not_valid=True)
    op.create_index("orders_note", "orders", [sa.text("lower(note)")], unique=True)
    op.create_index(
        "orders_code", "orders", ["code"], postgresql_using="btree", postgresql_ops={"code": "text_pattern_ops"},
        postgresql_include=["note"], postgresql_where=sa.text("code IS NOT NULL"),
    )
    op.create_index("orders_two", "orders", ["customer_id", sa.text("id DESC")], if_not_exists=True)
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=40), nullable=True))
        batch_op.alter_column("phone", existing_type=sa.String(length=40), type_=sa.Text())
        batch_op.create_index(batch_op.f("ix_customers_phone"), ["phone"], unique=False)
        batch_op.create_unique_constraint("phone_once", ["phone"])
        batch_op.drop_column("raw")
    op.rename_table("pairs", "Pairs")
    op.drop_constraint("fk_email", "orders", type_="foreignkey")
    op.create_table_comment("orders", "what was bought", existing_comment=None)


def downgrade() -> None:
    op.drop_table_comment("orders", existing_comment="what was bought")
    op.create_foreign_key("fk_email", "orders", "customers", ["customer_email"], ["email"])
    op.rename_table("Pairs", "pairs")
    with op.batch_alter_table("customers") as batch_op:
        batch_op.add_column(sa.Column("raw", sa.LargeBinary()))
        batch_op.drop_constraint("phone_once", type_="unique")
        batch_op.drop_index("ix_customers_phone")
        batch_op.drop_column("phone")
    for name in ("orders_two", "orders_code", "orders_note"):
        op.drop_index(name, table_name="orders", if_exists=True)
    op.drop_constraint("fk_late", "pairs", type_="foreignkey")
    op.drop_constraint(op.f("fk_pairs_a_customers"), "pairs", type_="foreignkey")
    op.drop_constraint("not_yet", "orders", type_="check")
    op.drop_constraint("sum_small", "orders", type_="check")
    op.drop_constraint(op.f("uq_pairs_b"), "pairs", type_="unique")
    op.drop_constraint("pair", "orders", type_="unique")
    op.alter_column("orders", "sum", new_column_name="total", type_=sa.Integer(), server_default=None, nullable=True)
    for name in ["two_01", *["one"], "code", "shop_id", "note"]:
        op.drop_column("orders", name)
