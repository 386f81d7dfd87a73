"""Classes of the target: their definition, their objects, and what `super()` reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend_lead.read.code.calls import invoke
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.execution import execute_block
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import STEPS_PER_REQUEST, Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.program import Scope
from backend_lead.read.code.sources import deepen
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic, Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value

_TOLD = "__init_subclass__"


def define_class(run: Interpreter, node: Any) -> ClassValue:
    """Follow a class statement: its bases and its body."""
    frame = run.frame
    assert frame is not None
    bases = []
    for expression in node.cls.bases:
        base = evaluate(run, expression)
        while isinstance(base, Generic):
            base = base.origin
        bases.append(base)
    value = ClassValue(node.cls, frame.module, frame.scope, tuple(bases))
    value.keywords = {name: evaluate(run, expression) for name, expression in node.cls.keywords}
    scope = Scope(frame.module, frame.scope)
    scope.names["\x00class"] = value
    saved, frame.scope = frame.scope, scope
    try:
        execute_block(run, node.cls.body)
    finally:
        frame.scope = saved
    value.attributes = {name: v for name, v in scope.names.items() if name != "\x00class"}
    _tell_makers(run, value, Site([], value.keywords, node.line, frame))
    return value


def _tell_makers(run: Interpreter, cls: ClassValue, site: Site) -> None:
    """What a class statement calls: the metaclass's `__init__`, and `__init_subclass__` of the bases."""
    metaclass = next((a.keywords["metaclass"] for a in cls.line_of_bases() if "metaclass" in a.keywords), None)
    calls: list[tuple[FunctionValue, Site]] = []
    if isinstance(metaclass, ClassValue):
        members: dict[Any, Value] = dict(cls.attributes)
        three: list[Value] = [Known(cls.definition.name), Items(list(cls.bases), "tuple"), Fields(members)]
        initializer = metaclass.find("__init__")
        if isinstance(initializer, FunctionValue):
            calls.append((initializer.bind(cls), Site(three, {}, site.line, site.frame)))
    told = next((a.attributes[_TOLD] for a in cls.line_of_bases()[1:] if _TOLD in a.attributes), None)
    if isinstance(told, FunctionValue):
        keywords = {name: value for name, value in site.keywords.items() if name != "metaclass"}
        calls.append((told.bind(cls), Site([], keywords, site.line, site.frame)))
    for function, call_site in calls:
        try:
            invoke(run, function, call_site)
        except Aborted:
            continue


def instantiate(run: Interpreter, cls: ClassValue, site: Site) -> Value:
    """An object of a class of the target."""
    for hook in run.hooks.constructions:
        made: Value | None = hook(cls, site, run)
        if made is not None:
            return made
    value = Instance(cls)
    initializer = initializer_of(run, cls)
    if initializer is not None:
        invoke(run, initializer.bind(value), site)
        return value
    build_native(run, value, site)
    names = [name for ancestor in reversed(cls.line_of_bases()) for name in ancestor.annotations]
    value.attributes.update(zip(names, site.positional, strict=False))
    value.attributes.update({k: v for k, v in site.keywords.items() if k != "**"})
    _spread(run, value, site.keywords.get("**"), names)
    value.sources = site.sources
    return value


def _spread(run: Interpreter, value: Instance, spread: Value | None, names: Sequence[str]) -> None:
    """`Model(**given)`: a field that is not known to be left out is not its default.

    While the program starts, what is given comes from its surroundings: such a field is a setting.
    """
    for name in names if spread is not None else ():
        if name in value.attributes:
            continue
        if isinstance(spread, Fields):
            found = spread.values.get(name)
            if found is None and not spread.complete:
                found = Unknown(deepen(spread.sources, name))
        else:
            found = Unknown(deepen(spread.sources, name)) if spread is not None else None
        default = declared_default(value.cls, name)
        if type(found) is Unknown and not found.sources and not run.requesting and default is not None:
            found = Setting(default)
        if found is not None:
            value.attributes[name] = found


def declared_default(cls: ClassValue, name: str) -> Value | None:
    """The literal that a class gives a field, also within `Field(default=...)`; None when there is none."""
    found = cls.find(name)
    if isinstance(found, External):
        found = found.keywords.get("default") or (found.positional[0] if found.positional else None)
    return found if isinstance(found, Known) and found.value is not ... else None


def initializer_of(run: Interpreter, cls: ClassValue) -> FunctionValue | None:
    """The `__init__` of the target that making an object calls; None when a library's comes first."""
    for ancestor in cls.lineage():
        if isinstance(ancestor, ClassValue):
            found = ancestor.attributes.get("__init__")
            if isinstance(found, FunctionValue):
                return found
        elif is_known_class(run, ancestor):
            return None
    return None


