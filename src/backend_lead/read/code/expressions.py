"""Expressions: what each can be known to be."""

from __future__ import annotations

import re
from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.binding import assign
from backend_lead.read.code.calls import call
from backend_lead.read.code.choosing import choose
from backend_lead.read.code.containers import UNKNOWN_KEY, Fields, Items, Slice, key_of
from backend_lead.read.code.credentials import ABSENT
from backend_lead.read.code.evaluation import EVALUATORS, evaluate, is_told_whole, iterate
from backend_lead.read.code.frames import Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.names import lookup
from backend_lead.read.code.operations import before_configured, binary, compare, concatenate, relabel
from backend_lead.read.code.program import Scope
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Choice, Known, Setting, Unknown, Value, join, options_of, usually

# What starts a coroutine and does not wait for it, unless the function does so further on.
STARTING = frozenset({
    "asyncio.create_task", "asyncio.ensure_future", "asyncio.get_event_loop.create_task",
    "asyncio.get_running_loop.create_task"})
_WAITING = re.compile(rb"\.gather\(|\bwait(_for)?\(|\bas_completed\(|\bawait\s+\w*task")


def _frame(run: Interpreter) -> Frame:
    assert run.frame is not None
    return run.frame


def _name(run: Interpreter, node: Any) -> Value:
    found = lookup(run, node.name, _frame(run).scope)
    return found if found is not None else run.symbol(f"builtins.{node.name}")


def _attribute(run: Interpreter, node: Any) -> Value:
    run.line = node.line
    return run.attribute(evaluate(run, node.value), node.name)


def _call(run: Interpreter, node: Any, awaited: bool = False) -> Value:
    function = evaluate(run, node.function)
    later = isinstance(function, Symbol) and function.name in STARTING and not _waits(run)
    before, run.deferred = run.deferred, run.deferred or later
    try:
        site = _site(run, node, awaited)
    finally:
        run.deferred = before
    return call(run, function, site)


def _waits(run: Interpreter) -> bool:
    """Whether the function waits somewhere for what it has started."""
    function = _frame(run).function
    return function is not None and _WAITING.search(function.definition.source) is not None


def _site(run: Interpreter, node: Any, awaited: bool) -> Site:
    """The arguments of a call."""
    frame = _frame(run)
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    open_ = False
    for argument in node.arguments:
        if isinstance(argument, s.Star):
            spread = evaluate(run, argument.value)
            elements = iterate(run, spread)
            if elements is None or not (isinstance(spread, Items) and spread.complete):
                open_ = True
                positional.extend(elements or [Unknown(spread.sources)])
            else:
                positional.extend(elements)
        else:
            positional.append(evaluate(run, argument))
    for name, expression in node.keywords:
        value = evaluate(run, expression)
        if name is not None:
            keywords[name] = value
            continue
        given: dict[str, list[Value]] = {}
        for option in options_of(value):
            if isinstance(option, Fields):
                for key, each in option.values.items():
                    given.setdefault(str(key), []).append(each)
                open_ = open_ or not option.complete
                if not option.complete:
                    keywords.setdefault("**", value)
            else:
                keywords["**"] = value
                open_ = True
        keywords.update({key: join(each) for key, each in given.items()})
    return Site(positional, keywords, node.line, frame, node, awaited, open_)


def _await(run: Interpreter, node: Any) -> Value:
    inner = node.value
    value = _call(run, inner, awaited=True) if type(inner) is s.Call else evaluate(run, inner)
    resolve = getattr(value, "awaited", None)
    if resolve is not None:
        result: Value = resolve(run)
        return result
    return value


def _subscript(run: Interpreter, node: Any) -> Value:
    return run.subscript(evaluate(run, node.value), evaluate(run, node.index))


def _slice(run: Interpreter, node: Any) -> Value:
    bounds = [evaluate(run, part) if part is not None else Known(None) for part in (node.start, node.stop, node.step)]
    return Slice(bounds)


def _template(run: Interpreter, node: Any) -> Value:
    return concatenate([part if isinstance(part, str) else evaluate(run, part) for part in node.parts])


def _sequence(run: Interpreter, node: Any) -> Value:
    values: list[Value] = []
    complete = True
    for item in node.items:
        if isinstance(item, s.Star):
            spread = evaluate(run, item.value)
            elements = iterate(run, spread)
            complete = complete and elements is not None and getattr(spread, "complete", False)
            values.extend(elements if elements is not None else [Unknown(spread.sources)])
        else:
            values.append(evaluate(run, item))
    sources: frozenset[str] = frozenset()
    for value in values:
        if value.sources:
            sources |= value.sources
    return Items(values, node.kind, complete, sources)


