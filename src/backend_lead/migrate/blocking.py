"""Who has to wait, and why: locks that are held while rows are gone through, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.judge import Judge
from backend_lead.model.migration import Hazard, HazardKind, LockMode

# From how many rows on a table counts as one that takes time; below, nobody notices.
FEW_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that the transaction holds, and the number of the statement that took it."""

    mode: LockMode
    by: int


@dataclass(slots=True)
class Blocking:
    """What one statement makes others wait for."""

    reads: bool
    writes: bool
    hazards: list[Hazard]


def blocking(judges: Sequence[Judge], catalog: Catalog, few_rows: int = FEW_ROWS) -> list[Blocking]:
    """Return what each statement of one transaction blocks for a time that grows with a table.

    A lock is harmless as long as nothing slow happens under it, whoever took it (PostgreSQL manual, 13.3: locks are
    held to the end of the transaction).
    """
    held: dict[str, Held] = {}
    found = []
    for number, judge in enumerate(judges):
        for relation, mode in judge.locks.items():
            known = held.get(relation)
            if known is None or mode.strength > known.mode.strength:
                held[relation] = Held(mode, number)
        found.append(_of_statement(judge, number, held, catalog, few_rows))
    return found


def _of_statement(judge: Judge, number: int, held: dict[str, Held], catalog: Catalog, few_rows: int) -> Blocking:
    work = {name: how for name, how in judge.work.items() if not _is_small(name, catalog, few_rows)}
    result = Blocking(False, False, [])
    if not work or judge.failed:
        return result
    slow = min(work, key=lambda name: (work[name] != "rewrite", name))
    how = work[slow]
    told: dict[str, bool] = {}
    # Tables before their indexes: a lock on an index says nothing new where the table's keeps out as many.
    own = not any(action.key.endswith("-concurrently") for action in judge.actions)
    for relation, lock in sorted(held.items(), key=lambda each: (each[0] in catalog.indexes, each[0])):
        if lock.by == number and not own:
            continue  # It commits in between, and holds what keeps others out for a moment only.
        target = _table_of(relation, catalog)
        # Whoever reads a view to write elsewhere waits as well.
        reads = lock.mode.blocks_reads
        writes = reads or (lock.mode.blocks_writes and _is_written(target, catalog))
        if relation != target:
            # Planning a query opens every index of its tables: the table behind a locked index is not read either.
            reads, writes = lock.mode.blocks_reads, lock.mode.blocks_reads
        if not reads and not writes:
            continue
        result.reads, result.writes = result.reads or reads, result.writes or writes
        if told.get(target, False) or (target in told and not reads):
            continue
        told[target] = reads
        cause = _cause(judge, how) if lock.by == number else "lock-held"
        who = "every query" if reads else "every write"
        because = f"{lock.mode.value} on {relation} keeps out {who} of {target} while {_doing(how, slow)}" + (
            "" if lock.by == number else f"; statement {lock.by + 1} of the transaction took it"
        )
        result.hazards.append(Hazard(HazardKind.BLOCKS, cause, target, because + "."))
    for name, kind in sorted(work.items()):
        if kind == "write":
            result.writes = True
            result.hazards.append(
                Hazard(
                    HazardKind.BLOCKS,
                    "rows-locked",
                    name,
                    f"Every row of {name} that it writes stays locked until the transaction ends: whoever wants to "
                    "change one of them waits.",
                )
            )
    return result


def _cause(judge: Judge, how: str) -> str:
    keys = {action.key for action in judge.actions}
    if "refresh" in keys:
        return "refresh"
    if how == "rewrite":
        return "rewrite"
    if any(
        key.startswith(("create-index", "reindex", "add-unique", "add-primary-key", "add-exclusion")) for key in keys
    ):
        return "index-build"
    return "scan"


def _doing(how: str, relation: str) -> str:
    return {
        "rewrite": f"every row of {relation} is written anew",
        "write": f"rows of {relation} are written",
        "copy": f"rows of {relation} are copied",
    }.get(how, f"every row of {relation} is read")


def _table_of(name: str, catalog: Catalog) -> str:
    index = catalog.indexes.get(name)
    return index.table if index is not None else name


def _is_written(name: str, catalog: Catalog) -> bool:
    """Say whether anybody writes to a relation: a materialised view changes by its refresh alone."""
    relation = catalog.relations.get(name)
    return relation is None or relation.kind not in ("view", "materialized", "sequence")


def _is_small(name: str, catalog: Catalog, few_rows: int) -> bool:
    relation = catalog.relations.get(name)
    return relation is not None and relation.rows is not None and 0 <= relation.rows < few_rows
