"""The common tree that every language is lowered to: small, untyped, enough to follow values through a program.

A language's reader (one file in `languages/`) turns its own syntax into these nodes.  Function bodies are lowered when
they are first needed (`Function.body` is a property), because most functions of a repository are never reached from a
route.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Node:
    """A piece of the tree; `line` counts from 1."""

    __slots__ = ("line",)
    line: int


def _node(name: str, fields: str, doc: str) -> type[Any]:
    """Make a node class with positional fields; generated because forty near-equal classes would hide the list."""
    names = tuple(fields.split())
    body = "".join(f"    self.{field} = {field}\n" for field in names)
    source = (
        f"def __init__(self, line, {', '.join(names)}):\n    self.line = line\n{body}"
        if names
        else ("def __init__(self, line):\n    self.line = line\n")
    )
    scope: dict[str, Any] = {}
    exec(source, scope)  # The text is made of the literal names below and nothing else.
    return type(name, (Node,), {"__slots__": names, "__doc__": doc, "__init__": scope["__init__"]})


# Expressions
Constant = _node("Constant", "value", "A literal: text, number, truth value or None.")
Name = _node("Name", "name", "A variable.")
Attribute = _node("Attribute", "value name", "`value.name`.")
Call = _node(
    "Call", "function arguments keywords", "`function(*arguments, **keywords)`; keywords are (name|None, value)."
)
Subscript = _node("Subscript", "value index", "`value[index]`.")
Template = _node("Template", "parts", "A text with holes; parts are str or expressions.")
Slice = _node("Slice", "start stop step", "`start:stop:step` in an index; what is left out is None.")
Sequence = _node("Sequence", "kind items", "A list, tuple or set display.")
Mapping = _node("Mapping", "items", "A dictionary display: (key|None, value), None for a spread.")
Operation = _node("Operation", "operator operands", "`a + b`, `not a`, `a and b`, comparisons with two operands.")
Conditional = _node("Conditional", "test then otherwise", "`then if test else otherwise`.")
Lambda = _node("Lambda", "function", "An unnamed function.")
Comprehension = _node("Comprehension", "kind key value clauses", "clauses are (target, iterable, tests).")
Await = _node("Await", "value", "`await value`.")
Yield = _node("Yield", "value", "`yield value`; value may be None.")
Bind = _node("Bind", "target value", "`(target := value)`.")
Star = _node("Star", "value", "`*value` among arguments or items.")
Opaque = _node("Opaque", "children", "Syntax with no meaning here; its children are still evaluated.")

# Statements
Assign = _node("Assign", "targets value annotation", "`targets = value`; value is None for a bare annotation.")
Augment = _node("Augment", "target operator value", "`target += value`.")
Evaluate = _node("Evaluate", "value", "An expression as a statement.")
Return = _node("Return", "value", "`return value`.")
Raise = _node("Raise", "value", "`raise value`; None for a bare re-raise.")
If = _node("If", "test then otherwise", "A branch.")
Loop = _node("Loop", "target iterable body otherwise", "`for target in iterable`; for `while` the target is None.")
Try = _node("Try", "body handlers otherwise final", "handlers are (type|None, name|None, body).")
With = _node("With", "items body", "items are (expression, target|None).")
Define = _node("Define", "function decorators", "A named function.")
DefineClass = _node("DefineClass", "cls decorators", "A class.")
Import = _node(
    "Import", "module names level", "names are (name, alias); empty names: `import module as alias` in module."
)
Jump = _node("Jump", "kind", "break or continue.")
Assert = _node("Assert", "test", "`assert test`.")
Delete = _node("Delete", "targets", "`del targets`.")
Global = _node("Global", "names", "`global` and `nonlocal`.")


class Parameter:
    """A parameter of a function; `kind` is positional, keyword, rest (`*args`) or options (`**kwargs`)."""

    __slots__ = ("annotation", "default", "kind", "line", "name")

    def __init__(self, name: str, kind: str, annotation: Any, default: Any, line: int) -> None:
        self.name = name
        self.kind = kind
        self.annotation = annotation
        self.default = default
        self.line = line


class Function:
    """A function or method; `body` is lowered when first asked for."""

    __slots__ = ("_body", "_lower", "is_async", "line", "name", "parameters", "returns", "source")

    def __init__(
        self,
        name: str,
        line: int,
        parameters: tuple[Parameter, ...],
        returns: Any,
        is_async: bool,
        source: bytes,
        lower: Callable[[], tuple[Any, ...]],
    ) -> None:
        self.name = name
        self.line = line
        self.parameters = parameters
        self.returns = returns
        self.is_async = is_async
        self.source = source
        self._lower: Callable[[], tuple[Any, ...]] | None = lower
        self._body: tuple[Any, ...] = ()

    @property
    def body(self) -> tuple[Any, ...]:
        """The statements."""
        if self._lower is not None:
            self._body, self._lower = self._lower(), None
        return self._body


class Class:
    """A class: base expressions, keyword arguments of the class line, statements of the body."""

    __slots__ = ("_body", "_lower", "bases", "keywords", "line", "name")

    def __init__(
        self,
        name: str,
        line: int,
        bases: tuple[Any, ...],
        keywords: tuple[tuple[str, Any], ...],
        lower: Callable[[], tuple[Any, ...]],
    ) -> None:
        self.name = name
        self.line = line
        self.bases = bases
        self.keywords = keywords
        self._lower: Callable[[], tuple[Any, ...]] | None = lower
        self._body: tuple[Any, ...] = ()

    @property
    def body(self) -> tuple[Any, ...]:
        """The statements."""
        if self._lower is not None:
            self._body, self._lower = self._lower(), None
        return self._body


class Module:
    """One parsed file; `faults` are lines where the syntax could not be read."""

    __slots__ = ("body", "faults", "lines")

    def __init__(self, body: tuple[Any, ...], lines: list[str], faults: tuple[int, ...]) -> None:
        self.body = body
        self.lines = lines
        self.faults = faults