def _mapping(run: Interpreter, node: Any) -> Value:
    values: dict[Any, Value] = {}
    complete = True
    sources: frozenset[str] = frozenset()
    for key, expression in node.items:
        value = evaluate(run, expression)
        sources |= value.sources
        if key is None:
            if isinstance(value, Fields):
                values.update(value.values)
                complete = complete and value.complete
            else:
                complete = False
                values.setdefault("*", value)
            continue
        name = evaluate(run, key)
        if key_of(name) is not UNKNOWN_KEY:
            values[key_of(name)] = value
        else:
            complete = False
            values.setdefault("*", value)
    return Fields(values, complete, sources)


def _operation(run: Interpreter, node: Any) -> Value:
    operator = node.operator
    if operator in ("and", "or"):
        return _connect(run, node)
    if operator == "not":
        return _negate(evaluate(run, node.operands[0]))
    values = [evaluate(run, operand) for operand in node.operands]
    if len(values) == 1:
        if operator == "u-" and isinstance(values[0], Known) and isinstance(values[0].value, (int, float)):
            return Known(-values[0].value)
        special = getattr(values[0], "unary", None)
        if special is not None:
            result: Value = special(operator, run)
            return result
        return Unknown(values[0].sources)
    if operator in ("==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "<>", "not", "is  not"):
        return compare(run, operator, values[0], values[1], node.line)
    result = values[0]
    for value in values[1:]:
        result = binary(run, operator, result, value)
    return result


def _negate(value: Value) -> Value:
    if isinstance(value, Setting):
        return Setting(_negate(value.default) if value.default is not None else None)
    truth = value.truth()
    if truth is not None:
        return Known(not truth, value.sources)
    return Unknown(value.sources, "", getattr(value, "pairs", ()))


def _connect(run: Interpreter, node: Any) -> Value:
    """`and`/`or`: stops where the program would stop; an undecided left side leaves both."""
    stops = node.operator == "or"
    kept: list[Value] = []
    passed: frozenset[str] = frozenset()
    for operand in node.operands:
        value = evaluate(run, operand)
        truth = run.truth(value)
        if run.anonymous and truth is not None and truth is not stops and "credential" in value.sources:
            # That it goes on to the next one the missing credential has decided.
            passed = ABSENT
        if truth is stops:
            kept.append(value)
            if node.operator == "and":
                # Whatever the others are, it is false: none of them is looked at.
                sources = frozenset().union(*(v.sources for v in kept))
                return Known(value.value if isinstance(value, Known) else False, sources)
            break
        if truth is None or operand is node.operands[-1]:
            # What is left of an undecided `x or y` is x only when true, of `x and y` only when false.
            kept.extend(
                o
                for o in (value.options if isinstance(value, Choice) else (value,))
                if o.truth() is None or o.truth() is stops or operand is node.operands[-1]
            )
    result = join(kept) if kept else Known(stops)
    if passed and isinstance(result, Known):
        result = Known(result.value, result.sources | passed)
    if node.operator == "and" and len(kept) > 1 and any(not v.sources and v.truth() is None for v in kept):
        result = relabel(result, frozenset({"configuration"}))
    pairs = tuple(pair for value in kept for pair in getattr(value, "pairs", ()))
    if pairs and not isinstance(result, (Unknown, Choice)):
        return result
    return Unknown(result.sources, "", pairs) if pairs else result


def _conditional(run: Interpreter, node: Any) -> Value:
    test = evaluate(run, node.test)
    truth = run.truth(test)
    if truth is not None:
        return evaluate(run, node.then if truth else node.otherwise)
    sides = (_side(run, node, True), _side(run, node, False))
    usual = before_configured(run, test)
    return usually(join(sides), None if usual is None else sides[0] if usual else sides[1])


def _side(run: Interpreter, node: Any, holds: bool) -> Value:
    """One side of `a if test else b`, where what the test says of a name holds: `sort if sort in KNOWN else "id"`."""
    side = node.then if holds else node.otherwise
    if not run.requesting:
        return evaluate(run, side)
    names = _frame(run).scope.names
    before = dict(names)
    choose(run, _frame(run).scope, node.test, holds)
    changed = {name: names[name] for name in before if names[name] is not before[name]}
    value = evaluate(run, side)
    for name, marked in changed.items():
        if names.get(name) is marked:
            names[name] = before[name]
    return value


MOST_KEYS = 48
"""Keys of a dictionary that a comprehension goes through one by one while a request is followed."""


def _lambda(run: Interpreter, node: Any) -> Value:
    frame = _frame(run)
    return FunctionValue(node.function, frame.module, frame.scope)


def _comprehension(run: Interpreter, node: Any) -> Value:
    frame = _frame(run)
    scope, frame.scope = frame.scope, Scope(frame.module, frame.scope)
    try:
        pairs, complete, sources = _clauses(run, node, 0)
    finally:
        frame.scope = scope
    if node.kind == "dict":
        values: dict[Any, Value] = {}
        for key, value in pairs:
            if key_of(key) is not UNKNOWN_KEY:
                values[key_of(key)] = value
            else:
                complete = False
                values.setdefault("*", value)
        return Fields(values, complete, sources)
    return Items([value for _, value in pairs], node.kind, complete, sources)


def _clauses(run: Interpreter, node: Any, depth: int) -> tuple[list[tuple[Value | None, Value]], bool, frozenset[str]]:
    if depth == len(node.clauses):
        key = evaluate(run, node.key) if node.key is not None else None
        value = evaluate(run, node.value)
        return [(key, value)], True, value.sources
    target, source, tests = node.clauses[depth]
    iterable = evaluate(run, source)
    run.line = node.line
    elements = iterate(run, iterable)
    known = elements is not None and (not isinstance(iterable, (Items, Fields)) or iterable.complete)
    told = run.requesting and known and is_told_whole(run, elements or [])
    # `{k: v for k, v in given.items() if v is not None}` keeps what it knows of each key, and holds no other.
    keyed = node.kind == "dict" and known and _has_known_keys(elements or [])
    once = (run.requesting and not told and not keyed) or elements is None
    if elements is None:
        elements = [Unknown(iterable.sources)]
    elif once and len(elements) > 1:
        elements = [join(elements)]
    repeated = once and not (
        known
        and len(elements) == 1
        and isinstance(iterable, (Items, Fields))
        and len(list(iterable.elements() or ())) == 1
    )
    gathered: list[tuple[Value | None, Value]] = []
    complete, sources = known and not once, iterable.sources
    run.loops += repeated
    run.told += told
    run.loop_sources.append(iterable.sources if repeated else frozenset())
    for element in elements:
        assign(run, target, element)
        truths = [evaluate(run, test).truth() for test in tests]
        if False in truths:
            continue
        complete = complete and (keyed or None not in truths)
        inner, inner_complete, inner_sources = _clauses(run, node, depth + 1)
        gathered.extend(inner)
        complete = complete and inner_complete
        sources |= inner_sources
    run.loop_sources.pop()
    run.loops -= repeated
    run.told -= told
    return gathered, complete, sources


def _has_known_keys(elements: list[Value]) -> bool:
    """Whether each element is a pair that begins with a literal."""
    return 0 < len(elements) <= MOST_KEYS and all(
        isinstance(e, Items) and len(e.values) == 2 and isinstance(e.values[0], Known) for e in elements)


def _yield(run: Interpreter, node: Any) -> Value:
    value = evaluate(run, node.value) if node.value is not None else Known(None)
    _frame(run).yields.append(value)
    # What is sent into a generator cannot be known.
    return Unknown()


def _bind(run: Interpreter, node: Any) -> Value:
    value = evaluate(run, node.value)
    assign(run, node.target, value)
    return value


def _opaque(run: Interpreter, node: Any) -> Value:
    sources: frozenset[str] = frozenset()
    for child in node.children:
        sources |= evaluate(run, child).sources
    return Unknown(sources)


EVALUATORS.update(
    {
        s.Constant: lambda run, node: Known(node.value),
        s.Name: _name,
        s.Attribute: _attribute,
        s.Call: _call,
        s.Await: _await,
        s.Subscript: _subscript,
        s.Slice: _slice,
        s.Template: _template,
        s.Sequence: _sequence,
        s.Mapping: _mapping,
        s.Operation: _operation,
        s.Conditional: _conditional,
        s.Lambda: _lambda,
        s.Comprehension: _comprehension,
        s.Yield: _yield,
        s.Bind: _bind,
        s.Opaque: _opaque,
        s.Star: lambda run, node: evaluate(run, node.value),
    }
)
