"""The first wall before a database: only one plain reading statement passes, by PostgreSQL's own grammar.

Everything that is not known to read is refused.  Functions need a closer look, because SELECT may call any of them:
those named `pg_...` pass only from a list, others not when they are known to write, wait, or run text as SQL.
"""

from __future__ import annotations

import re

from backend_lead.errors import Refused
from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse, walk
from backend_lead.gates.text import mask, one_line

_READING = frozenset({"select_stmt", "variable_show_stmt", "explain_stmt"})
_EXPLAINED = frozenset({"select_stmt", "insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"})
_EXPLAIN_OPTIONS = ("verbose", "costs", "settings", "format", "generic_plan", "memory", "summary")
_OWN_SCHEMAS = ("pg_catalog", "information_schema")
_WRITING = {"InsertStmt": "INSERT", "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE", "MergeStmt": "MERGE"}
# Of the functions whose names begin with pg_, these only look.
_LOOKING = re.compile(
    r"pg_(?:get_(?!loaded_modules)\w+|stat_get_\w+|stat_statements(?:_info)?|\w+_is_visible|\w+_size|size_pretty|size_bytes"
    r"|backend_pid|blocking_pids|collation_for|conf_load_time|current_wal_lsn|describe_object|encoding_to_char|has_role"
    r"|identify_object|index_column_has_property|index_has_property|indexam_has_property|is_in_recovery"
    r"|last_wal_receive_lsn|last_wal_replay_lsn|last_xact_replay_timestamp|my_temp_schema|options_to_table"
    r"|partition_ancestors|partition_root|partition_tree|postmaster_start_time|relation_filenode|sequence_last_value"
    r"|sequence_parameters|table_is_visible|tablespace_location|timezone_names|typeof|wal_lsn_diff)")
# Of the others, these write, wait, take locks, or run a text as SQL; the list is PostgreSQL 18's volatile functions and
# those of the extensions that come with it.
_ACTING = re.compile(
    r"lo_\w+|loread|lowrite|nextval|setval|set_config|setseed|txid_\w+|currtid2?|ts_stat|ts_rewrite"
    r"|(?:query|table|cursor|schema|database)_to_xml\w*|binary_upgrade_\w+|brin_\w+|gin_clean_pending_list"
    r"|suppress_redundant_updates_trigger|tsvector_update_trigger\w*|unique_key_recheck|ri_fkey_\w+|plpgsql_\w+"
    r"|dblink\w*|crosstab\w*|connectby|xpath_table|postgres_fdw_\w+|verify_heapam|bt_index_\w+|gin_index_check"
    r"|heap_force_\w+|get_raw_page|autoprewarm_\w+|uuid_generate_v1\w*|hypopg\w*|http\w*", re.IGNORECASE)


def check_reading(sql: str) -> None:
    """Raise Refused unless the text is exactly one SELECT, VALUES, TABLE, SHOW or EXPLAIN without ANALYZE that neither
    writes, locks nor calls a function that could."""
    if "\0" in sql:
        raise _refused(sql, "it holds a NUL character, where the grammar stops reading and a server does not")
    try:
        trees = parse(sql)
    except SqlUnreadable as error:
        raise _refused(sql, f"PostgreSQL's grammar cannot read it: {one_line(error.message)}") from None
    if len(trees) != 1:
        raise _refused(sql, f"it holds {len(trees)} statements, and exactly one may pass")
    statement: Node = trees[0].stmt
    what = kind(statement)
    if what not in _READING:
        raise _refused(sql, f"{_spoken(what)} is not a statement that only reads")
    why = _explain_fault(statement.explain_stmt) if what == "explain_stmt" else ""
    why = why or next((fault for node in walk(statement) if (fault := _fault(node, what == "explain_stmt"))), "")
    if why:
        raise _refused(sql, why)


def _explain_fault(explain: Node) -> str:
    if kind(explain.query) not in _EXPLAINED:
        return f"EXPLAIN of {_spoken(kind(explain.query))} is not allowed"
    for option in explain.options:
        if option.def_elem.defname.lower() not in _EXPLAIN_OPTIONS:
            return f"EXPLAIN with {one_line(option.def_elem.defname.upper())} could run the statement"
    return ""


def _fault(node: Node, explained: bool) -> str:
    """Return what is wrong with one node of the tree, or "" when nothing is."""
    name = type(node).__name__
    if name in _WRITING and not explained:
        return f"{_WRITING[name]} inside WITH writes"
    if name == "SelectStmt" and node.HasField("into_clause"):
        return "SELECT INTO creates a table"
    if name == "LockingClause":
        return "FOR UPDATE and FOR SHARE take locks"
    if name == "FuncCall":
        return _function_fault([part.string.sval for part in node.funcname])
    if name == "RangeTableSample":
        return _function_fault([part.string.sval for part in node.method])
    if name in ("ColumnRef", "A_Indirection"):
        # `(x).f` and `t.f` may be calls of a function f that takes one argument.
        parts = node.fields[1:] if name == "ColumnRef" else node.indirection
        return next((fault for part in parts if kind(part) == "string"
                     and (fault := _function_fault([part.string.sval]))), "")
    if name == "TypeName" and len(node.names) > 1 and node.names[0].string.sval not in _OWN_SCHEMAS:
        return "a type of a user's schema can run a function when a value is read"
    if name == "A_Expr" and len(node.name) > 1 and node.name[0].string.sval != "pg_catalog":
        return "an operator of a user's schema can run any function"
    return ""


def _function_fault(words: list[str]) -> str:
    name = words[-1]
    if len(words) > 1 and words[0] not in _OWN_SCHEMAS:
        return f"the function {one_line('.'.join(words))} is not one of PostgreSQL's own"
    if name.lower().startswith("pg_") and not _LOOKING.fullmatch(name):
        return f"the function {one_line(name)} is not on the list of those that only read"
    if _ACTING.fullmatch(name):
        return f"the function {one_line(name)} can write, wait, or run text as SQL"
    return ""


def _spoken(what: str) -> str:
    return what.removesuffix("_stmt").replace("_", " ").upper() or "an empty text"


def _refused(sql: str, why: str) -> Refused:
    return Refused(f"This statement is not sent to the database: {why}: {mask(one_line(sql, 80))}")
