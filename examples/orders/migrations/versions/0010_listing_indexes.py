"""Indexes for the listings."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix_orders_customer_id_id ON orders (customer_id, id)")
        op.execute("CREATE INDEX CONCURRENTLY ix_products_sku ON products (sku)")
        op.execute("CREATE INDEX CONCURRENTLY ix_orders_channel ON orders (channel)")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY ix_orders_channel")
        op.execute("DROP INDEX CONCURRENTLY ix_products_sku")
        op.execute("DROP INDEX CONCURRENTLY ix_orders_customer_id_id")
