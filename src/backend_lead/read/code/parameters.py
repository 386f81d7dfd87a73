"""The arguments of a call become the parameters of what is called."""

from __future__ import annotations

from backend_lead.read.code import syntax as s
from backend_lead.read.code.annotations import instance_of
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import STEPS_PER_REQUEST, Interpreter
from backend_lead.read.code.library_values import Provided
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Unknown, Value


def bind_parameters(run: Interpreter, function: FunctionValue, frame: Frame, site: Site) -> None:
    """Bind the arguments of a call to the parameters; what is not given takes its default, else its annotation."""
    arguments = list(site.positional)
    arguments.extend(Unknown(labels) for labels in function.marks.get("given", ()))
    if function.receiver is not None:
        arguments.insert(0, function.receiver)
    names = frame.scope.names
    keywords = dict(site.keywords)
    position = 0
    for parameter in function.definition.parameters:
        if parameter.kind == "rest":
            names[parameter.name] = Items(arguments[position:], "tuple", not site.open)
            position = len(arguments)
        elif parameter.kind == "options":
            rest = keywords.pop("**", None)
            spread = Fields(dict(keywords), rest is None)
            if rest is not None:
                spread.values["*"] = rest
                spread.sources |= rest.sources
            names[parameter.name] = spread
        elif parameter.kind == "positional" and position < len(arguments):
            names[parameter.name] = _typed(run, parameter, arguments[position], function)
            keywords.pop(parameter.name, None)
            position += 1
        elif parameter.name in keywords:
            names[parameter.name] = _typed(run, parameter, keywords.pop(parameter.name), function)
        elif parameter.default is not None and not (site.open and "**" not in keywords and position == 0):
            names[parameter.name] = default_of(run, parameter, function)
        else:
            spread_value = keywords.get("**")
            sources = spread_value.sources if spread_value is not None else frozenset()
            names[parameter.name] = instance_of(run, parameter.annotation, function.scope, sources)


def default_of(run: Interpreter, parameter: s.Parameter, function: FunctionValue) -> Value:
    """The default of a parameter, evaluated where the function stands.

    A call (`Depends(chosen())`) was made when the program started, once, and not by a request.
    """
    if run.requesting and isinstance(parameter.default, s.Call):
        key = (id(parameter), id(function.scope))
        if key not in run.defaults:
            run.defaults[key] = (_at_start(run, parameter, function), parameter, function.scope)
        return run.defaults[key][0]
    return _default(run, parameter, function)


def _at_start(run: Interpreter, parameter: s.Parameter, function: FunctionValue) -> Value:
    saved = (run.requesting, run.anonymous, run.conditions, run.events, run.loops, run.depth, run.steps, run.exhausted)
    run.requesting, run.anonymous, run.conditions, run.events, run.loops, run.depth = False, False, [], [], 0, 0
    run.steps = min(run.steps_left, STEPS_PER_REQUEST * 10)
    try:
        return _default(run, parameter, function)
    finally:
        (run.requesting, run.anonymous, run.conditions, run.events, run.loops, run.depth, run.steps,
         run.exhausted) = saved  # fmt: skip


def _default(run: Interpreter, parameter: s.Parameter, function: FunctionValue) -> Value:
    saved = run.frame
    run.frame = Frame(function.module, function.scope, None, saved)
    try:
        value = evaluate(run, parameter.default)
        if isinstance(value, Provided):
            return value.call(Site([], {}, run.frame.line, run.frame), run) or Unknown()
        return value
    except Aborted:
        return Unknown()
    finally:
        run.frame = saved


def _typed(run: Interpreter, parameter: s.Parameter, value: Value, function: FunctionValue) -> Value:
    if type(value) is Unknown and parameter.annotation is not None and not value.pairs:
        return instance_of(run, parameter.annotation, function.scope, value.sources)
    return value
