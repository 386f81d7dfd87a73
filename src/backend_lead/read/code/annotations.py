"""What an annotation says of a value."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.containers import Items
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.frames import Aborted, Frame
from backend_lead.read.code.implementations import implementation_of
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.names import lookup
from backend_lead.read.code.program import Scope
from backend_lead.read.code.target_values import ClassValue, Generic, Instance
from backend_lead.read.code.values import Choice, Unknown, Value, join

# Annotations of parameters that a container fills in, which never come with the request (dishka.readthedocs.io).
PROVIDED = ("dishka.FromDishka", "dishka.integrations.fastapi.FromDishka", "dishka.integrations.base.FromDishka",
            "dishka.integrations.flask.FromDishka", "dishka.integrations.starlette.FromDishka")
_TRANSPARENT = {
    "typing.Optional",
    "typing.Annotated",
    "typing_extensions.Annotated",
    "typing.Final",
    "typing.ClassVar",
    "typing.Awaitable",
    "typing.Required",
    "sqlalchemy.orm.Mapped",
    "typing.Union",
    *PROVIDED,
}
_MANY = {
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "typing.List",
    "typing.Sequence",
    "typing.Iterable",
    "typing.Tuple",
    "collections.abc.Sequence",
    "collections.abc.Iterable",
    "typing.Set",
    "typing.Iterator",
    "collections.abc.Iterator",
    "collections.abc.AsyncIterator",
    "typing.AsyncIterator",
    "collections.abc.Generator",
    "collections.abc.AsyncGenerator",
    "typing.Generator",
    "typing.AsyncGenerator",
}


def instance_of(run: Interpreter, annotation: Any, scope: Scope, sources: frozenset[str] = frozenset()) -> Value:
    """Something of the annotated type, as far as the annotation tells."""
    if annotation is None:
        return Unknown(sources)
    if isinstance(annotation, s.Operation) and annotation.operator == "|":
        sides = [o for o in annotation.operands if not (isinstance(o, s.Constant) and o.value is None)]
        return instance_of(run, sides[0], scope, sources) if len(sides) == 1 else Unknown(sources)
    return of_type(run, type_of(run, annotation, scope), sources)


def type_of(run: Interpreter, annotation: Any, scope: Scope) -> Value:
    """The type an annotation names; a text is looked up as a forward reference."""
    if isinstance(annotation, s.Constant) and isinstance(annotation.value, str):
        words = annotation.value.replace("Optional[", "").split("|")[0].split("[")[0].strip(" ]")
        parts = words.split(".")
        found = lookup(run, parts[0], scope) if parts[0] else None
        for part in parts[1:]:
            found = run.attribute(found, part) if found is not None else None
        return found if found is not None else Unknown()
    saved = run.frame
    run.frame = Frame(scope.module, scope, None, saved)
    try:
        return evaluate(run, annotation)
    except Aborted:
        return Unknown()
    finally:
        run.frame = saved


def of_type(run: Interpreter, kind: Value, sources: frozenset[str]) -> Value:
    """Something of this type."""
    if isinstance(kind, ClassValue):
        return Instance(implementation_of(kind, run), sources, certain=False)
    if isinstance(kind, Generic):
        origin = kind.origin
        name = origin.name if isinstance(origin, Symbol) else ""
        if name in _TRANSPARENT and kind.arguments:
            if name == "typing.Union" and len(kind.arguments) > 2:
                return Unknown(sources)
            return of_type(run, kind.arguments[0], sources)
        if name in _MANY and kind.arguments:
            return Items([of_type(run, kind.arguments[0], sources)], "list", False, sources)
        return of_type(run, origin, sources)
    if isinstance(kind, Symbol):
        if kind.name.startswith(
            ("builtins.", "typing.", "datetime.", "uuid.", "decimal.", "enum.", "collections.abc.")
        ):
            return Unknown(sources)
        special = run.hooks.calls.get(f"instance:{kind.name}")
        if special is not None:
            made: Value = special(sources, run)
            return made
        return External(kind.name, sources)
    if isinstance(kind, Choice):
        return join(of_type(run, option, sources) for option in kind.options)
    return Unknown(sources)
