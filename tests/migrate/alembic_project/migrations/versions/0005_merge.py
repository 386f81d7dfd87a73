"""Both branches together."""

from alembic import op

revision = "0005"
down_revision = ("0004a", "0004b")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA foreign_keys = on")
    else:
        op.execute("ALTER TABLE kinds ALTER COLUMN name SET DEFAULT 'x'; ALTER TABLE kinds ALTER COLUMN id SET NOT NULL")


def downgrade() -> None:
    op.alter_column("kinds", "name", nullable=True, server_default=None)
