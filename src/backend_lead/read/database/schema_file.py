"""A schema file as a person has it, pg_dump's or their own, cut down to what a shadow needs."""

from __future__ import annotations

import re
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.grammar import Node, SqlUnreadable, enum_name, kind, parse, split

_KEPT = frozenset({
    "create_stmt", "index_stmt", "alter_table_stmt", "view_stmt", "create_schema_stmt", "create_extension_stmt",
    "create_enum_stmt", "create_domain_stmt", "composite_type_stmt", "create_range_stmt", "create_function_stmt",
    "create_stats_stmt", "create_seq_stmt", "alter_seq_stmt", "rename_stmt", "create_table_as_stmt", "create_cast_stmt",
    "drop_stmt", "alter_enum_stmt", "create_op_class_stmt", "create_op_family_stmt", "define_stmt", "select_stmt"})
_NOT_KEPT = frozenset({"AT_ChangeOwner", "AT_ClusterOn", "AT_EnableTrig", "AT_DisableTrig", "AT_EnableRowSecurity",
                       "AT_ForceRowSecurity", "AT_ReplicaIdentity", "AT_SetStorage", "AT_SetCompression"})
# What psql runs itself, alone on its line; and what pg_dump's COPY brings.
_META = re.compile(r"(?m)^\\(?!\.)[^\n]*\n?")
_COPY = re.compile(r"(?ms)^COPY [^\n]* FROM stdin;\n.*?^\\\.$\n?")


def read_schema(path: Path) -> str:
    """Return the statements of a file that make tables, types, functions and indexes.

    Owners, privileges, rows and comments are left out.  Raises WrongUse for a file that cannot be read or that holds
    nothing of the kind.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise WrongUse(f"{path} cannot be read: {str(why).lower()}.",
                       "Give the schema as SQL: pg_dump --schema-only > schema.sql") from None
    text = _META.sub("", _COPY.sub("", text.replace("\0", "")))
    kept, made = [], 0
    for _, sql in split(text):
        try:
            trees = parse(sql)
        except SqlUnreadable:
            # The server may know more than our grammar; what it refuses is told there.
            kept.append(sql.strip())
            continue
        if trees and _is_kept(trees[0].stmt):
            kept.append(sql.strip())
            made += kind(trees[0].stmt) == "create_stmt"
    if not made:
        raise WrongUse(f"{path} makes no table.", "Give the schema as SQL: pg_dump --schema-only > schema.sql")
    return ";\n".join(kept) + ";"


def _is_kept(statement: Node) -> bool:
    what = kind(statement)
    if what == "select_stmt":
        # pg_dump empties the search path this way; everything else that SELECT could call is left out.
        return "set_config" in str(statement)
    if what == "alter_table_stmt":
        return all(enum_name(command.alter_table_cmd, "subtype") not in _NOT_KEPT
                   for command in statement.alter_table_stmt.cmds)
    return what in _KEPT
