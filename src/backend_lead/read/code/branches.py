"""Branches, loops, `try` and `with`: which sides are followed, and what holds after them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.binding import assign
from backend_lead.read.code.choosing import unchosen
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.context_managers import enter, leave
from backend_lead.read.code.credentials import ABSENT
from backend_lead.read.code.evaluation import evaluate, is_told_whole, iterate
from backend_lead.read.code.exceptions import CHOSEN, is_a
from backend_lead.read.code.execution import (
    ENDED,
    EXECUTORS,
    GOES_ON,
    JUMPED,
    RAISED,
    RETURNED,
    execute_block,
    execute_inline,
    frame_of,
)
from backend_lead.read.code.frames import Condition, Frame
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.kept_answers import WIDEST_ANSWER, doubtful, overwritten
from backend_lead.read.code.leaving import FUNCTION_LEFT, bound_in, is_search, leaving, loops_left, raises
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.narrowing import narrow
from backend_lead.read.code.operations import before_configured, relabel
from backend_lead.read.code.program import LazyImport
from backend_lead.read.code.typing_blocks import is_for_types, read_types
from backend_lead.read.code.values import WIDEST_CHOICE, Choice, Known, Unknown, Value, join, usually


def _if(run: Interpreter, node: Any) -> int:
    before = len(run.pairs_seen)
    test = evaluate(run, node.test)
    truth = run.truth(test)
    frame = frame_of(run)
    cached = frame.cached
    if truth is not None:
        frame.cached = cached or (truth and _makes_once(frame, node))
        status = _decided(run, node, test, truth)
        frame.cached = cached
        if not truth and is_for_types(node.test):
            read_types(run, frame_of(run).scope, node.then)
        return status
    pairs = (*getattr(test, "pairs", ()), *run.pairs_seen[before:])
    del run.pairs_seen[before:]
    frame.tests |= test.sources
    names = frame.scope.names
    saved = dict(names)
    usual = before_configured(run, test)
    condition = Condition(test.sources, pairs, True, run.place(node.line), unfound=_is_unfound(test), usual=usual)

    narrow(run, node.test, True)
    frame.cached = cached or _makes_once(frame, node)
    first, names_after_first = _side(run, node.then, condition)
    frame.cached = cached
    frame.scope.names = saved
    opposite = Condition(test.sources, pairs, False, condition.place, unfound=condition.unfound)
    opposite.usual = None if usual is None else not usual
    narrow(run, node.test, False)
    second, names_after_second = _side(run, node.otherwise, opposite)
    frame.scope.names = names
    if first == GOES_ON and second == GOES_ON:
        if frame.kept:
            overwritten(frame, saved, names_after_first, names_after_second, opposite)
            overwritten(frame, saved, names_after_second, names_after_first, condition)
        answers = {name for name, _ in frame.kept} if frame.kept else ()
        _merge(names, names_after_first, names_after_second, answers)
        _mark_usual(names, names_after_first, names_after_second, usual)
        return GOES_ON
    if first == GOES_ON or second == GOES_ON:
        kept = names_after_first if first == GOES_ON else names_after_second
        _merge(names, kept, kept)
        left, ended = (condition, second) if first == GOES_ON else (opposite, first)
        left.raises_otherwise = ended == RAISED and not run.caught
        run.conditions.append(left)
        return GOES_ON
    return first if first == second else ENDED


def _makes_once(frame: Frame, node: Any) -> bool:
    """`if engine is None: engine = make()` with `global engine`: what is done there is done once for all requests."""
    test = node.test.operands[0] if isinstance(node.test, s.Operation) else None
    return isinstance(test, s.Name) and test.name in frame.scope.globals and test.name in bound_in(node.then)


def _decided(run: Interpreter, node: Any, test: Value, truth: bool) -> int:
    """The only side that can be taken; where nobody is calling, it is remembered that this decided it."""
    taken, other = (node.then, node.otherwise) if truth else (node.otherwise, node.then)
    if not run.anonymous or "credential" not in test.sources:
        return execute_inline(run, taken)
    condition = Condition(test.sources, (), truth, run.place(node.line), decided=True)
    run.conditions.append(condition)
    status = execute_inline(run, taken)
    if leaving(other) != FUNCTION_LEFT:
        run.conditions.remove(condition)
        _mark_decided(frame_of(run).scope.names, (*taken, *other))
    return status


def _mark_decided(names: dict[str, Value], statements: tuple[Any, ...]) -> None:
    """What either side gives a name it has for want of a credential (`user = None`, `if token: user = find(token)`)."""
    for name in bound_in(statements):
        value = names.get(name)
        if isinstance(value, Known):
            names[name] = Known(value.value, value.sources | ABSENT)


def _is_unfound(test: Value) -> bool:
    """Whether nothing at all is known of what decides, not even where it comes from."""
    options = test.options if isinstance(test, Choice) else (test,)
    return any(isinstance(option, Unknown) and not option.sources for option in options)


def _side(run: Interpreter, statements: tuple[Any, ...], condition: Condition) -> tuple[int, dict[str, Value]]:
    frame = frame_of(run)
    run.conditions.append(condition)
    held = len(run.conditions)
    status = _block(run, frame, statements)
    del run.conditions[held - 1 :]
    return status, frame.scope.names


def _block(run: Interpreter, frame: Frame, statements: tuple[Any, ...]) -> int:
    """A block inside a loop; what it does before it leaves the loop for good is not repeated by it."""
    left = min(loops_left(frame, statements), run.loops)
    run.loops -= left
    frame.loops -= left
    try:
        return execute_block(run, statements)
    finally:
        run.loops += left
        frame.loops += left


def _merge(
    into: dict[str, Value], first: dict[str, Value], second: dict[str, Value], kept: Collection[str] = ()
) -> None:
    if first is second:
        merged = dict(first)
    else:
        merged = dict(first)
        for name, value in second.items():
            other = first.get(name)
            if other is value:
                continue
            if type(other) is LazyImport or type(value) is LazyImport:
                other, value = _settled(other), _settled(value)
            if other is None or other is value:
                merged[name] = value
            else:
                widest = WIDEST_ANSWER if name in kept else WIDEST_CHOICE
                merged[name] = join((unchosen(other, value), unchosen(value, other)), widest)
    into.clear()
    into.update(merged)


def _mark_usual(names: dict[str, Value], first: dict[str, Value], second: dict[str, Value], usual: bool | None) -> None:
    """Of what one side of a test of the configuration gave a name, the default's side is the usual one."""
    if usual is None:
        return
    for name, value in list(names.items()):
        if isinstance(value, Choice) and first.get(name) is not second.get(name):
            names[name] = usually(value, (first if usual else second).get(name))


