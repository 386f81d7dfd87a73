"""Views and materialised views."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Catalog, Column, Relation, Type
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.resolving import Use, use_of
from backend_lead.migrate.steps.alter_table import heads_of, indexes_of
from backend_lead.read.sql_conditions import names


def read_by(query: Node, catalog: Catalog) -> tuple[frozenset[str], frozenset[str]]:
    """Return the relations and the columns (`orders.note`) that a query reads, through views as well."""
    used = use_of(query, catalog)
    columns = {f"{relation}.{column}" for relation, column in used.columns}
    for star in used.stars:
        known = catalog.relations.get(star)
        columns |= {f"{star}.{name}" for name in (known.columns if known is not None else ())}
    return frozenset(used.relations), frozenset(columns)


def _outputs(query: Node, catalog: Catalog) -> list[Column]:
    used: Use = use_of(query, catalog)
    return [Column(name, kind or Type("unknown")) for name, kind in used.outputs]


def _create(node: Node, judge: Judge) -> None:
    catalog = judge.catalog
    name = catalog.name(node.view)
    relations, uses = read_by(node.query, catalog)
    missing = sorted(each for each in relations if each not in catalog.relations)
    if missing and catalog.complete:
        judge.fail("table-missing", missing[0], f"There is no table {missing[0]}.")
    columns = _outputs(node.query, catalog)
    aliases = names(node.aliases)
    for column, alias in zip(columns, aliases, strict=False):
        column.name = alias
    before = catalog.relations.get(name)
    if before is not None and not node.replace:
        judge.fail("table-exists", name, f"There is a relation {name} already.")
    if before is not None and before.kind == "view" and before.columns:
        _check_replacement(before, columns, judge)
        judge.act("replace-view", target=name, sources=sorted(relations))
    else:
        judge.act("create-view", sources=sorted(relations))
    catalog.relations[name] = Relation(
        name,
        "view",
        {column.name: column for column in columns},
        uses=uses,
        relations=relations,
        new=before is None or before.new,
    )


def _check_replacement(before: Relation, columns: list[Column], judge: Judge) -> None:
    """A view keeps its columns, in their order and of their types; more may follow."""
    for number, old in enumerate(before.columns.values()):
        if number >= len(columns):
            judge.fail("view-columns", before.name, f"The view {before.name} would lose its column {old.name}.")
        if columns[number].name != old.name:
            judge.fail(
                "view-columns",
                before.name,
                f"The column {old.name} of the view {before.name} would be called {columns[number].name}.",
            )
        if "unknown" not in (old.type.name, columns[number].type.name) and str(old.type) != str(columns[number].type):
            judge.fail(
                "view-columns",
                before.name,
                f"The column {old.name} of the view {before.name} would change its type to {columns[number].type}.",
            )


def drop_views(node: Node, judge: Judge) -> None:
    """Judge and apply DROP VIEW and DROP MATERIALIZED VIEW."""
    for item in node.objects:
        name = judge.catalog.words(names(item.list.items))
        relation = judge.catalog.relations.get(name)
        if relation is None:
            if judge.catalog.complete and not node.missing_ok:
                judge.fail("view-missing", name, f"There is no view {name}.")
            if not judge.catalog.complete:
                judge.act("drop-view", target=name)
            continue
        above = judge.catalog.views_on(name)
        if above and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail("still-needed", name, f"The view {above[0].name} reads {name}.")
        judge.act("drop-view", target=name, indexes=indexes_of([name], judge), views=[view.name for view in above])
        judge.catalog.drop_view(name)


def _refresh(node: Node, judge: Judge) -> None:
    from backend_lead.migrate.steps.rows import with_what_is_behind

    name = judge.catalog.name(node.relation)
    relation = judge.catalog.relations.get(name)
    if relation is None and judge.catalog.complete:
        judge.fail("view-missing", name, f"There is no materialized view {name}.")
    sources = sorted(with_what_is_behind(sorted(relation.relations), judge)) if relation is not None else []
    indexes = judge.catalog.indexes_of(name)
    if node.skip_data:
        judge.act("refresh-without-data", target=name, indexes=[index.name for index in indexes])
        judge.work.pop(name, None)  # An empty file takes no time.
        if relation is not None:
            relation.unpopulated = True
        return
    if relation is not None:
        relation.unpopulated = False
    roles = {
        "target": name,
        "indexes": [index.name for index in indexes],
        "sources": sources,
        "source_indexes": indexes_of(sources, judge),
        "source_heads": heads_of(sources, judge),
    }
    if node.concurrent:
        if relation is not None and not any(index.unique and not index.partial for index in indexes):
            judge.fail(
                "no-unique-key", name, f"{name} needs a unique index over all rows to be refreshed concurrently."
            )
        judge.act("refresh-concurrently", **roles)
    else:
        judge.act("refresh", **roles)
        if any(index.unique and not index.partial for index in indexes):
            judge.instead(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};")
        else:
            judge.instead(
                f"CREATE UNIQUE INDEX ON {name} (…);  -- once", f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};"
            )


STATEMENTS = {"view_stmt": _create, "refresh_mat_view_stmt": _refresh}
