"""Size and height of an index of the shadow, from its definition and the statistics that were loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.shadow.comparisons import likelihood
from backend_lead.prove.shadow.sizes import (
    IndexSize,
    KeyColumn,
    brin_size,
    btree_size,
    distinct_keys,
    gin_size,
    hash_size,
    height_of,
)

_ALIGNMENT = {"c": 1, "s": 2, "i": 4, "d": 8}
# A value with a header of one byte is not aligned; longer ones have four bytes and are.
_LONGEST_SHORT = 127
_INDEX = """
    SELECT am.amname::text, i.indrelid::int8, i.indrelid::regclass::text, pg_get_expr(i.indpred, i.indrelid),
           c.relallvisible >= 0, t.reltuples::float8, i.indnkeyatts::int, t.relpages::int,
           coalesce((SELECT substr(o, 17)::int FROM unnest(c.reloptions) o WHERE o LIKE 'pages_per_range=%'), 128)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_am am ON am.oid = c.relam
    WHERE i.indexrelid = {0}"""
# The places in an index of the columns of a foreign key of several columns, and the rows of the table it leads to.
_REFERENCED = """
    SELECT ARRAY(SELECT p.place::int FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p (number, place)
                 WHERE p.number = ANY (x.conkey) AND p.place <= i.indnkeyatts), r.reltuples::float8
    FROM pg_index i JOIN pg_constraint x ON x.conrelid = i.indrelid AND x.contype = 'f'
        AND x.conkey <@ (i.indkey::int2[])[0:i.indnkeyatts - 1] AND cardinality(x.conkey) > 1
        JOIN pg_class r ON r.oid = x.confrelid
    WHERE i.indexrelid = {0} AND r.reltuples > 0"""
# Statistics of the column, of the expression in this index, or, for an expression that has none, of the column in it
# with the most values.
_COLUMNS = """
    SELECT i.indexrelid::int8, NOT EXISTS (
               SELECT 1 FROM pg_depend f WHERE f.objid = i.indexrelid
                   AND f.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)),
           k.number::int, a.attlen::int, a.attalign::text, ty.typname::text, coalesce(s.avg_width, 0)::int,
           coalesce(s.null_frac, 0)::float8, coalesce(s.n_distinct, 0)::float8, s.most_common_freqs::float8[],
           s.elem_count_histogram::float8[], cardinality(s.most_common_elems::text::text[]), oc.opcname::text,
           k.number > i.indnkeyatts, coalesce(l.collisdeterministic, true), i.indkey[k.number - 1]::int,
           format_type(a.atttypid, a.atttypmod), s.samples, s.attname::text, s.column_type,
           pg_get_indexdef(i.indexrelid, k.number::int, false), s.own
    FROM pg_index i CROSS JOIN LATERAL generate_series(1, i.indnatts) AS k (number)
        JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = k.number JOIN pg_type ty ON ty.oid = a.atttypid
        JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_opclass oc ON oc.oid = i.indclass[k.number - 1] LEFT JOIN pg_collation l ON l.oid = a.attcollation
        LEFT JOIN LATERAL (
            SELECT p.*, coalesce(p.histogram_bounds, p.most_common_vals)::text AS samples,
                   p.tablename = ic.relname AS own,
                   (SELECT format_type(b.atttypid, b.atttypmod) FROM pg_attribute b
                    WHERE b.attrelid = t.oid AND b.attname = p.attname) AS column_type
            FROM pg_stats p
            WHERE p.schemaname = n.nspname AND p.tablename = ANY (ARRAY[ic.relname, t.relname])
              AND (p.tablename = ic.relname AND p.attname = a.attname AND i.indkey[k.number - 1] = 0
                   OR p.tablename = t.relname AND p.attname IN (
                       SELECT b.attname FROM pg_attribute b WHERE b.attrelid = t.oid AND (
                           b.attnum = i.indkey[k.number - 1] OR i.indkey[k.number - 1] = 0 AND b.attnum IN (
                               SELECT d.refobjsubid FROM pg_depend d WHERE d.objid = ic.oid AND d.refobjid = t.oid))))
            ORDER BY p.tablename = ic.relname DESC, p.inherited, CASE WHEN p.n_distinct < 0 THEN -p.n_distinct * 1e15
                                                               ELSE p.n_distinct END DESC LIMIT 1) s ON true
    WHERE i.indexrelid = ANY (%s::oid[]) ORDER BY 1, k.number"""
# Of an expression over the values in the statistics: (bytes, how many), the number of different results, of results
# seen once and of results seen twice.  What is stored has the short header that an index uses.
_SAMPLED = """
    WITH sample AS (SELECT v AS {column} FROM unnest({values}::{type}[]) v),
         stored AS MATERIALIZED (SELECT ({expression}) AS x FROM sample),
         lengths AS (SELECT pg_column_size(x) AS size, count(*) AS times FROM stored WHERE x IS NOT NULL GROUP BY 1),
         results AS (SELECT count(*) AS times FROM stored GROUP BY x)
    SELECT (SELECT array_agg(ARRAY[size, times] ORDER BY size) FROM lengths), (SELECT count(*) FROM results),
           (SELECT count(*) FROM results WHERE times = 1), (SELECT count(*) FROM results WHERE times = 2),
           (SELECT count(*) FROM sample)"""
# The greatest share of rows that a value of b has, for each column a of a unique key (a, b): each of these rows has
# another a.
_TOLD_APART = """
    SELECT a.number::int, max(coalesce(s.most_common_freqs[1], CASE
               WHEN s.n_distinct > 0 THEN 1 / s.n_distinct ELSE 0 END))::float8
    FROM pg_index u CROSS JOIN LATERAL unnest(u.indkey::int2[]) AS a (number)
        CROSS JOIN LATERAL unnest(u.indkey::int2[]) AS b (number)
        JOIN pg_class t ON t.oid = u.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_attribute o ON o.attrelid = u.indrelid AND o.attnum = b.number
        JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname AND s.attname = o.attname
    WHERE u.indrelid = {0} AND u.indisunique AND u.indpred IS NULL AND u.indnatts = 2 AND a.number <> b.number
        AND NOT 0 = ANY (u.indkey::int2[])
    GROUP BY 1"""
# Types whose equal values may differ in bytes keep every copy (the support function equalimage is missing).
_KEEPS_COPIES = frozenset({"numeric_ops", "float4_ops", "float8_ops", "jsonb_ops", "array_ops", "record_ops",
                           "range_ops", "interval_ops"})
_TRIGRAMS = "gin_trgm_ops"


@dataclass(frozen=True, slots=True)
class _Key:
    column: KeyColumn
    type: str
    elements: float
    most_elements: float
    operators: str
    included: bool
    deduplicates: bool
    number: int
    width: float
    attribute: int


def index_rows(session: ScratchSession, index: int) -> float:
    """Return how many rows of its table an index holds: all, or those of its predicate as the planner counts them."""
    _, _, table, predicate, _, rows, *_ = session.run(_INDEX.format(index))[0]
    if predicate is None:
        return max(float(rows), 0.0)
    plan = _plan(session, f"SELECT 1 FROM {table} WHERE {predicate}")
    # What the planner thinks of two columns compared is a constant.
    known = float(plan["Plan Rows"]) * likelihood(session, table, predicate)
    return float(min(max(float(rows), 0.0), known))


def existing_heights(session: ScratchSession, pages: Mapping[int, int]) -> dict[int, int]:
    """Return how high btrees of known numbers of pages stand, by their numbers in the catalogue.

    All are asked for at once: to plan the question takes longer than to answer it.
    """
    session.run("SET jit = off")
    read: dict[int, list[tuple[Any, ...]]] = {}
    for row in session.run(_COLUMNS, (sorted(pages),)):
        read.setdefault(int(row[0]), []).append(row)
    session.run("RESET jit")
    return {index: height_of(pages[index], [key.column for key in _keys(session, rows, 1.0) if not key.included])
            for index, rows in read.items()}


def predicted_size(session: ScratchSession, index: int) -> IndexSize:
    """Return the size that CREATE INDEX would give an index of the shadow on a table with its rows."""
    method, relation, table, _, _, table_rows, _, pages, per_range = session.run(_INDEX.format(index))[0]
    rows = index_rows(session, index)
    share = rows / table_rows if table_rows > 0 else 1.0
    keys = _keys(session, session.run(_COLUMNS, ([index],)), max(float(table_rows), 0.0))
    if method == "brin":
        return brin_size(int(pages), sum(key.width for key in keys), int(per_range))
    if method == "hash":
        return hash_size(rows)
    if method == "gin":
        return _gin(rows, keys)
    if method != "btree":
        return _tree(rows, keys)
    told_apart = dict(session.run(_TOLD_APART.format(relation)))
    columns = [_within(key.column, share, rows, float(told_apart.get(key.attribute, 0.0)) if key.attribute else 0.0)
               for key in keys if not key.included]
    distinct = _distinct(session, index, str(table), rows, columns)
    return btree_size(rows, columns, distinct=distinct,
                      deduplicates=session.version >= 130_000 and all(key.deduplicates for key in keys),
                      included=[key.column for key in keys if key.included])


def _keys(session: ScratchSession, read: Sequence[tuple[Any, ...]], rows: float) -> list[_Key]:
    found = []
    for (_, may_run, number, length, align, type_, width, nulls, distinct, shares, counts, elements, operators,
         included, deterministic, column, declared, samples, source, source_type, expression, own) in read:
        values = -distinct * rows if distinct < 0 else (distinct or min(rows, 200.0))
        lengths: tuple[tuple[int, float], ...] = ((int(length if length > 0 else width or 8), 1.0),)
        is_expression = column == 0 and not own
        if samples and (length < 0 or is_expression) and (may_run or not is_expression):
            seen = _sampled(session, samples, source if is_expression else "v",
                            source_type if is_expression else declared, expression if is_expression else "v")
            if seen is not None:
                lengths = seen.lengths if length < 0 else lengths
                values = min(values, seen.distinct) if is_expression else values
        mean = sum(size * share for size, share in lengths)
        aligned = 1 if length < 0 and mean < _LONGEST_SHORT else _ALIGNMENT[align]
        found.append(_Key(
            KeyColumn(lengths, aligned, float(nulls), values, () if is_expression else tuple(shares or ())),
            str(type_), float(counts[-1]) if counts else 0.0, float(elements or 0), str(operators or ""),
            bool(included), str(operators) not in _KEEPS_COPIES and bool(deterministic), int(number), mean,
            int(column)))
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    lengths: tuple[tuple[int, float], ...]
    distinct: float


def _sampled(session: ScratchSession, samples: str, column: str, type_: str, expression: str) -> _Seen | None:
    """Look at the values that the statistics hold: how long they are, and how many different results they give.

    Results never seen are added as Chao (1984) does, from those seen once and twice.
    """
    quoted = samples.replace("'", "''")
    try:
        lengths, different, once, twice, total = session.run(_SAMPLED.format(
            column='"' + column.replace('"', '""') + '"', values=f"'{quoted}'", type=type_, expression=expression))[0]
    except ScratchError:
        return None
    if not lengths:
        return None
    known = sum(times for _, times in lengths)
    unseen = math.inf if once == total else once * once / (2 * twice) if twice else once * (once - 1) / 2
    return _Seen(tuple((size, times / known) for size, times in lengths), different + unseen)


def _within(column: KeyColumn, share: float, rows: float, told_apart: float) -> KeyColumn:
    """Return what is left of a column in the rows of a partial index.

    `told_apart` is the share of rows that are known to have different values.  In all rows that is the least that there
    can be, where ANALYZE has seen less: its sample of whole pages counts too few where equal values lie together.  In a
    part of the rows it is the least too, and the most is what a part drawn at random has; nobody knows which, and the
    geometric mean is least wrong by ratio.
    """
    distinct = max(column.distinct, told_apart * rows / max(share, 1e-9))
    if share > 0.999:
        return replace(column, distinct=distinct)
    left = _drawn(distinct, rows, share)
    if 0 < told_apart * rows < left:
        left = math.sqrt(told_apart * rows * left)
    return KeyColumn(column.lengths, column.alignment, column.null_share, left, ())


def _drawn(distinct: float, rows: float, share: float) -> float:
    """Return how many different values a share of the rows has (Yao 1977, with replacement)."""
    if distinct <= 0 or share <= 0:
        return 1.0
    per_value = rows / share / distinct
    return max(1.0, distinct * (1 - math.pow(1 - min(share, 1.0), per_value)))


def _distinct(session: ScratchSession, index: int, table: str, rows: float, columns: Sequence[KeyColumn]) -> float:
    if len(columns) == 1:
        return min(rows, max(columns[0].distinct, 1.0))
    unique, listed = session.run(f"""
        SELECT i.indisunique OR EXISTS (
                   SELECT 1 FROM pg_index u WHERE u.indrelid = i.indrelid AND u.indisunique AND u.indpred IS NULL
                       AND u.indnkeyatts > 0 AND NOT 0 = ANY (u.indkey::int2[]) AND u.indexrelid <> i.indexrelid
                       AND (u.indkey::int2[])[0:u.indnkeyatts - 1] <@ (i.indkey::int2[])[0:i.indnkeyatts - 1]),
               (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                  AND NOT 0 = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                  AND EXISTS (SELECT 1 FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid
                              WHERE s.stxrelid = i.indrelid AND d.stxdndistinct IS NOT NULL
                                AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ s.stxkeys::int2[]))
        FROM pg_index i WHERE i.indexrelid = {index}""")[0]
    if unique:
        return rows
    for names, referenced in session.run(_REFERENCED.format(index)):
        bound = max(float(referenced), 1.0)
        others = [column for number, column in enumerate(columns, 1) if number not in names]
        rows = min(rows, distinct_keys(rows, [*others, KeyColumn(((8, 1.0),), 8, distinct=bound)]))
    if listed:
        return min(rows, float(_plan(session, f"SELECT 1 FROM {table} GROUP BY {listed}")["Plan Rows"]))
    return distinct_keys(rows, columns)


def _gin(rows: float, keys: Sequence[_Key]) -> IndexSize:
    pages = 2
    for key in keys:
        known = rows * (1 - key.column.null_share)
        if key.operators == _TRIGRAMS:
            # A text of n letters has about n trigrams; a language uses some thousands of them.
            each, distinct, width = key.width, min(30_000.0, known * key.width), 4.0
        elif key.elements:
            each, distinct, width = key.elements, max(key.most_elements * 2, key.elements), max(4.0, key.width / 4)
        elif key.type == "tsvector":
            each, distinct, width = key.width / 12, known ** 0.6 * 10, 8.0
        else:
            # jsonb: keys and values count apart; half the bytes are values.
            each = max(2.0, key.width / 12)
            distinct, width = max(known * each * 0.3, 1.0), 10.0
        pages += gin_size(known, each, distinct, width).pages - 2
    return IndexSize(pages)


def _tree(rows: float, keys: Sequence[_Key]) -> IndexSize:
    """GiST and SP-GiST: pages about two thirds full."""
    item = 8 + sum(math.ceil(key.width / 8) * 8 for key in keys) + 4
    return IndexSize(max(1, math.ceil(rows * item / (8152 * 0.68))))


def _plan(session: ScratchSession, sql: str) -> dict[str, Any]:
    try:
        found = session.run(f"EXPLAIN (FORMAT JSON) {sql}")[0][0]
    except ScratchError:
        return {"Plan Rows": 1.0}
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan
