"""Many rows into a table at once: what is looked up row by row is taken away before and put back behind them.

Indexes that keep nothing unique are built over the rows that are there, and foreign keys are checked over all of them,
which takes a fraction of the time (PostgreSQL manual, 14.4: populating a database).  A unique key stays: the rows that
it turns away are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend_lead.gates.scratch_session import ScratchError, ScratchSession

# Of plain tables alone: what a partition has of its parent cannot be taken away.
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE i.indrelid = %s::regclass AND t.relkind = 'r' AND NOT t.relispartition AND i.indisvalid AND NOT i.indisunique
      AND NOT i.indisclustered AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""
_KEYS = """
    SELECT quote_ident(c.conname), pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.conrelid = %s::regclass AND c.contype = 'f' AND t.relkind = 'r' AND NOT t.relispartition
      AND c.conparentid = 0 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Aside:
    """What was taken away from a table: statements that put it back."""

    indexes: tuple[str, ...]
    keys: tuple[str, ...]


def insert_many(session: ScratchSession, table: str, insert: Callable[[], None]) -> None:
    """Run `insert`, which fills `table`, without indexes and foreign keys that it need not have meanwhile.

    Raises ScratchError when rows cannot be inserted or their foreign keys lead nowhere: the table is empty then, and as
    it was.
    """
    aside = _taken_away(session, table)
    try:
        insert()
        for statement in aside.keys:
            session.run(statement)
    except ScratchError:
        session.run(f"DELETE FROM {table}")
        for statement in aside.keys:
            _put_back(session, statement)
        raise
    finally:
        for statement in aside.indexes:
            session.run(statement)


def _taken_away(session: ScratchSession, table: str) -> Aside:
    indexes = session.run(_INDEXES, (table,))
    keys = session.run(_KEYS, (table,))
    for name, _ in indexes:
        session.run(f"DROP INDEX {name}")
    for name, _ in keys:
        session.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return Aside(
        tuple(definition for _, definition in indexes),
        tuple(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in keys),
    )


def _put_back(session: ScratchSession, statement: str) -> None:
    try:
        session.run(statement)
    except ScratchError as error:
        if error.state != "42710":  # It is there: duplicate_object.
            raise
