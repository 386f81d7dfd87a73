"""Other names: the running application keeps the old one until nobody uses it any more."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.script import Step


def _rename(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.rename_stmt
    what = enum_name(node, "rename_type")
    name = before.name(node.relation) if node.HasField("relation") else ""
    relation = before.relations.get(name)
    if what != "OBJECT_TABLE" or relation is None or relation.new or relation.kind != "table":
        return None
    schema = name.rpartition(".")[0]
    new = f"{schema}.{node.newname}" if schema else node.newname
    # A simple view is written through as well (PostgreSQL manual, CREATE VIEW, Updatable Views).
    columns = ", ".join(relation.columns) or "*"
    return [
        Step(
            f"rename_{name.rpartition('.')[2]}",
            (f"ALTER TABLE {name} RENAME TO {node.newname};", f"CREATE VIEW {name} AS SELECT {columns} FROM {new};"),
            (),
        ),
        Step(f"drop_old_name_{name.rpartition('.')[2]}", (f"DROP VIEW {name};",), ()),
    ]


FORMS = {"rename_stmt": _rename}
