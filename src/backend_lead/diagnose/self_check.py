"""Before any advice: does the shadow plan as the source does?  Plain EXPLAIN reads nothing but the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from backend_lead.diagnose.costing import Costed, nodes
from backend_lead.errors import Refused
from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.grammar import SqlUnreadable, deparse_statement, parse, walk
from backend_lead.prove.shadow import Shadow

_MOST = 20
_TOLERANCE = 0.05
_ENOUGH = 0.9
_SCHEMAS = """
    SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND pg_table_is_visible(c.oid)"""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many plans were compared, how many were alike, and the names of those that were not."""

    compared: int
    alike: int
    different: tuple[str, ...] = ()
    refused: int = 0

    @property
    def passed(self) -> bool:
        """Say whether advice may be given; where nothing could be compared, nothing speaks against it."""
        return self.compared == 0 or self.alike >= self.compared * _ENOUGH

    def told(self) -> str:
        """Return the outcome as a sentence."""
        if not self.compared:
            return ("The shadow could not be compared with the source: the role may not EXPLAIN its statements "
                    "(GRANT SELECT on the tables lets it; no row is read).")
        verdict = f"The shadow plans {self.alike} of {self.compared} statements as the source does"
        return f"{verdict}." if not self.different else f"{verdict}; not {', '.join(self.different[:3])}."


def self_check(gate: DatabaseGate, shadow: Shadow, queries: Sequence[Costed]) -> Checked:
    """Compare the plans of the dearest statements.

    Tables are named with their schemas, so that nothing but PostgreSQL's own functions can be called at the source.
    """
    schemas = {str(name): str(schema) for schema, name in shadow.session.run(_SCHEMAS)}
    compared = alike = refused = 0
    different = []
    heaviest = sorted(queries, key=lambda each: (-float(each.plan.get("Total Cost", 0)) * each.query.weight,
                                                 each.query.sql))
    for each in heaviest:
        if compared >= _MOST:
            break
        sql = _qualified(each.variants[0].sql, schemas)
        if sql is None or "$" in sql:
            continue
        try:
            [(found,)] = cast("list[tuple[Any]]", gate.rows(f"EXPLAIN (FORMAT JSON) {sql}"))
        except Refused:
            refused += 1
            continue
        source: Mapping[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        ours = shadow.plan(each.variants[0].sql)
        compared += 1
        if shape(source) == shape(ours) and _near(source["Total Cost"], ours["Total Cost"]):
            alike += 1
        else:
            different.append(each.query.name or each.query.sql[:40])
    return Checked(compared, alike, tuple(different), refused)


def shape(plan: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a plan does: its nodes, and the relations and indexes that they read."""
    return tuple((node["Node Type"], node.get("Join Type"), node.get("Relation Name"), node.get("Index Name"))
                 for node in nodes(plan))


def _near(source: float, ours: float) -> bool:
    return abs(source - ours) <= max(source, ours) * _TOLERANCE + 0.1


def _qualified(sql: str, schemas: Mapping[str, str]) -> str | None:
    try:
        [tree] = parse(sql)
    except (SqlUnreadable, ValueError):
        return None
    defined = {node.ctename for node in walk(tree.stmt) if type(node).__name__ == "CommonTableExpr"}
    for node in walk(tree.stmt):
        if type(node).__name__ == "RangeVar" and not node.schemaname and node.relname not in defined:
            if node.relname not in schemas:
                return None
            # The tree is a message of the parser's, whose fields can be set.
            cast(Any, node).schemaname = schemas[node.relname]
    return deparse_statement(tree.stmt) or None
