"""Loader options: the relationships that a statement brings along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.orms.sqlalchemy_columns import RelationRef
from backend_lead.read.code.orms.sqlalchemy_statements import Parts
from backend_lead.read.code.values import Native, Value


def load_options(parts: Parts, site: Site, run: Interpreter) -> Parts:
    """`.options(...)`: the relationships that are loaded with the rows."""
    loaded = set(parts.loaded)
    for value in site.positional:
        for option in value.values if isinstance(value, Items) else [value]:
            loaded |= _loads(option, "")
    return replace(parts, loaded=frozenset(loaded))


def _loads(value: Value, prefix: str) -> set[str]:
    """The relationships that a loader option brings along, nested ones as `items.product`."""
    return _chained(value, prefix)[0] if isinstance(value, External) else set()


def _chained(value: External, prefix: str) -> tuple[set[str], str]:
    """The relationships of a chain of options, and the prefix of what is loaded below its last one."""
    owner = getattr(value, "chain", None)
    found, prefix = _chained(owner, prefix) if owner is not None else (set(), prefix)
    for argument in value.positional:
        if isinstance(argument, RelationRef):
            found.add(f"{prefix}{argument.name}")
            prefix = f"{prefix}{argument.name}."
        elif isinstance(argument, Loader):  # joinedload(...).options(selectinload(...), joinedload(...))
            found |= _loads(argument, prefix)
        elif text_of(argument) == "*":
            found.add("*")
    return found, prefix


class Loader(External):
    """A loader option (`selectinload(Order.items)`), with the one it is chained to."""

    __slots__ = ("chain",)

    def __init__(self, positional: tuple[Value, ...], chain: Loader | None = None) -> None:
        super().__init__("sqlalchemy.orm.loader", frozenset(), positional)
        self.chain = chain

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: Loader(tuple(site.positional), self), name)


_LOADERS = ("selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload", "noload", "raiseload")
CALLS: dict[str, Any] = {
    f"{prefix}.{name}": lambda site, run: Loader(tuple(site.positional))
    for prefix in ("sqlalchemy.orm", "sqlalchemy.orm.strategy_options")
    for name in _LOADERS
}
