"""A key whose type runs out of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.model.server import SequenceUse
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import NOWHERE, Schema, place_of
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Key near its end", Severity.HIGH, needs="database", cwe="CWE-190")
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend, *, half: float = 0.5, urgent: float = 0.8) -> Iterator[Finding]:
    """Yield one finding for each key that has used more than half of the numbers that its type holds."""
    schema = Schema(backend)
    for use in backend.server.sequences if backend.server else ():
        used = use.last_value / use.maximum if use.maximum > 0 else 0.0
        if used > half:
            yield _finding(backend, schema, use, Severity.HIGH if used > urgent else Severity.MEDIUM)


def _finding(backend: Backend, schema: Schema, use: SequenceUse, severity: Severity) -> Finding:
    table = schema.table(use.table)
    column = f"{use.table}.{use.column}"
    referring = [f"{other.name}.{key.columns[0]}" for other in backend.tables for key in other.foreign_keys
                 if schema.name(key.table) == use.table and key.columns and key.referenced in ((), (use.column,))]
    follow = f" {listed(referring)} must become bigint with it." if referring else ""
    share = f"{use.last_value / use.maximum:.0%}"
    statements = [f"ALTER TABLE {quoted(use.table)} ALTER COLUMN {quoted(use.column)} TYPE bigint;"]
    statements += [f"ALTER TABLE {quoted(name.rpartition('.')[0])} ALTER COLUMN {quoted(name.rpartition('.')[2])} "
                   f"TYPE bigint;" for name in referring]
    return write(
        place_of(table, use.column) if table else NOWHERE,
        f"{column} is {use.type} and has reached {use.last_value:,} of {use.maximum:,} ({share}).",
        f"When it runs out, every insert into {use.table} fails.{follow} The change rewrites the table under an ACCESS "
        f"EXCLUSIVE lock: with many rows add a bigint column, fill it in batches and swap the two.",
        "\n".join(statements), severity=severity, evidence=Evidence.MEASURED,
        symbol=(table.model if table else None) or use.table, snippet=column, touches=(f"table:{use.table}",), effort=4)
