"""The models that a response is sent through: which fields each lets out, and which model each field has in turn."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.read.code.annotations import type_of
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.target_values import ClassValue, Generic
from backend_lead.read.code.values import Choice, Value


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its type arguments (`Page[Order]`)."""

    cls: ClassValue
    arguments: tuple[Value, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its fields, those of ancestors first."""
        return tuple(dict.fromkeys(name for c in reversed(self.cls.line_of_bases()) for name in c.annotations))

    def behind(self, field: str, run: Interpreter) -> Model | None:
        """The model that a field is sent through, or None when its type is no model of the target."""
        annotated = self.cls.annotation(field)
        if annotated is None:
            return None
        kind = type_of(run, annotated[0], annotated[1].scope)
        found = model_behind(kind)
        if found is None and self.arguments and _has_variable(kind):
            return model_behind(self.arguments[0])
        return found


def model_behind(kind: Value | None) -> Model | None:
    """The model behind `Order`, `list[Order]`, `Order | None`, `Page[Order]` or `dict[str, Order]`."""
    if isinstance(kind, ClassValue):
        return Model(kind)
    if isinstance(kind, Choice):
        return next((found for option in kind.options if (found := model_behind(option)) is not None), None)
    if isinstance(kind, Generic):
        if isinstance(kind.origin, ClassValue):
            return Model(kind.origin, kind.arguments)
        return next((found for argument in kind.arguments if (found := model_behind(argument)) is not None), None)
    return None


def _has_variable(kind: Value) -> bool:
    if isinstance(kind, Generic):
        return any(_has_variable(argument) for argument in kind.arguments)
    return isinstance(kind, External) and kind.name.endswith("TypeVar")


_PYDANTIC = ("pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "pydantic.v1.BaseModel")


def is_pydantic(cls: ClassValue) -> bool:
    """Whether objects of a class take in only what its fields declare."""
    return any(base in _PYDANTIC for base in cls.outside_bases())
