"""What the expressions of a migration say: which columns they read, whether they change from row to row, types."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping

from backend_lead.gates.grammar import Node, kind, walk
from backend_lead.migrate.catalog import Catalog, NamedType, Relation, Type
from backend_lead.migrate.facts import Facts
from backend_lead.read.database.type_names import type_name
from backend_lead.read.sql_conditions import names

_SERIAL = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
BUILT_IN = frozenset(
    {
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
        "money",
        "boolean",
        "text",
        "character varying",
        "character",
        "char",
        "bytea",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
        "interval",
        "uuid",
        "json",
        "jsonb",
        "jsonpath",
        "xml",
        "inet",
        "cidr",
        "macaddr",
        "macaddr8",
        "bit",
        "bit varying",
        "point",
        "line",
        "lseg",
        "box",
        "path",
        "polygon",
        "circle",
        "tsvector",
        "tsquery",
        "int4range",
        "int8range",
        "numrange",
        "tsrange",
        "tstzrange",
        "daterange",
        "int4multirange",
        "int8multirange",
        "nummultirange",
        "tsmultirange",
        "tstzmultirange",
        "datemultirange",
        "oid",
        "regclass",
        "regproc",
        "regtype",
        "name",
        "pg_lsn",
        "pg_snapshot",
        "xid",
        "txid_snapshot",
        "tid",
        "cid",
        "xid8",
        "oidvector",
        "int2vector",
        "refcursor",
        "regrole",
        "regnamespace",
        "regconfig",
        "regdictionary",
        "regoper",
        "regoperator",
        "regprocedure",
    }
)
# Types that extensions bring: not known to be missing.
FROM_EXTENSIONS = frozenset(
    {
        "citext",
        "hstore",
        "geometry",
        "geography",
        "vector",
        "halfvec",
        "sparsevec",
        "ltree",
        "lquery",
        "ltxtquery",
        "cube",
        "earth",
        "isbn",
        "semver",
        "box2d",
        "box3d",
        "raster",
        "seg",
        "ulid",
    }
)


# The types that a column may have because an extension is there, by extension.
TYPES_OF_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "citext": ("citext",), "hstore": ("hstore",), "ltree": ("ltree", "lquery", "ltxtquery"), "cube": ("cube",),
    "seg": ("seg",), "vector": ("vector", "halfvec", "sparsevec"),
    "postgis": ("geometry", "geography", "box2d", "box3d"), "semver": ("semver",), "isn": ("isbn",),
}  # fmt: skip


def type_of(node: Node) -> Type:
    """Return the type that a TypeName stands for; serial types are their integers."""
    text = type_name(node)
    bare = [part.string.sval for part in node.names][-1]
    name = text.partition("(")[0].removesuffix("[]").strip()
    if "(" in text and ")" in text:
        name = f"{name} {text.partition(')')[2].removesuffix('[]').strip()}".strip()
    modifiers = tuple(m.a_const.ival.ival for m in node.typmods if kind(m) == "a_const")
    if bare == "bpchar" and not modifiers:
        modifiers = ()
    if name == "interval":
        modifiers = ()
    schema = [part.string.sval for part in node.names][:-1]
    if schema and schema[0] not in ("pg_catalog", "public"):
        name = f"{schema[0]}.{name}"
    return Type(_SERIAL.get(bare, name), modifiers, bool(node.array_bounds))


def is_serial(node: Node) -> bool:
    """Say whether a TypeName is one of the serial types."""
    return [part.string.sval for part in node.names][-1] in _SERIAL


def own_type(kind_of: Type, catalog: Catalog) -> NamedType | None:
    """Return the database's own type behind a type, or None for a built-in one."""
    return catalog.types.get(kind_of.name)


def is_known(kind_of: Type, catalog: Catalog) -> bool:
    """Say whether a type exists: built in, made before, or a row type; types of extensions get the benefit of doubt."""
    name = kind_of.name
    return (
        name in BUILT_IN
        or name in catalog.types
        or name in catalog.relations
        or (name.rpartition(".")[2] in FROM_EXTENSIONS and bool(catalog.extensions))
    )


def columns_in(node: Node) -> frozenset[str]:
    """Return the bare names of the columns that an expression reads."""
    return frozenset(
        names(part.column_ref.fields)[-1]
        for part in walk(node)
        if kind_or_empty(part) == "column_ref" and names(part.column_ref.fields)
    )


def with_columns_renamed(node: Node, renamed: Mapping[str, str]) -> Node:
    """Return a copy of an expression that reads columns by their new names."""
    twin = copy.deepcopy(node)
    for part in walk(twin):
        if kind_or_empty(part) == "column_ref" and names(part.column_ref.fields):
            last = part.column_ref.fields[-1].string
            last.sval = renamed.get(last.sval, last.sval)
    return twin