def _settled(value: Any) -> Any:
    """What an import turned out to be on one of the ways it is on all."""
    return value.resolved or value if isinstance(value, LazyImport) else value






# ---------------------------------------------------------------- loops, try, with


def _loop(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    if node.target is None:
        test = evaluate(run, node.iterable)
        if test.truth() is False:
            return GOES_ON
        return _once(run, node, frame, None, test.truth() is True, repeated=True)
    iterable = evaluate(run, node.iterable)
    run.line = node.line
    elements = iterate(run, iterable)
    if elements is None:
        return _once(run, node, frame, Unknown(iterable.sources), False, repeated=True)
    if not elements:
        complete = isinstance(iterable, (Items, Fields)) and iterable.complete
        return execute_inline(run, node.otherwise) if complete else GOES_ON
    constant = isinstance(iterable, (Items, Fields)) and iterable.complete
    told = run.requesting and constant and is_told_whole(run, elements)
    if run.requesting and not told:
        few = constant and len(elements) == 1
        return _once(run, node, frame, join(elements), constant, repeated=not few)
    for element in elements:
        if not run.requesting and not run.step():
            break
        run.told += told
        status = _once(run, node, frame, element, constant, repeated=False)
        run.told -= told
        if status in (RETURNED, RAISED, ENDED) and constant:
            return status
        if status == JUMPED:
            break
    return execute_inline(run, node.otherwise)


def _once(run: Interpreter, node: Any, frame: Frame, element: Value | None, certain: bool, repeated: bool) -> int:
    """Follow the body one time; unless certain to run, what it binds is joined with what was there."""
    before = dict(frame.scope.names)
    if element is not None:
        assign(run, node.target, element)
    repeated = repeated and not is_search(node.body)
    if not certain:
        run.doubts.append(run.place(node.line))
    run.loops += repeated
    frame.loops += repeated
    run.loop_sources.append(element.sources if element is not None and repeated else frozenset())
    outer, frame.jumped = frame.jumped, []
    status = _block(run, frame, node.body)
    if status == GOES_ON:
        for names in frame.jumped:
            _merge(frame.scope.names, dict(frame.scope.names), names)
    frame.jumped = outer
    run.loop_sources.pop()
    run.loops -= repeated
    frame.loops -= repeated
    if not certain:
        run.doubts.pop()
        after = frame.scope.names
        doubtful(frame, before, after)
        _merge(after, dict(after), before)
        return GOES_ON
    return (
        status
        if status in (RETURNED, RAISED, ENDED, JUMPED) and not repeated
        else (status if status in (RETURNED, RAISED) else GOES_ON)
    )


def _try(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    outer, frame.raises = frame.raises, []
    before = dict(frame.scope.names)
    run.caught += bool(node.handlers)
    held = len(run.conditions)
    status = execute_block(run, node.body)
    del run.conditions[held:]
    run.caught -= bool(node.handlers)
    raised, frame.raises = frame.raises, outer
    body_names = dict(frame.scope.names)
    statuses = [(status, body_names)] if status != RAISED else []
    for kind, name, body in node.handlers:
        types = _types(run, kind)
        mine = tuple(r for r in raised if _matches(run, r.value, types))
        if mine:
            taken = {id(r) for r in mine}
            raised = [r for r in raised if id(r) not in taken]
        if status == RAISED and not mine and not raised:
            continue
        merged = dict(before)
        _merge(merged, before, body_names)
        frame.scope.names.clear()
        frame.scope.names.update(merged)
        if name is not None:
            caught = join(r.value for r in mine) if mine else Unknown()
            assign(run, s.Name(0, name), _as_exception(caught) if _may_be_any(types) else caught)
        run.handling.append(mine)
        # What is done on the way out, in a handler that raises, is not done for each element.
        loops, run.loops = run.loops, 0 if raises(body) else run.loops
        certain = status == RAISED and mine and not raised
        if not certain:
            run.doubts.append(run.place(node.line))
        told, known = len(frame.returns), len(frame.raises)
        ended = _block(run, frame, body)
        frame.returns[told:] = [each.after(mine) for each in frame.returns[told:]]
        frame.raises[known:] = [each.after(mine) for each in frame.raises[known:]]
        if not certain:
            run.doubts.pop()
        run.loops = loops
        run.handling.pop()
        statuses.append((ended, dict(frame.scope.names)))
        doubtful(frame, body_names, frame.scope.names)
    frame.raises.extend(raised)
    result = _combine(frame, statuses)
    if status == GOES_ON and result == GOES_ON and node.otherwise:
        result = execute_inline(run, node.otherwise)
    if node.final:
        ended = execute_block(run, node.final)
        if ended != GOES_ON:
            return ended
    return result if statuses else RAISED


def _may_be_any(types: list[Value]) -> bool:
    """Whether an `except` clause takes exceptions whose text the program does not choose: any at all, a library's."""
    return not types or any(isinstance(kind, (Symbol, External)) and kind.name not in CHOSEN for kind in types)


def _as_exception(value: Value) -> Value:
    return relabel(value, frozenset({"exception"}))


def _combine(frame: Frame, statuses: list[tuple[int, dict[str, Value]]]) -> int:
    alive = [names for status, names in statuses if status == GOES_ON]
    if alive:
        merged = dict(alive[0])
        for names in alive[1:]:
            _merge(merged, dict(merged), names)
        frame.scope.names.clear()
        frame.scope.names.update(merged)
        return GOES_ON
    kinds = {status for status, _ in statuses}
    return kinds.pop() if len(kinds) == 1 else (ENDED if kinds else RAISED)


def _types(run: Interpreter, kind: Any) -> list[Value]:
    if kind is None:
        return []
    value = evaluate(run, kind)
    return list(value.values) if isinstance(value, Items) else [value]


def _matches(run: Interpreter, value: Value, types: list[Value]) -> bool:
    """Whether an `except` clause takes this exception; for library classes by name and known ancestry."""
    if not types:
        return True
    return any(is_a(value, kind) for kind in types)


def _with(run: Interpreter, node: Any) -> int:
    managers = []
    for expression, target in node.items:
        run.opening.append(expression)
        try:
            manager = evaluate(run, expression)
        finally:
            run.opening.pop()
        managers.append((manager, expression.line))
        value = enter(run, manager, expression.line)
        if target is not None:
            assign(run, target, value)
    try:
        return execute_inline(run, node.body)
    finally:
        for manager, line in reversed(managers):
            leave(run, manager, line)


EXECUTORS.update({s.If: _if, s.Loop: _loop, s.Try: _try, s.With: _with})
