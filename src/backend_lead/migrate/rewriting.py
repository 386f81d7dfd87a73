"""A migration that would block or break → files that reach the same schema and do neither.

Each statement is judged on the schema before it; one that is harmless stays as it is, one with a safe form is written
in that form, and one without says why.  Statements that run together stay together as long as nothing slow is among
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.batches import FILLING
from backend_lead.migrate.facts import Facts, facts
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.judging import judge_statement
from backend_lead.migrate.quoting import quoted_steps
from backend_lead.migrate.safe_forms import safe_forms
from backend_lead.migrate.script import Script, Sent, Step
from backend_lead.model.migration import HazardKind

# What a person would want to know of a statement that stays as it is although it does harm.
_NO_SAFE_FORM = "there is no other way to write it that does less harm"
_ONE_TRANSACTION = "LOCK TABLE or SAVEPOINT beside it counts on one transaction, which a safe form would take apart"


@dataclass
class Rewritten:
    """The steps, and the statements that stay harmful with the reason."""

    steps: list[Step] = field(default_factory=list)
    left: list[tuple[Sent, str]] = field(default_factory=list)
    changed: bool = False


def rewrite(script: Script, catalog: Catalog, major: int) -> Rewritten:
    """Return a migration in its safe form; the catalog is changed as the migration says.

    The original way down stands in the first step, which is taken back last: it undoes the whole.
    """
    known = facts(major)
    result = Rewritten()
    waiting: list[str] = []
    bound = any(_binds(tree) for sent in script.up for tree, _ in _trees(sent, Rewritten()))
    for sent in script.up:
        for tree, sql in _trees(sent, result):
            before = catalog.copy()
            judge = judge_statement(tree, sql, catalog, known, in_transaction=False)
            steps = None if bound else _safe(tree, judge, before, known)
            if steps is None:
                if _harms(judge):
                    result.left.append((sent, _ONE_TRANSACTION if bound else _NO_SAFE_FORM))
                if judge.stands_alone or (_is_slow(judge) and not bound):
                    _flush(waiting, result)
                    result.steps.append(Step(_about(sql), (_ended(sql),), (), transactional=not judge.stands_alone))
                else:
                    waiting.append(_ended(sql))
                continue
            result.changed = True
            _flush(waiting, result)
            result.steps += [_with_triggers(step, judge, before) for step in quoted_steps(steps, before, catalog)]
    _flush(waiting, result)
    _with_way_down(script, result)
    result.changed = result.changed or len(result.steps) > 1
    return result


def _binds(tree: Node) -> bool:
    """Say whether a statement means something only within its transaction."""
    what = kind(tree)
    return what == "lock_stmt" or (what == "transaction_stmt" and bool(tree.transaction_stmt.savepoint_name))


def _trees(sent: Sent, result: Rewritten) -> Iterator[tuple[Node, str]]:
    try:
        trees = parse(sent.sql)
    except SqlUnreadable as error:
        why = f"PostgreSQL does not understand it: {error.message}"
        if "${" in sent.sql:
            why = "what it sends is known only when its tool runs it, so that it stands in none of the files"
        result.left.append((sent, why))
        return
    data = sent.sql.encode()
    for tree in trees:
        end = tree.stmt_location + tree.stmt_len if tree.stmt_len else len(data)
        yield tree.stmt, data[tree.stmt_location : end].decode().strip()


def _safe(tree: Node, judge: Judge, before: Catalog, known: Facts) -> list[Step] | None:
    """Return the safe form of a statement that needs one."""
    form = safe_forms().get(kind(tree))
    if form is None or judge.failed:
        return None
    return form(tree, judge, before)


def _with_triggers(step: Step, judge: Judge, before: Catalog) -> Step:
    """Filling rows in batches fires the triggers of the table, which ALTER TABLE does not: that is said.

    What they change in the row is put back where a column is filled (`safe_forms.filling`); what they do elsewhere
    stays.
    """
    fires = sorted(
        f"{trigger} of {name}" for name in judge.work if name in before.relations
        for trigger in before.relations[name].triggers
    )
    if not fires or not step.up[0].startswith("DO $$"):
        return step
    kept = " to other tables; the row itself is kept as it was" if FILLING in step.up[0] else ""
    said = f"-- {', '.join(fires)} may fire for each row that is filled: look at what it writes{kept}."
    return replace(step, up=(f"{said}\n{step.up[0]}", *step.up[1:]))


def _harms(judge: Judge) -> bool:
    return any(hazard.kind in (HazardKind.LOSES, HazardKind.FAILS) and hazard.certain for hazard in judge.hazards) or (
        _is_slow(judge) and any(mode.blocks_writes for mode in judge.locks.values())
    ) or "write" in judge.work.values()


def _is_slow(judge: Judge) -> bool:
    return bool(judge.work)


def _flush(waiting: list[str], result: Rewritten) -> None:
    if waiting:
        result.steps.append(Step(_about(waiting[0]), tuple(waiting), ()))
        waiting.clear()


def _about(sql: str) -> str:
    """`ALTER TABLE orders ADD COLUMN note text` is alter_table_orders."""
    words = [word.strip('"(),;').lower() for word in sql.split()[:3]]
    return "_".join("".join(letter for letter in word if letter.isalnum() or letter == "_") for word in words if word)


def _ended(sql: str) -> str:
    return sql if sql.rstrip().endswith(";") else f"{sql.rstrip()};"


def _with_way_down(script: Script, result: Rewritten) -> None:
    if script.down and result.steps:
        first = result.steps[0]
        down = tuple(_ended(sent.sql) for sent in script.down)
        result.steps[0] = Step(first.about, first.up, (*down, *first.down), first.transactional)
