"""Members of values: reading and writing `a.b` and `a[b]`, and going through what holds others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsClass,
    JsFunction,
    JsObject,
    Native,
    Unknown,
    Value,
    text_of,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program


def member(program: Program, owner: Value, key: Value) -> Value:
    """Return a member of a value; what null has none of is not known, for the model may be the one that errs."""
    from backend_lead.migrate.formats._javascript.builtins import method

    if isinstance(key, Unknown):
        label = owner.text if isinstance(owner, Unknown) else "value"
        return Unknown(f"{label}[{key.text}]", database=isinstance(owner, Native) and owner.database)
    name = text_of(key)
    if isinstance(name, Unknown) or owner is None or owner is UNDEFINED:
        return Unknown(str(key))
    if isinstance(owner, Unknown):
        return Unknown(f"{owner.text}.{name}", database=owner.database)
    if isinstance(owner, Native):
        return owner.get(program, name)
    if isinstance(owner, JsObject):
        return _of_object(program, owner, name)
    if isinstance(owner, JsClass):
        if name in owner.props:
            return owner.props[name]
        if name == "name":
            return owner.name
        if name == "prototype":
            return JsObject(dict(owner.methods))
        return member(program, owner.parent, name) if isinstance(owner.parent, JsClass) else UNDEFINED
    if isinstance(owner, JsFunction) and name in owner.props:
        return owner.props[name]
    if isinstance(owner, (JsArray, str)):
        items: list[Value] | str = owner.items if isinstance(owner, JsArray) else owner
        if name == "length":
            unsure = isinstance(owner, JsArray) and any(isinstance(each, Unknown) for each in owner.items)
            return Unknown("length") if unsure else len(items)
        if name.isdigit():
            return items[int(name)] if int(name) < len(items) else UNDEFINED
    return method(owner, name)


def _of_object(program: Program, owner: JsObject, name: str) -> Value:
    if name in owner.props:
        return owner.props[name]
    if owner.made_by is not None:
        made: Value = owner.made_by
        while isinstance(made, JsClass):
            if name in made.getters:
                return program.call(made.getters[name], [], owner)
            if name in made.methods:
                return made.methods[name]
            made = made.parent
        if isinstance(made, Unknown):
            return Unknown(f"{owner.made_by.name}.{name}")
    from backend_lead.migrate.formats._javascript.builtins import method

    return method(owner, name)


def set_member(program: Program, owner: Value, key: Value, given: Value) -> None:
    """Set a member of a value."""
    name = text_of(key)
    if isinstance(owner, JsArray):
        program.touch(owner.items)
        if isinstance(key, int) and 0 <= key <= len(owner.items):
            owner.items[key : key + 1] = [given]
        else:
            owner.items.append(Unknown("items"))
    elif isinstance(owner, (JsObject, JsFunction, JsClass)):
        program.touch(owner.props)
        if isinstance(name, Unknown):
            for each in owner.props:
                owner.props[each] = Unknown(each)
        else:
            owner.props[name] = given
    elif isinstance(owner, Native) and isinstance(name, str):
        program.recorder.note(
            f"{owner.label}.{name}", "is set by the migration, which is not followed", program.place()
        )


def elements(value: Value) -> list[Value] | None:
    """Return what a loop over a value goes through, None when that is not known."""
    if isinstance(value, JsArray):
        return (
            None if any(isinstance(each, Unknown) and each.text == "items" for each in value.items) else value.items[:]
        )
    if isinstance(value, str):
        return list(value)
    return None


def keys(value: Value) -> list[Value] | None:
    """Return the names of an object's members, None when they are not known."""
    if isinstance(value, (JsObject, JsClass)):
        return list(value.props)
    if isinstance(value, JsArray):
        return [str(number) for number in range(len(value.items))]
    return None


__all__ = ["Builtin", "elements", "keys", "member", "set_member"]
