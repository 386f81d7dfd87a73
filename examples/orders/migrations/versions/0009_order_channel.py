"""Sales channel and delivery note of an order, phone of a customer."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN channel varchar(16) NOT NULL DEFAULT 'web'")
    op.execute("ALTER TABLE orders ADD COLUMN delivery_note varchar(500)")
    op.add_column("customers", sa.Column("phone", sa.String(32)))


def downgrade() -> None:
    op.drop_column("customers", "phone")
    op.execute("ALTER TABLE orders DROP COLUMN delivery_note")
    op.execute("ALTER TABLE orders DROP COLUMN channel")
