"""The same library with Flask and SQL of its own through psycopg: `python flask_service.py DSN PORT FILE`."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import requests
from flask import Flask, jsonify, request
from opentelemetry import context, trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

DSN, PORT, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
KINDS = {
    "/orders-of-each": "loop", "/written-out": "loop", "/counted": "count per item", "/down": "nested loop",
    "/asked-elsewhere": "request per item", "/names-of-each": "loop", "/sums": "count per item",
    "/one-join": "", "/any": "", "/offset-pages": "", "/same-again": "", "/three": "", "/saved": "", "/in-threads": "",
    "/many-kinds": "", "/ranges": "", "/until-done": "", "/stock/<int:number>": "",
}
app = Flask(__name__)


def connected() -> psycopg.Connection:
    """A connection of its own for each request."""
    return psycopg.connect(DSN, autocommit=True)


def limit() -> int:
    """How many items are asked for."""
    return int(request.args.get("limit", 10))


@app.get("/orders-of-each")
def orders_of_each():
    with connected() as db:
        books = db.execute("SELECT id, title FROM book ORDER BY title LIMIT %s", (limit(),)).fetchall()
        return jsonify([db.execute("SELECT stars, body FROM review WHERE book_id = %s", (i,)).fetchall() for i, _ in books])


@app.get("/written-out")
def written_out():
    with connected() as db:
        out = []
        for (number,) in db.execute(f"SELECT id FROM author LIMIT {limit()}").fetchall():
            out.append(db.execute(f"SELECT title FROM book WHERE author_id = {number}").fetchall())
        return jsonify(out)


@app.get("/names-of-each")
def names_of_each():
    with connected() as db:
        cursor = db.cursor()
        cursor.execute("SELECT id, author_id FROM book WHERE price > 3 LIMIT %s", (limit(),))
        return jsonify([db.execute("SELECT name FROM author WHERE id = %(author)s", {"author": by}).fetchone()
                        for _, by in cursor.fetchall()])


@app.get("/counted")
def counted():
    with connected() as db:
        ids = [i for (i,) in db.execute("SELECT id FROM book LIMIT %s", (limit(),))]
        return jsonify([db.execute("SELECT count(*) FROM review WHERE book_id = %s", (i,)).fetchone()[0] for i in ids])


@app.get("/sums")
def sums():
    with connected() as db:
        ids = [i for (i,) in db.execute("SELECT id FROM author LIMIT %s", (limit(),))]
        return jsonify([db.execute("SELECT coalesce(sum(price), 0) FROM book WHERE author_id = %s", (i,)).fetchone()[0]
                        for i in ids])


@app.get("/down")
def down():
    with connected() as db:
        out = []
        for (author,) in db.execute("SELECT id FROM author LIMIT %s", (min(limit(), 7),)).fetchall():
            for (book,) in db.execute("SELECT id FROM book WHERE author_id = %s LIMIT 4", (author,)).fetchall():
                out.append(db.execute("SELECT word FROM tag JOIN book_tag ON tag_id = tag.id WHERE book_id = %s",
                                      (book,)).fetchall())
        return jsonify(out)


@app.get("/stock/<int:number>")
def stock(number: int):
    return jsonify(number % 9)


@app.get("/asked-elsewhere")
def asked_elsewhere():
    with connected() as db:
        ids = [i for (i,) in db.execute("SELECT id FROM book LIMIT %s", (limit(),))]
    return jsonify([requests.get(f"http://127.0.0.1:{PORT}/stock/{i}", timeout=5).json() for i in ids])


@app.get("/one-join")
def one_join():
    with connected() as db:
        return jsonify(db.execute("SELECT b.title, r.stars FROM book b JOIN review r ON r.book_id = b.id LIMIT %s",
                                  (limit(),)).fetchall())


@app.get("/any")
def any_of():
    with connected() as db:
        ids = [i for (i,) in db.execute("SELECT id FROM book LIMIT %s", (limit() * 20,))]
        return jsonify([db.execute("SELECT count(*) FROM review WHERE book_id = ANY(%s)", (ids[at:at + 20],)).fetchone()
                        for at in range(0, len(ids), 20)])


@app.get("/offset-pages")
def offset_pages():
    with connected() as db:
        return jsonify([len(db.execute("SELECT id, body FROM review ORDER BY id LIMIT 50 OFFSET %s", (page * 50,)).fetchall())
                        for page in range(limit())])


@app.get("/ranges")
def ranges():
    with connected() as db:
        return jsonify([db.execute("SELECT id, body FROM review WHERE id >= %s AND id < %s", (at, at + 100)).fetchall()[:1]
                        for at in range(1, limit() * 100, 100)])


@app.get("/same-again")
def same_again():
    with connected() as db:
        return jsonify([db.execute("SELECT name FROM author WHERE id = %s", (11,)).fetchone() for _ in range(limit())])


@app.get("/three")
def three():
    with connected() as db:
        return jsonify([db.execute("SELECT title FROM book WHERE id = %s", (i,)).fetchone() for i in (5, 6, 7)])


@app.get("/saved")
def saved():
    with connected() as db:
        for number in range(limit()):
            db.execute("INSERT INTO visit (page) VALUES (%s)", (f"/s/{number}",))
        for number in range(limit()):
            db.execute("UPDATE visit SET page = %s WHERE page = %s", ("/gone", f"/s/{number}"))
    return jsonify(limit())


@app.get("/in-threads")
def in_threads():
    current = context.get_current()

    def one(number: int) -> int:
        token = context.attach(current)
        try:
            with connected() as db:
                db.execute("SELECT pg_sleep(0.02)")
                return db.execute("SELECT price FROM book WHERE id = %s", (number,)).fetchone()[0]
        finally:
            context.detach(token)

    with ThreadPoolExecutor(16) as pool:
        return jsonify(list(pool.map(one, range(1, min(limit(), 16) + 1))))


@app.get("/many-kinds")
def many_kinds():
    with connected() as db:
        return jsonify([db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in (
            "author", "book", "review", "tag", "book_tag", "visit", "pg_class")])


@app.get("/until-done")
def until_done():
    with connected() as db:
        for _ in range(limit()):
            if db.execute("SELECT 1 FROM visit WHERE page = %s", ("never",)).fetchone():
                break
            time.sleep(0.003)
    return jsonify("done")


if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=open(FILE, "w", encoding="utf-8"))))
    trace.set_tracer_provider(provider)
    PsycopgInstrumentor().instrument()
    RequestsInstrumentor().instrument()
    FlaskInstrumentor().instrument_app(app)
    app.run("127.0.0.1", PORT, threaded=True)
