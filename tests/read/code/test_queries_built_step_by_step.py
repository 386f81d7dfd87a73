"""A query that grows with what a request asks for stays one query, however many filters there are."""

from __future__ import annotations

import pytest

MODELS = """
import sqlite3
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, String, create_engine, select
from sqlalchemy.orm import Session, declarative_base, sessionmaker
Base = declarative_base()
class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    kind = Column(String)
    shop_id = Column(Integer)
def get_db():
    with sessionmaker(create_engine("postgresql:///x"))() as db:
        yield db
app = FastAPI()
"""
STEPS = {
    "select": (
        "query = select(Item).where(Item.shop_id == 1)",
        "query = query.where(Item.title == {})",
        "db.scalars(query.order_by(Item.id)).all()",
    ),
    "legacy": (
        "query = db.query(Item).filter(Item.shop_id == 1)",
        "query = query.filter(Item.title == {})",
        "query.order_by(Item.id).all()",
    ),
    "text": (
        "query = 'select * from items where shop_id = 1'",
        "query += ' and title = ?'",
        "sqlite3.connect('x').execute(query + ' order by id', []).fetchall()",
    ),
}


@pytest.mark.parametrize("how", STEPS)
def test_query_with_seven_optional_filters_is_still_seen(read, how: str):
    first, step, last = STEPS[how]
    names = list("abcdefg")
    more = "\n".join(f"    if {name}:\n        {step.format(name)}" for name in names)
    backend = read(app=MODELS + f"""
@app.get("/items")
def items({', '.join(f'{name}: str | None = None' for name in names)}, db: Session = Depends(get_db)):
    {first}
{more}
    return {last}
""")
    queries = backend.endpoints[0].queries
    assert queries
    assert all(query.tables == ("items",) for query in queries)
    always = set.intersection(*({part.column for part in query.filters if not part.alternative} for query in queries))
    assert "shop_id" in always
    if how != "text":
        assert "title" not in always, "a filter that may be left out binds nothing"


def test_query_built_in_few_steps_is_told_each_way(read):
    backend = read(app=MODELS + """
@app.get("/items")
def items(a: str | None = None, db: Session = Depends(get_db)):
    query = select(Item)
    if a:
        query = query.where(Item.title == a)
    return db.scalars(query).all()
""")
    assert sorted(len(query.filters) for query in backend.endpoints[0].queries) == [0, 1]
