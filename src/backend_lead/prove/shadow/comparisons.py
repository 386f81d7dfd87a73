"""How many rows of a table have one column less than another, from what the statistics say of each.

The planner takes a third for every such comparison (DEFAULT_INEQ_SEL in src/include/utils/selfuncs.h).  The
distributions of both columns are known, and how they go together is not: apart from each other, the share is that of
all pairs of their values; together, rank for rank, that of values of one rank.  Columns that somebody compares lie
between (a start and an end, a promise and a delivery), and the geometric mean of the two is least wrong by ratio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse
from backend_lead.gates.scratch_session import ScratchError, ScratchSession

_PLANNER = 1 / 3
_TURNED = {"<": "<", "<=": "<", ">": ">", ">=": ">"}
# Histograms hold all but the most common values; with more of those than this, they tell too little.
_MOST_COMMON = 0.25
_SHARES = """
    WITH known AS (
        SELECT a.attname, s.null_frac, format_type(a.atttypid, NULL) AS type, s.histogram_bounds::text AS bounds,
               coalesce(s.most_common_vals::text, '{{}}') AS vals, coalesce(s.most_common_freqs::text, '{{}}') AS freqs,
               coalesce((SELECT sum(f) FROM unnest(s.most_common_freqs) f), 0)::float8 AS common
        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace
            JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname AND s.attname = a.attname
        WHERE a.attrelid = {table}::regclass)
    SELECT x.bounds, x.vals, x.freqs, x.common, x.type, y.bounds, y.vals, y.freqs, y.common, y.type,
           (1 - x.null_frac) * (1 - y.null_frac)
    FROM known x, known y WHERE x.attname = {left} AND y.attname = {right}
        AND x.bounds IS NOT NULL AND y.bounds IS NOT NULL LIMIT 1"""
# The histogram holds what the list of the most common values leaves, so that both make the distribution.
_POINTS = """SELECT v, w, sum(w) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING) AS upto FROM (
        SELECT v, w FROM unnest({vals}::{type}[], {freqs}::float8[]) AS u (v, w)
        UNION ALL SELECT v, (1 - {common}) / count(*) OVER () FROM unnest({bounds}::{type}[]) AS v) AS point"""
_COMPARED = """
    WITH x AS ({x}), y AS ({y}), rank AS (SELECT (n - 0.5) / 200 AS p FROM generate_series(1, 200) AS n),
         pair AS (SELECT (SELECT v FROM x WHERE upto >= p ORDER BY v LIMIT 1) AS a,
                         (SELECT v FROM y WHERE upto >= p ORDER BY v LIMIT 1) AS b,
                         (SELECT v FROM x WHERE upto < p ORDER BY v DESC LIMIT 1) AS before_a,
                         (SELECT v FROM y WHERE upto < p ORDER BY v DESC LIMIT 1) AS before_b FROM rank)
    SELECT (SELECT sum(x.w * y.w * (x.v {operator} y.v)::int) / sum(x.w * y.w) FROM x, y)::float8,
           -- Bounds of one rank are of the same rows where both columns have nothing but a histogram; else they are
           -- only told apart where their buckets do not overlap.  Equal values say nothing of those around them.
           (SELECT avg(CASE WHEN a = b OR NOT {aligned} AND coalesce(before_a < b AND before_b < a, true) THEN 0.5
                       ELSE (a {operator} b)::int END) FROM pair)::float8"""


def likelihood(session: ScratchSession, table: str, predicate: str) -> float:
    """Return by what the planner's number of rows is to be multiplied, 1.0 where no two columns are compared or too
    little is known of them.

    `table` is the relation as SQL names it, `predicate` the condition as the catalogue shows it.
    """
    found = 1.0
    for left, operator, right in _comparisons(predicate):
        share = _share(session, table, left, operator, right)
        found *= share / _PLANNER if share is not None else 1.0
    return found


def _comparisons(predicate: str) -> Iterator[tuple[str, str, str]]:
    """Yield the comparisons of two columns that must all hold."""
    try:
        pending = [parse(f"SELECT 1 WHERE {predicate}")[0].stmt.select_stmt.where_clause]
    except SqlUnreadable:
        return
    while pending:
        node = pending.pop()
        if kind(node) == "bool_expr" and node.bool_expr.boolop == 1:
            pending += list(node.bool_expr.args)
        elif kind(node) == "a_expr" and node.a_expr.name:
            operator = _TURNED.get(node.a_expr.name[-1].string.sval)
            left, right = _column(node.a_expr.lexpr), _column(node.a_expr.rexpr)
            if operator and left and right:
                yield left, operator, right


def _column(node: Node) -> str:
    if kind(node) != "column_ref":
        return ""
    part = node.column_ref.fields[-1]
    return str(part.string.sval) if kind(part) == "string" else ""


def _share(session: ScratchSession, table: str, left: str, operator: str, right: str) -> float | None:
    try:
        rows = session.run(_SHARES.format(table=_literal(table), left=_literal(left), right=_literal(right)))
        if not rows or max(float(rows[0][3]), float(rows[0][8])) > _MOST_COMMON:
            return None
        x, y = (_POINTS.format(bounds=_literal(bounds), vals=_literal(vals), freqs=_literal(freqs),
                               common=float(common), type=type_)
                for bounds, vals, freqs, common, type_ in (rows[0][:5], rows[0][5:10]))
        aligned = "true" if rows[0][3] == rows[0][8] == 0 else "false"
        [(apart, together)] = session.run(_COMPARED.format(x=x, y=y, operator=operator, aligned=aligned))
    except ScratchError:
        return None
    if apart is None:
        return None
    low, high = sorted((float(apart), float(together if together is not None else apart)))
    return float(rows[0][10]) * (math.sqrt(low * high) if low > 0 else high / 2)


def _literal(text: str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
