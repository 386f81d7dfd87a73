"""Values of a program that is followed without being run: what is known as it is, the rest as `Unknown`.

Texts are `str`, numbers `int` or `float`, null is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from backend_lead.model.place import Unresolved

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Module, Program

Value = object
# Statements are shorter; a text that grows in a loop would fill the memory.
TEXT_LIMIT = 1_000_000
MARK = re.compile(r"\$\{\w+\}")


class Undefined:
    """The value `undefined`; there is one."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()


class Unknown:
    """A value that shows only when the program runs.

    `text` is what stands in the source, `partial` the text as far as it is known, with `${marks}` for the rest;
    `database` says that calling it reaches the database.
    """

    __slots__ = ("database", "partial", "text")

    def __init__(self, text: str, partial: str = "", *, database: bool = False) -> None:
        self.text = " ".join(text.split())[:120]
        self.partial = partial or mark(self.text)
        self.database = database


def mark(text: str) -> str:
    """Return `${row_name}` for `row.name`: what stands in a statement for a part that is not known."""
    word = re.sub(r"\W+", "_", text).strip("_")[:40]
    return f"${{{word or 'value'}}}"


class Log(list[Any]):
    """What a library's builder has collected: of two ways one is kept, and never a mixture of both."""

    def copy(self) -> Log:
        """Return a copy."""
        return Log(self)


class Settings(dict[str, Any]):
    """What a library's builder was told, as `Log`."""

    def copy(self) -> Settings:
        """Return a copy."""
        return Settings(self)


@dataclass(eq=False)
class JsArray:
    """An array; an `Unknown` among its items may stand for any number of them."""

    items: list[Value] = field(default_factory=list)


@dataclass(eq=False)
class JsObject:
    """An object, with the class that made it."""

    props: dict[str, Value] = field(default_factory=dict)
    made_by: JsClass | None = None


@dataclass(eq=False)
class Scope:
    """The variables of a block, with those around it."""

    module: Module
    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    this: Value = None
    frame: Frame | None = None

    def inner(self) -> Scope:
        """Return a scope inside this one."""
        return Scope(self.module, self, {}, self.this, self.frame)

    def owner(self, name: str) -> Scope | None:
        """Return the scope that holds a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


@dataclass
class Frame:
    """A call that is being followed.

    `maybe` are values that it may have returned before; `doubts` are conditions that it may have been left on, each
    with what had been sent by then: they are told when more is sent.
    """

    maybe: list[Value] = field(default_factory=list)
    doubts: list[tuple[int, Unresolved]] = field(default_factory=list)


@dataclass(eq=False)
class JsFunction:
    """A function of the program, with the scope that it was written in."""

    node: Node
    scope: Scope
    name: str = ""
    this: Value = UNDEFINED
    arrow: bool = False
    waits: bool = False
    props: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class JsClass:
    """A class of the program."""

    name: str
    scope: Scope
    parent: Value = UNDEFINED
    methods: dict[str, JsFunction] = field(default_factory=dict)
    getters: dict[str, JsFunction] = field(default_factory=dict)
    fields: dict[str, Node | None] = field(default_factory=dict)
    props: dict[str, Value] = field(default_factory=dict)

    def method(self, name: str) -> JsFunction | None:
        """Return a method, its own or inherited."""
        found = self.methods.get(name)
        if found is None and isinstance(self.parent, JsClass):
            return self.parent.method(name)
        return found


class Native:
    """What a library gives: it answers to its members, and may be called, made with `new` and waited for."""

    database = False
    label = "value"

    def get(self, program: Program, name: str) -> Value:
        """Return a member; one that is not known here is `Unknown`, and reaches the database if this does."""
        return Unknown(f"{self.label}.{name}", database=self.database)

    def call(self, program: Program, arguments: Sequence[Value]) -> Value:
        """Return what a call gives."""
        return program.unknown_call(self.label, arguments, database=self.database)

    def make(self, program: Program, arguments: Sequence[Value]) -> Value:
        """Return what `new` gives."""
        return self.call(program, arguments)

    def settle(self, program: Program) -> Value:
        """Return what waiting for it gives; a statement that was being built is sent now."""
        return self


class Builtin(Native):
    """A function of a library or of the language."""

    def __init__(self, does: Callable[[Program, Sequence[Value]], Value], label: str = "function") -> None:
        self._does = does
        self.label = label

    def call(self, program: Program, arguments: Sequence[Value]) -> Value:
        """Return what the function gives."""
        return self._does(program, arguments)


class Namespace(Native):
    """A module of a library: its members, and what a call of itself gives."""

    def __init__(self, label: str, members: dict[str, Value], called: Value = None) -> None:
        self.label = label
        self.members = members
        self._called = called

    def get(self, program: Program, name: str) -> Value:
        """Return a member; `default` is the module itself."""
        if name in self.members:
            return self.members[name]
        return self if name == "default" else Unknown(f"{self.label}.{name}")

    def call(self, program: Program, arguments: Sequence[Value]) -> Value:
        """Return what calling the module gives."""
        if isinstance(self._called, Native):
            return self._called.call(program, arguments)
        return program.unknown_call(self.label, arguments)


class Thrown(Exception):
    """An error that the program throws."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class TooMuch(Exception):
    """The program does more than is followed."""


def truth(value: Value) -> bool | None:
    """Return whether a value counts as true, None when that is not known."""
    if isinstance(value, Unknown):
        return None
    if value is None or value is UNDEFINED or value is False:
        return False
    if isinstance(value, (str, int, float)):
        return bool(value)
    return True


def text_of(value: Value) -> str | Unknown:
    """Return a value as a text, as the language makes it one."""
    if isinstance(value, str):
        return value
    if value is UNDEFINED:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, JsArray):
        return joined([UNDEFINED if each is None else each for each in value.items], ",")
    if isinstance(value, Unknown):
        return value
    return Unknown("object")


def joined(parts: Sequence[Value], between: str = "") -> str | Unknown:
    """Return texts put together; where one is not known, the text with marks."""
    known = True
    found = []
    for part in parts:
        text = "" if between and part is UNDEFINED else text_of(part)
        known = known and not isinstance(text, Unknown)
        found.append(text.partial if isinstance(text, Unknown) else text)
    if sum(map(len, found)) + len(between) * len(found) > TEXT_LIMIT:
        raise TooMuch
    whole = between.join(found)
    return whole if known else Unknown(whole, whole)


def holds_database(value: Value, depth: int = 2) -> bool:
    """Say whether who is handed a value can reach the database by it."""
    if isinstance(value, Native):
        return value.database
    if depth and isinstance(value, JsArray):
        return any(holds_database(each, depth - 1) for each in value.items)
    if depth and isinstance(value, JsObject):
        return any(holds_database(each, depth - 1) for each in value.props.values())
    return False
