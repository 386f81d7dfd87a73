"""The first migration: tables, indexes, row policies and grants, and the way back."""

from __future__ import annotations

from backend_lead.generate.python.columns import Index, indexes, literal, sql_type
from backend_lead.generate.python.conditions import before_it_is_owned, folded, membership, row_policy, table_of
from backend_lead.generate.python.lists import shown_paths
from backend_lead.model.blueprint import Audience, Blueprint, Entity, Field, FieldType, Who


def up(blueprint: Blueprint, accounts: str, audit: str = "") -> str:
    """Return the SQL that makes everything; `accounts` is the part that every service has, `audit` what keeps who did
    what, "" where that is not asked for."""
    parts = [accounts.rstrip()]
    parts += [_table(blueprint, entity) for entity in blueprint.entities]
    if functions := _membership_functions(blueprint):
        parts.append(functions)
    parts += [_policies(blueprint, entity) for entity in blueprint.entities]
    if audit:
        parts += [audit.rstrip(), "\n".join(_audited(entity) for entity in blueprint.entities)]
    return "\n\n".join(parts) + "\n"


def _audited(entity: Entity) -> str:
    return (f"CREATE TRIGGER {entity.plural}_audited AFTER INSERT OR UPDATE OR DELETE ON {entity.plural}\n"
            "    FOR EACH ROW EXECUTE FUNCTION write_audit_log();")


def down(blueprint: Blueprint, accounts: str) -> str:
    """Return the SQL that takes everything back, in the opposite order."""
    lines = [f"DROP TABLE {entity.plural} CASCADE;" for entity in reversed(blueprint.entities)]
    lines += [f"DROP FUNCTION caller_{group.name}_ids();" for group in _groups(blueprint)]
    return "\n".join(lines) + "\n" + accounts


def _groups(blueprint: Blueprint) -> list[Entity]:
    return [each for each in blueprint.entities if each.members is not None]


def _table(blueprint: Blueprint, entity: Entity) -> str:
    lines = ["id uuid PRIMARY KEY DEFAULT uuidv7()"]
    for relation in entity.relations:
        null = " NOT NULL" if relation.required else ""
        lines.append(f"{relation.column} uuid{null} REFERENCES {table_of(blueprint, relation)} (id) "
                     f"ON DELETE {relation.on_delete.value.upper()}")
    lines += [_column(field) for field in entity.fields]
    lines += ["version integer NOT NULL DEFAULT 1", "created_at timestamptz NOT NULL DEFAULT now()",
              "updated_at timestamptz NOT NULL DEFAULT now()"]
    if searched := next((path.search for path in entity.access_paths if path.search), None):
        text = " || ' ' || ".join(each if entity.field(each).required else f"coalesce({each}, '')" for each in searched)
        lines.append(f"search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', {text})) STORED")
    body = ",\n    ".join(lines)
    made = [f"CREATE TABLE {entity.plural} (\n    {body}\n);"]
    made += [_index(each) for each in indexes(blueprint, entity, shown_paths(entity))]
    return "\n".join(made)


def _column(field: Field) -> str:
    parts = [field.name, sql_type(field)]
    if field.required:
        parts.append("NOT NULL")
    if field.default is not None:
        parts.append(f"DEFAULT {literal(field.default)}")
    if field.unique:
        parts.append("UNIQUE")
    if check := _check(field):
        parts.append(f"CHECK ({check})")
    return " ".join(parts)


def _check(field: Field) -> str:
    if field.type is FieldType.CHOICE:
        return f"{field.name} IN ({', '.join(literal(each) for each in field.choices)})"
    if field.type is FieldType.TEXT:
        return f"length({field.name}) <= {field.max_length}"
    bounds = []
    if field.least is not None:
        bounds.append(f"{field.name} >= {field.least}")
    if field.most is not None:
        bounds.append(f"{field.name} <= {field.most}")
    return " AND ".join(bounds)


def _index(index: Index) -> str:
    unique = "UNIQUE " if index.unique else ""
    method = f"USING {index.method} " if index.method else ""
    return f"CREATE {unique}INDEX {index.name} ON {index.table} {method}({', '.join(index.columns)});"


def _membership_functions(blueprint: Blueprint) -> str:
    made = []
    for group in _groups(blueprint):
        at = membership(blueprint, group)
        made.append(
            f"-- Runs as the owner of the tables: the policy of {at.table} asks it, and would ask itself otherwise.\n"
            f"CREATE FUNCTION caller_{group.name}_ids() RETURNS SETOF uuid\n"
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp\n"
            f"AS $$ SELECT {at.group_column} FROM {at.table} WHERE {at.user_column} = caller_id() $$;")
    return "\n\n".join(made)


def _policies(blueprint: Blueprint, entity: Entity) -> str:
    table, policy = entity.plural, entity.policy
    lines = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"]
    grants = []
    if policy.read:
        grants.append("SELECT")
        lines.append(_policy(table, "read", "SELECT", "USING", row_policy(blueprint, entity, policy.read)))
    if policy.create:
        grants.append("INSERT")
        lines.append(_policy(table, "create", "INSERT", "WITH CHECK", _creation(blueprint, entity)))
    if changers := _changers(entity):
        grants.append("UPDATE")
        lines.append(_policy(table, "update", "UPDATE", "USING", row_policy(blueprint, entity, changers)))
    if policy.delete:
        grants.append("DELETE")
        lines.append(_policy(table, "delete", "DELETE", "USING", row_policy(blueprint, entity, policy.delete)))
    lines.append(f"GRANT {', '.join(grants)} ON {table} TO {blueprint.name}_app;")
    return "\n".join(lines)


def _policy(table: str, name: str, command: str, keyword: str, condition: str) -> str:
    return (
        f"CREATE POLICY {table}_{name} ON {table} FOR {command}\n    {keyword} ({folded(_bare(condition), ' ' * 8)});"
    )


def _bare(condition: str) -> str:
    """Return a condition without parentheses around the whole of it."""
    depth = 0
    for at, each in enumerate(condition):
        depth += (each == "(") - (each == ")")
        if depth == 0 and at < len(condition) - 1:
            return condition
    return condition[1:-1] if condition.startswith("(") else condition


def _creation(blueprint: Blueprint, entity: Entity) -> str:
    if entity.owner is None:
        return row_policy(blueprint, entity, entity.policy.create)
    mine = f"{entity.plural}.{entity.owner}_id = (SELECT caller_id())"
    if any(each.audience is Audience.SIGNED_IN for each in entity.policy.create):
        return mine
    return f"{mine} AND {row_policy(blueprint, before_it_is_owned(entity), entity.policy.create)}"


def _changers(entity: Entity) -> tuple[Who, ...]:
    found = dict.fromkeys((*entity.policy.update, *(who for each in entity.transitions for who in each.by)))
    return tuple(found)
