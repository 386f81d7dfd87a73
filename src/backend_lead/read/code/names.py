"""What a name means where it stands: the scopes around it, the modules of the target, the libraries outside."""

from __future__ import annotations

from backend_lead.model.place import Place
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.execution import execute_block
from backend_lead.read.code.frames import Frame
from backend_lead.read.code.interpreter import STEPS_PER_PART, Interpreter
from backend_lead.read.code.program import CodeModule, LazyImport, Scope
from backend_lead.read.code.values import Known, Unknown, Value

MOST_RETURNS = 3
TOO_LONG = "what this does at the start was not followed to its end: it takes too many steps"


def lookup(run: Interpreter, name: str, scope: Scope) -> Value | None:
    """The value bound to a name, through the enclosing scopes; None when nothing binds it."""
    holder: Scope | None = scope
    while holder is not None:
        found = holder.names.get(name)
        if found is not None:
            if isinstance(found, LazyImport):
                # Whoever comes back here sees what is bound so far; whoever comes back again and again is in a ring of
                # modules that import a name from each other.
                found.asked += 1
                resolved = _resolve(run, found) if found.asked <= MOST_RETURNS else None
                found.asked -= 1
                if resolved is None:
                    return Unknown(name=name)
                holder.names[name] = found.resolved = resolved
                return resolved
            return found
        holder = holder.parent
    return None


def _resolve(run: Interpreter, lazy: LazyImport) -> Value | None:
    if lazy.name is None:
        return import_module(run, lazy.module, lazy.importer, lazy.level)
    module = run.program.find(lazy.module, lazy.importer, lazy.level)
    if module is None:
        prefix = f"{lazy.module}.{lazy.name}" if lazy.module else lazy.name
        return import_module(run, prefix, lazy.importer, lazy.level)
    found = member_of_module(run, module, lazy.name)
    if found is None and not lazy.level and module.state == "followed":
        # A package of the target that is called like a library (`app/alembic/`), but is not on the search path.
        return run.symbol(f"{lazy.module}.{lazy.name}")
    return found


def member_of_module(run: Interpreter, module: CodeModule, name: str) -> Value | None:
    """A name of a module of the target: bound in it, or a module inside the package."""
    # While a package's `__init__` is being followed, `from . import x` inside it means the submodule x.
    follow_module(run, module)
    if name in module.scope.names:
        value = module.scope.names[name]
        if (
            isinstance(value, LazyImport)
            and value.importer is module
            and value.name == name
            and (run.program.find(value.module, module, value.level) is module)
        ):
            return _submodule(run, module, name)
        return lookup(run, name, module.scope)
    found = _submodule(run, module, name)
    if found is None and "__getattr__" in module.scope.names:
        return Unknown(name=f"{module.name}.{name}")
    return found


def _submodule(run: Interpreter, module: CodeModule, name: str) -> Value | None:
    if not module.is_package:
        return None
    inner = run.program.find(name, module, 1)
    return ModuleValue(inner) if inner is not None else None


def import_module(run: Interpreter, dotted: str, importer: CodeModule, level: int) -> Value:
    """`import dotted`: a module of the target, or a library's name."""
    module = run.program.find(dotted, importer, level)
    if module is not None:
        return ModuleValue(module)
    if run.program.is_inside(dotted, importer, level):
        return FolderValue(dotted, importer)
    return run.symbol(dotted) if dotted else Unknown()


def follow_module(run: Interpreter, module: CodeModule) -> None:
    """Follow a module's statements once; a circular import sees what is bound so far."""
    if module.state != "new":
        return
    module.state = "following"
    package = module.name if module.is_package else module.name.rpartition(".")[0]
    module.scope.names.update({"__name__": ModuleName(module.name), "__package__": Known(package)})
    saved = (
        run.frame,
        run.requesting,
        run.anonymous,
        run.conditions,
        run.loops,
        run.depth,
        run.caught,
        run.steps,
        run.events,
        run.memory,
    )
    run.frame, run.requesting, run.anonymous = Frame(module, module.scope), False, False
    run.conditions, run.loops, run.depth, run.caught, run.steps = [], 0, 0, 0, min(run.steps_left, STEPS_PER_PART)
    if saved[1]:
        run.events = []
    try:
        execute_block(run, module.tree.body)
    except RecursionError:
        run.unresolved.append((module.path, "nested too deeply to be followed", Place(module.path, 1)))
    finally:
        if run.steps <= 0 < run.steps_left:
            run.note(module.path, TOO_LONG, Place(module.path, 1))
        started = run.events
        (
            run.frame,
            run.requesting,
            run.anonymous,
            run.conditions,
            run.loops,
            run.depth,
            run.caught,
            run.steps,
            run.events,
            run.memory,
        ) = saved
        if saved[1]:
            run.start_events.extend(started)
        module.state = "followed"
    for name, value in module.scope.names.items():
        if isinstance(value, (Items, Fields)):
            run.shared.setdefault(id(value), (f"{module.name}.{name}", Place(module.path, 1)))


class ModuleName(Known):
    """`__name__`: whether the module is run as a program or imported is not decided."""

    __slots__ = ()

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`__name__ == "__main__"`."""
        return Unknown() if isinstance(other, Known) and other.value == "__main__" else None


class ModuleValue(Value):
    """A module of the target as a value."""

    __slots__ = ("module",)

    def __init__(self, module: CodeModule) -> None:
        super().__init__()
        self.module = module

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "__name__":
            return Known(self.module.name)
        if name == "__dict__":
            return self.members(run)
        return member_of_module(run, self.module, name)

    def members(self, run: Interpreter) -> Fields:
        """What the module binds, by name."""
        follow_module(run, self.module)
        names = list(self.module.scope.names)
        return Fields({name: lookup(run, name, self.module.scope) or Unknown() for name in names})

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return ("module", self.module.path)


class FolderValue(Value):
    """A folder without `__init__.py` as a namespace package."""

    __slots__ = ("dotted", "importer")

    def __init__(self, dotted: str, importer: CodeModule) -> None:
        super().__init__()
        self.dotted = dotted
        self.importer = importer

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return import_module(run, f"{self.dotted}.{name}", self.importer, 0)
