"""A library with FastAPI and SQLAlchemy: each route says in `KINDS` what a person would call what it sends.

Run by the benchmark in an environment of its own: `python fastapi_service.py DSN PORT FILE`.
"""

from __future__ import annotations

import asyncio
import sys
import time

import httpx
import strawberry
import uvicorn
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload
from strawberry.extensions.tracing import OpenTelemetryExtensionSync
from strawberry.fastapi import GraphQLRouter

DSN, PORT, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
KINDS = {
    "/authors-in-a-model": "lazy relationship", "/books-with-their-author": "lazy relationship",
    "/books-with-tags": "lazy relationship", "/counts": "count per item", "/reviews-of-each": "loop",
    "/is-reviewed": "loop", "/all-the-way-down": "nested loop", "/prices": "request per item", "/graphql": "resolver",
    "/cheapest-of-each": "loop",
    "/joined": "", "/selected-in": "", "/pages": "", "/batches": "", "/the-same": "", "/few": "", "/dashboard": "",
    "/side-by-side": "", "/written": "", "/waiting": "", "/price/{number}": "",
}


class Base(DeclarativeBase):
    """Tables of the library."""


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list[Book]] = relationship(back_populates="author")


class BookTag(Base):
    __tablename__ = "book_tag"
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)


class Tag(Base):
    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    title: Mapped[str]
    price: Mapped[int]
    author: Mapped[Author] = relationship(back_populates="books")
    tags: Mapped[list[Tag]] = relationship(secondary="book_tag")


class Review(Base):
    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    stars: Mapped[int]
    body: Mapped[str]


class Visit(Base):
    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str]


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    title: str


class AuthorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    books: list[BookOut]


engine = create_engine(DSN.replace("postgresql://", "postgresql+psycopg://"))
app = FastAPI()


@strawberry.type
class Writer:
    """An author, whose books are asked for when somebody wants them."""

    id: int
    name: str

    @strawberry.field
    def titles(self) -> list[str]:
        with Session(engine) as session:
            return list(session.scalars(select(Book.title).where(Book.author_id == self.id)))


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def writers(self, limit: int = 10) -> list[Writer]:
        with Session(engine) as session:
            return [Writer(id=a.id, name=a.name) for a in session.scalars(select(Author).order_by(Author.id).limit(limit))]


app.include_router(GraphQLRouter(strawberry.Schema(Query, extensions=[OpenTelemetryExtensionSync])), prefix="/graphql")


@app.get("/authors-in-a-model", response_model=list[AuthorOut])
def authors_in_a_model(limit: int = 10):
    session = Session(engine)
    return session.scalars(select(Author).order_by(Author.id).limit(limit)).all()


@app.get("/books-with-their-author")
def books_with_their_author(limit: int = 10):
    with Session(engine) as session:
        return [{"title": b.title, "by": b.author.name} for b in session.scalars(select(Book).order_by(Book.id).limit(limit))]


@app.get("/books-with-tags")
def books_with_tags(limit: int = 10):
    with Session(engine) as session:
        return [[t.word for t in b.tags] for b in session.scalars(select(Book).order_by(Book.id).limit(limit))]


@app.get("/counts")
def counts(limit: int = 10):
    with Session(engine) as session:
        authors = session.scalars(select(Author).order_by(Author.id).limit(limit)).all()
        return {a.name: session.scalar(select(func.count()).select_from(Book).where(Book.author_id == a.id)) for a in authors}


@app.get("/reviews-of-each")
def reviews_of_each(limit: int = 10):
    with Session(engine) as session:
        books = session.scalars(select(Book).order_by(Book.title).limit(limit)).all()
        return [[r.body for r in session.scalars(select(Review).where(Review.book_id == b.id))] for b in books]


@app.get("/is-reviewed")
def is_reviewed(limit: int = 10):
    with Session(engine) as session:
        ids = session.scalars(select(Book.id).limit(limit)).all()
        return [session.scalar(select(Review.id).where(Review.book_id == i, Review.stars == 5).limit(1)) is not None
                for i in ids]


@app.get("/cheapest-of-each")
def cheapest_of_each(limit: int = 10):
    with Session(engine) as session:
        found = []
        for author in session.scalars(select(Author).limit(limit)).all():
            found.append(session.scalars(select(Book).where(Book.author_id == author.id).order_by(Book.price).limit(1))
                         .first().title)
        return found


@app.get("/all-the-way-down")
def all_the_way_down(limit: int = 6):
    with Session(engine) as session:
        out = []
        for author in session.scalars(select(Author).limit(limit)).all():
            for book in session.scalars(select(Book).where(Book.author_id == author.id).limit(5)).all():
                out += [r.stars for r in session.scalars(select(Review).where(Review.book_id == book.id))]
        return out


@app.get("/price/{number}")
def price(number: int):
    return {"price": number % 40}


@app.get("/prices")
def prices(limit: int = 10):
    with Session(engine) as session:
        ids = session.scalars(select(Book.id).limit(limit)).all()
    return [httpx.get(f"http://127.0.0.1:{PORT}/price/{i}").json()["price"] for i in ids]


@app.get("/joined")
def joined(limit: int = 10):
    with Session(engine) as session:
        return [b.author.name for b in session.scalars(select(Book).options(joinedload(Book.author)).limit(limit))]


@app.get("/selected-in")
def selected_in(limit: int = 10):
    with Session(engine) as session:
        return [len(a.books) for a in session.scalars(select(Author).options(selectinload(Author.books)).limit(limit))]


@app.get("/pages")
def pages(limit: int = 10):
    total, last = 0, 0
    with Session(engine) as session:
        while page := session.scalars(select(Review).where(Review.id > last).order_by(Review.id).limit(20 * limit)).all():
            total, last = total + len(page), page[-1].id
    return total


@app.get("/batches")
def batches(limit: int = 10):
    with Session(engine) as session:
        ids = session.scalars(select(Book.id).order_by(Book.id).limit(limit * 10)).all()
        return sum(len(session.scalars(select(Review).where(Review.book_id.in_(ids[at:at + 10]))).all())
                   for at in range(0, len(ids), 10))


@app.get("/the-same")
def the_same(limit: int = 10):
    total = 0
    for _ in range(limit):
        with Session(engine) as session:
            total += session.get(Author, 7).id
    return total


@app.get("/few")
def few():
    with Session(engine) as session:
        return [session.scalar(select(Book.title).where(Book.id == i)) for i in (3, 1, 2)]


@app.get("/dashboard")
def dashboard():
    with Session(engine) as session:
        tables = (Author, Book, Review, Tag, BookTag, Visit)
        return [session.scalar(select(func.count()).select_from(each)) for each in tables]


@app.get("/side-by-side")
async def side_by_side(limit: int = 10):
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(f"http://127.0.0.1:{PORT}/price/{i}") for i in range(limit)))
    return [answer.json()["price"] for answer in answers]


@app.get("/written")
def written(limit: int = 10):
    with Session(engine) as session:
        for number in range(limit):
            session.add(Visit(page=f"/p/{number}"))
            session.flush()
        session.commit()
    return limit


@app.get("/waiting")
def waiting(limit: int = 10):
    for _ in range(limit):
        with Session(engine) as session:
            if session.scalar(select(func.count()).select_from(Visit).where(Visit.page == "never")):
                break
        time.sleep(0.005)
    return "done"


if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=open(FILE, "w", encoding="utf-8"))))
    trace.set_tracer_provider(provider)
    SQLAlchemyInstrumentor().instrument(engine=engine)
    HTTPXClientInstrumentor().instrument()
    FastAPIInstrumentor.instrument_app(app)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error")
