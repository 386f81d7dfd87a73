"""Binding values to names, attributes and items; imports."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.annotations import instance_of
from backend_lead.read.code.containers import UNKNOWN_KEY, Fields, Items, key_of
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.execution import EXECUTORS, GOES_ON, HeaderSet, frame_of, touch_shared
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.kept_answers import keep
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.names import follow_module, lookup
from backend_lead.read.code.operations import binary
from backend_lead.read.code.program import LazyImport, Scope
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Setting, Unknown, Value, join, usual_of


def assign(run: Interpreter, target: Any, value: Value) -> None:
    """Bind a value to a name, an attribute, an item, or a pattern of them."""
    if isinstance(target, s.Name):
        scope = frame_of(run).scope
        scope.bind(target.name, _perhaps(run, target.name, scope, value) if target.name in scope.globals else value)
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


def _perhaps(run: Interpreter, name: str, scope: Scope, value: Value) -> Value:
    """What a variable of the module holds after a function set it on a way that the program's start may not take.

    Only for switches: of an object made on such a way nothing would be known any more.
    """
    if run.requesting or all(condition.raises_otherwise for condition in run.conditions):
        return value
    before = lookup(run, name, scope.module.scope)
    switch = isinstance(before, Known) and isinstance(before.value, bool)
    return join([before, value]) if before is not None and switch and isinstance(value, Known) else value


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
        # Inside an undecided branch, or a handler that may not run, the old value may stay, at the start that of the
        # class as well.
        before = owner.attributes.get(name)
        if before is None and not run.requesting:
            before = owner.cls.find(name)
        doubted = run.conditions or (run.requesting and run.doubts)
        if doubted and before is not None and not run.anonymous:
            unusual = not run.requesting and any(c.usual is False for c in run.conditions)
            # What the defaults do not set stays a setting, of which the old value is the default.
            value = _as_setting(usual_of(before)) if unusual else join((before, value))
        owner.attributes[name] = value
    elif isinstance(owner, ClassValue):
        owner.attributes[name] = value
    elif isinstance(owner, FunctionValue):
        owner.marks[f".{name}"] = value
    else:
        setter = getattr(owner, "assign", None)
        if setter is not None:
            setter(name, value, run)


def _as_setting(value: Value) -> Setting:
    return value if isinstance(value, Setting) else Setting(value)


def _set_item(run: Interpreter, owner: Value, key: Value, value: Value, line: int) -> None:
    touch_shared(run, owner, line, key.sources | value.sources, value)
    if isinstance(owner, External) and owner.name.endswith(".headers") and run.requesting:
        run.emit(HeaderSet((text_of(key) or "*").lower()))
    setter = getattr(owner, "set_item", None)
    if setter is not None:
        setter(key, value, run)
    if isinstance(owner, Fields):
        if key_of(key) is not UNKNOWN_KEY:
            owner.values[key_of(key)] = value
        else:
            owner.complete = False
            owner.values.setdefault("*", value)
        owner.sources |= value.sources if run.requesting else frozenset()


def _assign(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    if node.annotation is not None and isinstance(node.targets[0], s.Name):
        holder = frame.scope.names.get("\x00class")
        if isinstance(holder, ClassValue):
            holder.annotations[node.targets[0].name] = (node.annotation, node.line)
    if node.value is None:
        return GOES_ON
    run.returned = None
    value = evaluate(run, node.value)
    if run.requesting and (run.returned or (run.anonymous and run.conditions)) and type(node.targets[0]) is s.Name:
        keep(run, frame, node.targets[0].name, value, node)
    if isinstance(value, Unknown) and not value.sources and node.annotation is not None and run.requesting:
        value = instance_of(run, node.annotation, frame.scope)
    if isinstance(value, (Items, Fields)) and frame.function is None and frame.scope is frame.module.scope:
        name = getattr(node.targets[0], "name", "")
        run.shared.setdefault(id(value), (f"{frame.module.name}.{name}", run.place(node.line)))
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
        holder = frame_of(run).scope.names.get("\x00class")
        symbol = holder.symbol if isinstance(holder, ClassValue) else frame_of(run).symbol
        run.literals.append((name, value, run.place(line), symbol))


def _augment(run: Interpreter, node: Any) -> int:
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
    scope = frame_of(run).scope
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
    follow_module(run, source)
    for name in list(source.scope.names):
        if not name.startswith("_"):
            scope.names.setdefault(name, LazyImport(node.module, name, node.level, scope.module))


EXECUTORS.update({s.Assign: _assign, s.Augment: _augment, s.Import: _import})
