"""Methods of arrays.  What goes through an array that is not wholly known goes through it once, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.members import elements
from backend_lead.migrate.formats._javascript.operations import equal
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    JsArray,
    TooMuch,
    Unknown,
    Value,
    joined,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

Arguments = Sequence[Value]
_ITEMS = 50_000
_Method = Callable[["Program", JsArray, Arguments], Value]


def _goes(program: Program, array: JsArray, given: Arguments) -> list[tuple[Value, Value]] | None:
    """Call a function with each item; return (item, result), None when the items are not known."""
    items = elements(array)
    if items is None:
        program.unknown_call("items", given)
        return None
    function = given[0] if given else UNDEFINED
    return [(each, program.call(function, [each, number, array])) for number, each in enumerate(items)]


def _map(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _goes(program, array, given)
    return Unknown("map()") if found is None else JsArray([result for _, result in found])


def _for_each(program: Program, array: JsArray, given: Arguments) -> Value:
    _goes(program, array, given)
    return UNDEFINED


def _filter(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _goes(program, array, given)
    if found is None or any(truth(result) is None for _, result in found):
        return Unknown("filter()")
    return JsArray([each for each, result in found if truth(result)])


def _find(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _goes(program, array, given)
    if found is None or any(truth(result) is None for _, result in found):
        return Unknown("find()")
    return next((each for each, result in found if truth(result)), UNDEFINED)


def _some(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _goes(program, array, given)
    if found is None or any(truth(result) is None for _, result in found):
        return Unknown("some()")
    return any(truth(result) for _, result in found)


def _every(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _goes(program, array, given)
    if found is None or any(truth(result) is None for _, result in found):
        return Unknown("every()")
    return all(truth(result) for _, result in found)


def _reduce(program: Program, array: JsArray, given: Arguments) -> Value:
    items = elements(array)
    if items is None or not given:
        return program.unknown_call("reduce", given)
    result = given[1] if len(given) > 1 else (items.pop(0) if items else UNDEFINED)
    for number, each in enumerate(items):
        result = program.call(given[0], [result, each, number, array])
    return result


def _push(program: Program, array: JsArray, given: Arguments) -> Value:
    program.touch(array.items)
    array.items += given
    return len(_bounded(array.items))


def _pop(program: Program, array: JsArray, given: Arguments) -> Value:
    program.touch(array.items)
    return array.items.pop() if array.items else UNDEFINED


def _unshift(program: Program, array: JsArray, given: Arguments) -> Value:
    program.touch(array.items)
    array.items[:0] = given
    return len(array.items)


def _join(program: Program, array: JsArray, given: Arguments) -> Value:
    between = given[0] if given else ","
    return joined(array.items, between) if isinstance(between, str) else Unknown("join()")


def _concat(program: Program, array: JsArray, given: Arguments) -> Value:
    found = array.items[:]
    for each in given:
        found += each.items if isinstance(each, JsArray) else [Unknown("items") if isinstance(each, Unknown) else each]
    return JsArray(_bounded(found))


def _bounded(items: list[Value]) -> list[Value]:
    if len(items) > _ITEMS:
        raise TooMuch
    return items


def _includes(program: Program, array: JsArray, given: Arguments) -> Value:
    if not given:
        return False
    found = [equal(each, given[0]) for each in array.items]
    return True if True in found else Unknown("includes()") if None in found else False


def _index(program: Program, array: JsArray, given: Arguments) -> Value:
    found = [equal(each, given[0]) if given else False for each in array.items]
    return Unknown("indexOf()") if None in found else found.index(True) if True in found else -1


def _slice(program: Program, array: JsArray, given: Arguments) -> Value:
    numbers = [each for each in given if isinstance(each, int)]
    if len(numbers) != len(given):
        return Unknown("slice()")
    return JsArray(array.items[numbers[0] if numbers else 0 : numbers[1] if len(numbers) > 1 else None])


def _flat(program: Program, array: JsArray, given: Arguments) -> Value:
    found: list[Value] = []
    for each in array.items:
        found += each.items if isinstance(each, JsArray) else [each]
    return JsArray(found)


def _flat_map(program: Program, array: JsArray, given: Arguments) -> Value:
    found = _map(program, array, given)
    return _flat(program, found, []) if isinstance(found, JsArray) else found


def _reverse(program: Program, array: JsArray, given: Arguments) -> Value:
    program.touch(array.items)
    array.items.reverse()
    return array


def _sort(program: Program, array: JsArray, given: Arguments) -> Value:
    if given or not all(isinstance(each, str) for each in array.items):
        return Unknown("sort()")
    program.touch(array.items)
    array.items.sort(key=str)
    return array


def _entries(program: Program, array: JsArray, given: Arguments) -> Value:
    return JsArray([JsArray([number, each]) for number, each in enumerate(array.items)])


ARRAY: dict[str, _Method] = {
    "map": _map, "forEach": _for_each, "filter": _filter, "find": _find, "some": _some, "every": _every,
    "reduce": _reduce, "push": _push, "pop": _pop, "unshift": _unshift, "join": _join, "concat": _concat,
    "includes": _includes, "indexOf": _index, "slice": _slice, "flat": _flat, "flatMap": _flat_map,
    "reverse": _reverse, "sort": _sort, "entries": _entries, "toString": lambda program, array, _: text_of(array),
}  # fmt: skip
