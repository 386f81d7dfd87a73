"""Tables: made, dropped, emptied."""

from __future__ import annotations

from dataclasses import replace

from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.migrate.catalog import Catalog, Column, Index, Relation, Type
from backend_lead.migrate.expressions import is_known, users_of_sequence
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import LABELS, attach, column_of, constraint_of, contype, own_sequence
from backend_lead.migrate.resolving import use_of
from backend_lead.migrate.steps.alter_table import indexes_of
from backend_lead.migrate.steps.constraints import judge_reference, key_index
from backend_lead.migrate.steps.partitions import make_partition
from backend_lead.migrate.steps.views import read_by
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.sql_conditions import names


def _create(node: Node, judge: Judge) -> None:
    catalog = judge.catalog
    name = catalog.name(node.relation)
    if name in catalog.relations:
        if node.if_not_exists:
            judge.act("create-table-there")
            return
        judge.fail("table-exists", name, f"There is a table {name} already.")
    partitioned = node.HasField("partspec")
    relation = Relation(
        name,
        "partitioned" if partitioned else "table",
        new=True,
        unlogged=node.relation.relpersistence == "u",
        temporary=node.relation.relpersistence == "t",
    )
    if partitioned:
        relation.key_columns = tuple(
            part.partition_elem.name for part in node.partspec.part_params if part.partition_elem.name
        )
        relation.strategy = enum_name(node.partspec, "strategy")
    parents = [catalog.name(parent.range_var) for parent in node.inh_relations]
    for parent in parents:
        if parent not in catalog.relations and catalog.complete:
            judge.fail("table-missing", parent, f"There is no table {parent}.")
        inherited = catalog.relations.get(parent)
        if inherited is not None:
            relation.columns.update({n: _copied(c) for n, c in inherited.columns.items()})
    relation.parents = tuple(parents)
    judge.act("create-table")
    catalog.relations[name] = relation
    _elements(node, relation, judge)
    if node.HasField("partbound"):
        make_partition(node, relation, parents[0], judge)
    elif parents:
        judge.act("create-table-inheriting", parent=parents)


def _copied(column: Column) -> Column:
    return Column(**{slot: getattr(column, slot) for slot in Column.__slots__})


def _elements(node: Node, relation: Relation, judge: Judge) -> None:
    later: list[tuple[Node, tuple[str, ...]]] = []
    for element in node.table_elts:
        what = kind(element)
        if what == "column_def":
            column = column_of(element.column_def)
            if (
                judge.catalog.complete
                and element.column_def.HasField("type_name")
                and not is_known(column.type, judge.catalog)
            ):
                judge.fail("type-missing", relation.name, f"There is no type {column.type.name}.")
            relation.columns[column.name] = column
            own_sequence(judge.catalog, relation.name, column, element.column_def)
            later += [(part.constraint, (column.name,)) for part in element.column_def.constraints]
        elif what == "constraint":
            later.append((element.constraint, ()))
        elif what == "table_like_clause":
            _like(element.table_like_clause, relation, judge)
    for constraint, own in [*later, *((part.constraint, ()) for part in node.constraints)]:
        if contype(constraint) == "CONSTR_NOTNULL" and own:
            continue
        made = constraint_of(constraint, relation.name, own, judge.catalog)
        if made is not None:
            if made.kind == "foreign_key":
                judge.keys.append((relation.name, made.columns, made.target))
                if made.target != relation.name:
                    judge_reference(made, relation, judge)
                    judge.act("create-table-referencing", referenced=made.target, referenced_key=key_index(made, judge))
            # No row is there yet, so NOT VALID says nothing.
            made.valid = made.enforced
            attach(relation, made, judge.catalog)


