"""The audit log."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE audit_log (
            happened_at timestamptz NOT NULL DEFAULT now(),
            actor_id bigint NOT NULL,
            action varchar(60) NOT NULL,
            subject varchar(120) NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE audit_log")
