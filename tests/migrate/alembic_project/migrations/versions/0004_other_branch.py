"""The other branch."""

import sqlalchemy as sa
from alembic import op

revision = "0004b"
down_revision = "0003"
status = sa.Enum("on", "off", name="status")


def upgrade() -> None:
    status.create(op.get_bind())
    op.add_column("kinds", sa.Column("status", status, nullable=True))


def downgrade() -> None:
    op.drop_column("kinds", "status")
    status.drop(op.get_bind())
