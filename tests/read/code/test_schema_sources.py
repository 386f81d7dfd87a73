"""Which tables are the service's: models, histories and SQL files that belong to it, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.model.backend import Backend
from backend_lead.read.reader import read_backend

MODELS = """
from datetime import datetime, timezone
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    placed: Mapped[datetime] = mapped_column(default=lambda: datetime.now(timezone.utc))
    paid: Mapped[datetime] = mapped_column(default=datetime.utcnow)
"""
APP = """
import psycopg
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders():
    with psycopg.connect("postgresql://db/shop") as connection:
        return connection.execute("SELECT id, total FROM orders").fetchall()
"""
SCHEMA = "CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric);"
OTHERS = "CREATE TABLE visits (id int, seen timestamp);"


def read(folder: Path, **files: str) -> Backend:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py").replace("_sql", ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_backend(folder, cache=False)


def revision(number: str, before: str, body: str) -> str:
    return f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{number}"\ndown_revision = {before}\n{body}'


def names(backend: Backend) -> list[str]:
    return [table.name for table in backend.tables]


def test_models_inside_a_migration_are_of_their_day(tmp_path):
    old = revision("1", "None", """
Base = sa.orm.declarative_base()


class Old(Base):
    __tablename__ = "old_orders"
    id = sa.Column(sa.Integer, primary_key=True)


class Order(Base):
    __tablename__ = "orders"
    id = sa.Column(sa.Integer, primary_key=True)


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
""")
    backend = read(tmp_path, models_py=MODELS, migrations__one_py=old)
    assert names(backend) == ["orders"]
    assert backend.tables[0].column("status") is not None


def test_a_migration_that_creates_its_own_models_makes_their_tables(tmp_path):
    made = revision("1", "None", """
from sqlalchemy.ext.declarative import declarative_base

Base = declarative_base()


class Visit(Base):
    __tablename__ = "visits"
    id = sa.Column(sa.Integer, primary_key=True)


def upgrade():
    Base.metadata.create_all(bind=op.get_bind())
""")
    later = revision("2", '"1"', """
def upgrade():
    op.add_column("visits", sa.Column("seen", sa.DateTime(timezone=True)))
""")
    backend = read(tmp_path, migrations__one_py=made, migrations__two_py=later)
    [visits] = backend.tables
    assert visits.primary_key == ("id",)
    assert visits.column("seen").type == "timestamp with time zone"


def test_what_only_the_model_calls_the_primary_key_is_told(tmp_path):
    made = revision("1", "None", """
def upgrade():
    op.execute("CREATE TABLE orders (id int, status text)")