def _like(clause: Node, relation: Relation, judge: Judge) -> None:
    source = judge.catalog.name(clause.relation)
    copied = judge.catalog.relations.get(source)
    # Bits of the grammar's TableLikeOption: CONSTRAINTS is 1 << 2, DEFAULTS 1 << 3, INDEXES 1 << 6.
    counted = _counting(copied, judge.catalog) if copied is not None and clause.options & (1 << 3) else []
    judge.act("create-table-like", source=source, sequences=counted)
    if copied is None:
        if judge.catalog.complete:
            judge.fail("table-missing", source, f"There is no table {source}.")
        return
    for name, column in copied.columns.items():
        relation.columns[name] = _copied(column)
    if not clause.options & (1 << 3):
        for column in relation.columns.values():
            column.default, column.has_default = None, False
    if clause.options & (1 << 2):
        for check in copied.constraints_of("check"):
            relation.constraints[check.name] = replace(check)
    if clause.options & (1 << 6):
        for index in judge.catalog.indexes_of(copied.name):
            _copy_index(index, copied, relation, judge)


def _counting(relation: Relation, catalog: Catalog) -> list[str]:
    """The sequences that defaults of a table take numbers from."""
    if not any(each.has_default for each in relation.columns.values()):
        return []
    sequences = [each for each in catalog.relations.values() if each.kind == "sequence"]
    return sorted(each.name for each in sequences if users_of_sequence(each, [relation]))


def _copy_index(index: Index, copied: Relation, relation: Relation, judge: Judge) -> None:
    """An index of another table, with its constraint, under the name that PostgreSQL gives the copy."""
    catalog = judge.catalog
    behind = next((each for each in copied.constraints.values() if each.index == index.name), None)
    words = () if behind is not None and behind.kind == "primary_key" else index.columns or ("expr",)
    ending = "idx" if behind is None else LABELS[behind.kind]
    name = default_name(relation.name, words, ending, catalog.taken_beside(relation.name))
    if behind is not None:
        attach(relation, replace(behind, name=name, index=""), catalog)
        return
    made = catalog.beside(relation.name, name)
    catalog.indexes[made] = replace(index, name=made, table=relation.name, parent="")


def _create_as(node: Node, judge: Judge) -> None:
    from backend_lead.migrate.steps.rows import read_query

    name = judge.catalog.name(node.into.rel)
    what = enum_name(node, "objtype")
    if name in judge.catalog.relations and not node.if_not_exists:
        judge.fail("table-exists", name, f"There is a relation {name} already.")
    key = "create-table-as" if what == "OBJECT_TABLE" else "create-materialized-view"
    read_query(node.query, judge, f"{key}-without-data" if node.into.skip_data else key)
    relation = Relation(
        name,
        "table" if what == "OBJECT_TABLE" else "materialized",
        new=True,
        filled=not node.into.skip_data,
        temporary=node.into.rel.relpersistence == "t",
        unpopulated=what != "OBJECT_TABLE" and bool(node.into.skip_data),
    )
    used = use_of(node.query, judge.catalog)
    if what != "OBJECT_TABLE":
        relation.relations, relation.uses = read_by(node.query, judge.catalog)
    elif used.partial or not used.outputs:
        relation.loose = True
    else:
        given = names(node.into.col_names)
        found = [label for label, _ in used.outputs]
        for label, (_, kind_of) in zip([*given, *found[len(given) :]], used.outputs, strict=False):
            relation.columns[label] = Column(label, replace(kind_of) if kind_of is not None else Type("unknown"))
    judge.catalog.relations[name] = relation


def drop_tables(node: Node, judge: Judge) -> None:
    """Judge and apply DROP TABLE."""
    dropped = [judge.catalog.words(names(item.list.items)) for item in node.objects]
    for name in dropped:
        relation = judge.catalog.relations.get(name)
        if relation is None:
            if judge.catalog.complete and not node.missing_ok:
                judge.fail("table-missing", name, f"There is no table {name}.")
            if not judge.catalog.complete:
                judge.act("drop-table", target=name)
                judge.lose(
                    "table-dropped", name, f"Every row of {name} is gone, and the way down cannot bring it back."
                )
            continue
        drop_table(relation, judge, cascade=enum_name(node, "behavior") == "DROP_CASCADE", together=dropped)


