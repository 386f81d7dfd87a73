"""A program that is followed: its modules, its calls, and the ways that part where a condition is not known."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.gates.text import one_line
from backend_lead.migrate.formats._javascript import calling, expressions, statements
from backend_lead.migrate.formats._javascript.finding import SUFFIXES
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats._javascript.syntax import line, parsed, text
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Frame,
    JsArray,
    JsFunction,
    JsObject,
    Log,
    Native,
    Scope,
    Settings,
    Thrown,
    TooMuch,
    Unknown,
    Value,
)
from backend_lead.migrate.script import Sent
from backend_lead.model.place import Place, Unresolved

_STEPS = 200_000
_STATEMENTS = 5_000
_DEPTH = 40
Completion = tuple[str, Value] | None
Container = dict[str, Any] | list[Any]
_State = list[tuple[Container, Container]]


@dataclass(eq=False)
class Module:
    """A file, with its variables and what it gives to others."""

    path: str
    exports: JsObject = field(default_factory=JsObject)
    scope: Scope | None = None


class Program:
    """Follows the files of a tree; `libraries` are the packages whose meaning is known, by their names."""

    def __init__(self, tree: Tree, main: str, libraries: Mapping[str, Value], recorder: Recorder) -> None:
        self.tree = tree
        self.main = main
        self.libraries = libraries
        self.recorder = recorder
        self.modules: dict[str, Module] = {}
        self.lines: list[tuple[str, int]] = []
        self._journals: list[dict[int, tuple[Container, Container]]] = []
        self.leaves = 0
        self._steps = 0
        self._depth = 0

    # ------------------------------------------------------------ modules

    def load(self, path: str) -> Module:
        """Return a module, its own statements followed.  Raises Refused when the gate gives no file."""
        if path in self.modules:
            return self.modules[path]
        root = parsed(self.tree.read(path))
        module = self.modules[path] = Module(path)
        module.scope = Scope(module)
        module.scope.names.update(
            module=JsObject({"exports": module.exports}), exports=module.exports,
            __dirname="/" + posixpath.dirname(path), __filename=f"/{path}",
        )  # fmt: skip
        module.scope.this = module.exports
        if root.has_error:
            self.recorder.note(path, "its syntax was not understood everywhere", Place(path, _first_error(root)))
        try:
            self.block(list(root.named_children), module.scope)
        except Thrown:
            self.recorder.note(path, "throws an error when it is loaded", Place(path, 1))
        holder = module.scope.names["module"]
        if isinstance(holder, JsObject):
            found = holder.props.get("exports")
            if isinstance(found, JsObject):
                found.props.update({k: v for k, v in module.exports.props.items() if k not in found.props})
                module.exports = found
            elif found is not module.exports:
                module.exports.props["default"] = found
        return module

    def module_value(self, source: str, module: Module) -> Value:
        """Return what `require(source)` gives in a module."""
        if source in self.libraries:
            return self.libraries[source]
        if source.startswith("."):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(module.path), source))
            stem = path.rsplit(".", 1)[0] if path.endswith((".js", ".cjs", ".mjs")) else path
            for each in (
                path,
                *(f"{path}{end}" for end in SUFFIXES),
                *(f"{stem}{end}" for end in SUFFIXES[3:]),
                *(f"{path}/index{end}" for end in SUFFIXES),
            ):
                if self.tree.has(each) and each.endswith(SUFFIXES):
                    try:
                        found = self.load(each)
                    except Refused:
                        break
                    only = found.exports.props.get("default")
                    whole = only is not None and len(found.exports.props) == 1 and "exports" in _names(found)
                    return only if whole and not _is_esm(found) else found.exports
        return Unknown(source)

    # ------------------------------------------------------------ calls

    def place(self) -> Place:
        """Return the line of the migration that is being followed, also while a helper of it is."""
        for path, number in reversed(self.lines):
            if path == self.main:
                return Place(path, number)
        return Place(self.main, 1)

    def at(self, node: Node, scope: Scope) -> Place:
        """Return the place of a node when it stands in the migration, else that of the call that led there."""
        return Place(self.main, line(node)) if scope.module.path == self.main else self.place()

    def step(self) -> None:
        """Count a step; raises TooMuch when there are too many."""
        self._steps += 1
        if self._steps > _STEPS or len(self.recorder.sent) > _STATEMENTS:
            raise TooMuch

    def call(self, function: Value, arguments: Sequence[Value], this: Value = UNDEFINED, text: str = "") -> Value:
        """Return what a call gives."""
        if isinstance(function, JsFunction):
            self._depth += 1
            try:
                if self._depth > _DEPTH:
                    return self.unknown_call(text or function.name, arguments, database=True)
                return calling.followed(self, function, arguments, this)
            finally:
                self._depth -= 1
        if isinstance(function, Native):
            return function.call(self, arguments)
        if isinstance(function, Unknown):
            return self.unknown_call(text or function.text, arguments, database=function.database)
        return self.unknown_call(text or "call", arguments)

    def unknown_call(self, text: str, arguments: Sequence[Value], *, database: bool = False) -> Value:
        """Return what a call of something that was not read gives: not known; it may have sent anything."""
        calling.unread(self, text, arguments, database)
        return Unknown(text)

    def make(self, what: Value, arguments: Sequence[Value], text: str) -> Value:
        """Return what `new` gives."""
        return calling.made(self, what, arguments, text)

    def after(self, name: str, waited: Value, arguments: Sequence[Value]) -> Value:
        """Return what `then`, `catch` or `finally` of a value gives."""
        return calling.after(self, name, waited, arguments)

    def value(self, node: Node, scope: Scope) -> Value:
        """Return the value of an expression."""
        return expressions.value(self, node, scope)

    def property_name(self, node: Node, scope: Scope) -> str:
        """Return the name that a key of an object or a class stands for."""
        return expressions.property_name(self, node, scope)

    def key_of(self, node: Node, scope: Scope) -> Value:
        """Return the key of `a.b` or `a[b]`."""
        return expressions.key_of(self, node, scope)

    def block(self, nodes: Sequence[Node], scope: Scope) -> Completion:
        """Follow statements; return how they are left, None where the last was reached."""
        return statements.block(self, nodes, scope)

    def settle(self, value: Value) -> Value:
        """Return what waiting for a value gives."""
        return value.settle(self) if isinstance(value, Native) else value

    # ------------------------------------------------------------ ways that part

    def touch(self, container: Container) -> None:
        """Remember what is in a variable or an object before it is changed on a way that may not be taken."""
        if self._journals and id(container) not in self._journals[-1]:
            self._journals[-1][id(container)] = (container, container.copy())

    def fork(
        self,
        condition: str,
        place: Place,
        first: Callable[[], Completion],
        second: Callable[[], Completion],
        why: str = "",
        frame: Frame | None = None,
    ) -> Completion:
        """Follow both ways of a condition that is not known.

        The statements of one are kept: of the one that goes on, else of the first that sends any; those of the other
        are noted.  Variables that differ afterwards are not known.
        """
        recorder = self.recorder
        start = len(recorder.sent)
        inside = recorder.transaction
        ends: list[Completion] = []
        sent: list[list[Sent]] = []
        states: list[_State] = []
        before: dict[int, tuple[Container, Container]] = {}
        for way in (first, second):
            self._journals.append({})
            try:
                ends.append(way())
            except Thrown as error:
                ends.append(("throw", error.value))
            sent.append(recorder.cut(start))
            recorder.transaction = inside
            journal = self._journals.pop()
            states.append([(container, container.copy()) for container, _ in journal.values()])
            for key, (container, copy) in journal.items():
                before.setdefault(key, (container, copy))
                _restore(container, copy)
        for key, pair in before.items():
            if self._journals:
                self._journals[-1].setdefault(key, pair)
        leaves = [end is not None for end in ends]
        built = [_built(state, before) for state in states]
        if leaves[0] != leaves[1]:
            kept = leaves.index(False)
            for container, now in states[kept]:
                _restore(container, now)
            gone = ends[1 - kept]
            if gone is not None and gone[0] == "return" and frame is not None:
                frame.maybe.append(gone[1])
            self.leaves += 1
        else:
            kept = 0 if sent[0] or built[0] or not (sent[1] or built[1]) else 1
            _merge(states, before, kept)
        recorder.sent += sent[kept]
        held = "held" if kept == 0 else "did not hold"
        note = Unresolved(one_line(condition, 100), why or f"decided when it runs; read as if it {held}", place)
        if any((*sent, *built)):
            recorder.note(note.what, note.why, place)
        elif leaves[0] != leaves[1] and frame is not None:
            frame.doubts.append((len(recorder.sent), note))
        if built[1 - kept]:
            recorder.note(one_line(condition, 100), "where it is decided the other way, the table is another", place)
        recorder.leave_out(sent[1 - kept], f"sent only where {one_line(condition, 60)} is decided the other way")
        if leaves[0] and leaves[1] and ends[0] != ends[1]:
            chosen = ends[kept]
            if chosen is not None and chosen[0] == "return" and not _same(ends):
                return "return", Unknown(condition)
            return chosen
        return ends[kept]


def _same(ends: Sequence[Completion]) -> bool:
    return len({id(end[1]) if end else 0 for end in ends}) == 1


def _restore(container: Container, copy: Container) -> None:
    if isinstance(container, dict) and isinstance(copy, dict):
        container.clear()
        container.update(copy)
    elif isinstance(container, list) and isinstance(copy, list):
        container[:] = copy


def _built(state: _State, before: Mapping[int, tuple[Container, Container]]) -> bool:
    """Say whether a way told a builder anything."""
    return any(isinstance(each, (Log, Settings)) and now != before[id(each)][1] for each, now in state)


def _merge(states: Sequence[_State], before: Mapping[int, tuple[Container, Container]], kept: int) -> None:
    """Leave in every variable what both ways leave there; where they differ it is not known."""
    for key, (container, old) in before.items():
        one, two = (next((now for each, now in state if id(each) == key), old) for state in states)
        if isinstance(container, (Log, Settings)):
            _restore(container, (one, two)[kept])
        elif isinstance(container, dict) and isinstance(one, dict) and isinstance(two, dict):
            container.clear()
            for name in (*one, *(name for name in two if name not in one)):
                same = name in one and name in two and _equal(one[name], two[name])
                container[name] = one[name] if same else Unknown(name)
        elif isinstance(container, list) and isinstance(one, list) and isinstance(two, list):
            shared = 0
            while shared < min(len(one), len(two)) and _equal(one[shared], two[shared]):
                shared += 1
            whole = shared == len(one) == len(two)
            container[:] = one if whole else [*one[:shared], Unknown("items")]


def _equal(one: Value, two: Value) -> bool:
    return one is two or (type(one) is type(two) and isinstance(one, (str, int, float)) and one == two)


def _first_error(root: Node) -> int:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "ERROR" or node.is_missing:
            return line(node)
        pending += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return 1


def _names(module: Module) -> dict[str, Value]:
    return module.scope.names if module.scope is not None else {}


def _is_esm(module: Module) -> bool:
    return "__esModule" in module.exports.props


__all__ = ["Completion", "JsArray", "Module", "Program", "text"]
