"""All tables that models and Core declare, once the program was followed."""

from __future__ import annotations

from backend_lead.gates.files import Tree
from backend_lead.model.backend import Relationship
from backend_lead.model.table import Table
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.orms.sqlalchemy_models import models_of, table_of
from backend_lead.read.code.orms.sqlalchemy_relationships import target_of
from backend_lead.read.code.target_values import ClassValue

DECLARES_MODELS = True


def harvest(run: Interpreter, tree: Tree, known: list[Table]) -> tuple[list[Table], list[Relationship]]:
    """All tables that models and Core declare, and the relationships between them."""
    models_of(run)
    tables = {t.name: t for t in known}
    relationships = []
    for core in run.core_tables.values():
        tables.setdefault(core.table.name, core.table)
    for name, cls in run.models.items():
        tables[name] = cls.marks["table"]
        relationships += _relationships(cls, name, run)
    return list(tables.values()), relationships


def _relationships(cls: ClassValue, table: str, run: Interpreter) -> list[Relationship]:
    found = []
    for attribute, (made, _) in cls.marks.get("relationships", {}).items():
        target, _ = target_of(cls, attribute, run)
        other = table_of(target, run)
        if other is not None:
            found.append(
                Relationship(
                    cls.definition.name,
                    attribute,
                    table,
                    other.name,
                    made.lazy,
                    made.place,
                )
            )
    return found
