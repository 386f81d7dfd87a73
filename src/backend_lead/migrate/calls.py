"""What is sent to a database while a migration is proven: the application's own statements, else some made for its
tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.gates.text import one_line
from backend_lead.migrate.application import Application, plain, use_of_query
from backend_lead.migrate.catalog import Catalog
from backend_lead.model.place import Unresolved
from backend_lead.prove.load import Call
from backend_lead.prove.rows import Filled, value_of

_PARAMETERS = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = %s"
_KINDS = {"SELECT": "select", "INSERT": "insert", "UPDATE": "update", "DELETE": "update"}
# A row that no made-up one is.
FRESH = 9_000_001


@dataclass(frozen=True, slots=True)
class Sendable:
    """A statement of the application with values that it works with: sent anew, or prepared under a name."""

    text: str
    name: str
    sql: str
    values: str

    @property
    def fresh(self) -> str:
        """The statement as one that is sent for the first time."""
        return f"PREPARE f{self.name} AS {self.sql}; EXECUTE f{self.name}{self.values}; DEALLOCATE f{self.name}"

    @property
    def prepared(self) -> str:
        """The statement as one that was prepared before."""
        return f"EXECUTE {self.name}{self.values}"


def sendable(
    session: ScratchSession, application: Application, catalog: Catalog, filled: Filled
) -> tuple[list[Sendable], list[Unresolved]]:
    """Prepare the application's statements; return those that work now, and those that do not with the reason."""
    found, notes = [], []
    for number, query in enumerate(application.queries):
        sql = plain(query.sql or "")
        name = f"q{number}"
        try:
            session.run(f"PREPARE {name} AS {sql}")
            types = session.run(_PARAMETERS, (name,))[0][0]
            bound = use_of_query(query, catalog).bound
            row = FRESH if sql.lstrip()[:6].upper() == "INSERT" else 1
            values = ", ".join(
                _value(kind, bound.get(number), row, filled) for number, kind in enumerate(types, start=1)
            )
            one = Sendable(query.sql or "", name, sql, f"({values})" if types else "")
            tried(session, one.prepared, raising=True)
            found.append(one)
        except ScratchError as error:
            notes.append(
                Unresolved(one_line(sql, 60), f"it does not work on the schema before: {error.message}", query.place)
            )
    return found, notes


def _value(kind: str, column: tuple[str, str] | None, row: int, filled: Filled) -> str:
    """What a parameter stands for: the value that its column has in a row, a new one for an INSERT."""
    expression = filled.expressions.get(column[0], {}).get(column[1]) if column is not None else None
    if expression is None:
        return f"({value_of(kind, row)})"
    placed = re.sub(r"(?<![\w.])i\b", str(row), expression)
    return f"({placed})::{kind}"


def tried(session: ScratchSession, sql: str, *, raising: bool = False) -> str:
    """Return what the server says against a statement, which is rolled back; "" when it works."""
    try:
        session.run("BEGIN")
        session.run(sql)
    except ScratchError as error:
        if raising:
            raise
        return error.message
    finally:
        session.run("ROLLBACK")
    return ""


def calls(sent: Sequence[Sendable], catalog: Catalog, filled: Filled, tables: Sequence[str]) -> list[Call]:
    """Return what the load sends: the application's statements about these tables, and one of each kind for each table
    that none is about."""
    found = []
    for one in sent:
        kind = _KINDS.get(one.sql.lstrip()[:6].upper(), "")
        if kind:
            found.append(Call(kind, f"BEGIN; {one.fresh}; ROLLBACK" if kind != "select" else one.fresh))
    spoken = " ".join(one.sql for one in sent)
    for name in tables:
        relation = catalog.relations.get(name)
        if relation is None or relation.kind not in ("table", "partitioned") or (sent and name in spoken):
            continue
        found += _made(name, filled.expressions.get(name, {}))
    return found


def _made(table: str, expressions: Mapping[str, str]) -> list[Call]:
    """A SELECT, an INSERT and an UPDATE of one table, each rolled back."""
    if not expressions:
        return [Call("select", f"SELECT 1 FROM {table} LIMIT 1")]
    first = next(iter(expressions))
    key = f'"{first}" = (SELECT {expressions[first]} FROM (VALUES (1)) AS v(i))'
    columns = ", ".join(f'"{name}"' for name in expressions)
    values = ", ".join(f"({expression})" for expression in expressions.values())
    return [
        Call("select", f"SELECT 1 FROM {table} WHERE {key} LIMIT 1"),
        Call(
            "insert",
            f"BEGIN; INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
            f"SELECT {values} FROM (VALUES ({FRESH})) AS v(i) ON CONFLICT DO NOTHING; ROLLBACK",
        ),
        Call("update", f'BEGIN; UPDATE {table} SET "{first}" = "{first}" WHERE {key}; ROLLBACK'),
    ]
