"""ALTER TABLE: each command that is slow under a lock in its long form, the others as they are."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, deparse, deparse_statement, enum_name, kind
from backend_lead.migrate.catalog import Catalog, Index, Relation
from backend_lead.migrate.create.batches import backfill
from backend_lead.migrate.create.definitions import constraint_definition
from backend_lead.migrate.create.steps import PATIENCE, steps
from backend_lead.migrate.create.wanted import SetNullable
from backend_lead.migrate.expressions import is_serial
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import column_of, constraint_of, primary_key
from backend_lead.migrate.safe_forms.column_types import by_new_column, is_unproven
from backend_lead.migrate.safe_forms.filling import dropped, keeper, last_trigger, while_filling
from backend_lead.migrate.script import Step
from backend_lead.migrate.steps.partitions import has_key
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.sql_conditions import names


def _alter(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.alter_table_stmt
    name = before.name(node.relation)
    relation = before.relations.get(name)
    if enum_name(node, "objtype") != "OBJECT_TABLE" or relation is None or relation.new or not judge.work:
        return None
    found: list[Step] = []
    plain: list[str] = []
    changed = False
    for part in node.cmds:
        safe = _command(tree, part, relation, judge, before)
        if safe is None:
            plain.append(_alone(tree, part))
            continue
        changed = True
        if plain:
            found.append(Step(f"alter_{name}", tuple(plain), ()))
            plain = []
        found += safe
    if plain:
        found.append(Step(f"alter_{name}", tuple(plain), ()))
    return found if changed else None


def _alone(tree: Node, part: Node) -> str:
    """One command of several, as a statement of its own."""
    copy = type(tree)()
    copy.CopyFrom(tree)
    del copy.alter_table_stmt.cmds[:]
    copy.alter_table_stmt.cmds.add().CopyFrom(part)
    return f"{deparse_statement(copy)};"


def _command(tree: Node, part: Node, relation: Relation, judge: Judge, before: Catalog) -> list[Step] | None:
    command = part.alter_table_cmd
    what = enum_name(command, "subtype")
    if what == "AT_SetNotNull":
        column = relation.columns.get(command.name)
        if column is None or column.not_null or relation.kind != "table":
            return None
        return list(steps(SetNullable(relation.name, command.name, False), before))
    if what == "AT_AddConstraint":
        return _constraint(getattr(command, "def").constraint, relation, before)
    if what == "AT_AddColumn":
        return _column_with_constraints(tree, part, relation, judge, before)
    if what == "AT_AlterColumnType":
        return by_new_column(command, relation, before)
    if what == "AT_DetachPartition" and not getattr(command, "def").partition_cmd.concurrent:
        return _detach(command, relation, before)
    if what == "AT_AttachPartition":
        return _attach(command, relation, before)
    return None


def _constraint(node: Node, relation: Relation, before: Catalog, own: tuple[str, ...] = ()) -> list[Step] | None:
    constraint = constraint_of(node, relation.name, own, before)
    if constraint is None or not constraint.valid or not constraint.enforced or constraint.index:
        return None
    table, name = relation.name, constraint.name
    columns = ", ".join(constraint.columns)
    gone = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};"
    validated = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"
    if constraint.kind in ("unique", "primary_key"):
        if relation.kind != "table" or node.deferrable:
            return None
        key = "UNIQUE" if constraint.kind == "unique" else "PRIMARY KEY"
        nulls = " NULLS NOT DISTINCT" if node.nulls_not_distinct else ""
        covering = f" INCLUDE ({', '.join(names(node.including))})" if node.including else ""
        first = (
            []
            if key == "UNIQUE"
            else [
                each
                for column in constraint.columns
                if column in relation.columns and not relation.columns[column].not_null
                for each in steps(SetNullable(table, column, False), before)
            ]
        )
        return [
            *first,
            Step(
                f"key_of_{table}",
                (
                    f"DROP INDEX CONCURRENTLY IF EXISTS {name};",
                    f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns}){covering}{nulls};",
                    PATIENCE,
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} {key} USING INDEX {name};",
                ),
                (),
                transactional=False,
            ),
        ]
    if constraint.kind == "foreign_key" and relation.kind == "table":
        aim = f"{constraint.target} ({', '.join(constraint.target_columns)})"
        actions = {
            "c": " ON DELETE CASCADE",
            "n": " ON DELETE SET NULL",
            "d": " ON DELETE SET DEFAULT",
            "r": " ON DELETE RESTRICT",
        }.get(constraint.on_delete, "")
        updates = {
            "c": " ON UPDATE CASCADE",
            "n": " ON UPDATE SET NULL",
            "d": " ON UPDATE SET DEFAULT",
            "r": " ON UPDATE RESTRICT",
        }.get(node.fk_upd_action, "")
        deferred = " DEFERRABLE INITIALLY DEFERRED" if node.initdeferred else " DEFERRABLE" if node.deferrable else ""
        made = (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {aim}{updates}{actions}"
            f"{deferred} NOT VALID;"
        )
    elif constraint.kind == "check":
        alone = " NO INHERIT" if node.is_no_inherit else ""
        made = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({deparse(node.raw_expr)}){alone} NOT VALID;"
    elif constraint.kind == "not_null":
        made = f"ALTER TABLE {table} ADD CONSTRAINT {name} NOT NULL {columns} NOT VALID;"
    else:
        return None
    return [Step(f"constrain_{table}", (PATIENCE, gone, made, validated), (), transactional=False)]


_APART = frozenset({"CONSTR_UNIQUE", "CONSTR_CHECK", "CONSTR_FOREIGN"})


def _column_with_constraints(
    tree: Node, part: Node, relation: Relation, judge: Judge, before: Catalog
) -> list[Step] | None:
    """A column with constraints behind it: the column first, each constraint in its own safe form."""
    definition = getattr(part.alter_table_cmd, "def").column_def
    apart = [each.constraint for each in definition.constraints if enum_name(each.constraint, "contype") in _APART]
    if not apart:
        return _column(part.alter_table_cmd, relation, judge, before)
    plain = type(part)()
    plain.CopyFrom(part)
    kept = [each for each in definition.constraints if enum_name(each.constraint, "contype") not in _APART]
    bare = getattr(plain.alter_table_cmd, "def").column_def
    del bare.constraints[:]
    bare.constraints.extend(kept)
    first = _column(plain.alter_table_cmd, relation, judge, before)
    if first is None and relation.name in judge.rewrites:
        return None
    found = first or [Step(f"add_{definition.colname}", (_alone(tree, plain),), ())]
    after = before.copy()
    after.relations[relation.name].columns[definition.colname] = column_of(definition)
    for constraint in apart:
        safe = _constraint(constraint, after.relations[relation.name], after, (definition.colname,))
        if safe is None:
            return None
        found += safe
    return found


def _column(command: Node, relation: Relation, judge: Judge, before: Catalog) -> list[Step] | None:
    """A column whose default differs from row to row: made empty, filled in batches."""
    definition = getattr(command, "def").column_def
    column = column_of(definition)
    keys = primary_key(before, relation.name)
    kinds = {enum_name(part.constraint, "contype") for part in definition.constraints}
    simple = kinds <= {"CONSTR_NOTNULL", "CONSTR_DEFAULT", "CONSTR_NULL", "CONSTR_IDENTITY"}
    domain = before.types.get(column.type.name)
    if domain is not None and domain.checked:
        return None  # Its rows are written anew even without a default.
    if (
        relation.name not in judge.rewrites
        or column.generated
        or len(keys) != 1
        or not simple
        or relation.kind != "table"
        or is_unproven(relation)
    ):
        return None
    table, name = relation.name, column.name
    head = f"ALTER TABLE {table} ALTER COLUMN {name}"
    own = table.rpartition(".")[2]
    first = [f"ALTER TABLE {table} ADD COLUMN {name} {column.type};"]
    value = deparse(column.default) if column.default is not None else ""
    last: list[str] = []
    if is_serial(definition.type_name) or column.identity:
        sequence = f"{table}_{name}_seq"
        counted = f" AS {column.type}" if column.type.name in ("integer", "smallint") else ""
        filling = f"{own}_{name}_filling" if column.identity else sequence
        value = f"nextval('{filling}')"
        first += [f"CREATE SEQUENCE {filling}{counted};"]
        if not column.identity:
            first += [f"ALTER SEQUENCE {sequence} OWNED BY {table}.{name};"]
        else:
            last = [
                f"{head} DROP DEFAULT;",
                f"{head} ADD GENERATED {column.identity.upper()} AS IDENTITY;",
                f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), nextval('{filling}'));",
                f"DROP SEQUENCE {filling};",
            ]
    elif not value:
        return None  # A domain's check: there is nothing to fill in.
    first += [f"{head} SET DEFAULT {value};"]
    keeps = last_trigger(relation, f"{name}_filling_only") if relation.triggers else ""
    if keeps:
        first += keeper(relation, name, keeps)
    filled = backfill(table, name, value, keys[0], while_filling(relation, name))
    found = [
        Step(f"add_{name}_to_{own}", tuple(first), ()),
        Step(f"fill_{name}_of_{own}", (filled,), (), transactional=False),
    ]
    if keeps:
        found.append(Step(f"end_filling_{name}_of_{own}", tuple(dropped(relation, keeps)), ()))
    if column.not_null:
        copy = before.copy()
        copy.relations[table].columns[name] = column_of(definition)
        copy.relations[table].columns[name].not_null = False
        found += steps(SetNullable(table, name, False), copy)
    if last:
        found.append(Step(f"number_{name}_of_{own}", tuple(last), ()))
    return found


def _detach(command: Node, relation: Relation, before: Catalog) -> list[Step] | None:
    child = before.name(getattr(command, "def").partition_cmd.name)
    if any(each.is_default for each in before.children(relation.name)):
        return None
    there = before.relations.get(child)
    # What was detached so keeps a CHECK of its bound, which a plain DETACH does not leave behind.
    words = relation.key_columns if len(relation.key_columns) == 1 else ()
    check = default_name(child, words, "check", set(there.constraints) if there is not None else set())
    return [
        Step(
            f"detach_{child}",
            (
                f"ALTER TABLE {relation.name} DETACH PARTITION {child} CONCURRENTLY;",
                PATIENCE,
                f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {check};",
            ),
            (),
            transactional=False,
        )
    ]


def _key_over(index: Index, parent: Relation, child: Relation | None) -> tuple[str, str] | None:
    """Return name and kind of the key that a partition gets for a key of its parent; None where it has another one, or
    where NOT NULL would have to be proven first."""
    behind = next((each for each in parent.constraints.values() if each.index == index.name), None)
    if behind is None or child is None or behind.kind not in ("unique", "primary_key"):
        return None
    if behind.kind == "unique":
        own = child.name.rpartition(".")[2]
        return f"{own}_{'_'.join(behind.columns)}_key", "UNIQUE"
    proven = all(name in child.columns and child.columns[name].not_null for name in behind.columns)
    free = proven and not child.constraints_of("primary_key")
    return (f"{child.name.rpartition('.')[2]}_pkey", "PRIMARY KEY") if free else None


def _attach(command: Node, relation: Relation, before: Catalog) -> list[Step] | None:
    """A valid CHECK proves the bound, so that attaching reads no row."""
    given = getattr(command, "def").partition_cmd
    child = before.name(given.name)
    key = relation.key_columns[0] if len(relation.key_columns) == 1 else ""
    bound = given.bound
    if bound.is_default or not key or any(each.is_default for each in before.children(relation.name)):
        return None
    if (
        bound.strategy == "r"
        and len(bound.lowerdatums) == len(bound.upperdatums) == 1
        and all(kind(item) == "a_const" for item in (*bound.lowerdatums, *bound.upperdatums))
    ):
        low, high = deparse(bound.lowerdatums[0]), deparse(bound.upperdatums[0])
        condition = f"{key} IS NOT NULL AND {key} >= {low} AND {key} < {high}"
        values = f"FROM ({low}) TO ({high})"
    elif bound.strategy == "l" and all(kind(item) == "a_const" for item in bound.listdatums):
        listed = ", ".join(deparse(item) for item in bound.listdatums)
        condition, values = f"{key} IS NOT NULL AND {key} IN ({listed})", f"IN ({listed})"
    else:
        return None
    own = child.rpartition(".")[2]
    name = f"{own}_bound"
    taken = set(before.taken())
    indexes: list[str] = []
    takes: list[str] = []
    for index in before.indexes_of(relation.name):
        if not any(mine.columns == index.columns and mine.unique >= index.unique for mine in before.indexes_of(child)):
            if not index.columns or index.mentions - set(index.columns):
                return None
            made = default_name(child, index.columns, "idx", taken)
            taken.add(made)
            unique = "UNIQUE " if index.unique else ""
            indexes += [
                f"DROP INDEX CONCURRENTLY IF EXISTS {made};",
                f"CREATE {unique}INDEX CONCURRENTLY {made} ON {child} ({', '.join(index.columns)});",
            ]
            if index.constraint:
                # The key of the parent takes over a key of the partition, not an index alone.
                named = _key_over(index, relation, before.relations.get(child))
                if named is None:
                    return None
                takes.append(f"ALTER TABLE {child} ADD CONSTRAINT {named[0]} {named[1]} USING INDEX {made};")
    gone = f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name};"
    there = before.relations.get(child)
    keys: list[str] = []
    for foreign in relation.constraints_of("foreign_key"):
        if not has_key(there, foreign):
            keys += [
                f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {foreign.name};",
                f"ALTER TABLE {child} ADD CONSTRAINT {foreign.name} {constraint_definition(foreign)} NOT VALID;",
                f"ALTER TABLE {child} VALIDATE CONSTRAINT {foreign.name};",
            ]
    return [
        Step(
            f"attach_{child}",
            (
                *indexes,
                PATIENCE,
                *takes,
                *keys,
                gone,
                f"ALTER TABLE {child} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID;",
                f"ALTER TABLE {child} VALIDATE CONSTRAINT {name};",
                f"ALTER TABLE {relation.name} ATTACH PARTITION {child} FOR VALUES {values};",
                gone,
            ),
            (),
            transactional=False,
        )
    ]


FORMS = {"alter_table_stmt": _alter}
