"""DO: a program is taken apart, and its statements are judged one after the other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse
from backend_lead.gates.programs import Command, commands
from backend_lead.migrate.judge import Judge, Stop
from backend_lead.migrate.steps import statements
from backend_lead.model.migration import HazardKind

_DYNAMIC = "a statement of the DO block is put together when it runs"
# In a program a name may be a variable, so that these prove nothing.
_OF_NAMES = frozenset({"column-missing", "wrong-value", "null-inserted"})


def _do(node: Node, judge: Judge) -> None:
    language, body = "plpgsql", ""
    for argument in node.args:
        option = argument.def_elem
        if option.defname == "as":
            body = option.arg.list.items[0].string.sval if kind(option.arg) == "list" else option.arg.string.sval
        elif option.defname == "language":
            language = option.arg.string.sval
    if language.lower() != "plpgsql":
        judge.undecided = f"a DO block in {language} is not read"
        return
    try:
        found = commands(body)
    except SqlUnreadable as error:
        judge.undecided = f"the DO block was not understood: {error.message}"
        return
    batches = any(command.ends for command in found)
    for command in found:
        _run(command, judge, batches=batches)


def _run(command: Command, judge: Judge, *, batches: bool) -> None:
    """Judge one statement of the program as a part of the block."""
    if command.ends:
        return
    if command.dynamic:
        judge.undecided = judge.undecided or _DYNAMIC
        return
    try:
        trees = parse(command.sql)
    except SqlUnreadable:
        judge.undecided = judge.undecided or "a statement of the DO block was not understood"
        return
    for tree in trees:
        part = Judge(judge.catalog, judge.facts, judge.in_transaction, command.sql)
        handler = statements().get(kind(tree.stmt))
        if handler is None:
            continue
        with suppress(Stop):
            handler(getattr(tree.stmt, kind(tree.stmt)), part)
        _add(part, command, judge, batches=batches)


def _add(part: Judge, command: Command, judge: Judge, *, batches: bool) -> None:
    """Put what a statement does to what the block does; all of it is one transaction, unless it commits in between."""
    judge.actions += part.actions
    for relation, mode in part.locks.items():
        judge.lock(relation, mode)
    judge.rewrites |= part.rewrites
    judge.rebuilds |= part.rebuilds
    judge.scans |= part.scans
    judge.work |= part.work
    judge.keys += part.keys
    written = [
        name for action in part.actions if action.key in ("update", "delete", "merge") for _, name in action.roles
    ]
    if command.repeated and written and not batches:
        # Few rows at a time, and all of them in one transaction.
        target = next(names[0] for action in part.actions for role, names in action.roles if role == "target")
        judge.works_on(target, "write")
    if batches:
        for name in [name for name, how in judge.work.items() if how == "write"]:
            del judge.work[name]
    for hazard in part.hazards:
        if hazard.kind is HazardKind.FAILS and (hazard.cause in _OF_NAMES or (command.maybe and hazard.certain)):
            continue
        judge.hazards.append(replace(hazard, certain=hazard.certain and not command.maybe))
        judge.failed = judge.failed or (part.failed and not command.maybe and hazard.kind is HazardKind.FAILS)


STATEMENTS = {"do_stmt": _do}
