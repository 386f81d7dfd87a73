"""What a patch changes of indexes → a migration of the project's own tool, on the schema that its history leaves."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.lead.before import Request
from backend_lead.lead.creating import tool_of
from backend_lead.lead.index_migrations import written_with
from backend_lead.lead.migration import known_schema
from backend_lead.model.diagnosis import IndexChange
from backend_lead.read.code.editing import NotPatched


def migration_files(changes: Sequence[IndexChange], tree: Tree, databases: Sequence[str],
                    moment: str) -> tuple[tuple[str, str], ...]:
    """Return the files that make and drop the indexes, for a program that is written for these systems.

    Raises NotPatched for a project without migrations, for one whose history does not tell the whole schema, and for
    one whose database may be another than PostgreSQL.
    """
    form, there = tool_of(tree, "")
    if not there:
        raise NotPatched("the project has no migrations to add one to")
    others = [name for name in databases if name != "postgresql"]
    # What Alembic says of PostgreSQL alone, other systems do not hear.
    if others and not ("postgresql" in databases and form.NAME == "alembic"):
        raise NotPatched(f"migrations are written for PostgreSQL, and the program is for {', '.join(databases)}")
    schema = known_schema(Request(()), tree, form, there)
    if schema.unresolved:
        gap = schema.unresolved[0]
        raise NotPatched(f"the history of migrations is not known to its end: {gap.what}: {gap.why}")
    created = written_with(form, tree, changes, schema.catalog, schema.major, moment)
    if created is None or not created.files or created.kept:
        raise NotPatched(created.kept[0] if created is not None and created.kept else "there is nothing to migrate")
    return created.files