def drop_table(relation: Relation, judge: Judge, *, cascade: bool, together: list[str]) -> None:
    """Judge and apply the drop of one table; `together` are the names dropped by the same statement."""
    catalog, name = judge.catalog, relation.name
    children = catalog.children(name)
    family = {name, *(child.name for child in children)}
    keys = [
        (owner, key)
        for member in sorted(family)
        for owner, key in catalog.referencing(member)
        if owner.name not in family and owner.name not in together
    ]
    views = [view for member in sorted(family) for view in catalog.views_on(member) if view.name not in together]
    if not cascade:
        if keys:
            judge.fail("still-needed", name, f"The foreign key {keys[0][1].name} of {keys[0][0].name} leads to {name}.")
        if views:
            judge.fail("still-needed", name, f"The view {views[0].name} reads {name}.")
        if children and relation.kind != "partitioned":
            judge.fail("still-needed", name, f"{children[0].name} inherits from {name}.")
    targets = sorted(
        {key.target for member in family for key in catalog.relations[member].constraints_of("foreign_key")}
    )
    sequences = [
        each.name
        for each in catalog.relations.values()
        if each.kind == "sequence" and each.owned.rpartition(".")[0] in family
    ]
    parents = list(relation.parents) if relation.partition else []
    judge.act(
        "drop-partition" if relation.partition else "drop-table",
        target=name,
        parent=parents,
        default=[
            each.name
            for parent in parents
            for each in judge.catalog.children(parent)
            if each.is_default and each.name != name
        ],
        children=[child.name for child in children],
        referenced=[each for each in targets if each not in family],
        indexes=indexes_of(sorted(family), judge),
        sequences=sequences,
        referencing=[owner.name for owner, _ in keys],
        views=[view.name for view in views],
        view_indexes=indexes_of([view.name for view in views], judge),
    )
    if not relation.new and not relation.temporary:
        judge.lose("table-dropped", name, f"Every row of {name} is gone, and the way down cannot bring it back.")
    for owner, key in keys:
        owner.constraints.pop(key.name, None)
    for view in views:
        catalog.drop_view(view.name)
    for each in (*children, relation):
        for index in catalog.indexes_of(each.name):
            catalog.indexes.pop(index.name, None)
        catalog.relations.pop(each.name, None)
    for sequence in sequences:
        catalog.relations.pop(sequence, None)


def _truncate(node: Node, judge: Judge) -> None:
    given = [judge.catalog.name(item.range_var) for item in node.relations]
    cascade = enum_name(node, "behavior") == "DROP_CASCADE"
    pending, found = list(given), []
    while pending:
        name = pending.pop(0)
        if name in found:
            continue
        found.append(name)
        pending += [child.name for child in judge.catalog.children(name)]
        for owner, key in judge.catalog.referencing(name):
            if owner.name not in (*given, *found):
                if not cascade:
                    judge.fail("still-needed", name, f"The foreign key {key.name} of {owner.name} leads to {name}.")
                pending.append(owner.name)
    for name in found:
        if name not in judge.catalog.relations and judge.catalog.complete:
            judge.fail("table-missing", name, f"There is no table {name}.")
    # An empty file takes no time, however many rows there were.
    for name in found:
        judge.act("truncate", target=name, indexes=indexes_of([name], judge))
        judge.work.pop(name, None)
        relation = judge.catalog.relations.get(name)
        if relation is not None:
            relation.emptied = True
        if relation is None or not relation.new:
            judge.lose("rows-deleted", name, f"Every row of {name} is gone, and the way down cannot bring it back.")


def _owner(node: Node, judge: Judge) -> None:
    judge.act("owner-of-other")


def _change_owner(command: Node, relation: Relation, judge: Judge) -> None:
    # Who runs migrations owns the tables most of the time; then nothing changes hands.
    same = enum_name(command.newowner, "roletype") in ("ROLESPEC_CURRENT_USER", "ROLESPEC_SESSION_USER")
    judge.act("owner-already" if same else "owner", target=relation.name, indexes=indexes_of([relation.name], judge))


def _cluster_on(command: Node, relation: Relation, judge: Judge) -> None:
    judge.act("cluster-on", target=relation.name, index=judge.catalog.beside(relation.name, command.name))


STATEMENTS = {
    "create_stmt": _create,
    "create_table_as_stmt": _create_as,
    "truncate_stmt": _truncate,
    "alter_owner_stmt": _owner,
}
COMMANDS = {"AT_ChangeOwner": _change_owner, "AT_ClusterOn": _cluster_on}
