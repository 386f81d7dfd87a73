"""What FastAPI makes of the type of a parameter."""

from __future__ import annotations

from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.target_values import ClassValue, Generic
from backend_lead.read.code.values import Known, Value

_SIMPLE = ("builtins.", "uuid.", "datetime.", "decimal.", "enum.", "pydantic.types.", "ipaddress.", "pathlib.")


def type_name(kind: Value | None) -> str:
    """The dotted name of a type of a library; empty for a class of the program."""
    if isinstance(kind, (Symbol, External)):
        return kind.name
    if isinstance(kind, Generic):
        return type_name(kind.origin)
    return ""


def is_simple(type_name: str) -> bool:
    """Whether a value of the type is one thing in the path or the query string."""
    return type_name.startswith(_SIMPLE) and type_name not in ("builtins.dict", "builtins.list")


def is_number(kind: Value | None) -> bool:
    """Types that no SQL, path or command can hide in."""
    if isinstance(kind, Generic):
        if type_name(kind.origin) in ("typing.Literal", "typing_extensions.Literal"):
            return True
        others = [a for a in kind.arguments if not (isinstance(a, Known) and a.value is None)]
        return bool(others) and all(map(is_number, others))
    if isinstance(kind, ClassValue):
        return is_enumeration(kind)
    name = type_name(kind)
    return (
        name
        in (
            "builtins.int",
            "builtins.float",
            "builtins.bool",
            "uuid.UUID",
            "datetime.datetime",
            "datetime.date",
            "decimal.Decimal",
        )
        or name.startswith("pydantic.UUID")
        or name == "typing.Literal"
    )


def is_enumeration(kind: ClassValue) -> bool:
    """Whether a class of the program is an enumeration."""
    return any(base.startswith("enum.") for base in kind.outside_bases())


def shown(kind: Value | None) -> str:
    """A type as a person would write it."""
    if isinstance(kind, ClassValue):
        return kind.definition.name
    if isinstance(kind, Generic):
        inner = ", ".join(shown(a) for a in kind.arguments[:1])
        return f"{shown(kind.origin)}[{inner}]"
    return type_name(kind).rsplit(".", 1)[-1]
