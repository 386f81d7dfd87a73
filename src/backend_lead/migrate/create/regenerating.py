"""A generated schema has changed: the schema that shall be, from what was generated last, what is there, and what is
generated now.

Nothing is taken away that rows could hold: a column or a table that is generated no more stays with its rows until a
person says that it may go, and what people made by migrations of their own stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend_lead.migrate.catalog import TABLES, Catalog, Column, Constraint, Index, Relation
from backend_lead.migrate.create.difference import Answers, alike, difference
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.create.wanted import (
    AddColumns,
    Backfill,
    ChangeType,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    SetDefault,
    SetNullable,
    Wanted,
)

_DROPS = (DropColumns, DropTable, DropConstraint, DropIndex)
_KINDS = ("check", "unique", "foreign_key")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of names: `renamed` to what, which are `gone` with what they hold, which are `kept` though
    they are generated no more; and what rows that are there get in a column that may not be empty (`fills`)."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    fills: Mapping[str, str] = field(default_factory=dict)


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Regenerated:
    """What is wanted before access changes, and after; tables that stay though they are generated no more; and what is
    worth knowing."""

    wanted: tuple[Wanted, ...]
    last: tuple[Wanted, ...]
    staying: frozenset[str]
    notes: tuple[str, ...]


def regenerated(base: Catalog, now: Catalog, new: Catalog, said: Said) -> Regenerated:
    """Return what brings `new` to what is there.  Raises Unclear for what only a person knows, with what to type."""
    merging = _Merging(base, now, new, said)
    desired = merging.desired()
    answers = Answers(said.renamed, said.gone)
    found = difference(now, desired, answers, whole=True)
    wanted = tuple(_filled(found.wanted, merging))
    fills = {each for each in said.fills if each not in merging.used}
    if fills:
        raise Unclear(f"Nothing has to be filled in {sorted(fills)[0]}.", "Leave --fill out, or mend its name.")
    refused = [each for each in found.left if not each.endswith("then ask again")]
    if refused:
        raise Unclear(f"The change of the schema cannot be written: {refused[0]}.",
                      "Write a migration by hand first, then generate again.")
    return Regenerated(tuple(each for each in wanted if not isinstance(each, _DROPS)),
                       tuple(each for each in wanted if isinstance(each, _DROPS)),
                       frozenset(merging.staying), tuple(merging.notes))


@dataclass(slots=True)
class _Merging:
    base: Catalog
    now: Catalog
    new: Catalog
    said: Said
    notes: list[str] = field(default_factory=list)
    staying: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def desired(self) -> Catalog:
        """Return the schema that shall be: what is generated, with what stays and what people made."""
        desired = self.new.copy()
        for name in _tables(self.now):
            moved = self.said.renamed.get(name, name)
            if moved in desired.relations:
                self._table(self.now.relations[name], desired.relations[moved], desired)
            elif name not in self.said.gone:
                self._stays(name, desired)
        for name, each in self.now.types.items():
            desired.types.setdefault(name, each)
        return desired

    def _stays(self, name: str, desired: Catalog) -> None:
        relation = self.now.relations[name]
        if name in self.base.relations:
            come = [each for each in _tables(self.new) if each not in self.now.relations
                    and each not in self.said.renamed.values()]
            same = [each for each in come if alike(relation, self.new.relations[each])]
            if same and name not in self.said.kept:
                raise _renamed(name, same[0])
            self.notes.append(f"{name} is generated no more; the table stays with its rows. Drop it with: --gone "
                              f"{name}")
            self.staying.add(name)
        desired.relations[name] = relation
        desired.indexes |= {each.name: each for each in self.now.indexes_of(name)}

    def _table(self, old: Relation, new: Relation, desired: Catalog) -> None:
        base = self.base.relations.get(old.name)
        names = {name: self.said.renamed.get(f"{old.name}.{name}", name) for name in old.columns}
        come = [name for name in new.columns if name not in names.values() and not new.columns[name].generated]
        stays: set[str] = set()
        for name, column in old.columns.items():
            if names[name] in new.columns:
                self._column(new, base, column, names[name])
            elif f"{old.name}.{name}" not in self.said.gone and not self._derived(base, name):
                new.columns[name] = self._kept(old, base, column, come)
                stays.add(name)
        for name in come:
            if new.columns[name].not_null and not new.columns[name].has_default:
                self._must_fill(new, name)
        self._constraints(old, new, base, stays)
        self._indexes(old, new, base, stays, desired)

    def _derived(self, base: Relation | None, name: str) -> bool:
        """Say whether a column was generated by us from others: it holds nothing of its own."""
        return base is not None and name in base.columns and bool(base.columns[name].generated)

    def _kept(self, old: Relation, base: Relation | None, column: Column, come: Sequence[str]) -> Column:
        """Return a column that is generated no more, or was made by hand, as it stays."""
        whole = f"{old.name}.{column.name}"
        if base is None or column.name not in base.columns:
            return column
        if come and whole not in self.said.kept:
            raise _renamed(whole, come[0])
        self.notes.append(f"{whole} is generated no more; the column stays with what it holds. Drop it with: --gone "
                          f"{whole}")
        # Rows that come from now on hold nothing there.
        return replace(column, not_null=column.not_null and column.has_default)

    def _column(self, relation: Relation, base: Relation | None, now: Column, name: str) -> None:
        """Take each trait that people changed and the generator did not as people have it."""
        new = relation.columns[name]
        was = base.columns.get(now.name) if base is not None else None
        whole = f"{relation.name}.{name}"
        if was is None and str(now.type) != str(new.type):
            raise Unclear(f"{whole} is there already, as {now.type}, by a migration of yours; now it is generated as "
                          f"{new.type}.", "Name the field otherwise, or change the type by hand first.")
        if was is not None and str(was.type) == str(new.type) != str(now.type):
            new.type = now.type
            self.notes.append(f"{whole} stays {now.type}, as a migration of yours made it")
        if was is not None and was.not_null == new.not_null != now.not_null:
            new.not_null = now.not_null
        if was is not None and was.has_default == new.has_default != now.has_default:
            new.default, new.has_default = now.default, now.has_default
        if new.not_null and not now.not_null:
            self._must_fill(relation, name)

    def _must_fill(self, relation: Relation, name: str) -> None:
        column, whole = relation.columns[name], f"{relation.name}.{name}"
        if column.generated:
            return
        if whole not in self.said.fills:
            raise Unclear(f"{whole} may not be empty, and what the rows that are there get is not said.",
                          f"Say it with --fill {whole}=VALUE, give the field a default, or leave it optional.")
        if any(each.columns == (name,) for each in relation.constraints_of("unique")):
            raise Unclear(f"{whole} may not be empty and is unique, so no value fits every row that is there.",
                          "Leave it optional, fill it by hand, then make it required.")
        self.used.add(whole)

    def _constraints(self, old: Relation, new: Relation, base: Relation | None, stays: set[str]) -> None:
        """Keep what people added, and what belongs to columns that stay."""
        ours = {_of_constraint(each) for each in base.constraints.values()} if base is not None else set()
        has = {_of_constraint(each) for each in new.constraints.values()}
        for each in old.constraints.values():
            made_by_hand = _of_constraint(each) not in ours
            if each.kind in _KINDS and (made_by_hand or (each.columns and set(each.columns) <= stays)) \
                    and set(each.columns) <= new.columns.keys() and _of_constraint(each) not in has:
                new.constraints.setdefault(each.name, each)

    def _indexes(self, old: Relation, new: Relation, base: Relation | None, stays: set[str],
                 desired: Catalog) -> None:
        ours = {_of_index(each) for each in self.base.indexes_of(old.name)} if base is not None else set()
        has = {_of_index(each) for each in desired.indexes_of(new.name)}
        for each in self.now.indexes_of(old.name):
            wanted = _of_index(each) not in ours or (bool(each.columns) and each.columns[0] in stays)
            if wanted and set(each.columns) <= new.columns.keys() and _of_index(each) not in has:
                desired.indexes.setdefault(each.name, replace(each, table=new.name))


def _filled(wanted: Sequence[Wanted], merging: _Merging) -> Iterator[Wanted]:
    """Yield what is wanted, with what rows get in a column that may not be empty.

    A new column is added with it as its default, which is instant however many rows there are, and loses that again.
    """
    fills = merging.said.fills
    for each in wanted:
        if isinstance(each, AddColumns):
            filled = [column.name for column in each.columns if f"{each.table}.{column.name}" in fills]
            yield replace(each, columns=tuple(
                replace(column, nullable=False, default=_literal(fills[f"{each.table}.{column.name}"]))
                if column.name in filled else column for column in each.columns))
            yield from (SetDefault(each.table, name, None) for name in filled)
            continue
        if isinstance(each, SetNullable) and not each.nullable and f"{each.table}.{each.column}" in fills:
            yield Backfill(each.table, each.column, _literal(fills[f"{each.table}.{each.column}"]))
        if isinstance(each, ChangeType):
            merging.notes.append(f"{each.table}.{each.column} becomes {each.type}")
        yield each


def _literal(value: str) -> str:
    """Return a value as SQL; what type it has the column says."""
    return "'" + value.replace("'", "''") + "'"


def _renamed(old: str, new: str) -> Unclear:
    return Unclear(f"{old} is generated no more, and {new} is new: was it renamed?",
                   f"Say so with --renamed {old}={new}, that it stays beside it with --kept {old}, or that it goes, "
                   f"with what it holds, with --gone {old}")


def _tables(catalog: Catalog) -> list[str]:
    return sorted(name for name, each in catalog.relations.items() if each.kind in TABLES and not each.partition)


def _of_constraint(each: Constraint) -> tuple[object, ...]:
    return each.kind, each.columns, each.target, each.text


def _of_index(each: Index) -> tuple[object, ...]:
    return each.columns, each.unique, each.method, each.partial, each.constraint, tuple(sorted(each.mentions))
