"""Builtins that look at one object: its attributes, its class, its conversion to text or a number."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.classes import make_super
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Setting, Unknown, Value, join


def sources_only(site: Site, run: Interpreter) -> Value:
    """Nothing known but the sources; not worth an event."""
    return Unknown(site.sources)


def _getattr(site: Site, run: Interpreter) -> Value:
    owner, fallback = site.argument(0), site.argument(2)
    given = site.argument(1)
    if isinstance(given, Choice):
        first, _, *rest = site.positional
        return join(_getattr(Site([first, o, *rest], {}, site.line, site.frame), run) for o in given.options)
    name = literal(given)
    if isinstance(owner, FunctionValue) and isinstance(name, str) and not name.startswith("__"):
        return carried_by(owner, name) or fallback or Unknown(site.sources)
    if owner is None or not isinstance(name, str):
        return Unknown(site.sources)
    found = run.attribute(owner, name)
    if run.anonymous and isinstance(found, Known) and found.value is None and fallback is not None:
        return fallback
    return join((found, fallback)) if fallback is not None and isinstance(found, Unknown) else found


def carried_by(function: FunctionValue, name: str) -> Value | None:
    """What the target set as an attribute of a function, or of the one that it wraps."""
    seen = 0
    while True:
        found: Value | None = function.marks.get(f".{name}")
        inner = function.marks.get("origin")
        if found is not None or not isinstance(inner, FunctionValue) or inner is function or seen > 8:
            return found
        function, seen = inner, seen + 1


def _hasattr(site: Site, run: Interpreter) -> Value:
    owner, name = site.argument(0), literal(site.argument(1))
    if isinstance(owner, FunctionValue) and isinstance(name, str) and not name.startswith("__"):
        return Known(carried_by(owner, name) is not None)
    if isinstance(owner, (ClassValue, Instance)) and isinstance(name, str):
        cls = owner if isinstance(owner, ClassValue) else owner.cls
        if cls.find(name) is not None:
            return Known(True)
    if owner is not None and isinstance(name, str):
        found = run.attribute(owner, name)
        if isinstance(found, Known) and found.value is None:
            return Known(False, found.sources)
    return Unknown(site.sources)


def _setattr(site: Site, run: Interpreter) -> Value:
    owner, name, value = site.argument(0), site.argument(1), site.argument(2)
    if owner is None or name is None or value is None:
        return Known(None)
    if isinstance(owner, Choice):
        for option in owner.options:
            _setattr(Site([option, name, value], {}, site.line, site.frame), run)
        return Known(None)
    if isinstance(name, Choice):
        for option in name.options:
            _setattr(Site([owner, option, value], {}, site.line, site.frame), run)
        return Known(None)
    key = literal(name)
    for hook in run.hooks.writes:
        hook(
            owner,
            key if isinstance(key, str) else "*",
            value if isinstance(key, str) else Unknown(value.sources | name.sources),
            site.place,
            run,
        )
    if isinstance(key, str) and isinstance(owner, Instance):
        owner.attributes[key] = value
    setter = getattr(owner, "assign", None)
    if isinstance(key, str) and setter is not None:
        setter(key, value, run)
    return Known(None)


def _convert(name: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        first = site.argument(0)
        if first is None:
            return Known({"str": "", "int": 0, "float": 0.0, "bool": False}[name])
        if isinstance(first, Setting):
            return Setting(make(Site([first.default], {}, site.line, site.frame), run) if first.default else None)
        if isinstance(first, Known):
            try:
                return Known({"str": str, "int": int, "float": float, "bool": bool}[name](first.value), first.sources)
            except (TypeError, ValueError):
                return Unknown(first.sources)
        if name == "str":
            return first if not isinstance(first, (Instance, Items, Fields)) else Unknown(first.sources)
        # A number cannot carry SQL, a path or a command: only what owner checks need flows on.
        kept = first.sources | ({f"number:{s}" for s in first.sources} if name in ("int", "float") else frozenset())
        return Unknown(frozenset(kept), "", getattr(first, "pairs", ()))

    return make


def _isinstance(site: Site, run: Interpreter) -> Value:
    value, kind = site.argument(0), site.argument(1)
    if isinstance(value, Instance) and value.certain and isinstance(kind, ClassValue):
        return Known(kind in value.cls.line_of_bases())
    if type(value) is External and isinstance(kind, Symbol) and value.name.endswith("Response"):
        # What a framework answers with goes by one name here, whichever class of which package made it.
        return Known(True) if kind.name.endswith(".Response") else Unknown(site.sources)
    if isinstance(value, Known) and value.value is None and isinstance(kind, (ClassValue, Symbol)):
        return Known(False)
    if isinstance(value, Known) and isinstance(kind, Symbol) and kind.name in ("builtins.str", "builtins.int"):
        return Known(isinstance(value.value, str if kind.name.endswith("str") else int))
    return Unknown(site.sources)


def _is_class(site: Site, run: Interpreter) -> Value:
    value = site.argument(0)
    sure = isinstance(value, (ClassValue, FunctionValue, Instance, Known))
    return Known(isinstance(value, ClassValue)) if sure else Unknown(site.sources)


def _callable(site: Site, run: Interpreter) -> Value:
    value = site.argument(0)
    if isinstance(value, (ClassValue, FunctionValue)):
        return Known(True)
    return Known(False) if isinstance(value, Known) else Unknown(site.sources)


def _type(site: Site, run: Interpreter) -> Value:
    value = site.argument(0)
    return value.cls if isinstance(value, Instance) else Unknown()


def _len(site: Site, run: Interpreter) -> Value:
    """How long a text is; how many a collection holds may have changed until then."""
    value = site.argument(0)
    known = isinstance(value, Known) and isinstance(value.value, str)
    return Known(len(value.value), site.sources) if known and isinstance(value, Known) else Unknown(site.sources)


_SILENT = (
    "print",
    "range",
    "hash",
    "id",
    "abs",
    "round",
    "max",
    "sum",
    "sorted_",
    "issubclass",
    "vars",
    "dir",
    "ord",
    "chr",
    "bytes",
    "bytearray",
    "memoryview",
    "complex",
    "hex",
    "bin",
    "divmod",
    "pow",
    "slice",
    "iter",
    "aiter",
    "object",
    "locals",
    "globals",
    "input",
)


def _shown(site: Site, run: Interpreter) -> Value:
    """`repr(x)` and `format(x, "03d")`, of literals."""
    value, shape = site.argument(0), site.argument(1)
    if isinstance(value, Known) and (shape is None or isinstance(shape, Known)) and len(site.positional) <= 2:
        try:
            return Known(format(value.value, shape.value) if shape is not None else repr(value.value), value.sources)
        except (TypeError, ValueError):
            pass
    return sources_only(site, run)


def _static(site: Site, run: Interpreter) -> Value:
    """`check = staticmethod(validate)` in a class: the function itself, which no object is handed to."""
    function = site.argument(0)
    if not isinstance(function, FunctionValue):
        return function or Unknown(site.sources)
    unbound = FunctionValue(function.definition, function.module, function.scope, function.receiver, function.owner)
    unbound.marks = {**function.marks, "static": True}
    return unbound


CALLS: dict[str, Any] = {
    "builtins.staticmethod": _static,
    "builtins.repr": _shown,
    "builtins.format": _shown,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.str": _convert("str"),
    "builtins.int": _convert("int"),
    "builtins.float": _convert("float"),
    "builtins.bool": _convert("bool"),
    "builtins.isinstance": _isinstance,
    "builtins.super": make_super,
    "builtins.type": _type,
    "inspect.isclass": _is_class,
    "builtins.callable": _callable,
    "builtins.len": _len,
    **{f"builtins.{name}": sources_only for name in _SILENT},
}
