"""Tables, with all kinds of columns and constraints."""

import enum

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


class Level(enum.Enum):
    low = 1
    high = 2


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Unicode(80), server_default="it's"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(precision=3), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("level", sa.Enum(Level, name="level"), nullable=True),
        sa.Column("kind", sa.Enum("a", "b'c", name="kind"), server_default="a"),
        sa.Column("note", sa.Text(), comment="what was said"),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String(20)), nullable=True),
        sa.Column("ratio", sa.Float(), nullable=True),
        sa.Column("exact", sa.Float(precision=24), nullable=True),
        sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("0"), nullable=False),
        sa.Column("uid", postgresql.UUID(as_uuid=True), nullable=False, unique=True),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("day", sa.Date()),
        sa.Column("at", sa.Time(timezone=True)),
        sa.Column("span", sa.Interval()),
        sa.Column("order", sa.SmallInteger(), index=True),
        sa.Column("Mixed", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("either", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.CheckConstraint("price >= 0", name="price_positive"),
        sa.CheckConstraint(sa.column("ratio") < 5, name=op.f("ck_ratio")),
        sa.UniqueConstraint("email", name=op.f("customers_email_key")),
        sa.UniqueConstraint("name", "day"),
        sa.PrimaryKeyConstraint("id"),
        comment="who buys",
    )
    op.create_index(op.f("ix_customers_created_at"), "customers", ["created_at"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, start=10), primary_key=True),
        sa.Column("customer_id", sa.ForeignKey("customers.id", ondelete="CASCADE"), type_=sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), sa.ForeignKey("orders.id"), unique=True),
        sa.Column("total", sa.Integer(), sa.CheckConstraint("total > 0", name="total")),
        sa.Column("level", postgresql.ENUM("low", "high", name="level", create_type=False)),
        sa.Column("twice", sa.BigInteger(), sa.Computed("parent_id * 2", persisted=True)),
        sa.Column("customer_email", sa.String()),
        sa.ForeignKeyConstraint(
            ["customer_email"], ["customers.email"], name="fk_email", onupdate="CASCADE", ondelete="SET NULL",
            deferrable=True, initially="DEFERRED",
        ),
        sa.Index("orders_total", "total", postgresql_where=sa.text("total > 10")),
    )
    op.create_table("pairs", sa.Column("a", sa.Integer(), primary_key=True), sa.Column("b", sa.Integer(), primary_key=True))
    op.create_table(
        "lines",
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("n", sa.SmallInteger(), autoincrement=True, primary_key=True),
    )
    op.create_table("events", sa.Column("at", sa.Date(), nullable=False), postgresql_partition_by="RANGE (at)")


def downgrade() -> None:
    op.drop_table("events")
    op.drop_table("lines")
    op.drop_table("pairs")
    op.drop_table("orders")
    op.drop_index(op.f("ix_customers_created_at"), table_name="customers")
    op.drop_table("customers")
    op.execute("DROP TYPE level")
    op.execute(sa.text("DROP TYPE kind"))
