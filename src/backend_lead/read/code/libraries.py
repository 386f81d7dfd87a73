"""Finds what every file of `standard_library/`, `frameworks/` and `orms/` says about its library.

A file may define: `MARKERS` (bytes that make a source file worth following), `CALLS` (dotted name → what calling it
gives), `SYMBOLS` (dotted name → a value), `ALIASES` (other spellings of a dotted name), `METHODS` (tried on a call
`owner.member(...)`), `CLASSES`, `INSTANCES` (tried when an attribute is read),
`INHERITED` (tried when the target's class does not have it, and on `super()`), `WRITES` (told of attribute
assignments), `CONSTRUCTIONS` (tried when a class of the target is instantiated), `CONSTRUCTORS` and `JOINERS` (bytes
of functions worth calling at start: those that make an application, those that put routers into one), `harvest` (gives
the tables it knows, after those of files with a lower `HARVEST_ORDER`), `DECLARES_MODELS` (its tables are what the
program's models ask for, not what migrations made).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass
class Hooks:
    """The libraries' answers, gathered."""

    calls: dict[str, Any] = field(default_factory=dict)
    symbols: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    methods: list[Any] = field(default_factory=list)
    classes: list[Any] = field(default_factory=list)
    instances: list[Any] = field(default_factory=list)
    inherited: list[Any] = field(default_factory=list)
    writes: list[Any] = field(default_factory=list)
    constructions: list[Any] = field(default_factory=list)


@functools.cache
def library_modules() -> tuple[ModuleType, ...]:
    """The library files in a fixed order: the standard library first, then frameworks, then database libraries."""
    found: list[ModuleType] = []
    for folder in ("standard_library", "frameworks", "orms"):
        package = importlib.import_module(f"backend_lead.read.code.{folder}")
        found += [
            importlib.import_module(f"{package.__name__}.{entry.name}")
            for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda e: e.name)
        ]
    return tuple(found)


@functools.cache
def markers() -> tuple[bytes, ...]:
    """What a source file must hold one of, to be followed for its own sake."""
    return tuple(sorted({marker for module in library_modules() for marker in getattr(module, "MARKERS", ())}))


def gather() -> Hooks:
    """All libraries' answers in one place."""
    hooks = Hooks()
    for module in library_modules():
        hooks.calls.update(getattr(module, "CALLS", {}))
        hooks.symbols.update(getattr(module, "SYMBOLS", {}))
        hooks.aliases.update(getattr(module, "ALIASES", {}))
        hooks.methods.extend(getattr(module, "METHODS", ()))
        hooks.classes.extend(getattr(module, "CLASSES", ()))
        hooks.instances.extend(getattr(module, "INSTANCES", ()))
        hooks.inherited.extend(getattr(module, "INHERITED", ()))
        hooks.writes.extend(getattr(module, "WRITES", ()))
        hooks.constructions.extend(getattr(module, "CONSTRUCTIONS", ()))
    return hooks
