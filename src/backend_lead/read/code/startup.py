"""Follows a program's start: modules, then application factories, then what else puts routers together."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from backend_lead.model.place import Place
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.factories import calls_of, follow_callers, marks_of, names_of, uncalled, with_callers
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import STEPS_PER_PART, Interpreter
from backend_lead.read.code.libraries import markers
from backend_lead.read.code.names import TOO_LONG, follow_module
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Value
from backend_lead.read.code.wrapping import inner_function

# Following a deep expression nests about six frames of this reader per level.
NESTING = 12_000
# These enter what they know into `execution.EXECUTORS` and `evaluation.EVALUATORS`.
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
    makers, joiners = marks_of("CONSTRUCTORS"), marks_of("JOINERS")
    follow_callers(run, makers)
    _call_all(run, with_callers(run, uncalled(run, makers)))
    _call_all(run, uncalled(run, joiners))
    _open_applications(run, joiners)
    if run.steps_left <= 0:
        run.note("the start of the program", "it was not followed to its end: it takes too many steps", Place("", 0))


def _call_all(run: Interpreter, functions: list[FunctionValue]) -> None:
    """Call functions that nothing called yet, the outermost first."""
    calling = {id(f): calls_of(names_of(run, f)) for f in functions}
    # A factory that another one of them calls is the inner one: the outer one will call it.
    inner = {
        id(f)
        for f in functions
        if any(other is not f and calling[id(f)].search(other.definition.source) for other in functions)
    }
    for function in sorted(functions, key=lambda f: (id(f) in inner, f.module.path, f.definition.line)):
        if id(function.definition) not in run.called:
            _call(run, function)


def _open_applications(run: Interpreter, joiners: tuple[bytes, ...]) -> None:
    """Call what an application is given to run when it opens (`lifespan=`), which may put routers in.

    Functions at the top of a module have been called by then; this is for those that a factory makes.
    """
    for app in list(run.applications):
        opening = inner_function(app.options.get("lifespan"))
        if opening is None or id(opening.definition) in run.called:
            continue
        if any(mark in opening.definition.source for mark in joiners):
            _call(run, opening, [app])


def _call(run: Interpreter, function: FunctionValue, arguments: Sequence[Value] = ()) -> None:
    frame = Frame(function.module, function.module.scope)
    run.frame = frame
    run.conditions, run.loops, run.depth, run.caught = [], 0, 0, 0
    run.steps = min(run.steps_left, STEPS_PER_PART)
    site = Site(list(arguments), {}, function.definition.line, frame, open_=True)
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
    finally:
        if run.steps <= 0 < run.steps_left:
            run.note(function.symbol, TOO_LONG, function.module.place(function.definition.line))
