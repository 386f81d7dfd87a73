"""`c LIKE '%abc'` → `reverse(c) LIKE 'cba%'`, whose beginning an index of the reversed text can find.

A trigram index serves the old form, and the one that costs less is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.diagnose.expressions import cast, expression, positive, text, text_constant
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Statement
from backend_lead.gates.grammar import enum_name, kind

_WHY = "A pattern that begins with anything cannot use a btree: every row is compared."
_SHORTEST = 2


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with patterns of an end turned round."""
    new = statement.copy()
    done = False
    for query in list(new.queries()):
        for node in list(positive(query.select)):
            if kind(node) != "a_expr" or enum_name(node.a_expr, "kind") != "AEXPR_LIKE" or (
                    node.a_expr.name[-1].string.sval != "~~"):
                continue
            found = query.scope.resolve(node.a_expr.lexpr)
            pattern = text_constant(node.a_expr.rexpr)
            if found is None or found.depth or pattern is None or cast(node.a_expr.rexpr) is not None:
                continue
            end = pattern[1:]
            if not pattern.startswith("%") or len(end) < _SHORTEST or set(end) & set("%_\\"):
                continue
            if found.column.type == "text" or found.column.type.startswith("character varying"):
                literal = (end[::-1] + "%").replace("'", "''")
                node.CopyFrom(expression(f"reverse({text(node.a_expr.lexpr)}) LIKE '{literal}'"))
                done = True
    if done:
        yield Rewritten(new, _WHY)
