"""A migration is run on a real database, part by part, so that it can be ended at any moment and goes on from there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from backend_lead.errors import WrongUse
from backend_lead.gates.applying import ApplyGate, Refusal
from backend_lead.gates.grammar import Node, SqlUnreadable, enum_name, kind, parse
from backend_lead.gates.text import one_line
from backend_lead.migrate.lint import numbered
from backend_lead.migrate.script import Script
from backend_lead.read.sql_conditions import names

# What may be begun again without harm, however far it came.
_REPEATABLE = frozenset({"reindex_stmt", "vacuum_stmt", "refresh_mat_view_stmt"})


@dataclass(frozen=True, slots=True)
class Part:
    """What commits together: the statements of a transaction, or one that runs by itself (`alone`)."""

    number: int
    statements: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What a run did: how many parts were there before, how many it ran, and which indexes are INVALID now."""

    plan: str
    before: int
    ran: int
    invalid: tuple[str, ...]


def plan_hash(script: Script) -> str:
    """Return the digest of what is sent and of how it commits: a proof holds for exactly that."""
    digest = hashlib.sha256()
    for part in parts(script):
        digest.update(f"{part.number}\0{part.alone}\0".encode())
        for statement in part.statements:
            digest.update(f"{' '.join(statement.split())}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def parts(script: Script) -> list[Part]:
    """Return what a migration does in the pieces that commit.

    A statement that its tool sends by itself, and that may stand in a transaction, is given one with its line in the
    ledger; a time limit for locks is set by the gate, so that a SET of it alone is no part.
    """
    found: list[Part] = []
    for _, group in groupby(numbered(script.up), key=lambda each: each[0]):
        sent = [each for _, each in group]
        statements = tuple(each.sql for each in sent)
        by_itself = sent[0].transaction is None
        if by_itself and _sets_time(statements[0]):
            continue
        found.append(Part(len(found), statements, by_itself and _stands_alone(statements[0])))
    return found


def apply(
    gate: ApplyGate, script: Script, told: Callable[[str], None], *, again: bool = False, finished: bool = False
) -> Applied:
    """Run the parts that the ledger does not call done.

    A part that was begun and whose end is not known is looked at; where looking cannot tell, `again` runs it once more
    and `finished` believes that it ended.  Raises Refusal where the server or the doubt ends the run.
    """
    plan, every = plan_hash(script), parts(script)
    states = gate.states(plan)
    before = sum(state == "done" for state in states.values())
    ran = 0
    for part in every:
        state = states.get(part.number)
        if state == "done":
            continue
        if state == "started" and _ended(gate, part, script.path, plan, again=again, finished=finished):
            continue
        told(f"{part.number + 1} of {len(every)}: {one_line(part.statements[0], 80)}")
        if part.alone:
            gate.alone(plan, part.number, script.path, part.statements[0], told)
        else:
            gate.together(plan, part.number, script.path, part.statements, told)
        ran += 1
    return Applied(plan, before, ran, tuple(gate.invalid_indexes()))


def _ended(gate: ApplyGate, part: Part, path: str, plan: str, *, again: bool, finished: bool) -> bool:
    """Say whether a part that was begun has ended; what it left half done is cleared away."""
    statement = part.statements[0]
    tree = _tree(statement)
    what = kind(tree) if tree is not None else ""
    ended: bool | None = None
    if tree is not None and what == "index_stmt":
        schema = tree.index_stmt.relation.schemaname
        name = f"{schema}.{tree.index_stmt.idxname}" if schema else tree.index_stmt.idxname
        valid = gate.index(name)
        if valid is False:
            gate.drop_index(name)
        ended = valid is True
    elif tree is not None and what == "drop_stmt" and enum_name(tree.drop_stmt, "remove_type") == "OBJECT_INDEX":
        ended = all(gate.index(".".join(names(item.list.items))) is None for item in tree.drop_stmt.objects)
    elif what in _REPEATABLE or again:
        ended = False
    if ended is None and not finished:
        raise Refusal(
            f"{one_line(statement, 80)} was begun by an earlier run, and whether it ended cannot be seen.",
            "Look at the database.  Where it may run once more: the same command with --again; where it ended: "
            "--finished",
        )
    if ended is None or ended:
        gate.done(plan, part.number, path, statement)
        return True
    return False


def _stands_alone(statement: str) -> bool:
    """Say whether PostgreSQL refuses a statement inside a transaction; a block that commits does not stand in one
    either."""
    tree = _tree(statement)
    if tree is None:
        raise WrongUse(
            f"{one_line(statement, 80)} was not understood, so nothing is run.", "Look at it with: migration lint"
        )
    what = kind(tree)
    if what == "index_stmt":
        return bool(tree.index_stmt.concurrent)
    if what == "drop_stmt":
        return bool(tree.drop_stmt.concurrent)
    if what == "reindex_stmt":
        return any(item.def_elem.defname == "concurrently" for item in tree.reindex_stmt.params)
    if what == "alter_table_stmt":
        return any(
            getattr(part.alter_table_cmd, "def").partition_cmd.concurrent
            for part in tree.alter_table_stmt.cmds
            if enum_name(part.alter_table_cmd, "subtype") == "AT_DetachPartition"
        )
    return what == "vacuum_stmt" or (what in ("do_stmt", "call_stmt") and "commit" in statement.lower())


def _sets_time(statement: str) -> bool:
    tree = _tree(statement)
    return (
        tree is not None
        and kind(tree) == "variable_set_stmt"
        and tree.variable_set_stmt.name in ("lock_timeout", "statement_timeout")
    )


def _tree(statement: str) -> Node | None:
    try:
        found: Sequence[Node] = parse(statement)
    except SqlUnreadable:
        return None
    return found[0].stmt if len(found) == 1 else None
