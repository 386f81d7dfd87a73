"""A small service whose handlers really ask the shop's database, and a recorder of what they send, as OTLP JSON.

Each handler is labelled: the kind of its N + 1, or "" for one that only looks like it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

HANDLERS: dict[str, tuple[str, Callable[[Recorder], None]]] = {}


def handler(kind: str) -> Callable[[Callable[[Recorder], None]], Callable[[Recorder], None]]:
    """Register a handler under its label."""

    def register(function: Callable[[Recorder], None]) -> Callable[[Recorder], None]:
        HANDLERS[function.__name__] = (kind, function)
        return function

    return register


class Recorder:
    """Sends statements and keeps a span of each; `old` names attributes as they were before 2025."""

    def __init__(self, dsn: str, trace: int, *, old: bool = False, parameters: bool = False) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.trace, self.old, self.parameters = f"{trace:032x}", old, parameters
        self.spans: list[dict[str, Any]] = []
        self.stack: list[str] = [""]
        self.dsn = dsn
        self.lock = threading.Lock()

    @contextmanager
    def span(self, name: str, kind: int = 1, parent: str | None = None, **attributes: object) -> Iterator[None]:
        """Keep a span for as long as the block lasts."""
        with self.lock:
            identity = f"{len(self.spans) + 1:016x}"
            kept = {"traceId": self.trace, "spanId": identity, "name": name, "kind": kind,
                    "parentSpanId": self.stack[-1] if parent is None else parent,
                    "startTimeUnixNano": str(time.time_ns()), "attributes": [
                        {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": str(value)}}
                        for key, value in attributes.items()]}
            self.spans.append(kept)
        if parent is None:
            self.stack.append(identity)
        try:
            yield
        finally:
            if parent is None:
                self.stack.pop()
            kept["endTimeUnixNano"] = str(time.time_ns())

    def ask(self, sql: str, *values: object, line: int = 10, parent: str | None = None) -> list[tuple[Any, ...]]:
        """Send a statement and return its rows."""
        attributes: dict[str, object] = {"db.statement" if self.old else "db.query.text": sql.replace("%s", "$1"),
                                         "db.system" if self.old else "db.system.name": "postgresql",
                                         "code.filepath" if self.old else "code.file.path": "app/views.py",
                                         "code.lineno" if self.old else "code.line.number": line}
        if self.parameters:
            attributes |= {f"db.query.parameter.{number}": str(value) for number, value in enumerate(values)}
        with self.span("SELECT", 3, parent, **attributes):
            if parent is None:
                return self.connection.execute(sql.encode(), values or None).fetchall()
            with psycopg.connect(self.dsn, autocommit=True) as own:
                return own.execute(sql.encode(), values or None).fetchall()

    def serve(self, name: str) -> None:
        """Answer one request by the handler of that name."""
        with self.span(f"GET /{name}", 2, **{"http.method" if self.old else "http.request.method": "GET",
                                             "http.route": f"/{name}/{{id}}"}):
            HANDLERS[name][1](self)
        self.connection.close()


PEOPLE = "SELECT id FROM person ORDER BY id LIMIT 12"


@handler("loop")
def sales_of_people(r: Recorder) -> None:
    for (person,) in r.ask(PEOPLE):
        r.ask("SELECT id, total FROM sale WHERE person_id = %s", person, line=33)


@handler("loop")
def one_by_one(r: Recorder) -> None:
    for key in range(1, 8):
        r.ask("SELECT * FROM person WHERE id = %s", key)


@handler("nested loop")
def sales_then_names(r: Recorder) -> None:
    for (person,) in r.ask(PEOPLE)[:6]:
        for _, state in r.ask("SELECT id, a FROM sale WHERE person_id = %s LIMIT 3", person):
            r.ask("SELECT id, day FROM visit WHERE x = %s", state)


@handler("lazy relationship")
def written_out(r: Recorder) -> None:
    people = r.ask(PEOPLE)
    with r.span("serialize_response"):
        for (person,) in people:
            r.ask("SELECT sale.id, sale.total FROM sale WHERE sale.person_id = %s", person)


@handler("count per item")
def counted(r: Recorder) -> None:
    for (person,) in r.ask(PEOPLE):
        r.ask("SELECT count(*) FROM sale WHERE person_id = %s", person)


@handler("request per item")
def prices_elsewhere(r: Recorder) -> None:
    for (person,) in r.ask(PEOPLE):
        with r.span("GET", 3, **{"http.request.method": "GET", "url.full": f"http://prices.local/v1/price/{person}"}):
            time.sleep(0.0005)


@handler("resolver")
def graph(r: Recorder) -> None:
    for place, (person,) in enumerate(r.ask(PEOPLE)):
        with r.span("graphql.resolve", **{"graphql.field.path": f"people.{place}.sales"}):
            r.ask("SELECT id FROM sale WHERE person_id = %s", person)


@handler("")
def pages(r: Recorder) -> None:
    last = 0
    for _ in range(8):
        rows = r.ask("SELECT id FROM sale WHERE id > %s ORDER BY id LIMIT 100", last)
        last = rows[-1][0]


@handler("")
def batches(r: Recorder) -> None:
    for start in range(0, 700, 100):
        r.ask("SELECT id FROM sale WHERE person_id = ANY(%s)", list(range(start, start + 100)))


@handler("")
def batches_as_lists(r: Recorder) -> None:
    for start in range(0, 21, 3):
        r.ask(f"SELECT id FROM sale WHERE person_id IN ({start}, {start + 1}, {start + 2})")


@handler("")
def the_same_again(r: Recorder) -> None:
    for _ in range(9):
        r.ask("SELECT id FROM sale WHERE person_id = 5")


@handler("")
def alive(r: Recorder) -> None:
    for _ in range(10):
        r.ask("SELECT 1")


@handler("")
def a_few_lookups(r: Recorder) -> None:
    for key in (1, 2, 3):
        r.ask("SELECT * FROM person WHERE id = %s", key)


@handler("")
def locked_one_by_one(r: Recorder) -> None:
    for key in range(1, 9):
        r.ask("SELECT id FROM person WHERE id = %s FOR UPDATE", key)


@handler("")
def side_by_side(r: Recorder) -> None:
    parent = r.stack[-1]
    start = threading.Barrier(8)

    def ask(key: int) -> None:
        start.wait()
        r.ask("SELECT count(*) FROM sale s, person p WHERE s.person_id = %s", key, parent=parent)

    threads = [threading.Thread(target=ask, args=(key,)) for key in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@handler("")
def one_join(r: Recorder) -> None:
    r.ask("SELECT p.id, s.id FROM person p JOIN sale s ON s.person_id = p.id WHERE p.id < 10")
    r.ask("SELECT person_id, count(*) FROM sale GROUP BY person_id LIMIT 5")


@handler("")
def retried_elsewhere(r: Recorder) -> None:
    for _ in range(6):
        with r.span("GET", 3, **{"http.request.method": "GET", "url.full": "http://prices.local/v1/health"}):
            time.sleep(0.0005)
