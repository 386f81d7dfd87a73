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
    found: set[str] = set()
    if isinstance(value, External):
        owner = getattr(value, "chain", None)
        if owner is not None:
            found |= _loads(owner, prefix)
            prefix = next(iter(sorted(found, key=len, reverse=True)), "") + "." if found else prefix
        for argument in value.positional:
            if isinstance(argument, RelationRef):
                found.add(f"{prefix}{argument.name}")
                prefix = f"{prefix}{argument.name}."
            elif text_of(argument) == "*":
                found.add("*")
    return found


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
