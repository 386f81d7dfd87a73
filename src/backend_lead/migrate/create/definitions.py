"""Tables, columns and indexes of a catalog as the text that makes them."""

from __future__ import annotations

from backend_lead.gates.grammar import SqlUnreadable, deparse, deparse_statement, kind, parse
from backend_lead.migrate.catalog import Catalog, Column, Constraint, Index, Relation
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.expressions import columns_in

_SERIALS = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
_ACTIONS = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}


def column_definition(column: Column, *, rows_there: bool, owned: bool = False) -> str:
    """Return a column as it is; `owned` says that it has a sequence of its own.

    Where rows are there, NOT NULL is left out unless a default comes with it: what the column held is gone.
    """
    text = f"{column.name} {column.type}"
    if column.generated and column.default is not None:
        made = f"{text} GENERATED ALWAYS AS ({deparse(column.default)}) {column.generated.upper()}"
        return f"{made} NOT NULL" if column.not_null else made
    if column.identity:
        return f"{text} GENERATED {column.identity.upper()} AS IDENTITY"
    if owned and str(column.type) in _SERIALS:
        return f"{column.name} {_SERIALS[str(column.type)]}"
    if column.default is not None:
        text += f" DEFAULT {deparse(column.default)}"
    return f"{text} NOT NULL" if column.not_null and (column.default is not None or not rows_there) else text


def constraint_definition(constraint: Constraint) -> str:
    """Return what stands behind ADD CONSTRAINT name, "" for a kind that is not written."""
    columns = ", ".join(constraint.columns)
    target = f"{constraint.target} ({', '.join(constraint.target_columns)})" if constraint.target_columns else ""
    actions = "".join(
        f" ON {event} {_ACTIONS[action]}"
        for event, action in (("DELETE", constraint.on_delete), ("UPDATE", constraint.on_update))
        if action in _ACTIONS
    )
    return {
        "primary_key": f"PRIMARY KEY ({columns})",
        "unique": f"UNIQUE ({columns})",
        "check": f"CHECK ({constraint.text})",
        "foreign_key": f"FOREIGN KEY ({columns}) REFERENCES {target or constraint.target}{actions}",
    }.get(constraint.kind, "")


def counted(relation: Relation, catalog: Catalog) -> frozenset[str]:
    """Return the columns of a table that have a sequence of their own."""
    sequences = {each.owned for each in catalog.relations.values() if each.kind == "sequence"}
    return frozenset(name for name in relation.columns if f"{relation.name}.{name}" in sequences)


def table_definition(relation: Relation, counting: frozenset[str], *, without: frozenset[str] = frozenset()) -> str:
    """Return CREATE TABLE for an ordinary table, with its constraints but those named in `without`; `counting` are the
    columns with a sequence of their own."""
    lines = [
        column_definition(column, rows_there=False, owned=column.name in counting)
        for column in relation.columns.values()
    ]
    for constraint in relation.constraints.values():
        text = constraint_definition(constraint) if constraint.name not in without else ""
        lines += [f"CONSTRAINT {constraint.name} {text}"] if text else []
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {relation.name} (\n    {body}\n);"


def index_definition(index: Index, *, concurrently: bool = False) -> str:
    """Return CREATE INDEX as the index is now; of one over expressions or with a condition, as it was created.

    Raises Unclear where names in its text were changed since.
    """
    if index.mentions - set(index.columns) or index.partial or not index.columns:
        return _as_created(index, concurrently)
    using = f" USING {index.method}" if index.method != "btree" else ""
    name = index.name.rpartition(".")[2]
    words = index.words if len(index.words) == len(index.columns) else ("",) * len(index.columns)
    columns = ", ".join(f"{column} {word}".rstrip() for column, word in zip(index.columns, words, strict=True))
    return (
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if concurrently else ''}{name} ON "
        f"{index.table}{using} ({columns});"
    )


def _as_created(index: Index, concurrently: bool) -> str:
    try:
        tree = parse(index.made)[0].stmt
    except (SqlUnreadable, IndexError):
        tree = None
    if tree is not None and kind(tree) == "index_stmt":
        node = tree.index_stmt
        parts = [each.index_elem for each in (*node.index_params, *node.index_including_params)]
        used = {part.name for part in parts if part.name} | {name for part in parts for name in columns_in(part.expr)}
        used |= columns_in(node.where_clause) if node.HasField("where_clause") else set()
        named = (node.relation.relname, node.idxname)
        if named == tuple(each.rpartition(".")[2] for each in (index.table, index.name)) and used == (
            set(index.columns) | index.mentions
        ):
            node.concurrent, node.if_not_exists = concurrently, False
            return f"{deparse_statement(tree)};"
    raise Unclear(
        f"{index.name} is over an expression or has a condition, and the way back cannot be written from what is "
        "known.",
        f"Write it by hand: DROP INDEX CONCURRENTLY {index.name};",
    )