def texts_in(node: Node) -> list[str]:
    """Return the text constants of an expression."""
    return [
        part.a_const.sval.sval
        for part in walk(node)
        if kind_or_empty(part) == "a_const" and part.a_const.WhichOneof("val") == "sval"
    ]


def users_of_sequence(sequence: Relation, relations: Iterable[Relation]) -> list[str]:
    """Return the columns (`orders.id`) of some tables whose defaults take numbers from a sequence."""
    found = []
    for relation in relations:
        for column in relation.columns.values():
            place = f"{relation.name}.{column.name}"
            own = place == sequence.owned and column.has_default and column.default is None
            texts = texts_in(column.default) if column.default is not None else []
            called = sequence.name in [text.removeprefix("public.").replace('"', "") for text in texts]
            found += [place] if own or called else []
    return sorted(found)


def users_of_function(name: str, catalog: Catalog) -> list[tuple[str, str]]:
    """Return what calls a function of the database's own, besides triggers: (table, what it is)."""
    found = []
    bare = name.rpartition(".")[2]
    for relation in catalog.relations.values():
        for column in relation.columns.values():
            if column.default is not None and _calls(column.default, name, catalog):
                how = "The generated column" if column.generated else "The default of"
                found.append((relation.name, f"{how} {relation.name}.{column.name}"))
        for check in relation.constraints_of("check"):
            if f"{bare}(" in check.text.replace('"', ""):
                found.append((relation.name, f"The constraint {check.name} of {relation.name}"))
    for index in catalog.indexes.values():
        if f"{bare}(" in index.made.replace('"', "").replace(" (", "("):
            found.append((index.table, f"The index {index.name}"))
    return sorted(found)


def _calls(node: Node, name: str, catalog: Catalog) -> bool:
    return any(
        kind_or_empty(part) == "func_call" and catalog.words(names(part.func_call.funcname)) == name
        for part in walk(node)
    )


def named_by_functions(node: Node, catalog: Catalog) -> frozenset[str]:
    """Return the relations that functions in SQL name which an expression calls."""
    called = (catalog.words(names(p.func_call.funcname)) for p in walk(node) if kind_or_empty(p) == "func_call")
    return frozenset().union(*(catalog.named.get(name, frozenset()) for name in called))


def changes_by_row(node: Node, catalog: Catalog, facts: Facts) -> bool:
    """Say whether an expression may give another value for each row: it calls a volatile function.

    A function of the target that is not known counts as volatile, which is what CREATE FUNCTION makes it by default.
    """
    for part in walk(node):
        if kind_or_empty(part) != "func_call":
            continue
        words = names(part.func_call.funcname)
        bare = words[-1]
        own = catalog.functions.get(catalog.words(words)) or catalog.functions.get(bare)
        if own is not None:
            if own == "volatile":
                return True
        elif bare in facts.volatile or bare.startswith("uuid_generate"):
            return True
    return False


def is_unsteady(node: Node, facts: Facts) -> bool:
    """Say whether an expression calls one of PostgreSQL's functions of which no form is IMMUTABLE."""
    return any(
        kind_or_empty(part) == "func_call"
        and f"{names(part.func_call.funcname)[-1]}/{len(part.func_call.args)}" in facts.unsteady
        for part in walk(node)
    )


def proven_not_null(node: Node) -> frozenset[str]:
    """Return the columns that a CHECK keeps from being NULL: `a IS NOT NULL`, alone or joined by AND."""
    what = kind(node)
    if what == "null_test" and node.null_test.nulltesttype == 2 and kind(node.null_test.arg) == "column_ref":
        return frozenset(names(node.null_test.arg.column_ref.fields)[-1:])
    if what == "bool_expr" and node.bool_expr.boolop == 1:
        return frozenset().union(*(proven_not_null(part) for part in node.bool_expr.args))
    return frozenset()


def kind_or_empty(message: Node) -> str:
    """Return the kind of a Node, "" for any other message."""
    return kind(message) if type(message).__name__ == "Node" else ""


def missing_function(tree: Node, catalog: Catalog, facts: Facts) -> str:
    """Return the name of a function that a statement calls and that nobody made, or "".

    Only where everything is known: a complete catalog, no extension, and a name without a schema.
    """
    if not catalog.complete or catalog.extensions - {"plpgsql"} or kind(tree) in ("create_function_stmt", "do_stmt"):
        return ""
    for node in walk(tree):
        if kind_or_empty(node) != "func_call":
            continue
        words = names(node.func_call.funcname)
        known = words[-1] in facts.functions or words[-1] in catalog.types
        if facts.functions and len(words) == 1 and not known and catalog.words(words) not in catalog.functions:
            return words[0]
    return ""
