"""`policy.py` of a service: what each role may do whatever the row, in one place, and the table of all policies."""

from __future__ import annotations

from backend_lead.generate.python.conditions import roles_of
from backend_lead.generate.python.names import quoted, words
from backend_lead.model.blueprint import Blueprint, Entity, Who


def function(action: str, entity: Entity) -> str:
    """Return the name of the function that tells whether a role is enough for an action on any row."""
    return f"may_{action}_any_{entity.name}"


def asked(entity: Entity) -> dict[str, tuple[Who, ...]]:
    """Return the actions of an entity by name with who may take them."""
    policy = entity.policy
    found = {"read": policy.read, "create": policy.create, "update": policy.update, "delete": policy.delete}
    found |= {each.name: each.by for each in entity.transitions}
    for number, path in enumerate(entity.access_paths):
        if path.by:
            found[f"list_{path.name or number}"] = path.by
    return found


def policy_module(blueprint: Blueprint) -> str:
    """Return the text of the module."""
    lines = [
        '"""Who may do what.',
        "",
        _table(blueprint),
        "",
        "Owners and members are looked up in the statement itself, so that nobody learns of a row by being refused;",
        "what a role may do is told here.  The row policies of the migrations say the same once more, for the day on",
        "which a statement forgets.",
        '"""',
        "",
        "from __future__ import annotations",
    ]
    for entity in blueprint.entities:
        for action, whos in asked(entity).items():
            if roles := roles_of(whos):
                listed = quoted(roles)
                lines += [
                    "",
                    "",
                    f"def {function(action, entity)}(role: str | None) -> bool:",
                    f'    """Tell whether a role is enough to {words(action)} any of the {words(entity.plural)}."""',
                    f"    return role in ({listed}{',' if len(roles) == 1 else ''})",
                ]
    return "\n".join(lines) + "\n"


def _table(blueprint: Blueprint) -> str:
    rows: list[tuple[str, ...]] = [("", "read", "create", "update", "delete")]
    for entity in blueprint.entities:
        policy = entity.policy
        rows.append((entity.plural, *(", ".join(map(str, each)) or "nobody"
                                      for each in (policy.read, policy.create, policy.update, policy.delete))))
    widths = [max(len(row[at]) for row in rows) for at in range(5)]
    return "\n".join("    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows)
