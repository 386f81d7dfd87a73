"""Follows a program's start: modules, then application factories, then what else puts routers together."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

from backend_lead.model.place import Place
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.libraries import library_modules, markers
from backend_lead.read.code.names import follow_module
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Value
from backend_lead.read.code.wrapping import inner_function

# Following a deep expression nests about six frames of this reader per level.
NESTING = 12_000
# These enter what they know into `execution.EXECUTORS` and `evaluation.EVALUATORS`.
# A factory may be called by a factory, which is called by another.
_FACTORIES_DEEP = 3
SYNTAX_MODULES = ("binding", "branches", "statements", "expressions")


def load_syntax() -> None:
    """Make ready for following anything: what each kind of statement and expression does is entered."""
    for part in SYNTAX_MODULES:
        importlib.import_module(f"backend_lead.read.code.{part}")
    sys.setrecursionlimit(max(sys.getrecursionlimit(), NESTING))


def start(run: Interpreter) -> None:
    """Follow everything that may put an application together; routers are emitted as events by their frameworks."""
    load_syntax()
    wanted = markers()
    modules = [m for _, m in sorted(run.program.modules.items()) if any(mark in m.source for mark in wanted)]
    for module in modules:
        follow_module(run, module)
    makers = tuple(sorted({mark for library in library_modules() for mark in getattr(library, "CONSTRUCTORS", ())}))
    joiners = tuple(sorted({mark for library in library_modules() for mark in getattr(library, "JOINERS", ())}))
    for marks in (makers, joiners):
        _look_for_arguments(run, marks)
        _call_all(run, marks)
    if run.steps_left <= 0:
        run.note("the start of the program", "it was not followed to its end: it takes too many steps", Place("", 0))


def _look_for_arguments(run: Interpreter, marks: tuple[bytes, ...]) -> None:
    """Follow the modules that call a factory which cannot be called without arguments (`app = make_app(router)`).

    Nothing else need be in such a module that tells of a framework, so that nobody has looked at it yet.
    """
    for _ in range(_FACTORIES_DEEP):
        waiting = [function for function in _functions(run) if id(function.definition) not in run.called
                   and any(mark in function.definition.source for mark in marks) and _needs_arguments(function)]
        callers = [module for _, module in sorted(run.program.modules.items()) if module.state == "new"
                   and any(_calls(module, function) for function in waiting)]
        if not callers:
            return
        for module in callers:
            follow_module(run, module)
        marks = tuple(f"{function.definition.name}(".encode() for function in waiting)
        for module in callers:
            for function in list(_functions_of(module)):
                if any(mark in function.definition.source for mark in marks) and not _needs_arguments(function) and (
                        id(function.definition) not in run.called):
                    _call(run, function)


def _needs_arguments(function: FunctionValue) -> bool:
    return function.owner is None and any(parameter.default is None and parameter.kind in ("positional", "keyword")
                                          for parameter in function.definition.parameters)


def _calls(module: CodeModule, function: FunctionValue) -> bool:
    """Say whether a module seems to import a function from where it stands, and to call it."""
    name, path = function.definition.name, function.module.path.removesuffix(".py").removesuffix("/__init__")
    homes = [part.encode() for part in path.split("/")[-2:]]
    return f"{name}(".encode() in module.source and any(home in module.source for home in homes) and module.path != (
        function.module.path)


def _call_all(run: Interpreter, marks: tuple[bytes, ...]) -> None:
    """Call the functions whose text holds a mark and that nothing called yet, the outermost first."""
    functions = [f for f in _functions(run) if any(mark in f.definition.source for mark in marks)]
    names = {f.definition.name for f in functions}
    # A factory that another function of the target names is the inner one: the outer one will call it.
    inner = {
        name
        for name in names
        for other in _functions(run)
        if other.definition.name != name
        and f"{name}(".encode() in other.definition.source
        and id(other.definition) not in run.called
        and _worth(other, names)
    }
    for function in sorted(functions, key=lambda f: (f.definition.name in inner, f.module.path, f.definition.line)):
        if id(function.definition) not in run.called:
            _call(run, function)


def _worth(function: FunctionValue, names: set[str]) -> bool:
    return function.definition.name in names


def _functions(run: Interpreter) -> Iterator[FunctionValue]:
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            yield from _functions_of(module)


def _functions_of(module: CodeModule) -> Iterator[FunctionValue]:
    for value in list(module.scope.names.values()):
        yield from _unwrap(value, module)


def _unwrap(value: Value, module: CodeModule) -> Iterator[FunctionValue]:
    value = inner_function(value) or value
    if isinstance(value, FunctionValue) and value.module is module:
        origin = value.marks.get("origin")
        yield origin if isinstance(origin, FunctionValue) else value
    elif isinstance(value, ClassValue) and value.module is module:
        for method in list(value.attributes.values()):
            if isinstance(method, FunctionValue):
                yield method


def _call(run: Interpreter, function: FunctionValue) -> None:
    frame = Frame(function.module, function.module.scope)
    run.frame = frame
    run.conditions, run.loops, run.depth, run.caught = [], 0, 0, 0
    site = Site([], {}, function.definition.line, frame, open_=True)
    try:
        if function.owner is not None and "static" not in function.marks:
            receiver = function.owner if "class" in function.marks else instantiate(run, function.owner, site)
            if id(function.definition) in run.called:
                return
            invoke(run, function.bind(receiver), site)
        else:
            invoke(run, function, site)
    except (Aborted, RecursionError):
        return
