"""The parts of a table definition as they are written: columns, relationships, constraints, indexes."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Value


class ColumnMade(Value):
    """`Column(...)`, `mapped_column(...)` or `Field(...)` in a model or a Core table."""

    __slots__ = ("keywords", "place", "positional")

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.positional = list(site.positional)
        self.keywords = site.keywords
        self.place = site.place


class RelationshipMade(Value):
    """`relationship(...)`; SQLModel's takes the same arguments in `sa_relationship_kwargs`."""

    __slots__ = ("keywords", "place", "positional")

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.positional = list(site.positional)
        inner = site.keywords.get("sa_relationship_kwargs")
        given = {str(k): v for k, v in inner.values.items()} if isinstance(inner, Fields) else {}
        self.keywords = {**given, **site.keywords}
        self.place = site.place

    @property
    def lazy(self) -> str:
        """When it is loaded, as the ORM names it; when it is touched unless told otherwise."""
        return str(literal(self.keywords.get("lazy")) or "select")


def _constraint(name: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        return Placed(name, site)

    return make


class Placed(External):
    """A constraint or index with the place it is written at."""

    __slots__ = ("place",)

    def __init__(self, name: str, site: Site) -> None:
        super().__init__(name, frozenset(), tuple(site.positional), site.keywords)
        self.place = site.place


_COLUMN_CALLS = (
    "sqlalchemy.Column",
    "sqlalchemy.schema.Column",
    "sqlalchemy.orm.mapped_column",
    "sqlmodel.Field",
    "flask_sqlalchemy.SQLAlchemy.Column",
    "flask_sqlalchemy.SQLAlchemy.mapped_column",
    "sqlmodel.Column",
)
_RELATION_CALLS = (
    "sqlalchemy.orm.relationship",
    "sqlmodel.Relationship",
    "flask_sqlalchemy.SQLAlchemy.relationship",
    "sqlalchemy.orm.relation",
    "sqlalchemy.orm.dynamic_loader",
)
CALLS: dict[str, Any] = {
    **{name: lambda site, run: ColumnMade(site) for name in _COLUMN_CALLS},
    **{name: lambda site, run: RelationshipMade(site) for name in _RELATION_CALLS},
    **{
        f"{prefix}.{name}": _constraint(f"sqlalchemy.{name}")
        for name in (
            "Index",
            "UniqueConstraint",
            "PrimaryKeyConstraint",
            "ForeignKeyConstraint",
            "ForeignKey",
            "CheckConstraint",
        )
        for prefix in ("sqlalchemy", "sqlalchemy.schema", "flask_sqlalchemy.SQLAlchemy", "sqlmodel")
    },
}
