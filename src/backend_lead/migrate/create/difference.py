"""What has to change so that one schema becomes another.

A column or a table that goes while another comes may have been renamed; that is asked about, never decided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from backend_lead.gates.grammar import deparse, kind
from backend_lead.migrate.catalog import TABLES, Catalog, Column, Constraint, Index, Relation
from backend_lead.migrate.create.definitions import counted
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    ChangeType,
    CopyTable,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetExpression,
    SetNullable,
    Wanted,
)
from backend_lead.migrate.expressions import is_known, with_columns_renamed

_Keys = dict[tuple[str, ...], Constraint | Index]
_ACTIONS = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said of names that are not there any more: `renamed` to what (`users.name` → `full_name`), and
    which are `gone`."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wanted, in an order in which it can be done, and what is not written, with the reason."""

    wanted: tuple[Wanted, ...]
    left: tuple[str, ...]


def difference(now: Catalog, desired: Catalog, answers: Answers, *, whole: bool) -> Difference:
    """Return what makes `desired` of `now`.

    `whole`: the desired schema is all there shall be, with its defaults and checks; else (models) what it does not
    speak of stays.  Raises Unclear when something may have been renamed, with what to type.
    """
    return _Comparison(now, desired, answers, whole).result()


@dataclass(slots=True)
class _Comparison:
    now: Catalog
    desired: Catalog
    answers: Answers
    whole: bool
    wanted: list[Wanted] = field(default_factory=list)
    last: list[Wanted] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def result(self) -> Difference:
        """Compare table by table: what comes first, what goes last."""
        known, new = _tables(self.now), _tables(self.desired)
        pairs = self._paired(known, new)
        for name in self._ordered([name for name in new if name not in pairs.values()]):
            self._create(new[name])
        for old, name in sorted(pairs.items()):
            self._compare(known[old], new[name])
        for name in reversed(_by_references([name for name in known if name not in pairs], self.now)):
            if self.whole or name in self.answers.gone:
                self.last.append(DropTable(name))
            else:
                self.left.append(f"{name} is declared nowhere; it stays (drop it with --gone {name})")
        self._types()
        return Difference((*self.wanted, *self.last), tuple(self.left))

    def _paired(self, known: Mapping[str, Relation], new: Mapping[str, Relation]) -> dict[str, str]:
        """Return the tables that are in both, and those that were renamed."""
        pairs = {name: name for name in known if name in new}
        for old, name in self.answers.renamed.items():
            if old in known and name in new and "." not in old:
                pairs[old] = name
                self.wanted.append(RenameTable(old, name))
        for old in known:
            for name in new if old not in pairs and old not in self.answers.gone else ():
                if name not in pairs.values() and alike(known[old], new[name]):
                    raise Unclear(
                        f"{old} is not there any more, and {name} is new with most of its columns: was it renamed?",
                        f"Say so with --renamed {old}={name}, or that it goes with --gone {old}",
                    )
        return pairs

    def _ordered(self, names: list[str]) -> list[str]:
        return _by_references(names, self.desired)

    def _create(self, relation: Relation) -> None:
        if relation.kind != "table":
            self.left.append(f"{relation.name} is partitioned; write it by hand")
            return
        unknown = sorted({str(c.type) for c in relation.columns.values() if not self._typed(c)})
        if unknown:
            self.left.append(f"{relation.name} needs the type {unknown[0]}, which is not there; write it by hand")
            return
        self.wanted.append(CopyTable(relation, tuple(self._plain(relation)), counted(relation, self.desired)))

    def _typed(self, column: Column) -> bool:
        return bool(column.type.name) and is_known(column.type, self.now)

    def _plain(self, relation: Relation, known: Collection[object] = ()) -> Iterator[Index]:
        for index in self.desired.indexes_of(relation.name):
            if index.constraint or self._key(index, {}) in known:
                continue
            if index.mentions - set(index.columns) or index.partial or not index.columns:
                self.left.append(f"{index.name} is over an expression or has a condition; write it by hand")
            else:
                yield index

    def _compare(self, old: Relation, new: Relation) -> None:
        table = new.name
        pairs = self._columns(old, new)
        for before, after in pairs.items():
            if before != after:
                self.wanted.append(RenameColumn(table, before, after))
        self._add([new.columns[name] for name in new.columns if name not in pairs.values()], table)
        for before, after in pairs.items():
            self._column(table, old.columns[before], new.columns[after], pairs)
        self._keys(old, new, pairs)
        gone = tuple(name for name in old.columns if name not in pairs)
        if gone:
            self.last.append(DropColumns(table, gone))

    def _columns(self, old: Relation, new: Relation) -> dict[str, str]:
        pairs = {name: name for name in old.columns if name in new.columns}
        for name in old.columns:
            given = self.answers.renamed.get(f"{old.name}.{name}", "")
            if given in new.columns and name not in new.columns:
                pairs[name] = given
        lost = [name for name in old.columns if name not in pairs and f"{old.name}.{name}" not in self.answers.gone]
        come = [name for name in new.columns if name not in pairs.values()]
        if lost and come:
            raise Unclear(
                f"{old.name}.{lost[0]} is not there any more, and {', '.join(come)} "
                f"{'is' if len(come) == 1 else 'are'} new: was it renamed?",
                f"Say so with --renamed {old.name}.{lost[0]}={come[0]}, or that it goes with "
                f"--gone {old.name}.{lost[0]}",
            )
        return pairs

    def _add(self, columns: list[Column], table: str) -> None:
        made = []
        for column in columns:
            if not self._typed(column):
                self.left.append(f"{table}.{column.name} has the type {column.type or '?'}, which is not there")
                continue
            if column.generated == "stored" and column.default is not None:
                # Rows that are there get it at once, so that it may be NOT NULL as well.
                made.append(NewColumn(column.name, str(column.type), not column.not_null,
                                      generated=deparse(column.default)))
                continue
            default = deparse(column.default) if column.default is not None and not column.generated else None
            if column.not_null and default is None:
                self.left.append(
                    f"{table}.{column.name} is added as one that may be NULL: say what the rows that are there "
                    "hold, fill it, then ask again"
                )
            made.append(NewColumn(column.name, str(column.type), not column.not_null or default is None, default))
        if made:
            self.wanted.append(AddColumns(table, tuple(made)))

    def _column(self, table: str, old: Column, new: Column, pairs: Mapping[str, str]) -> None:
        if new.type.name and str(old.type) != str(new.type):
            self.wanted.append(ChangeType(table, new.name, str(new.type)))
        if self.whole and not (old.generated or new.generated or new.identity or old.identity):
            before, after = (_default(each) for each in (old, new))
            # A serial column has a default that nobody wrote.
            serial = any(each.has_default and each.default is None for each in (old, new))
            if before != after and not serial:
                self.wanted.append(SetDefault(table, new.name, after))
        if self.whole and old.generated == new.generated == "stored" and None not in (old.default, new.default):
            expression = _default(new) or ""
            # What it is made of is renamed with the column itself.
            moved = replace(old, default=with_columns_renamed(old.default, pairs)) if old.default is not None else old
            if expression != _default(moved):
                self.wanted.append(SetExpression(table, new.name, expression))
        if old.not_null != new.not_null:
            self.wanted.append(SetNullable(table, new.name, not new.not_null))

    def _keys(self, old: Relation, new: Relation, pairs: Mapping[str, str]) -> None:
        """Compare constraints and indexes by what they are over, not by their names."""
        table = new.name
        had, has = self._unique(old, self.now, pairs), self._unique(new, self.desired, {})
        self.wanted += [AddUnique(table, columns) for columns in sorted(has.keys() - had.keys())]
        if self.whole:
            self.last += [_dropped(table, had[columns]) for columns in sorted(had.keys() - has.keys())]
        plain_before = {self._key(index, pairs): index for index in self.now.indexes_of(old.name) if not index.unique}
        known = {self._key(index, pairs) for index in self.now.indexes_of(old.name)}
        for index in [each for each in self._plain(new, known) if not each.unique]:
            self.wanted.append(AddIndex(table, index.columns, method=index.method, name=index.name.rpartition(".")[2]))
        if self.whole:
            every = {self._key(index, {}) for index in self.desired.indexes_of(new.name)}
            gone = [index for key, index in sorted(plain_before.items()) if key not in every and index.columns]
            plain = [index for index in gone if not index.partial and set(index.columns) <= pairs.keys()]
            self.last += [DropIndex(table, index.name) for index in plain]
        self._references(old, new, pairs)
        if self.whole:
            self._checks(old, new, pairs)
        before, after = ([key.columns for key in each.constraints_of("primary_key")] for each in (old, new))
        if after and [tuple(pairs.get(column, column) for column in key) for key in before] != after:
            self.left.append(f"the primary key of {table} is another one; write it by hand")

    @staticmethod
    def _key(index: Index, pairs: Mapping[str, str]) -> tuple[object, ...]:
        columns = tuple(pairs.get(column, column) for column in index.columns)
        return columns, index.method, index.partial, tuple(sorted(index.mentions - set(index.columns)))

    @staticmethod
    def _unique(relation: Relation, catalog: Catalog, pairs: Mapping[str, str]) -> _Keys:
        found: _Keys = {}
        for index in catalog.indexes_of(relation.name):
            if index.unique and not index.partial and not index.constraint and index.columns:
                found[tuple(pairs.get(column, column) for column in index.columns)] = index
        for constraint in relation.constraints_of("unique"):
            found[tuple(pairs.get(column, column) for column in constraint.columns)] = constraint
        for constraint in relation.constraints_of("primary_key"):
            found.pop(tuple(pairs.get(column, column) for column in constraint.columns), None)
        return found

    def _references(self, old: Relation, new: Relation, pairs: Mapping[str, str]) -> None:
        def key(constraint: Constraint, names: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
            target = self.answers.renamed.get(constraint.target, constraint.target) if names else constraint.target
            return tuple(names.get(column, column) for column in constraint.columns), target

        had = {key(each, pairs): each for each in old.constraints_of("foreign_key")}
        has = {key(each, {}): each for each in new.constraints_of("foreign_key")}
        for found in sorted(has.keys() - had.keys()):
            each = has[found]
            if len(each.columns) != 1:
                self.left.append(f"the foreign key {each.name} of {new.name} is over several columns; write it by hand")
                continue
            column = each.target_columns[0] if each.target_columns else "id"
            action = _ACTIONS.get(each.on_delete, "")
            self.wanted.append(AddForeignKey(new.name, each.columns[0], each.target, column, action))
        if self.whole:
            self.last += [DropConstraint(new.name, had[found].name) for found in sorted(had.keys() - has.keys())]

    def _checks(self, old: Relation, new: Relation, pairs: Mapping[str, str]) -> None:
        had = {_moved(each.text, pairs): each for each in old.constraints_of("check")}
        has = {each.text: each for each in new.constraints_of("check")}
        for text in sorted(has.keys() - had.keys()):
            self.wanted.append(AddCheck(new.name, text, has[text].columns[0] if has[text].columns else ""))
        self.last += [DropConstraint(new.name, had[text].name) for text in sorted(had.keys() - has.keys())]

    def _types(self) -> None:
        for name, wanted in sorted(self.desired.types.items()):
            known = self.now.types.get(name)
            if known is None:
                self.left.append(f"the type {name} is new; write CREATE TYPE by hand before")
            elif known.values != wanted.values:
                self.left.append(f"the values of {name} are others; write ALTER TYPE … ADD VALUE by hand")


def _default(column: Column) -> str | None:
    """Return a default as text; the server writes `'new'::text` where a person writes `'new'`."""
    node = column.default
    while node is not None and kind(node) == "type_cast" and kind(node.type_cast.arg) == "a_const":
        node = node.type_cast.arg
    return deparse(node).replace("public.", "") if node is not None else None


def _moved(text: str, pairs: Mapping[str, str]) -> str:
    """Return the text of a check as it stands when columns have their new names."""
    names = "|".join(re.escape(old) for old, new in pairs.items() if old != new)
    return re.sub(rf"\b(?:{names})\b", lambda match: pairs[match[0]], text) if names else text


def _tables(catalog: Catalog) -> dict[str, Relation]:
    found = catalog.relations.items()
    return {name: each for name, each in sorted(found) if each.kind in TABLES and not each.partition}


def alike(one: Relation, other: Relation) -> bool:
    """Say whether at least half of the columns of both are the same."""
    shared = one.columns.keys() & other.columns.keys()
    return len(shared) * 2 >= max(len(one.columns), len(other.columns)) and len(shared) > 1


def _dropped(table: str, key: Constraint | Index) -> Wanted:
    return DropConstraint(table, key.name) if isinstance(key, Constraint) else DropIndex(table, key.name)


def _by_references(names: list[str], catalog: Catalog) -> list[str]:
    """Return tables so that each comes after those that its foreign keys lead to."""
    order = TopologicalSorter(
        {
            name: {key.target for key in catalog.relations[name].constraints_of("foreign_key")} & {*names} - {name}
            for name in sorted(names)
        }
    )
    try:
        return list(order.static_order())
    except CycleError:
        return sorted(names)
