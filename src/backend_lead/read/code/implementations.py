"""Which class of the target stands behind an interface: what a container hands in is told by nothing else."""

from __future__ import annotations

from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.target_values import ClassValue, FunctionValue


def implementation_of(cls: ClassValue, run: Interpreter) -> ClassValue:
    """The only class that implements all that an abstract one leaves open; the class itself where it leaves nothing
    open, and where several implement it or none does.

    Known while requests are followed: by then all modules that matter have been.
    """
    if not run.requesting or not _open_methods(cls):
        return cls
    found = run.implementations.get(id(cls))
    if found is None:
        made = [each for each in _classes(run)
                if each is not cls and cls in each.line_of_bases() and not _open_methods(each)]
        # A class of which another one is made is no second answer.
        leaves = [each for each in made
                  if not any(each in other.line_of_bases() for other in made if other is not each)]
        found = run.implementations[id(cls)] = leaves[0] if len(leaves) == 1 else cls
    return found


def _open_methods(cls: ClassValue) -> bool:
    names = {name for each in cls.line_of_bases() for name, value in each.attributes.items() if _is_open(value)}
    return any(_is_open(cls.find(name)) for name in names)


def _is_open(value: object) -> bool:
    return isinstance(value, FunctionValue) and "abstract" in value.marks


def _classes(run: Interpreter) -> list[ClassValue]:
    return [value for _, module in sorted(run.program.modules.items()) if module.state == "followed"
            for value in module.scope.names.values() if isinstance(value, ClassValue) and value.module is module]
