"""What makes applications or puts routers into them when it is called, and what calls that with its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backend_lead.read.code.handing_on import hands_on
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.libraries import library_modules
from backend_lead.read.code.names import follow_module
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Value
from backend_lead.read.code.wrapping import inner_function

Marks = tuple[bytes, ...]


def follow_callers(run: Interpreter, marks: Marks) -> None:
    """Follow the modules that call a factory, and those that call these, until there are no more.

    A module that only says `app = create_application(router)` names no framework, and yet it is where the application
    comes together.
    """
    known: set[str] = set()
    while fresh := _spellings(run, marks) - known:
        known |= fresh
        calling = calls_of(fresh)
        for _, module in sorted(run.program.modules.items()):
            if module.state == "new" and not module.is_revision and calling.search(module.source):
                follow_module(run, module)


def uncalled(run: Interpreter, marks: Marks) -> list[FunctionValue]:
    """Functions that hold a mark and that nothing called yet."""
    return [f for f in _uncalled(run) if any(mark in f.definition.source for mark in marks)]


def with_callers(run: Interpreter, factories: list[FunctionValue]) -> list[FunctionValue]:
    """These factories with the functions that hand routers to them, which nothing called yet.

    A factory that is handed no router needs no caller to be understood.
    """
    found, wanting, called = list(factories), factories, _joining()
    chosen = {id(f.definition) for f in factories}
    while names := {name for f in wanting if hands_on(f, called) for name in names_of(run, f)}:
        calling = calls_of(names)
        wanting = [
            f for f in _uncalled(run) if id(f.definition) not in chosen and calling.search(f.definition.source)
        ]
        found += wanting
        chosen |= {id(f.definition) for f in wanting}
        called = frozenset(names)
    return found


def _uncalled(run: Interpreter) -> list[FunctionValue]:
    return [f for f in functions_of_target(run) if id(f.definition) not in run.called]


def calls_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """A pattern for calls by these names; the line that defines a function is no call of it."""
    either = "|".join(re.escape(name) for name in sorted(names)) or "(?!)"
    return re.compile(rf"\b(?<!def )(?<!class )({either})\(".encode())


def functions_of_target(run: Interpreter) -> Iterator[FunctionValue]:
    """The functions and methods of every module that was followed, without the decorators of libraries."""
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            for value in list(module.scope.names.values()):
                yield from _functions_in(value, module)


def names_of(run: Interpreter, function: FunctionValue) -> tuple[str, ...]:
    """What a caller of a function writes: its name, for a method the names of the classes that have it."""
    if function.owner is None:
        return (function.definition.name,)
    return tuple(c.definition.name for c in _classes(run) if function.owner in c.line_of_bases())


def marks_of(kind: str) -> Marks:
    """What the libraries' files give under this name, each once."""
    return tuple(sorted({mark for library in library_modules() for mark in getattr(library, kind, ())}))


def _spellings(run: Interpreter, marks: Marks) -> set[str]:
    """The names by which a mark holder, whoever hands routers on to one, or an application class is called."""
    functions = [f for f in functions_of_target(run) if any(mark in f.definition.source for mark in marks)]
    made = {mark.decode().rstrip("(").rpartition(".")[2] for mark in marks if mark[:1] != b"."}
    own = {c.definition.name for c in _classes(run) if any(b.rpartition(".")[2] in made for b in c.outside_bases())}
    return own | {name for f in (*functions, *with_callers(run, uncalled(run, marks))) for name in names_of(run, f)}


def _classes(run: Interpreter) -> Iterator[ClassValue]:
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            for value in list(module.scope.names.values()):
                if isinstance(value, ClassValue) and value.module is module:
                    yield value


def _functions_in(value: Value, module: CodeModule) -> Iterator[FunctionValue]:
    value = inner_function(value) or value
    if isinstance(value, FunctionValue) and value.module is module:
        origin = value.marks.get("origin")
        yield origin if isinstance(origin, FunctionValue) else value
    elif isinstance(value, ClassValue) and value.module is module:
        for method in list(value.attributes.values()):
            if isinstance(method, FunctionValue):
                yield method


def _joining() -> frozenset[str]:
    """The methods that put a router into another."""
    return frozenset(mark.decode().strip(".(") for mark in marks_of("JOINERS"))