""")
    [orders] = read(tmp_path, models_py=MODELS, migrations__one_py=made).tables
    assert orders.primary_key == ("id",)
    assert orders.primary_key_assumed


def test_a_default_tells_whether_it_has_a_zone(tmp_path):
    [orders] = read(tmp_path, models_py=MODELS).tables
    assert [orders.column(name).zoned for name in ("placed", "paid", "status")] == [True, False, None]


def test_like_copies_keys_and_indexes_where_it_says_so(tmp_path):
    text = """
    CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE, seen timestamptz);
    CREATE INDEX ix_seen ON a (seen);
    CREATE TABLE whole (LIKE a INCLUDING ALL);
    CREATE TABLE bare (LIKE a INCLUDING DEFAULTS);
    """
    tables = {table.name: table for table in read(tmp_path, schema_sql=text).tables}
    assert tables["whole"].primary_key == ("id",)
    assert sorted(index.columns for index in tables["whole"].indexes) == [("code",), ("seen",)]
    assert tables["bare"].primary_key == ()
    assert tables["bare"].indexes == ()


def test_sql_of_another_purpose_is_no_schema(tmp_path):
    backend = read(tmp_path, app_py=APP, db__schema_sql=SCHEMA, playground__data_sql=OTHERS)
    assert names(backend) == ["orders"]
    assert [item.what for item in backend.unresolved if "no code reads it" in item.why] == ["playground/data.sql"]


@pytest.mark.parametrize("code", ['open("data.sql")', 'Path("playground").glob("*.sql")'])
def test_sql_that_code_reads_is_schema(tmp_path, code):
    backend = read(tmp_path, app_py=APP, db__schema_sql=SCHEMA, playground__data_sql=OTHERS, setup_py=f"load({code})")
    assert names(backend) == ["orders", "visits"]


@pytest.mark.parametrize(("code", "found"), [
    ("from sqlalchemy.dialects.mysql import LONGTEXT", ("mysql",)),
    ("import asyncpg", ("postgresql",)),
    ("url = f'mysql+pymysql://{user}@{host}/shop'\nother = 'sqlite:///shop.db'", ("mysql",)),
    ("url = 'sqlite:///shop.db'", ("sqlite",)),
    ("address = URL.create('postgresql+psycopg', host='db')", ("postgresql",)),
    ("x = 1", ())])
def test_the_database_is_told_by_what_the_code_imports_and_connects_to(tmp_path, code, found):
    assert read(tmp_path, models_py=MODELS, settings_py=code).databases == found


@pytest.mark.parametrize(("name", "text", "found"), [
    ("requirements.txt", "fastapi\npsycopg2-binary==2.9\n", ("postgresql",)),
    ("pyproject.toml", '[project]\ndependencies = ["sqlalchemy", "aiomysql>=0.2"]\n', ("mysql",)),
    ("schema.sql", "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;", ("mysql",)),
    ("schema.sql", "CREATE TABLE a (at timestamptz);", ("postgresql",))])
def test_the_database_is_told_by_dependencies_and_spelling(tmp_path, name, text, found):
    (tmp_path / name).write_text(text)
    assert read(tmp_path, models_py=MODELS).databases == found


@pytest.mark.parametrize(("base", "extra", "name"), [
    ("SQLModel", ", table=True", "orderline"), ("Model", "", "order_line")])
def test_a_table_without_a_name_has_the_one_that_its_library_gives(tmp_path, base, extra, name):
    models = f"""
from flask_sqlalchemy import SQLAlchemy
from sqlmodel import Field, SQLModel

db = SQLAlchemy()
Model = db.Model


class OrderLine({base}{extra}):
    id: int = {"Field(primary_key=True)" if base == "SQLModel" else "db.Column(db.Integer, primary_key=True)"}
"""
    assert names(read(tmp_path, models_py=models)) == [name]


def test_a_model_that_a_whole_history_does_not_make_lies_elsewhere(tmp_path):
    tables = "".join(f"""


class T{number}(Base):
    __tablename__ = "t{number}"
    id: Mapped[int] = mapped_column(primary_key=True)
""" for number in range(5))
    made = "".join(f'    op.create_table("t{number}", sa.Column("id", sa.Integer, primary_key=True))\n'
                   for number in range(5))
    history = revision("1", "None", f"""
def upgrade():
    op.create_table("other", sa.Column("id", sa.Integer, primary_key=True))
{made}""")
    backend = read(tmp_path, models_py=MODELS + tables, migrations__one_py=history)
    assert {table.name: table.source for table in backend.tables if table.model} == {
        "orders": "elsewhere", **{f"t{number}": "migrations" for number in range(5)}}


@pytest.mark.parametrize("first", ["", "db.metadata, "])
def test_a_link_table_has_its_first_column_with_and_without_metadata(tmp_path, first):
    models = f"""
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
links = db.Table("links", {first}db.Column("a", db.Integer, primary_key=True), db.Column("b", db.Integer, primary_key=True))
"""
    [links] = read(tmp_path, models_py=models).tables
    assert links.primary_key == ("a", "b")


def test_a_class_that_takes_its_table_name_away_keeps_to_the_table_of_its_base(tmp_path):
    more = MODELS + """

class Return(Order):
    __tablename__ = None
    reason: Mapped[str]
"""
    backend = read(tmp_path, models_py=more, app_py=APP)
    assert names(backend) == ["orders"]
    assert backend.tables[0].column("reason") is not None
