"""Types as PostgreSQL prints them: `VARCHAR(80)` and `varchar(80)` are both `character varying(80)`."""

from __future__ import annotations

import functools
import re

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse

_PRINTED = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "varchar": "character varying", "bpchar": "character", "decimal": "numeric",
    "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
    "time": "time without time zone", "timetz": "time with time zone", "varbit": "bit varying",
    "serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint", "smallserial": "smallint",
    "serial2": "smallint",
    # Spellings of MySQL and SQLite that say the same.
    "datetime": "timestamp without time zone", "tinyint": "smallint", "mediumint": "integer",
    "double": "double precision", "longtext": "text", "mediumtext": "text", "tinytext": "text",
    "blob": "bytea", "longblob": "bytea",
}
_SERIAL = frozenset({"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"})
_PRECISION_INSIDE = ("timestamp ", "time ")
# MySQL's display width says nothing about the range.
_DISPLAY_WIDTH = re.compile(r"(?i)^((?:tiny|small|medium|big)?int(?:eger)?)\s*\(\d+\)(?:\s+unsigned)?$")


def type_name(node: Node) -> str:
    """Return how PostgreSQL prints a type of the syntax tree (a TypeName), without the type's own schema."""
    name = str([part.string.sval for part in node.names][-1])
    printed = _PRINTED.get(name, name)
    modifiers = [str(m.a_const.ival.ival) for m in node.typmods if kind(m) == "a_const"]
    if name == "interval" or (name == "bpchar" and not modifiers):
        modifiers = []
    text = ",".join(modifiers)
    if text and printed.startswith(_PRECISION_INSIDE):
        head, _, tail = printed.partition(" ")
        printed = f"{head}({text}) {tail}"
    elif text:
        printed = f"{printed}({text})"
    return f"{printed}{'[]' * len(node.array_bounds)}"


def is_serial(node: Node) -> bool:
    """Say whether a type stands for a number filled from a sequence."""
    return [part.string.sval for part in node.names][-1] in _SERIAL


@functools.lru_cache(maxsize=4096)
def normal_type(text: str) -> str:
    """Return how PostgreSQL prints a type that is written in a program or a migration; unknown text in lower case."""
    plain = " ".join(text.split())
    plain = _DISPLAY_WIDTH.sub(r"\1", plain)
    if not plain or len(plain) > 200 or ";" in plain or "--" in plain:
        return plain.lower()
    try:
        value = parse(f"SELECT NULL::{plain}")[0].stmt.select_stmt.target_list[0].res_target.val
    except SqlUnreadable:
        return plain.lower()
    return type_name(value.type_cast.type_name) if kind(value) == "type_cast" else plain.lower()
