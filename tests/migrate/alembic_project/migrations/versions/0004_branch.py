"""One of two branches; another schema."""

import sqlalchemy as sa
from alembic import op

revision = "0004a"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE SCHEMA other")
    op.create_table(
        "things", sa.Column("id", sa.SmallInteger, primary_key=True), sa.Column("of", sa.Integer), schema="other"
    )
    op.create_foreign_key("fk_of", "things", "customers", ["of"], ["id"], source_schema="other", referent_schema="public")
    op.create_index("things_of", "things", ["of"], schema="other")


def downgrade() -> None:
    op.drop_index("things_of", table_name="things", schema="other")
    op.drop_table("things", schema="other")
    op.execute("DROP SCHEMA other")
