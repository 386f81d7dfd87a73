"""A new foreign key whose columns no index supports."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import statements
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("New foreign key without an index", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each foreign key that the change adds and leaves without an index."""
    for _, statement in statements(backend):
        for table, columns, target in statement.unsupported_keys:
            names = ", ".join(columns)
            yield write(
                statement.place,
                f"The new foreign key {table} ({names}) → {target} has no index.",
                f"Whenever a row of {target} is deleted or its key changes, PostgreSQL reads the whole of {table} to "
                "see who refers to it, and locks are held meanwhile.",
                f"CREATE INDEX CONCURRENTLY {table.rpartition('.')[2]}_{'_'.join(columns)}_idx ON {table} ({names});",
                symbol=f"{table}.{columns[0]}",
                snippet=f"{table} ({names})",
                touches=(f"table:{table}",),
            )
