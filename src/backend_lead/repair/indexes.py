"""Indexes that come and go: in the models here, in the database by the migration that the patch asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from backend_lead.errors import Refused
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.finding import Evidence, Finding
from backend_lead.model.table import Column, Index, Table
from backend_lead.read.code.editing import NotPatched, Source, arguments_of, walk
from backend_lead.repair.calls import give_keyword, keyword_of, name_of, take_keyword
from backend_lead.repair.desk import Desk
from backend_lead.rules._ddl import create_index, drop_index, index_name
from backend_lead.rules._redundant import redundant_indexes

_COLUMNS = ("mapped_column", "Column")
_HISTORY = re.compile(r"(^|/)(migrations?|alembic|versions)/")


def drop(finding: Finding, desk: Desk) -> str:
    """Take the index of a finding out of the models, and ask for the migration that drops it."""
    table, index = _redundant(finding, desk)
    if "." in table.name and "." in index.name:
        raise NotPatched("the index stands in a schema of its own")
    declared = [each for path in desk.tree.files if path.endswith(".py") and not _HISTORY.search(path)
                for each in _declared(desk, path, index)]
    if len(declared) > 1:
        raise NotPatched(f"{index.name} is declared in several places")
    for source, call in declared:
        _take_out(source, call)
    marked = "" if declared else _unmark(desk, table, index)
    statement = drop_index(index.name, table.name).rstrip(";")
    desk.index_changes.append(IndexChange(
        "drop", statement.replace(" CONCURRENTLY", ""), statement, table.name, index.name, finding.message,
        evidence=Evidence.TRACED))
    told = f", and out of {declared[0][0].path}" if declared else marked
    return f"a migration drops {index.name}{told}"


def add(finding: Finding, desk: Desk) -> str:
    """Declare an index where the model declares the column, and ask for the migration that builds it."""
    table, column = _referring(finding, desk)
    name = index_name(table.name, (column.name,))
    told = ""
    if table.model is not None:
        _declare(desk, column)
        told = f", and index=True on {table.model}.{column.name}"
    statement = create_index(table.name, (column.name,)).rstrip(";")
    desk.index_changes.append(IndexChange(
        "create", statement.replace(" CONCURRENTLY", ""), statement, table.name, name, finding.message,
        evidence=Evidence.TRACED))
    return f"a migration builds {name}{told}"


def _unmark(desk: Desk, table: Table, index: Index) -> str:
    """Take `index=True` from the column of a model that makes the index; return the words that say so, or ""."""
    column = table.column(index.columns[0])
    if table.model is None or column is None or column.place is None or len(index.columns) != 1:
        return ""
    source, call = _made(desk, column)
    marked = keyword_of(source, call, "index")
    if marked is None or marked.type == "false":
        return ""
    if marked.type != "true" or index.name != f"ix_{table.name}_{column.name}":
        raise NotPatched(f"{index.name} is called otherwise than the index of {table.model}.{column.name}")
    take_keyword(source, call, "index")
    return f", and index=True goes from {table.model}.{column.name}"


def _made(desk: Desk, column: Column) -> tuple[Source, Node]:
    """Return the one call that declares a column.  Raises NotPatched where it declares that of several tables."""
    place = column.place
    if place is None or sum(each.place == place for table in desk.backend.tables for each in table.columns) != 1:
        raise NotPatched(f"the line that declares {column.name} is not known, or declares it for several tables")
    source = desk.python(place.file)
    made = [node for node in walk(source.root) if node.type == "call" and name_of(source, node) in _COLUMNS
            and node.start_point.row < place.line <= node.end_point.row + 1]
    if len(made) != 1:
        raise NotPatched(f"{column.name} is not declared by one call of mapped_column or Column at {place}")
    return source, made[0]


def _referring(finding: Finding, desk: Desk) -> tuple[Table, Column]:
    """Return the column of a foreign key of one column that a finding is about."""
    found = [(table, column) for table in desk.backend.tables if "." not in table.name
             for column in table.columns if finding.snippet == f"{table.name}.{column.name}"]
    if len(found) != 1:
        raise NotPatched("the foreign key is not one column of one table of the default schema")
    return found[0]


def _declare(desk: Desk, column: Column) -> None:
    """Give the column `index=True`, which SQLAlchemy calls as the migration does (`ix_<table>_<column>`).

    Raises NotPatched where it would be called otherwise, or where the line declares the column of several tables.
    """
    for path in desk.tree.files:
        try:
            if path.endswith(".py") and b"naming_convention" in desk.tree.read(path):
                raise NotPatched(f"{path} has a convention of its own for names of indexes")
        except Refused:
            continue
    source, call = _made(desk, column)
    if keyword_of(source, call, "index") is not None:
        raise NotPatched(f"whether {column.name} has an index is said already")
    give_keyword(source, call, "index", "True")


def _redundant(finding: Finding, desk: Desk) -> tuple[Table, Index]:
    """Return the index that a finding is about.  Raises NotPatched where that is more than one, or another's keeper."""
    found = [(table, each.index) for table in desk.backend.tables for each in redundant_indexes(table)
             if f"table:{table.name}" in finding.touches
             and finding.snippet == f"{each.index.name} ({', '.join(each.index.columns)})"]
    if len(found) != 1:
        raise NotPatched("the finding is about several indexes" if not found else "several tables have the index")
    return found[0]


def _declared(desk: Desk, path: str, index: Index) -> Iterator[tuple[Source, Node]]:
    """Yield the calls of a file of models that declare the index by its name.

    Raises NotPatched where its name stands in another shape, and for one that a column declares by `index=True`.
    """
    try:
        data = desk.tree.read(path)
    except Refused:
        return
    if index.place is not None and index.place.file == path and index.name.encode() not in data:
        raise NotPatched(f"{index.name} has no name of its own in {path}")
    if index.name.encode() not in data:
        return
    source = desk.python(path)
    for node in walk(source.root):
        if node.type != "string" or source.text(node).strip("'\"") != index.name:
            continue
        call = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
        if call is None or call.type != "call" or name_of(source, call) != "Index" or arguments_of(call)[0] != node:
            raise NotPatched(f"{index.name} is named in another shape at {path}:{node.start_point.row + 1}")
        yield source, call


def _has_comma(element: Node) -> bool:
    following = element.next_sibling
    return following is not None and following.type == ","


def _take_out(source: Source, call: Node) -> None:
    """Take an element out of the tuple or list that it stands in, with its comma and, if it fills one, its line."""
    within = call.parent
    if within is None or within.type not in ("tuple", "list"):
        raise NotPatched("the index is declared outside of a list")
    others = [each for each in within.named_children if each.type != "comment" and each != call]
    if within.type == "tuple" and not others:
        raise NotPatched("the index is the only one of its tuple")
    if within.type == "tuple" and len(others) == 1 and not _has_comma(others[0]):
        raise NotPatched("what is left would be no tuple")
    comma = call.next_sibling
    start, end = call.start_byte, call.end_byte
    if comma is not None and comma.type == ",":
        end = comma.end_byte
    elif within.type == "tuple" or others:
        raise NotPatched("the index is the last of its list")
    line = source.data.rfind(b"\n", 0, start) + 1
    tail = re.compile(rb"[ \t]*\r?\n").match(source.data, end)
    if not source.data[line:start].strip() and tail is not None:
        source.replace(line, tail.end(), "")
        return
    blank = re.compile(rb"[ \t]+").match(source.data, end)
    source.replace(start, blank.end() if blank else end, "")


