"""A file of planner statistics: what `diagnose --export-stats` writes, and what pg_dump --statistics-only writes.

Ours is SQL as pg_dump 18 writes it, calls of pg_restore_relation_stats and pg_restore_attribute_stats, with the schema
before it and the facts that have no such call in comments of one line each (`-- backend-lead: {...}`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from backend_lead.errors import WrongUse
from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse, split, walk
from backend_lead.gates.text import one_line
from backend_lead.model.server import Statement
from backend_lead.model.statistics import (
    ColumnStatistics,
    ExtendedStatistics,
    IndexUse,
    PlannerStatistics,
    RelationStatistics,
    TableUse,
)

FORMAT = "backend-lead/statistics/1"
_FACT = "-- backend-lead: "
_BEGINS, _ENDS = "-- backend-lead: the schema begins", "-- backend-lead: the schema ends"
_RELATION, _COLUMN = "pg_restore_relation_stats", "pg_restore_attribute_stats"
_CALL = re.compile(r"(?i)^\s*(?:--[^\n]*\n\s*)*select\s+\*\s+from\s+pg_catalog\.(pg_restore_\w+)\s*\(")
# Arguments of the calls that ColumnStatistics has fields for, and those it keeps by name.
_FIELDS = {"null_frac": "null_share", "avg_width": "width", "n_distinct": "distinct",
           "most_common_vals": "common_values", "most_common_freqs": "common_shares", "histogram_bounds": "histogram",
           "correlation": "correlation"}
_TYPES = {"null_frac": "real", "avg_width": "integer", "n_distinct": "real", "most_common_vals": "text",
          "most_common_freqs": "real[]", "histogram_bounds": "text", "correlation": "real",
          "most_common_elems": "text", "most_common_elem_freqs": "real[]", "elem_count_histogram": "real[]",
          "range_length_histogram": "text", "range_empty_frac": "real", "range_bounds_histogram": "text"}
_KINDS: Mapping[str, type[Any]] = {"extended": ExtendedStatistics, "index_use": IndexUse, "table_use": TableUse,
                                   "statements": Statement}
Record = TypeVar("Record")


def written(statistics: PlannerStatistics) -> str:
    """Return the text of a file that holds everything a diagnosis needs elsewhere."""
    facts = {"format": FORMAT, "version_number": statistics.version_number, "database": statistics.database,
             "settings": statistics.settings, "collation": statistics.collation, "replicas": statistics.replicas,
             "age_days": statistics.age_days, "masked": statistics.masked, "missing": statistics.missing}
    lines = ["-- Planner statistics of a PostgreSQL database: no row of a table is in this file."
             + ("  Values are masked." if statistics.masked else
                "  Common values and histogram bounds are values of columns."),
             _fact(facts), _BEGINS, statistics.schema_sql, _ENDS]
    for relation in statistics.relations:
        lines.append(_call(_RELATION, statistics.version_number, [
            ("schemaname", relation.schema, ""), ("relname", relation.name, ""),
            ("relpages", str(relation.pages), "integer"), ("reltuples", repr(relation.rows), "real"),
            ("relallvisible", str(relation.all_visible), "integer")]))
        if relation.blocks is not None and relation.blocks != relation.pages:
            lines.append(_fact({"blocks": [relation.schema, relation.name, relation.blocks]}))
    lines += [_column_call(column, statistics.version_number) for column in statistics.columns]
    for name in _KINDS:
        lines += [_fact({name: msgspec.to_builtins(each)}) for each in getattr(statistics, name)]
    return "\n".join(lines) + "\n"


def read_statistics(path: Path) -> PlannerStatistics:
    """Return what a file says.  Raises WrongUse for a file that cannot be read, holds no statistics, or ends early."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise WrongUse(f"{path} cannot be read: {str(why).lower()}.",
                       "Write it with: backend-lead diagnose --db DSN --export-stats FILE") from None
    facts, schema, rest = _sections(text)
    first = facts[0] if facts and "format" in facts[0] else {}
    if first and first["format"] != FORMAT:
        raise WrongUse(f"{path} holds {one_line(str(first['format']), 60)}, and {FORMAT} is read.",
                       "Write it anew with this version: backend-lead diagnose --db DSN --export-stats FILE")
    relations, columns, version = _calls(rest, path)
    if not relations and not columns:
        raise WrongUse(f"{path} holds no statistics.",
                       "Write it with: backend-lead diagnose --db DSN --export-stats FILE, or: pg_dump "
                       "--statistics-only")
    blocks = {(each[0], each[1]): each[2] for fact in facts if (each := fact.get("blocks"))}
    records = {name: tuple(_record(fact[name], type_, path) for fact in facts if name in fact)
               for name, type_ in _KINDS.items()}
    return PlannerStatistics(
        int(first.get("version_number", version)), str(first.get("database", "")), _pairs(first.get("settings")),
        _pairs(first.get("collation")),
        tuple(replace(each, blocks=blocks.get((each.schema, each.name), each.blocks)) for each in relations),
        tuple(columns), replicas=first.get("replicas"), age_days=first.get("age_days"), schema_sql=schema,
        masked=bool(first.get("masked")), missing=tuple(map(str, first.get("missing", ()))), **records)


