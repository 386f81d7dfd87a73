"""Made-up rows that satisfy a schema's constraints, as many as are wanted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.place import Unresolved
from backend_lead.prove.bulk import insert_many

_COLUMNS = """
    SELECT c.oid::int, c.oid::regclass::text, a.attname::text, format_type(b.typ, b.typmod),
           coalesce(t.typtype, 'b')::text, a.attnotnull, a.attgenerated::text, a.attidentity::text,
           a.attnum::int, format_type(a.atttypid, NULL), t.typcategory::text,
           coalesce((SELECT format_type(e.oid, NULL) FROM pg_type e
                     WHERE e.oid = t.typelem AND t.typcategory = 'A'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    CROSS JOIN LATERAL (SELECT CASE d.typtype WHEN 'd' THEN d.typbasetype ELSE d.oid END AS typ,
                               CASE d.typtype WHEN 'd' THEN d.typtypmod ELSE a.atttypmod END AS typmod
                        FROM pg_type d WHERE d.oid = a.atttypid) b
    JOIN pg_type t ON t.oid = b.typ
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 2, a.attnum
"""
_KEYS = """
    SELECT conrelid::regclass::text, contype::text, conkey::int[], coalesce(confrelid, 0)::regclass::text,
           coalesce(confkey, '{}')::int[], pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid <> 0 AND contype IN ('p', 'u', 'f', 'c') ORDER BY conname
"""
_UNIQUES = """
    SELECT indrelid::regclass::text, indkey::int2[]::int[] FROM pg_index WHERE indisunique AND indpred IS NULL
"""
_DOMAIN_CHECKS = """
    SELECT format_type(contypid, NULL), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contypid <> 0 AND contype = 'c'
"""
_BOUNDS = """
    SELECT i.inhparent::regclass::text, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(i.inhparent)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition ORDER BY 1, 2
"""


@dataclass
class _Column:
    name: str
    type: str
    kind: str
    not_null: bool
    generated: bool
    identity: bool
    number: int
    element: str
    declared: str
    expression: str = ""


@dataclass
class _Table:
    name: str
    columns: dict[int, _Column] = field(default_factory=dict)
    unique: list[tuple[int, ...]] = field(default_factory=list)
    foreign: list[tuple[tuple[int, ...], str, tuple[int, ...]]] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows each table holds, what could not be filled and why, and what gives row `i` of a column."""

    rows: Mapping[str, int]
    unresolved: tuple[Unresolved, ...]
    expressions: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """A column that a migration is about to demand something of: a value of another table's key, or a number."""

    table: str
    column: str
    target: str = ""
    target_column: str = ""
    digits: bool = False


# unique_violation and exclusion_violation, as SQLSTATE has them.
_CONFLICTS = frozenset({"23505", "23P01"})
FEW = 20
"""How many rows a table gets that nothing is measured on."""


def fill(
    session: ScratchSession, rows: int, wishes: Sequence[Wish] = (), wanted: Collection[str] | None = None
) -> Filled:
    """Fill every empty table with `rows` rows, those that are not `wanted` with a few.  A table whose constraints
    cannot be met stays empty and is named."""
    tables = _tables(session)
    _wish(tables, wishes)
    domains = dict(session.run(_DOMAIN_CHECKS))
    bounds: dict[str, list[str]] = {}
    keys: dict[str, str] = {}
    for parent, bound, key in session.run(_BOUNDS):
        bounds.setdefault(parent, []).append(bound)
        keys[parent] = key
    counts: dict[str, int] = {}
    notes: list[Unresolved] = []
    for table in _in_order(tables):
        for column in table.columns.values():
            column.expression = _expression(column, table, domains.get(column.declared, ""))
        _partition_key(table, bounds.get(table.name, ()), keys.get(table.name, ""))
        _checks(table)
        _keys(table, tables, counts, rows)
        many = rows if wanted is None or table.name in wanted else FEW
        counts[table.name] = _insert(session, table, many, notes)
    session.run("ANALYZE")
    return Filled(
        counts,
        tuple(notes),
        {table.name: {c.name: c.expression for c in table.columns.values()} for table in tables.values()},
    )


def value_of(kind: str, row: int) -> str:
    """Return an expression for the value that made-up row `row` has in a column of this type."""
    made = f"ARRAY[{_by_type(kind[:-2], 'b')}]::{kind}" if kind.endswith("[]") else _by_type(kind, "b")
    return re.sub(r"\bi\b", str(row), made)


def _tables(session: ScratchSession) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    for _, name, column, kind, typtype, not_null, generated, identity, number, declared, _, element in session.run(
        _COLUMNS
    ):
        table = tables.setdefault(name, _Table(name))
        table.columns[number] = _Column(
            column, kind, typtype, not_null, bool(generated), bool(identity), number, element, declared
        )
    for name, kind, columns, target, target_columns, definition in session.run(_KEYS):
        if name not in tables:
            continue
        if kind in "pu":
            tables[name].unique.append(tuple(columns))
        elif kind == "f":
            tables[name].foreign.append((tuple(columns), target, tuple(target_columns)))
        else:
            tables[name].checks.append(definition)
    for name, columns in session.run(_UNIQUES):
        if name in tables and 0 not in columns:
            tables[name].unique.append(tuple(columns))
    return tables


def _wish(tables: dict[str, _Table], wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        table, target = tables.get(wish.table), tables.get(wish.target)
        numbers = [c.number for c in table.columns.values() if c.name == wish.column] if table is not None else []
        if table is None or not numbers:
            continue
        if wish.digits:
            table.columns[numbers[0]].expression = "i::text"
        if target is not None:
            aim = [c.number for c in target.columns.values() if c.name == wish.target_column]
            aim = aim or [number for key in target.unique[:1] for number in key[:1]]
            if aim:
                table.foreign.append(((numbers[0],), target.name, (aim[0],)))


def _in_order(tables: dict[str, _Table]) -> list[_Table]:
    """Referenced tables before those that refer to them; a circle is entered where its first name is."""
    done: dict[str, _Table] = {}
    pending = dict(sorted(tables.items()))
    while pending:
        ready = [
            name
            for name, table in pending.items()
            if all(target in done or target == name or target not in tables for _, target, _ in table.foreign)
        ]
        for name in ready or list(pending)[:1]:
            done[name] = pending.pop(name)
    return list(done.values())


_NUMBERS = {
    "smallint": "(i % 30000)::smallint",
    "integer": "i",
    "bigint": "i::bigint",
    "real": "(i / 7.0)::real",
    "double precision": "(i / 7.0)::float8",
    "money": "(i % 1000)::numeric::money",
    "oid": "i::oid",
}
_OTHERS = {
    "boolean": "(i % 2 = 0)",
    "date": "(date '2020-01-01' + i % 2000)",
    "timestamp without time zone": "(timestamp '2020-01-01' + i * interval '1 minute')",
    "timestamp with time zone": "(timestamptz '2020-01-01 00:00+00' + i * interval '1 minute')",
    "time without time zone": "(time '00:00' + (i % 1400) * interval '1 minute')",
    "time with time zone": "(timetz '00:00+00' + (i % 1400) * interval '1 minute')",
    "interval": "(i % 1000) * interval '1 minute'",
    "uuid": "md5(i::text)::uuid",
    "json": "json_build_object('n', i)",
    "jsonb": "jsonb_build_object('n', i)",
    "bytea": "decode(md5(i::text), 'hex')",
    "inet": "('10.0.0.0'::inet + i)",
    "cidr": "('10.0.0.0'::inet + i)::cidr",
    "macaddr": "'08:00:2b:01:02:03'::macaddr",
    "tsvector": "to_tsvector('simple', 'word' || i)",
    "tsquery": "plainto_tsquery('simple', 'word')",
    "xml": "'<a/>'::xml",
    "point": "point(i % 180, i % 90)",
    "box": "box(point(0, 0), point(1, 1))",
    "circle": "circle(point(0, 0), 1)",
    "int4range": "int4range(i, i + 1)",
    "int8range": "int8range(i, i + 1)",
    "numrange": "numrange(i, i + 1)",
    "daterange": "daterange(date '2020-01-01' + i, date '2020-01-02' + i)",
    "tsrange": "tsrange(timestamp '2020-01-01' + i * interval '1 hour', "
    "timestamp '2020-01-01' + (i + 1) * interval '1 hour')",
    "tstzrange": "tstzrange(timestamptz '2020-01-01' + i * interval '1 hour', "
    "timestamptz '2020-01-01' + (i + 1) * interval '1 hour')",
    "name": "('n' || i)::name",
    "pg_lsn": "'0/0'::pg_lsn",
    "ltree": "('n' || i)::ltree",
    "hstore": "hstore('n', i::text)",
}


def _expression(column: _Column, table: _Table, domain_check: str) -> str:
    """Return what gives row `i` its value."""
    if column.expression:
        return column.expression
    made = _by_type(column.type, column.kind)
    if column.element:
        made = f"ARRAY[{_by_type(column.element, 'b')}]::{column.type}"
    if domain_check:
        met = _met(re.sub(r"\bVALUE\b", column.name, domain_check), column.name, made)
        made = met or made
    return made


def _by_type(kind: str, typtype: str) -> str:
    bare = re.sub(r"\(.*?\)", "", kind).strip()
    length = re.search(r"\((\d+)(?:,(-?\d+))?\)", kind)
    if typtype == "e":
        return f"(enum_range(NULL::{kind}))[1 + i % array_length(enum_range(NULL::{kind}), 1)]"
    if bare == "numeric":
        digits = int(length[1]) - int(length[2] or 0) if length else 9
        return f"(i % {10 ** max(min(digits, 9), 0)})::{kind}"
    if bare in _NUMBERS:
        return _NUMBERS[bare]
    if bare in ("character varying", "text", "citext"):
        most = int(length[1]) if length else 40
        return f"left('v' || i, {most})" if most >= 8 else f"right(lpad(to_hex(i), {most}, '0'), {most})"
    if bare == "character":
        most = int(length[1]) if length else 1
        return f"right(lpad(to_hex(i), {most}, '0'), {most})"
    if bare.startswith("bit"):
        return f"(i % 2)::bit::{kind}" if not length else f"(i % 2)::bit({length[1]})"
    return _OTHERS.get(bare, f"NULL::{kind}")


def _checks(table: _Table) -> None:
    """Meet the checks that say something about one column with constants."""
    for definition in table.checks:
        for column in table.columns.values():
            if re.search(rf"(?<![\w.]){re.escape(column.name)}\b", definition):
                met = (
                    _met_by_time(definition, column)
                    if column.type.startswith(("date", "timestamp"))
                    else _met(definition, column.name, column.expression)
                )
                if met is not None:
                    column.expression = met


def _met(definition: str, column: str, made: str) -> str | None:
    """Return an expression that meets a check on a column, None when the one there is does or none is known."""
    name = rf"\(*\(*{re.escape(column)}\)*(?:::[\w ]+)?\)*"
    listed = re.search(rf"{name} = ANY \(+ARRAY\[(.*?)\]", definition)
    if listed:
        values = listed[1]
        return f"(ARRAY[{values}])[1 + i % {values.count(',') + 1}]"
    only = re.fullmatch(rf"CHECK {name} = ('(?:[^']|'')*'(?:::[\w ]+)?)\)*", definition)
    if only:
        return only[1]
    longest = re.search(rf"length\({re.escape(column)}(?:::[\w ]+)?\) <= (\d+)", definition)
    if longest:
        return f"left({made}, {longest[1]})"
    low = [float(value) for value in re.findall(rf"{name} >=? \(?'?(-?\d+(?:\.\d+)?)", definition)]
    high = [float(value) for value in re.findall(rf"{name} <=? \(?'?(-?\d+(?:\.\d+)?)", definition)]
    if not low and not high:
        return None
    bottom = int(max(low)) + 1 if low else int(min(high)) - 1000
    width = max(int(min(high)) - bottom, 1) if high else 0
    if high and re.search(rf"{name} <= ", definition):
        width += 1
    return f"{bottom} + i % {width}" if width else f"{bottom} + ({made})"


def _met_by_time(definition: str, column: _Column) -> str | None:
    """A date or a time at the lower end of what a check allows."""
    low = re.search(rf"{re.escape(column.name)}\)* >=? \(?'([^']+)'", definition)
    return f"('{low[1]}'::{column.type})" if low else None


def _partition_key(table: _Table, bounds: Sequence[str], key: str) -> None:
    """Give the partition key values that some partition takes."""
    found = re.match(r"(?:RANGE|LIST|HASH) \(\"?(\w+)\"?\)$", key)
    column = next((c for c in table.columns.values() if found and c.name == found[1]), None)
    if column is None:
        return
    low = [match[1] for bound in bounds if (match := re.search(r"FROM \(([^()]+)\)", bound))]
    if low:
        first = low[0] if low[0] not in ("MINVALUE",) else "'2020-01-01'"
        column.expression = f"({first}::{column.type})"
        return
    values = [
        value.strip()
        for bound in bounds
        if (match := re.search(r"IN \((.+)\)", bound))
        for value in match[1].split(",")
    ]
    if values:
        column.expression = f"((ARRAY[{', '.join(values)}])[1 + i % {len(values)}])::{column.type}"


def _keys(table: _Table, tables: dict[str, _Table], counts: dict[str, int], rows: int) -> None:
    """Let foreign keys lead to rows that are there."""
    for columns, target, aims in table.foreign:
        there = tables.get(target)
        many = counts.get(target, rows if target == table.name else 0)
        for mine, theirs in zip(columns, aims, strict=False):
            column = table.columns.get(mine)
            if column is None or there is None or theirs not in there.columns:
                continue
            if target == table.name or not many:
                column.expression = "NULL" if not column.not_null else column.expression
            else:
                source = there.columns[theirs].expression
                column.expression = re.sub(r"(?<![\w.])i\b", f"((i - 1) % {many} + 1)", source)


def _insert(session: ScratchSession, table: _Table, rows: int, notes: list[Unresolved]) -> int:
    columns = [c for c in table.columns.values() if not c.generated]
    if not columns or session.run(f"SELECT EXISTS (SELECT FROM {table.name})")[0][0]:
        return int(session.run(f"SELECT count(*) FROM {table.name}")[0][0])
    names = ", ".join(f'"{c.name}"' for c in columns)
    values = ", ".join(f"({c.expression})" for c in columns)
    made = 0

    def insert() -> None:
        nonlocal made
        text = (
            f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} "
            f"FROM generate_series(1, {rows}) AS i"
        )
        try:
            session.run(text)
        except ScratchError as error:
            if error.state not in _CONFLICTS:
                raise
            # Looking first whether there is a conflict takes longer, and most tables have none.
            session.run(f"{text} ON CONFLICT DO NOTHING")
        made = session.rowcount

    try:
        if rows > FEW:
            insert_many(session, table.name, insert)
        else:
            insert()
    except ScratchError as error:
        notes.append(Unresolved(f"rows of {table.name}", f"none could be made up: {error.message}"))
        return 0
    for column in columns:
        sequence = session.run("SELECT pg_get_serial_sequence(%s, %s)", (table.name, column.name))[0][0]
        if sequence:
            session.run("SELECT setval(%s::regclass, %s)", (sequence, rows + 1))
    if made < rows // 2:
        notes.append(
            Unresolved(
                f"rows of {table.name}", f"only {made:,} of {rows:,} could be made up: a unique key has no more values"
            )
        )
    return made
