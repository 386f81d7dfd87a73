"""Rows, and statements that run by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

orders = sa.table("orders", sa.column("id", sa.BigInteger), sa.column("note", sa.String), sa.column("sum", sa.Integer))
kinds = sa.Table("kinds", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))


def upgrade() -> None:
    made = op.create_table("kinds", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    op.bulk_insert(made, [{"id": 1, "name": "it's"}, {"id": 2, "name": None}])
    op.execute(orders.update().where(orders.c.note == None).values(note="", sum=orders.c.sum + 1))  # noqa: E711
    op.execute(orders.delete().where(sa.and_(orders.c.sum > 5, sa.or_(orders.c.note == "a", orders.c.note.in_(["b", "c"])))))
    op.execute(sa.insert(kinds).values(id=3, name="three"))
    op.execute(sa.text("UPDATE orders SET note = :note WHERE sum = 1").bindparams(note="x:y"))
    op.execute("UPDATE orders SET note = 'a\\:b' WHERE note::text = 'c%'")
    op.get_bind().execute(sa.text("DELETE FROM kinds WHERE id = 9"))
    with op.get_context().autocommit_block():
        op.create_index("orders_sum", "orders", ["sum"], postgresql_concurrently=True)
        op.execute("ALTER TYPE level ADD VALUE 'middle'")
    op.add_column("kinds", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("kinds", "shown")
    with op.get_context().autocommit_block():
        op.drop_index("orders_sum", table_name="orders", postgresql_concurrently=True)
    op.drop_table("kinds")