def _sections(text: str) -> tuple[list[dict[str, Any]], str, str]:
    """Return the facts in comments, the schema, and the rest with the calls."""
    schema, rest = "", text
    if _BEGINS in text and _ENDS in text:
        before, _, after = text.partition(_BEGINS)
        schema, _, rest = after.partition(_ENDS)
        rest = before + rest
    facts = []
    for line in rest.splitlines():
        if line.startswith(_FACT + "{"):
            try:
                facts.append(json.loads(line[len(_FACT) :]))
            except ValueError:
                raise WrongUse("The file of statistics ends within a line.",
                               "It was cut off: export it again, and copy it whole.") from None
    return facts, schema.strip(), rest


def _calls(text: str, path: Path) -> tuple[list[RelationStatistics], list[ColumnStatistics], int]:
    relations, columns, version = [], [], 0
    for _, sql in split(text):
        found = _CALL.match(sql)
        if not found:
            continue
        try:
            given = _arguments(sql)
        except SqlUnreadable:
            raise WrongUse(f"{path} ends within a statement, or was changed: {one_line(sql, 80)}",
                           "It was cut off: export it again, and copy it whole.") from None
        version = max(version, int(given.pop("version", 0) or 0))
        if found[1] == _RELATION:
            relations.append(RelationStatistics(
                given.get("schemaname", "public"), given["relname"], int(given.get("relpages", 0)),
                float(given.get("reltuples", -1)), int(given.get("relallvisible", 0))))
        elif found[1] == _COLUMN and "attname" in given:
            columns.append(_column(given))
    return relations, columns, version


def _arguments(sql: str) -> dict[str, str]:
    """Return the arguments of a call, which stand in pairs of a name and a value."""
    [tree] = parse(sql)
    call = next(node for node in walk(tree.stmt) if type(node).__name__ == "FuncCall")
    values = [_constant(argument) for argument in call.args]
    return {str(name): value for name, value in zip(values[::2], values[1::2], strict=True) if value is not None}


def _constant(node: Node) -> str | None:
    while kind(node) == "type_cast":
        node = node.type_cast.arg
    constant = node.a_const
    if constant.isnull:
        return None
    which = constant.WhichOneof("val")
    value = getattr(constant, which)
    return str(value.sval if which == "sval" else value.ival if which == "ival" else value.fval
               if which == "fval" else value.boolval)


def _column(given: Mapping[str, str]) -> ColumnStatistics:
    known: dict[str, Any] = {_FIELDS[name]: value for name, value in given.items() if name in _FIELDS}
    for name in ("null_share", "distinct", "correlation"):
        if name in known:
            known[name] = float(known[name])
    known["width"] = int(known.get("width", 0))
    others = {name: value for name, value in given.items() if name in _TYPES and name not in _FIELDS}
    return ColumnStatistics(given.get("schemaname", "public"), given["relname"], given["attname"],
                            given.get("inherited", "f").lower() in ("t", "true"), others=others, **known)


def _column_call(column: ColumnStatistics, version: int) -> str:
    values = [(name, getattr(column, field)) for name, field in _FIELDS.items()] + list(column.others.items())
    return _call(_COLUMN, version, [
        ("schemaname", column.schema, ""), ("relname", column.relation, ""), ("attname", column.column, ""),
        ("inherited", "t" if column.inherited else "f", "boolean"),
        *((name, str(value), _TYPES[name]) for name, value in values if value is not None and name in _TYPES)])


def _call(function: str, version: int, arguments: list[tuple[str, str, str]]) -> str:
    words = [f"'version', '{version}'::integer"]
    words += [f"'{name}', {_quoted(value)}{f'::{type_}' if type_ else ''}" for name, value, type_ in arguments]
    return f"SELECT * FROM pg_catalog.{function}(\n\t" + ",\n\t".join(words) + "\n);"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    if "\\" in doubled:
        escaped = doubled.replace("\\", "\\\\")
        return f"E'{escaped}'"
    return f"'{doubled}'"


def _fact(fact: Mapping[str, Any]) -> str:
    return _FACT + json.dumps(fact, ensure_ascii=True, separators=(",", ":"))


def _record(value: object, type_: type[Record], path: Path) -> Record:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise WrongUse(f"{path} holds a fact that cannot be read: {one_line(str(error), 120)}",
                       "Export it again with this version.") from None


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(text)) for name, text in value) if isinstance(value, list) else ()
