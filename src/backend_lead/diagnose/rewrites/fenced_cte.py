"""`WITH x AS MATERIALIZED (…)` → without the fence, where nothing but the plan depends on it.

A materialised WITH query is computed whole; conditions of the outer query do not reach into it, and no index of its
tables serves them.  Before PostgreSQL 12 every one is; since then those that are used more than once (manual, 7.8.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.diagnose.expressions import query
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Statement
from backend_lead.gates.grammar import Node, enum_name, kind, walk

_WHY = "The WITH query is computed whole before the conditions outside of it are looked at."
_NEVER, _DEFAULT = "NOT MATERIALIZED", ""


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with its WITH queries open to the planner."""
    new = statement.copy()
    done = False
    for cte in list(new.select.with_clause.ctes):
        each = cte.common_table_expr
        uses = [node for node in walk(new.select) if type(node).__name__ == "RangeVar"
                and node.relname == each.ctename and not node.schemaname]
        if not uses or not _is_open(each, new):
            continue
        fenced = enum_name(each, "ctematerialized") == "CTEMaterializeAlways"
        if len(uses) > 1 and _is_limited(each.ctequery.select_stmt):
            continue
        if new.catalog.major < 12:
            if len(uses) == 1 and _inlined(new.select, each):
                done = True
        elif fenced or (len(uses) > 1 and enum_name(each, "ctematerialized") == "CTEMaterializeDefault"):
            cte.common_table_expr.ctematerialized = _kind(_DEFAULT if len(uses) == 1 else _NEVER)
            done = True
    if done:
        yield Rewritten(_without_empty(new), _WHY)


def _is_open(cte: Node, statement: Statement) -> bool:
    """Say whether a WITH query is a SELECT without recursion and locks."""
    if kind(cte.ctequery) != "select_stmt" or statement.select.with_clause.recursive or cte.aliascolnames:
        return False
    return not cte.ctequery.select_stmt.locking_clause


def _is_limited(select: Node) -> bool:
    """Say whether two runs may give other rows."""
    return bool(kind(select.limit_count) or kind(select.limit_offset) or select.distinct_clause)


def _kind(word: str) -> int:
    made = query(f"WITH a AS {word} (SELECT 1) SELECT 1")
    return int(made.select_stmt.with_clause.ctes[0].common_table_expr.ctematerialized)


def _inlined(select: Node, cte: Node) -> bool:
    """Put the query in place of its name, in FROM of the outermost query."""
    for node in walk(select):
        if type(node).__name__ != "Node" or kind(node) != "range_var" or node.range_var.relname != cte.ctename:
            continue
        alias = node.range_var.alias.aliasname or cte.ctename
        made = query("SELECT 1 FROM (SELECT 1) AS x").select_stmt.from_clause[0]
        made.range_subselect.alias.aliasname = alias
        made.range_subselect.subquery.CopyFrom(cte.ctequery)
        node.CopyFrom(made)
        rest = [each for each in select.with_clause.ctes if each.common_table_expr.ctename != cte.ctename]
        kept = [query("SELECT 1") for _ in rest]
        for place, each in zip(kept, rest, strict=True):
            place.CopyFrom(each)
        del select.with_clause.ctes[:]
        for place in kept:
            select.with_clause.ctes.add().CopyFrom(place)
        return True
    return False


def _without_empty(statement: Statement) -> Statement:
    if not statement.select.with_clause.ctes:
        statement.select.ClearField("with_clause")
    return statement
