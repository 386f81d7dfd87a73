"""Rows that are filled in batches although their table has triggers: one of ours comes last before each write.

The short way (ALTER TABLE) fires no trigger; the UPDATE of a batch does, and one that stamps each changed row would
leave other rows than the short way.  Triggers of one kind fire in the order of their names, and each is given the row
that the one before returned (PostgreSQL manual, Overview of Trigger Behavior), so the last one can put it back.
"""

from __future__ import annotations

from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.create.batches import FILLING


def last_trigger(relation: Relation, about: str) -> str:
    """Return a name for a trigger on a table that comes after those of its other triggers."""
    name = f"{relation.name.rpartition('.')[2]}_{about}"
    front = "z"
    while any(each >= f"{front}_{name}" for each in relation.triggers):
        front += "z"
    return f"{front}_{name}" if relation.triggers else name


def keeper(relation: Relation, column: str, name: str, value: str = "") -> list[str]:
    """Return the statements that make a trigger `name` and its function, which `dropped` removes.

    In a session that fills this column the row stays as it was but for the column.  With a `value` (of `NEW`) every row
    that anybody writes gets it.
    """
    restored = ""
    if relation.triggers:
        kept = "" if value else f"        kept := NEW.{column};\n"
        given = "" if value else f"        NEW.{column} := kept;\n"
        restored = (
            f"    IF TG_OP = 'UPDATE' AND current_setting('{FILLING}', true) = '{relation.name}.{column}' THEN\n"
            f"{kept}        NEW := OLD;\n{given}    END IF;\n"
        )
    declared = "" if value else f"DECLARE\n    kept {relation.name}.{column}%TYPE;\n"
    assigned = f"    NEW.{column} := {value};\n" if value else ""
    events = "INSERT OR UPDATE" if value else "UPDATE"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{declared}BEGIN\n{restored}{assigned}"
        "    RETURN NEW;\nEND $$;",
        f"CREATE TRIGGER {name} BEFORE {events} ON {relation.name} FOR EACH ROW EXECUTE FUNCTION {name}();",
    ]


def dropped(relation: Relation, name: str) -> list[str]:
    """Return the statements that remove what `keeper` made."""
    return [f"DROP TRIGGER {name} ON {relation.name};", f"DROP FUNCTION {name}();"]


def while_filling(relation: Relation, column: str) -> str:
    """Return what a session that fills the column says of itself, "" where no trigger has to know."""
    return f"{relation.name}.{column}" if relation.triggers else ""
