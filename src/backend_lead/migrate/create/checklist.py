"""What people have to do around a migration, filled in with its own facts."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.migrate.waiting import CAUSE as WAITS_FOR_ITS_TOOL
from backend_lead.model.migration import Change, HazardKind, Statement


def checklist(change: Change, commands: Sequence[str]) -> tuple[str, ...]:
    """Return one line for each thing to do, in the order in which it is done.

    `commands` are the lines that run and take back the migration with the project's tool.
    """
    statements = [statement for file in change.files for statement in file.statements]
    tables = sorted({lock.relation for each in statements for lock in each.locks if lock.mode.blocks_writes})
    lost = sorted(
        {hazard.relation for each in statements for hazard in each.hazards if hazard.kind is HazardKind.LOSES}
    )
    lines = []
    if lost:
        named = " ".join(f"-t {name}" for name in lost)
        lines.append(f'Backup, since values go: pg_dump "$DSN" --format=custom {named} --file=before.dump')
    elif tables:
        named = " ".join(f"-t {name}" for name in tables)
        lines.append(f'Backup of what is touched: pg_dump "$DSN" --format=custom {named} --file=before.dump')
    lines += _order(statements)
    lines += sorted({f"Before it runs: {hazard.because}" for each in statements for hazard in each.hazards
                     if hazard.cause == WAITS_FOR_ITS_TOOL})
    lines += [f"Run: {command}" for command in commands[:1]]
    lines.append(
        "Watch while it runs: SELECT pid, wait_event_type, state, left(query, 60) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock';"
    )
    if any(each.stands_alone for each in statements):
        lines.append(
            "When an index was built concurrently and the migration ended early: "
            "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid; drop it, and run the migration again"
        )
    lines += [f"Go back: {command}" for command in commands[1:]]
    if lost:
        lines.append("What goes does not come back with the way down: pg_restore --data-only before.dump")
    return tuple(lines)


def _order(statements: Sequence[Statement]) -> list[str]:
    breaks = [hazard for each in statements for hazard in each.hazards if hazard.kind is HazardKind.BREAKS]
    if breaks:
        return [
            "Deploy first the application that does without "
            + ", ".join(sorted({each.relation for each in breaks}))
            + " as it is now; then migrate"
        ]
    return ["Migrate first; the application that uses the change is deployed afterwards"]
