"""Statements: what each does to the names in scope, and whether the path goes on after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.calls import call, define_class
from backend_lead.read.code.expressions import evaluate, iterate
from backend_lead.read.code.interpreter import Aborted, Condition, Frame, Interpreter, Outcome, Site
from backend_lead.read.code.program import LazyImport, Scope
from backend_lead.read.code.values import (
    Choice,
    ClassValue,
    Fields,
    FunctionValue,
    Instance,
    Items,
    Known,
    Symbol,
    Unknown,
    Value,
    join,
)

GOES_ON, RETURNED, RAISED, JUMPED, ENDED = range(5)  # ENDED: every side ended, but not in the same way.
MARKS = {
    "property": "property",
    "functools.cached_property": "property",
    "staticmethod": "static",
    "classmethod": "class",
    "contextlib.contextmanager": "context",
    "contextlib.asynccontextmanager": "context",
    "abc.abstractmethod": "abstract",
}


def execute_block(run: Interpreter, statements: tuple[Any, ...]) -> int:
    """Follow statements in order; returns how the block ended.

    A test that ended one side (`if x: return`) stays a condition of the rest of the block.
    """
    held = len(run.conditions)
    status = GOES_ON
    for statement in statements:
        try:
            status = _EXECUTORS[type(statement)](run, statement)
        except Aborted:
            status = RAISED
        if status != GOES_ON:
            break
    del run.conditions[held:]
    return status


def _frame(run: Interpreter) -> Frame:
    assert run.frame is not None
    return run.frame


# ---------------------------------------------------------------- binding


def assign(run: Interpreter, target: Any, value: Value) -> None:
    """Bind a value to a name, an attribute, an item, or a pattern of them."""
    if isinstance(target, s.Name):
        _frame(run).scope.bind(target.name, value)
    elif isinstance(target, s.Attribute):
        for owner in _options(evaluate(run, target.value)):
            _set_attribute(run, owner, target.name, value, target.line)
    elif isinstance(target, s.Subscript):
        for owner in _options(evaluate(run, target.value)):
            _set_item(run, owner, evaluate(run, target.index), value, target.line)
    elif isinstance(target, s.Sequence):
        _unpack(run, target, value)
    elif isinstance(target, s.Star):
        assign(run, target.value, Items([value], complete=False))


def _options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Choice) else (value,)


def _unpack(run: Interpreter, target: Any, value: Value) -> None:
    for position, inner in enumerate(target.items):
        if isinstance(value, Choice):
            part = join(_part(run, option, position) for option in value.options)
        else:
            part = _part(run, value, position)
        assign(run, inner, part)


def _part(run: Interpreter, value: Value, position: int) -> Value:
    if isinstance(value, Items) and value.complete and position < len(value.values):
        return value.values[position]
    return run.subscript(value, Known(position))


def _set_attribute(run: Interpreter, owner: Value, name: str, value: Value, line: int) -> None:
    for hook in run.hooks.writes:
        hook(owner, name, value, run.place(line), run)
    if isinstance(owner, Instance):
        # Inside an undecided branch the old value may stay.
        if run.conditions and name in owner.attributes and not run.anonymous:
            value = join((owner.attributes[name], value))
        owner.attributes[name] = value
    elif isinstance(owner, ClassValue):
        owner.attributes[name] = value
    elif isinstance(owner, FunctionValue):
        owner.marks[f".{name}"] = value
    else:
        setter = getattr(owner, "assign", None)
        if setter is not None:
            setter(name, value, run)


def _set_item(run: Interpreter, owner: Value, key: Value, value: Value, line: int) -> None:
    touch_shared(run, owner, line)
    if isinstance(owner, Fields):
        if isinstance(key, Known) and isinstance(key.value, (str, int, float, bytes, bool, type(None))):
            owner.values[key.value] = value
        else:
            owner.complete = False
            owner.values.setdefault("*", value)
        owner.sources |= value.sources if run.requesting else frozenset()


def touch_shared(run: Interpreter, owner: Value, line: int) -> None:
    """Record a write, while a request is answered, to a container that lives in a module."""
    if run.requesting and id(owner) in run.shared:
        name, _ = run.shared[id(owner)]
        run.emit(SharedWrite(name, run.place(line), _frame(run).symbol))


class SharedWrite:
    """A handler wrote to a module-level container."""

    __slots__ = ("name", "place", "symbol")

    def __init__(self, name: str, place: Any, symbol: str) -> None:
        self.name = name
        self.place = place
        self.symbol = symbol


def _assign(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
    if node.annotation is not None and isinstance(node.targets[0], s.Name):
        holder = frame.scope.names.get("\x00class")
        if isinstance(holder, ClassValue):
            holder.annotations[node.targets[0].name] = (node.annotation, node.line)
    if node.value is None:
        return GOES_ON
    value = evaluate(run, node.value)
    if isinstance(value, Unknown) and not value.sources and node.annotation is not None and run.requesting:
        from backend_lead.read.code.calls import instance_of

        value = instance_of(run, node.annotation, frame.scope)
    for target in node.targets:
        assign(run, target, value)
    if type(node.value) is s.Constant and isinstance(node.value.value, str) and node.value.value:
        _keep_literal(run, node.targets[0], node.value.value, node.line)
    return GOES_ON


def _keep_literal(run: Interpreter, target: Any, value: str, line: int) -> None:
    """A text constant with a name, for rules that look at names and values together."""
    name = (
        target.name
        if isinstance(target, (s.Name, s.Attribute))
        else (target.index.value if isinstance(target, s.Subscript) and isinstance(target.index, s.Constant) else None)
    )
    if isinstance(name, str):
        run.literals.append((name, value, run.place(line), _frame(run).symbol))


def _augment(run: Interpreter, node: Any) -> int:
    from backend_lead.read.code.operations import binary

    current = evaluate(run, node.target)
    value = evaluate(run, node.value)
    if isinstance(current, Items) and node.operator == "+":
        touch_shared(run, current, node.line)
        current.values.extend(value.elements() or [Unknown(value.sources)])
        current.complete = current.complete and isinstance(value, Items) and value.complete
        return GOES_ON
    assign(run, node.target, binary(run, node.operator, current, value))
    return GOES_ON


def _import(run: Interpreter, node: Any) -> int:
    scope = _frame(run).scope
    module = scope.module
    if not node.names:
        head = node.module.split(".")[0]
        scope.bind(head, LazyImport(head, None, 0, module))
        if "." in node.module:
            run.program.find(node.module, module)
        return GOES_ON
    for name, alias in node.names:
        if name is None:
            scope.bind(alias, LazyImport(node.module, None, 0, module))
        elif name == "*":
            _import_all(run, node, scope)
        else:
            scope.bind(alias, LazyImport(node.module, name, node.level, module))
    return GOES_ON


def _import_all(run: Interpreter, node: Any, scope: Scope) -> None:
    source = run.program.find(node.module, scope.module, node.level)
    if source is None or source is scope.module:
        return
    run.follow_module(source)
    for name in list(source.scope.names):
        if not name.startswith("_"):
            scope.names.setdefault(name, LazyImport(node.module, name, node.level, scope.module))


# ---------------------------------------------------------------- definitions


def _define(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
    holder = frame.scope.names.get("\x00class")
    owner = holder if isinstance(holder, ClassValue) else None
    scope = frame.scope.parent if owner is not None and frame.scope.parent is not None else frame.scope
    value: Value = FunctionValue(node.function, frame.module, scope, owner=owner)
    frame.scope.bind(node.function.name, decorate(run, value, node.decorators))
    return GOES_ON


def decorate(run: Interpreter, value: Value, decorators: tuple[Any, ...]) -> Value:
    """Apply decorators from the innermost outwards; one whose meaning is not known leaves the function as it is."""
    for expression in reversed(decorators):
        if isinstance(expression, s.Attribute) and expression.name in ("setter", "deleter", "getter"):
            return value
        decorator = evaluate(run, expression)
        mark = MARKS.get(decorator.name) if isinstance(decorator, Symbol) else None
        if mark is not None and isinstance(value, FunctionValue):
            value.marks[mark] = True
            continue
        if isinstance(value, FunctionValue):
            value.marks.setdefault("decorators", []).append(decorator)
        result = call(run, decorator, Site([value], {}, expression.line, _frame(run), expression))
        if isinstance(result, FunctionValue) and result is not value:
            if isinstance(value, FunctionValue):
                result.marks.setdefault("origin", value.marks.get("origin", value))
            value = result
        elif not isinstance(result, (Unknown, Choice, Known)) and hasattr(result, "wrapped"):
            value = result
    return value


def _define_class(run: Interpreter, node: Any) -> int:
    value = define_class(run, node)
    frame = _frame(run)
    frame.scope.bind(node.cls.name, value)
    for expression in reversed(node.decorators):
        call(run, evaluate(run, expression), Site([value], {}, expression.line, frame, expression))
    return GOES_ON


# ---------------------------------------------------------------- branches


def _if(run: Interpreter, node: Any) -> int:
    before = len(run.pairs_seen)
    test = evaluate(run, node.test)
    truth = run.truth(test)
    if truth is not None:
        return execute_inline(run, node.then if truth else node.otherwise)
    pairs = (*getattr(test, "pairs", ()), *run.pairs_seen[before:])
    del run.pairs_seen[before:]
    frame = _frame(run)
    frame.tests |= test.sources
    names = frame.scope.names
    saved = dict(names)
    condition = Condition(test.sources, pairs, True, run.place(node.line))

    narrow(run, node.test, True)
    first, names_after_first = _side(run, node.then, condition)
    frame.scope.names = saved
    opposite = Condition(test.sources, pairs, False, condition.place)
    narrow(run, node.test, False)
    second, names_after_second = _side(run, node.otherwise, opposite)
    frame.scope.names = names
    if first == GOES_ON and second == GOES_ON:
        _merge(names, names_after_first, names_after_second)
        return GOES_ON
    if first == GOES_ON or second == GOES_ON:
        kept = names_after_first if first == GOES_ON else names_after_second
        _merge(names, kept, kept)
        run.conditions.append(condition if first == GOES_ON else opposite)
        return GOES_ON
    return first if first == second else ENDED


def execute_inline(run: Interpreter, statements: tuple[Any, ...]) -> int:
    """A block whose conditions stay in force after it (the only side of a decided branch)."""
    for statement in statements:
        status = _EXECUTORS[type(statement)](run, statement)
        if status != GOES_ON:
            return status
    return GOES_ON


def _side(run: Interpreter, statements: tuple[Any, ...], condition: Condition) -> tuple[int, dict[str, Value]]:
    frame = _frame(run)
    run.conditions.append(condition)
    held = len(run.conditions)
    status = execute_block(run, statements)
    del run.conditions[held - 1 :]
    return status, frame.scope.names


def _merge(into: dict[str, Value], first: dict[str, Value], second: dict[str, Value]) -> None:
    if first is second:
        merged = dict(first)
    else:
        merged = dict(first)
        for name, value in second.items():
            other = first.get(name)
            merged[name] = value if other is None or other is value else join((other, value))
    into.clear()
    into.update(merged)


def narrow(run: Interpreter, test: Any, holds: bool) -> None:
    """Drop the alternatives of a name that a test on it rules out (`if x is None`, `if not x`, `if x`)."""
    if isinstance(test, s.Operation):
        if test.operator == "not":
            narrow(run, test.operands[0], not holds)
            return
        if (test.operator == "and" and holds) or (test.operator == "or" and not holds):
            for operand in test.operands:
                narrow(run, operand, holds)
            return
        is_none = isinstance(test.operands[-1], s.Constant) and test.operands[-1].value is None
        if is_none and test.operator in ("is", "==", "is not", "!="):
            wants_none = (test.operator in ("is", "==")) == holds
            _keep(run, test.operands[0], lambda v: _is_none(v) == wants_none or _is_none(v) is None)
        return
    if isinstance(test, s.Bind):
        test = test.target
    _keep(run, test, lambda v: v.truth() is None or v.truth() == holds)


def _is_none(value: Value) -> bool | None:
    if isinstance(value, Known):
        return value.value is None
    return None if isinstance(value, Unknown) else False


def _keep(run: Interpreter, name: Any, wanted: Callable[[Value], bool]) -> None:
    if not isinstance(name, s.Name):
        return
    scope = _frame(run).scope
    value = scope.names.get(name.name)
    if isinstance(value, Choice):
        kept = [option for option in value.options if wanted(option)]
        if kept:
            scope.names[name.name] = join(kept)


# ---------------------------------------------------------------- loops, try, with


def _loop(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
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
    if run.requesting:
        few = constant and len(elements) == 1
        return _once(run, node, frame, join(elements), constant, repeated=not few)
    for element in elements:
        status = _once(run, node, frame, element, constant, repeated=False)
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
    run.loops += repeated
    status = execute_block(run, node.body)
    run.loops -= repeated
    if not certain:
        after = frame.scope.names
        _merge(after, dict(after), before)
        return GOES_ON
    return (
        status
        if status in (RETURNED, RAISED, ENDED, JUMPED) and not repeated
        else (status if status in (RETURNED, RAISED) else GOES_ON)
    )


def _try(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
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
        mine = [r for r in raised if _matches(run, r.value, types)]
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
            caught = join(r.value for r in mine) if mine else Unknown(frozenset({"exception"}))
            assign(run, s.Name(0, name), _as_exception(caught))
        run.handling.append(mine)
        ended = execute_block(run, body)
        run.handling.pop()
        statuses.append((ended, dict(frame.scope.names)))
    frame.raises.extend(raised)
    result = _combine(frame, statuses)
    if status == GOES_ON and result == GOES_ON and node.otherwise:
        result = execute_inline(run, node.otherwise)
    if node.final:
        ended = execute_block(run, node.final)
        if ended != GOES_ON:
            return ended
    return result if statuses else RAISED


def _as_exception(value: Value) -> Value:
    from backend_lead.read.code.operations import relabel

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
    from backend_lead.read.code.exceptions import is_a

    if not types:
        return True
    return any(is_a(value, kind) for kind in types)


def _with(run: Interpreter, node: Any) -> int:
    from backend_lead.read.code.calls import enter

    for expression, target in node.items:
        value = enter(run, evaluate(run, expression), expression.line)
        if target is not None:
            assign(run, target, value)
    return execute_inline(run, node.body)


# ---------------------------------------------------------------- leaving


def _return(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
    value = evaluate(run, node.value) if node.value is not None else Known(None)
    frame.returns.append(Outcome(value, run.place(node.line), frame.symbol, tuple(run.conditions)))
    return RETURNED


def _raise(run: Interpreter, node: Any) -> int:
    frame = _frame(run)
    if node.value is None:
        again = run.handling[-1] if run.handling else []
        frame.raises.extend(
            again
            or [Outcome(Unknown(frozenset({"exception"})), run.place(node.line), frame.symbol, tuple(run.conditions))]
        )
        return RAISED
    value = evaluate(run, node.value)
    if isinstance(value, (Symbol, ClassValue)):
        value = call(run, value, Site([], {}, node.line, frame, node))
    raise_value(run, value, node.line)
    return RAISED


def raise_value(run: Interpreter, value: Value, line: int) -> None:
    """Record that the frame raises this value here."""
    frame = _frame(run)
    frame.raises.append(Outcome(value, run.place(line), frame.symbol, tuple(run.conditions), bool(run.caught)))


def _evaluate(run: Interpreter, node: Any) -> int:
    evaluate(run, node.value)
    return GOES_ON


def _jump(run: Interpreter, node: Any) -> int:
    return JUMPED


def _assert(run: Interpreter, node: Any) -> int:
    evaluate(run, node.test)
    narrow(run, node.test, True)
    return GOES_ON


def _delete(run: Interpreter, node: Any) -> int:
    for target in node.targets:
        if isinstance(target, s.Subscript):
            owner = evaluate(run, target.value)
            touch_shared(run, owner, node.line)
            evaluate(run, target.index)
    return GOES_ON


def _global(run: Interpreter, node: Any) -> int:
    scope = _frame(run).scope
    scope.globals = scope.globals | frozenset(node.names)
    return GOES_ON


def raises_of(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes, in order, each once."""
    return list({id(outcome): outcome for outcome in outcomes}.values())


_EXECUTORS: dict[type, Callable[[Interpreter, Any], int]] = {
    s.Assign: _assign,
    s.Augment: _augment,
    s.Import: _import,
    s.Define: _define,
    s.DefineClass: _define_class,
    s.If: _if,
    s.Loop: _loop,
    s.Try: _try,
    s.With: _with,
    s.Return: _return,
    s.Raise: _raise,
    s.Evaluate: _evaluate,
    s.Jump: _jump,
    s.Assert: _assert,
    s.Delete: _delete,
    s.Global: _global,
}
