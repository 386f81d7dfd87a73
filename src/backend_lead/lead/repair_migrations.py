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


def migration_files(changes: Sequence[IndexChange], tree: Tree, moment: str) -> tuple[tuple[str, str], ...]:
    """Return the files that make and drop the indexes.

    Raises NotPatched for a project without migrations, and for one whose history does not tell the whole schema.
    """
    form, there = tool_of(tree, "")
    if not there:
        raise NotPatched("the project has no migrations to add one to")
    schema = known_schema(Request(()), tree, form, there)
    if schema.unresolved:
        gap = schema.unresolved[0]
        raise NotPatched(f"the history of migrations is not known to its end: {gap.what}: {gap.why}")
    created = written_with(form, tree, changes, schema.catalog, schema.major, moment)
    if created is None or not created.files or created.kept:
        raise NotPatched(created.kept[0] if created is not None and created.kept else "there is nothing to migrate")
    return created.files
