"""Few rows, made to tell two statements apart: NULL wherever it may stand, the same row twice, ties, empty tables, and
values at both sides of every boundary that the statements name.

Constraints hold, because a rewrite may rest on them: a row that one of them refuses is left out.  The same round gives
the same rows every time.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.adversarial_values import Values

_COLUMNS = """
    SELECT c.oid::int8, c.oid::regclass::text, c.relname::text, a.attname::text, format_type(b.typ, b.typmod),
           t.typtype::text, a.attnotnull, a.attgenerated <> '',
           coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e
                     WHERE e.enumtypid = b.typ), '{}'),
           concat_ws(' ',
               (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname) FROM pg_constraint k
                WHERE k.contype = 'c'
                  AND (k.contypid = a.atttypid OR k.conrelid = c.oid AND a.attnum = ANY (k.conkey))),
               (SELECT string_agg(pg_get_expr(p.relpartbound, p.oid), ' ' ORDER BY p.relname) FROM pg_inherits h
                JOIN pg_class p ON p.oid = h.inhrelid JOIN pg_partitioned_table q ON q.partrelid = c.oid
                WHERE h.inhparent = c.oid AND a.attnum = ANY (q.partattrs::int2[]))),
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
                   AND a.attnum = ANY (i.indkey::int2[]))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    CROSS JOIN LATERAL (SELECT CASE d.typtype WHEN 'd' THEN d.typbasetype ELSE d.oid END AS typ,
                               CASE d.typtype WHEN 'd' THEN d.typtypmod ELSE a.atttypmod END AS typmod
                        FROM pg_type d WHERE d.oid = a.atttypid) b
    JOIN pg_type t ON t.oid = b.typ
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 2, a.attnum"""
_FOREIGN = """
    SELECT k.conrelid::int8, k.confrelid::int8,
           ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY u (n, o)
                 JOIN pg_attribute ON attrelid = k.conrelid AND attnum = u.n ORDER BY u.o),
           ARRAY(SELECT attname::text FROM unnest(k.confkey) WITH ORDINALITY u (n, o)
                 JOIN pg_attribute ON attrelid = k.confrelid AND attnum = u.n ORDER BY u.o)
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.conname"""
# How many rows a table has, how often NULL stands where it may, and how many values a type has: one of each a round.
_SIZES = (0, 1, 2, 4, 7, 12, 18)
_NULLS = (0.0, 0.0, 0.15, 0.4, 0.8)
_SPREADS = (2, 3, 5, 9, 20)
_TWICE = 0.2


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    kind: str
    not_null: bool
    labels: tuple[str, ...]
    bounds: str
    unique: bool


@dataclass(slots=True)
class _Table:
    oid: int
    name: str
    columns: list[_Column] = field(default_factory=list)
    foreign: list[tuple[tuple[str, ...], int, tuple[str, ...]]] = field(default_factory=list)


class AdversarialRows:
    """Rows for the tables `wanted` (their names without schemas) and those that their foreign keys lead to.

    `statements` are the texts whose constants are the boundaries.
    """

    def __init__(self, session: ScratchSession, wanted: Collection[str], statements: Sequence[str]) -> None:
        self._session = session
        self.values = Values(statements)
        self._tables = _ordered(_read(session, wanted))
        for table in self._tables:
            session.run(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")

    @property
    def names(self) -> tuple[str, ...]:
        """The tables, those that others refer to first."""
        return tuple(table.name for table in self._tables)

    def fill(self, number: int) -> Draw:
        """Insert the rows of one round, within the caller's transaction, into tables that are empty; return what the
        parameters of that round are drawn from.  The first round leaves all tables empty."""
        draw = Draw(random.Random(f"rows {number}"), self.values)
        for place, table in enumerate(self._tables):
            # Each table is empty in some round while the others are not.
            few = number == 0 or (number <= len(self._tables) and number == place + 1)
            size = 0 if few else draw.random.choice(_SIZES[1:] if number <= len(self._tables) else _SIZES)
            draw.rows += self._insert(table, size, draw)
        return draw

    def _insert(self, table: _Table, size: int, draw: Draw) -> int:
        if not size:
            return 0
        keys = {id(each): self._keys(each) for each in table.foreign}
        made: list[dict[str, str]] = []
        for _ in range(size):
            if made and draw.random.random() < _TWICE:
                made.append(dict(made[-1]))
                continue
            row = {column.name: draw.of(column, size) for column in table.columns}
            for each in table.foreign:
                _refer(row, table, each, keys[id(each)], draw)
            made.append(row)
        return self._write(table, made)

    def _keys(self, foreign: tuple[tuple[str, ...], int, tuple[str, ...]]) -> list[tuple[str, ...]]:
        _, target, columns = foreign
        table = next((each for each in self._tables if each.oid == target), None)
        if table is None:
            return []
        listed = ", ".join(f'quote_nullable("{name}"::text)' for name in columns)
        return [tuple(row) for row in self._session.run(f"SELECT {listed} FROM {table.name} ORDER BY {listed}")]

    def _write(self, table: _Table, made: Sequence[Mapping[str, str]]) -> int:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        start = f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE VALUES "
        texts = ["(" + ", ".join(row[column.name] for column in table.columns) + ")" for row in made]
        done = self._try(start + ", ".join(texts))
        if done is None:
            # One refused row must not take the others with it.
            done = sum(self._try(start + text) or 0 for text in texts)
        return done

    def _try(self, sql: str) -> int | None:
        try:
            self._session.run(f"SAVEPOINT bl_row; {sql} ON CONFLICT DO NOTHING")
        except ScratchError:
            self._session.run("ROLLBACK TO SAVEPOINT bl_row")
            return None
        return max(self._session.rowcount, 0)


class Draw:
    """What one round draws from: few values of each type, so that rows meet; `rows` were inserted."""

    def __init__(self, source: random.Random, values: Values) -> None:
        self.random = source
        self.rows = 0
        self._values = values
        self._nulls = source.choice(_NULLS)
        self._spread = source.choice(_SPREADS)
        self._drawn: dict[str, list[str]] = {}
        named, usual = values.days()
        days = named if named and source.random() < 0.75 else usual
        self._days = source.sample(days, min(len(days), source.choice((1, 1, 2, 3))))

    def of(self, column: _Column, size: int) -> str:
        """Return an expression for a column."""
        if not column.not_null and self.random.random() < self._nulls:
            return "NULL"
        if column.labels:
            return f"{self._values.quoted(self.random.choice(column.labels))}::{column.type}"
        pool = list(self._pool(column.type))
        if column.bounds:
            own = self._values.bounded(column.type, column.bounds)
            pool = own if own and self.random.random() < 0.8 else pool
        if column.unique:
            pool += self._values.numbered(column.type, size + 2)
        return self.random.choice(pool) if pool else f"NULL::{column.type}"

    def parameter(self, type_: str) -> str:
        """Return an expression for a parameter: mostly what rows hold as well, now and then NULL."""
        if self.random.random() < 0.06:
            return f"NULL::{type_}"
        pool = self._pool(type_) if self.random.random() < 0.8 else self._values.of(type_)
        return self.random.choice(pool) if pool else f"NULL::{type_}"

    def _pool(self, type_: str) -> list[str]:
        if type_ not in self._drawn:
            every = self._values.of(type_)
            near = self._values.named(type_)
            some = self.random.sample(near, min(len(near), self._spread))
            # Dates and times of one round lie around the same few days, those of parameters too.
            some += self._values.on(self._days, type_) * 2
            self._drawn[type_] = some + self.random.sample(every, min(len(every), max(self._spread - len(some), 1)))
        return self._drawn[type_]


def _refer(row: dict[str, str], table: _Table, foreign: tuple[tuple[str, ...], int, tuple[str, ...]],
           keys: Sequence[tuple[str, ...]], draw: Draw) -> None:
    """Let a row lead to one that is there, or to none where that is allowed."""
    mine = foreign[0]
    kinds = {column.name: column for column in table.columns}
    if any(name not in kinds for name in mine):
        return
    if not keys or any(row[name] == "NULL" for name in mine):
        for name in mine:
            if not kinds[name].not_null:
                row[name] = "NULL"
        return
    for name, literal in zip(mine, draw.random.choice(keys), strict=True):
        row[name] = f"{literal}::{kinds[name].type}"


def _read(session: ScratchSession, wanted: Collection[str]) -> list[_Table]:
    """Return the tables wanted and those that they refer to."""
    known: dict[int, _Table] = {}
    chosen: set[int] = set()
    for oid, name, bare, column, type_, kind, not_null, generated, labels, bounds, unique in session.run(_COLUMNS):
        table = known.setdefault(int(oid), _Table(int(oid), name))
        if bare in wanted or name in wanted:
            chosen.add(int(oid))
        if not generated:
            table.columns.append(_Column(column, type_, kind, not_null, tuple(labels), bounds, unique))
    for source, target, mine, theirs in session.run(_FOREIGN):
        if int(source) in known:
            known[int(source)].foreign.append((tuple(mine), int(target), tuple(theirs)))
    pending = sorted(chosen)
    while pending:
        for _, target, _ in known[pending.pop()].foreign:
            if target in known and target not in chosen:
                chosen.add(target)
                pending.append(target)
    return [known[oid] for oid in sorted(chosen)]


def _ordered(tables: list[_Table]) -> list[_Table]:
    """Return tables that others refer to first; a circle is entered at its first name."""
    done: list[_Table] = []
    pending = sorted(tables, key=lambda each: each.name)
    while pending:
        left = {each.oid for each in pending}
        free = [each for each in pending
                if all(target == each.oid or target not in left for _, target, _ in each.foreign)]
        for each in free or pending[:1]:
            done.append(each)
            pending.remove(each)
    return done
