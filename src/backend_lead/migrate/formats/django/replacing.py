"""What the migrations that take another's place keep of it: its change of the models, as it is written there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from backend_lead.errors import WrongUse
from backend_lead.migrate.formats.django.history import Migration


def kept(gone: Sequence[Migration]) -> tuple[str, list[str]]:
    """Return what stands around the class in the files, and their operations without what is only sent.

    Raises WrongUse for a file whose operations are not written out in one list, or that runs a program of its own.
    """
    around, operations = [], []
    for migration in gone:
        source = migration.module.source.decode()
        body = ast.parse(source).body
        cls = next((each for each in body if isinstance(each, ast.ClassDef) and each.name == "Migration"), None)
        around += [ast.get_source_segment(source, each) or "" for each in body if each is not cls]
        operations += [f"{_text(each, source)}," for each in _listed(cls, migration) if _name(each) != "RunSQL"]
    return "\n".join(around), operations


def _listed(cls: ast.ClassDef | None, migration: Migration) -> list[ast.expr]:
    for each in cls.body if cls is not None else ():
        target = each.targets[0] if isinstance(each, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == "operations" and isinstance(each, ast.Assign):
            value = each.value
            if isinstance(value, ast.List) and not any(_stays(inner) for inner in value.elts):
                return value.elts
    raise WrongUse(
        f"{migration.module.path} runs a program of its own, or does not list its operations in one place.",
        "Move RunPython into a migration of its own first, then rewrite the rest.",
    )


def _stays(node: ast.expr) -> bool:
    """What cannot be said in SQL and models: a program, models that go along with a text, what is not a call."""
    if not isinstance(node, ast.Call):
        return True
    if _name(node) == "RunSQL":
        return len(node.args) > 2 or any(each.arg == "state_operations" for each in node.keywords)
    return any(isinstance(each, ast.Call) and _name(each) == "RunPython" for each in ast.walk(node))


def _text(node: ast.expr, source: str) -> str:
    """The text of an operation; a text of several lines in it would not bear being moved to the right."""
    inner = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    if any(isinstance(value, str) and "\n" in value for value in inner):
        return ast.unparse(node)
    return ast.get_source_segment(source, node) or ast.unparse(node)


def _name(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