def is_known_class(run: Interpreter, value: Value) -> bool:
    """Whether a base is a class of a library whose objects we know."""
    name = value.name if isinstance(value, (Symbol, External)) else ""
    return name in run.hooks.calls and not name.startswith(("builtins.", "typing.", "abc."))


def build_native(run: Interpreter, value: Instance, site: Site) -> None:
    """Make the library object behind an instance, when a base is a library class that we know."""
    for base in value.cls.lineage():
        if is_known_class(run, base):
            value.native = run.hooks.calls[getattr(base, "name", "")](site, run)
            if hasattr(value.native, "seen_as"):
                value.native.seen_as = value
            return


def build_attributes(run: Interpreter, value: Instance) -> None:
    """Follow `__init__` with unknown arguments, once, for an object known by its annotation only."""
    value.built = True
    initializer = value.cls.find("__init__")
    if not isinstance(initializer, FunctionValue) or run.frame is None:
        return
    events, run.events = run.events, []
    steps = run.steps
    run.steps = min(steps, STEPS_PER_REQUEST // 10)
    given = dict(value.attributes)
    raises = list(run.frame.raises)
    try:
        invoke(run, initializer.bind(value), Site([], {}, run.frame.line, run.frame, open_=True))
    except Aborted:
        pass
    finally:
        run.events, run.steps = events, steps
        run.frame.raises[:] = raises
    value.attributes.update(given)


class Super(Value):
    """`super()`: the bases of the class that a method stands in, for the object it was called on."""

    __slots__ = ("owner", "receiver")

    def __init__(self, owner: ClassValue, receiver: Value) -> None:
        super().__init__(receiver.sources)
        self.owner = owner
        self.receiver = receiver

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        receiver_class = self.receiver.cls if isinstance(self.receiver, Instance) else self.receiver
        line = receiver_class.lineage() if isinstance(receiver_class, ClassValue) else self.owner.lineage()
        after = line[line.index(self.owner) + 1 :] if self.owner in line else self.owner.lineage()[1:]
        for ancestor in after:
            if name == "__init__" and is_known_class(run, ancestor):
                return Native(lambda site, r: self._initialize(site, r), "super().__init__")
            found = ancestor.attributes.get(name) if isinstance(ancestor, ClassValue) else None
            if found is not None:
                return (
                    found.bind(self.receiver)
                    if isinstance(found, FunctionValue) and "static" not in found.marks
                    else found
                )
        if isinstance(self.receiver, Instance):
            receiver = self.receiver
            if name == "__init__":
                return Native(lambda site, r: self._keep_arguments(receiver, site, r), "super().__init__")
            for hook in run.hooks.inherited:
                answer: Value | None = hook(receiver, name, run)
                if answer is not None:
                    return answer
            if receiver.native is not None:
                return run.attribute(receiver.native, name)
            outside = next(receiver.cls.outside_bases(), None)
            return External(f"{outside}", receiver.sources).attribute(name, run) if outside else None
        if isinstance(self.receiver, ClassValue):
            for hook in run.hooks.classes:
                answer = hook(self.receiver, name, run)
                if answer is not None:
                    return answer
        return None

    def _initialize(self, site: Site, run: Interpreter) -> Value:
        if not isinstance(self.receiver, Instance):
            return Known(None)
        build_native(run, self.receiver, site)
        return self._keep_arguments(self.receiver, site, run)

    @staticmethod
    def _keep_arguments(receiver: Instance, site: Site, run: Interpreter) -> Value:
        receiver.attributes.update(
            {k: v for k, v in site.keywords.items() if k != "**" and k not in receiver.attributes}
        )
        names = [name for ancestor in reversed(receiver.cls.line_of_bases()) for name in ancestor.annotations]
        _spread(run, receiver, site.keywords.get("**"), names)
        receiver.attributes.setdefault("\x00arguments", Items(list(site.positional), "tuple"))
        return Known(None)


def make_super(site: Site, run: Interpreter) -> Value:
    """The value of `super()` at a place."""
    frame: Frame | None = site.frame
    while frame is not None and (frame.function is None or frame.function.owner is None):
        frame = frame.caller
    if frame is None or frame.function is None or frame.function.owner is None:
        return Unknown()
    parameters = frame.function.definition.parameters
    receiver = frame.scope.names.get(parameters[0].name) if parameters else None
    return Super(frame.function.owner, receiver or frame.function.receiver or Unknown())
