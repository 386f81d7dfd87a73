"""Where a relationship of a model leads, and whether to one row or to many."""

from __future__ import annotations

import re

from backend_lead.read.code.calls import invoke
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.orms.sqlalchemy_models import table_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic
from backend_lead.read.code.values import Known, Value

_COLLECTIONS = (
    "builtins.list",
    "typing.List",
    "builtins.set",
    "typing.Set",
    "collections.abc.Sequence",
    "typing.Sequence",
    "sqlalchemy.orm.WriteOnlyMapped",
    "sqlalchemy.orm.DynamicMapped",
    "builtins.tuple",
    "typing.Collection",
)


def target_of(cls: ClassValue, attribute: str, run: Interpreter) -> tuple[ClassValue | None, bool]:
    """The model a relationship leads to, and whether it is a collection."""
    made, kind = cls.marks.get("relationships", {}).get(attribute, (None, None))
    if made is None:
        return None, False
    many = literal(made.keywords.get("uselist"))
    target = made.positional[0] if made.positional else made.keywords.get("argument")
    named, collection = _annotated(kind)
    if target is None or (isinstance(target, Known) and target.value is None):
        target = named
    if isinstance(target, FunctionValue):
        target = _called(target, run)
    found = target if isinstance(target, ClassValue) else _by_name(text_of(target) or text_of(named) or "", run)
    if found is None and isinstance(named, ClassValue):
        found = named
    if many is None:
        many = collection if kind is not None else _is_many(cls, found, run)
    return found, bool(many)


def _called(function: FunctionValue, run: Interpreter) -> Value | None:
    try:
        return invoke(
            run, function, Site([], {}, function.definition.line, Frame(function.module, function.module.scope))
        )
    except Aborted:
        return None


def _annotated(kind: Value | None) -> tuple[Value | None, bool]:
    collection = False
    while isinstance(kind, Generic):
        if isinstance(kind.origin, Symbol) and kind.origin.name in _COLLECTIONS:
            collection = True
        kind = kind.arguments[0] if kind.arguments else None
    if isinstance(kind, Known) and isinstance(kind.value, str):
        return kind, collection or kind.value.lower().startswith(("list[", "set["))
    return kind, collection


def _by_name(name: str, run: Interpreter) -> ClassValue | None:
    """A model by the name that a forward reference gives (`"Order"`, `"List['Order']"`, `"app.models.Order"`)."""
    words = re.findall(r"[A-Za-z_]\w*", name)
    if not words:
        return None
    wanted = words[-1]
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            value = module.scope.names.get(wanted)
            if isinstance(value, ClassValue) and value.module is module and table_of(value, run) is not None:
                return value
    return None


def _is_many(cls: ClassValue, target: ClassValue | None, run: Interpreter) -> bool:
    """Without an annotation: a foreign key towards the target means one, else many."""
    mine, other = table_of(cls, run), table_of(target, run)
    if mine is None or other is None:
        return True
    return not any(key.table == other.name for key in mine.foreign_keys)
