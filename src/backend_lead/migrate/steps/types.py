"""Types and domains of the database's own."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.migrate.catalog import NamedType
from backend_lead.migrate.expressions import own_type, type_of
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import contype
from backend_lead.read.sql_conditions import names


def _create_enum(node: Node, judge: Judge) -> None:
    name = _new_name(names(node.type_name), judge)
    judge.act("create-type")
    judge.catalog.types[name] = NamedType(name, "enum", tuple(names(node.vals)), new=True)


def _new_name(words: list[str], judge: Judge) -> str:
    name = judge.catalog.words(words)
    if name in judge.catalog.types:
        judge.fail("type-exists", name, f"There is a type {name} already.")
    return name


def _create_composite(node: Node, judge: Judge) -> None:
    name = judge.catalog.name(node.typevar)
    judge.act("create-type")
    judge.catalog.types[name] = NamedType(name, "composite", new=True)


def _create_range(node: Node, judge: Judge) -> None:
    name = _new_name(names(node.type_name), judge)
    judge.act("create-type")
    judge.catalog.types[name] = NamedType(name, "range", new=True)


def _create_domain(node: Node, judge: Judge) -> None:
    name = _new_name(names(node.domainname), judge)
    judge.act("create-type")
    checked = any(contype(part.constraint) in ("CONSTR_CHECK", "CONSTR_NOTNULL") for part in node.constraints)
    base = type_of(node.type_name)
    below = own_type(base, judge.catalog)
    checked = checked or (below is not None and below.checked)
    judge.catalog.types[name] = NamedType(name, "domain", base=base, checked=checked, new=True)


def _alter_enum(node: Node, judge: Judge) -> None:
    name = judge.catalog.words(names(node.type_name))
    enum = judge.catalog.types.get(name)
    if enum is None:
        if judge.catalog.complete:
            judge.fail("type-missing", name, f"There is no type {name}.")
        judge.act("alter-enum")
        return
    if node.old_val:
        if node.old_val not in enum.values:
            judge.fail("value-missing", name, f"{name} has no value {node.old_val!r}.")
        if node.new_val in enum.values:
            judge.fail("value-exists", name, f"{name} has a value {node.new_val!r} already.")
        judge.act("alter-enum")
        enum.values = tuple(node.new_val if value == node.old_val else value for value in enum.values)
        return
    if node.new_val in enum.values:
        if not node.skip_if_new_val_exists:
            judge.fail("value-exists", name, f"{name} has a value {node.new_val!r} already.")
        return
    if node.new_val_neighbor and node.new_val_neighbor not in enum.values:
        judge.fail("value-missing", name, f"{name} has no value {node.new_val_neighbor!r}.")
    judge.act("alter-enum")
    enum.values = (*enum.values, node.new_val)
    if judge.in_transaction and not enum.new:
        enum.fresh = enum.fresh | {node.new_val}


def _drop_types(node: Node, judge: Judge) -> None:
    from backend_lead.migrate.steps.columns import forget_column

    for item in node.objects:
        name = judge.catalog.words(names(item.type_name.names))
        found = judge.catalog.types.get(name)
        if found is None:
            if judge.catalog.complete and not node.missing_ok:
                judge.fail("type-missing", name, f"There is no type {name}.")
            continue
        users = judge.catalog.users_of_type(name)
        if users and enum_name(node, "behavior") != "DROP_CASCADE":
            judge.fail(
                "still-needed", users[0][0].name, f"{users[0][0].name}.{users[0][1].name} is of the type {name}."
            )
        for relation, column in users:
            views = judge.catalog.views_on(relation.name, column.name)
            judge.act("drop-type-cascade", users=relation.name, views=[view.name for view in views])
            judge.lose(
                "column-dropped",
                relation.name,
                f"What {relation.name}.{column.name} holds is gone, and the way down cannot bring it back.",
            )
            forget_column(relation, column.name, judge)
            for view in views:
                judge.catalog.drop_view(view.name)
        if not users:
            judge.act("drop-type")
        judge.catalog.types.pop(name)


drop_types = drop_domains = _drop_types


def _alter_domain(node: Node, judge: Judge) -> None:
    name = judge.catalog.words(names(node.type_name))
    domain = judge.catalog.types.get(name)
    if domain is None and judge.catalog.complete:
        judge.fail("type-missing", name, f"There is no domain {name}.")
    users = sorted({each.name for each, _ in judge.catalog.users_of_type(name) if each.kind != "partitioned"})
    constraint = getattr(node, "def").constraint if kind(getattr(node, "def")) == "constraint" else None
    if node.subtype == "C" and constraint is not None and constraint.skip_validation:
        judge.act("alter-domain-not-valid")
    elif node.subtype in ("C", "O", "V"):
        judge.act("alter-domain-checking", users=users)
        for each in users:
            judge.fail(
                "row-in-the-way",
                each,
                f"It ends at the first value in {each} that {name} would not allow.",
                certain=False,
            )
        if node.subtype == "C" and constraint is not None:
            judge.instead(
                f"ALTER DOMAIN {name} ADD CONSTRAINT {constraint.conname or name + '_check'} CHECK (…) NOT VALID;",
                f"ALTER DOMAIN {name} VALIDATE CONSTRAINT …;  -- in a transaction of its own",
            )
    else:
        judge.act("alter-domain")
    if domain is not None and node.subtype in ("C", "O"):
        domain.checked = True


def _alter_type(node: Node, judge: Judge) -> None:
    judge.act("alter-type-of-database")


STATEMENTS = {
    "create_enum_stmt": _create_enum,
    "composite_type_stmt": _create_composite,
    "create_range_stmt": _create_range,
    "create_domain_stmt": _create_domain,
    "alter_enum_stmt": _alter_enum,
    "alter_domain_stmt": _alter_domain,
    "alter_type_stmt": _alter_type,
}
