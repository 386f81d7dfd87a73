"""How the things of a blueprint are called in Python, in SQL and in addresses."""

from __future__ import annotations

from collections.abc import Iterable

from backend_lead.model.blueprint import Entity

USERS = "users"


def class_name(name: str) -> str:
    """Return `ProjectMember` for `project_member`."""
    return "".join(part.capitalize() for part in name.split("_"))


def address(name: str) -> str:
    """Return `project-members` for `project_members`."""
    return name.replace("_", "-")


def words(name: str) -> str:
    """Return `project members` for `project_members`."""
    return name.replace("_", " ")


def row_id(entity: Entity) -> str:
    """Return the name of the parameter that holds an identifier of this entity."""
    return f"{entity.name}_id"


def an(noun: str) -> str:
    """Return the noun with its article."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def quoted(names: Iterable[str], mark: str = '"') -> str:
    """Return names in quotation marks with commas between."""
    return ", ".join(f"{mark}{each}{mark}" for each in names)
