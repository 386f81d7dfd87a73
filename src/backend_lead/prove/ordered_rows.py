"""A statement with the keys of its ORDER BY among its columns, so that order can be compared up to ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend_lead.gates.grammar import Node, deparse_statement, kind, parse, wrapped

Row = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Keyed:
    """The text, and where its rows hold the keys: `places` among its own columns, or the last `added` columns."""

    sql: str
    added: int = 0
    places: tuple[int, ...] = ()

    @property
    def keys(self) -> int:
        """How many keys a row has."""
        return self.added or len(self.places)

    def cut(self, rows: Sequence[Row]) -> list[tuple[str, tuple[str, ...]]]:
        """Return each row without what was added, and its keys."""
        if self.added:
            return [(repr(row[: -self.added]), tuple(repr(value) for _, value in row[-self.added :])) for row in rows]
        return [(repr(row), tuple(repr(row[place][1]) for place in self.places)) for row in rows]


def keyed(sql: str) -> Keyed:
    """Return a SELECT with its keys; as it is when it has no order, or one that cannot be looked at."""
    statement = parse(sql)[0].stmt
    if kind(statement) != "select_stmt" or not statement.select_stmt.sort_clause:
        return Keyed(sql)
    tree = wrapped("select_stmt", statement.select_stmt)
    select = tree.select_stmt
    keys = [each.sort_by.node for each in select.sort_clause]
    outputs = _outputs(select)
    if select.op != 1 or select.distinct_clause:
        places = [_place(key, outputs, qualified=True) for key in keys]
        known = tuple(place for place in places if place is not None)
        return Keyed(sql, places=known) if len(known) == len(keys) and not _has_star(select) else Keyed(sql)
    for number, key in enumerate(keys):
        place = _place(key, outputs)
        if place is not None and kind(key) == "a_const" and _has_star(select):
            return Keyed(sql)
        added = select.target_list.add().res_target
        added.name = f"bl_key_{number}"
        added.val.CopyFrom(select.target_list[place].res_target.val if place is not None else key)
    text = deparse_statement(tree)
    return Keyed(text, added=len(keys)) if text else Keyed(sql)


def unlimited(sql: str) -> str | None:
    """Return a statement without its LIMIT and OFFSET, None when it has neither."""
    statement = parse(sql)[0].stmt
    if kind(statement) != "select_stmt":
        return None
    tree = wrapped("select_stmt", statement.select_stmt)
    if not kind(tree.select_stmt.limit_count) and not kind(tree.select_stmt.limit_offset):
        return None
    tree.select_stmt.ClearField("limit_count")
    tree.select_stmt.ClearField("limit_offset")
    tree.select_stmt.limit_option = 1
    return deparse_statement(tree) or None


def _outputs(select: Node) -> list[str]:
    while select.op != 1:
        select = select.larg
    return [_name(each.res_target) for each in select.target_list]


def _name(target: Node) -> str:
    if target.name:
        return str(target.name)
    if kind(target.val) == "column_ref" and kind(target.val.column_ref.fields[-1]) == "string":
        return str(target.val.column_ref.fields[-1].string.sval)
    return ""


def _has_star(select: Node) -> bool:
    while select.op != 1:
        select = select.larg
    return any(kind(each.res_target.val) == "column_ref" and kind(each.res_target.val.column_ref.fields[-1]) == "a_star"
               for each in select.target_list)


def _place(key: Node, outputs: Sequence[str], *, qualified: bool = False) -> int | None:
    """Return which output an ORDER BY key names, by its number or its name; `qualified`: also behind a table's name,
    where no key may be anything but an output."""
    if kind(key) == "a_const" and key.a_const.WhichOneof("val") == "ival":
        return int(key.a_const.ival.ival) - 1
    if kind(key) == "column_ref" and kind(key.column_ref.fields[-1]) == "string":
        name = key.column_ref.fields[-1].string.sval
        if (len(key.column_ref.fields) == 1 or qualified) and list(outputs).count(name) == 1:
            return list(outputs).index(name)
    return None
