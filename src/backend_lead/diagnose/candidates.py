"""Indexes that could serve what queries ask of a table: more than will be kept, but none that no query could use.

The order of columns follows the rule of equality, sort, range: columns compared with one value first, then those of the
order, then one range (Lahdenmäki and Leach, Relational Database Index Design and the Optimizers, 2005, chapter 4: the
three stars).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend_lead.diagnose.needs import Comparison, Need, OrderKey
from backend_lead.model.table import Column, Table
from backend_lead.rules._ddl import quoted

_MOST_COLUMNS = 4
_MOST_INCLUDED = 6
_SMALL_ROW = 3
# A partial index pays when its rows are few.
_LARGEST_SHARE = 0.3
_TEXTS = ("text", "character varying", "character(", "citext", "varchar")


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """An index that might be made: its table, method, keys as they stand in the definition, included columns, predicate
    ("" for none), and the extensions it needs."""

    schema: str
    table: str
    keys: tuple[str, ...]
    included: tuple[str, ...] = ()
    predicate: str = ""
    method: str = "btree"
    requires: tuple[str, ...] = ()

    def ddl(self, name: str, *, online: bool = False) -> str:
        """Return CREATE INDEX under a name."""
        using = "" if self.method == "btree" else f" USING {self.method}"
        included = f" INCLUDE ({', '.join(self.included)})" if self.included else ""
        where = f" WHERE {self.predicate}" if self.predicate else ""
        return (f"CREATE INDEX {'CONCURRENTLY ' if online else ''}{quoted(name)} ON {self.target}{using} "
                f"({', '.join(self.keys)}){included}{where}")

    @property
    def target(self) -> str:
        """The table as DDL names it."""
        return quoted(self.table) if self.schema == "public" else f"{quoted(self.schema)}.{quoted(self.table)}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The key columns without order and operator class; expressions stay in parentheses."""
        return tuple(key[: key.rindex(")") + 1] if key.startswith("(") else key.split(" ")[0] for key in self.keys)

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """What stands behind each key, as `Index.qualifiers`."""
        behind = tuple(_behind(key).lower() for key in self.keys)
        return behind if any(behind) else ()


def candidates(need: Need, read: frozenset[str], table: Table, skewed: Mapping[str, float]) -> Iterator[Candidate]:
    """Yield candidates for one need.

    `read` are the columns that the query reads of the table, `skewed` the share of rows that fulfil each condition of
    the need that compares with a literal.
    """
    known = {column.name: column for column in table.columns}
    usable = [each for each in need.comparisons if _is_key(each.key, known)]
    sure = [each for each in usable if not each.alternative]
    equal = _distinct_keys(each for each in sure if each.kind in ("equal", "null", "in"))
    single = [each for each in equal if each.kind in ("equal", "null")]
    joins = _distinct_keys(each for each in sure if each.kind == "join")
    ranges = _distinct_keys(each for each in sure if each.kind == "range" and not _is_json_like(each, known))
    for keys in _btrees([e.key for e in single], [e.key for e in equal], [j.key for j in joins],
                        [r.key for r in ranges], need.orders):
        yield from _variants(need, keys, read, known, sure, skewed, table.primary_key)
    for each in usable:
        if each.alternative and each.kind in ("equal", "in", "range", "null"):
            yield Candidate(need.schema, need.table, (each.key,))
        yield from _others(need, each, known)


def _btrees(single: Sequence[str], equal: Sequence[str], joins: Sequence[str], ranges: Sequence[str],
            orders: Sequence[tuple[OrderKey, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield lists of keys."""
    seen: set[tuple[str, ...]] = set()
    starts: list[tuple[str, ...]] = [()]
    # All equal columns, each alone, and, of few, their pairs; joins stand before or behind them.
    for size in (len(equal), 1, 2):
        starts += [chosen for chosen in itertools.combinations(equal, size) if chosen and size <= _MOST_COLUMNS]
    starts += [(join, *rest) for join in joins for rest in ((), tuple(equal), tuple(single))]
    starts += [(*equal, join) for join in joins if equal]
    starts += [tuple(pair) for pair in itertools.permutations(joins, 2)] if len(joins) < 4 else []
    for start in dict.fromkeys(tuple(dict.fromkeys(each)) for each in starts):
        endings: list[tuple[str, ...]] = [(), *((key,) for key in ranges)]
        for order in orders:
            sorted_by = tuple(key.sql for key in order if key.text not in start)
            if sorted_by:
                endings += [sorted_by, *((*sorted_by, key) for key in ranges if key not in {k.text for k in order})]
        for ending in endings:
            keys = tuple(dict.fromkeys((*start, *ending)))[: _MOST_COLUMNS]
            if keys and keys not in seen:
                seen.add(keys)
                yield keys


def _variants(need: Need, keys: tuple[str, ...], read: frozenset[str], known: Mapping[str, Column],
              comparisons: Sequence[Comparison], skewed: Mapping[str, float],
              table_key: Sequence[str]) -> Iterator[Candidate]:
    """Yield an index plain, covering, and partial for each condition that few rows fulfil."""
    keys = _unreversed(keys)
    plain = Candidate(need.schema, need.table, keys)
    yield plain
    covering = _included(plain, read, known)
    if covering is not None:
        yield covering
    for each in comparisons:
        share = skewed.get(each.condition, 1.0)
        if not each.constant or not each.condition or share > _LARGEST_SHARE:
            continue
        if each.kind not in ("equal", "null", "not null", "unequal", "in"):
            continue
        rest = tuple(key for key in keys if key.split(" ")[0] != each.key and key != each.key)
        # A column that the predicate fixes need not be a key.
        rest = rest or tuple(map(quoted, table_key))
        if not rest:
            continue
        partial = Candidate(need.schema, need.table, rest, (), each.condition)
        yield partial
        covering = _included(partial, read, known)
        if covering is not None:
            yield covering


def _included(candidate: Candidate, read: frozenset[str], known: Mapping[str, Column]) -> Candidate | None:
    """Return the index with the other columns that the query reads, None when there are none or too many."""
    # An index that holds the whole row is a second table.
    if any(key.startswith("(") for key in candidate.keys) or len(read) == len(known) > _SMALL_ROW:
        return None
    rest = sorted(read - set(candidate.columns))
    if not rest or len(rest) > _MOST_INCLUDED or any(name not in known or _is_wide(known[name]) for name in rest):
        return None
    return Candidate(candidate.schema, candidate.table, candidate.keys, tuple(map(quoted, rest)), candidate.predicate)


def _others(need: Need, each: Comparison, known: Mapping[str, Column]) -> Iterator[Candidate]:
    """Yield indexes that are not btrees: for words in texts, elements of arrays, keys of documents, ranges."""
    type_ = known[each.key.strip('"')].type if each.key.strip('"') in known else ""
    if each.kind == "like" and (type_.startswith(_TEXTS) or each.key.startswith("(")):
        if each.prefix and each.operator == "like":
            yield Candidate(need.schema, need.table, (f"{each.key} text_pattern_ops",))
        yield Candidate(need.schema, need.table, (f"{each.key} gin_trgm_ops",), method="gin", requires=("pg_trgm",))
    elif each.kind == "contains" and type_ == "jsonb":
        if each.operator in ("@>", "@?", "@@"):
            yield Candidate(need.schema, need.table, (f"{each.key} jsonb_path_ops",), method="gin")
        yield Candidate(need.schema, need.table, (each.key,), method="gin")
    elif each.kind == "contains" and (type_.endswith("[]") or type_ == "tsvector" or each.operator == "@@"):
        yield Candidate(need.schema, need.table, (each.key,), method="gin")
    elif each.kind == "contains" and "range" in type_:
        yield Candidate(need.schema, need.table, (each.key,), method="gist")
    elif each.kind == "range" and not each.key.startswith("("):
        yield Candidate(need.schema, need.table, (each.key,), method="brin")


def _unreversed(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return keys whose orders are all descending as ascending ones: a btree is read both ways."""
    behind = {_behind(key) for key in keys if _behind(key)}
    if behind == {"DESC"} and all(_behind(key) for key in keys[next(i for i, key in enumerate(keys) if _behind(key)):]):
        return tuple(key.removesuffix(" DESC") for key in keys)
    return keys


def _behind(key: str) -> str:
    """Return what stands behind a key's expression."""
    return key[key.rindex(")") + 1 :].strip() if key.startswith("(") else key.partition(" ")[2]


def _distinct_keys(comparisons: Iterator[Comparison]) -> list[Comparison]:
    found: dict[str, Comparison] = {}
    for each in comparisons:
        found.setdefault(each.key, each)
    return list(found.values())


def _is_key(key: str, known: Mapping[str, Column]) -> bool:
    return key.startswith("(") or key.strip('"') in known


def _is_json_like(each: Comparison, known: Mapping[str, Column]) -> bool:
    column = known.get(each.key.strip('"'))
    return column is not None and column.type in ("json", "jsonb", "xml")


def _is_wide(column: Column) -> bool:
    return column.type in ("json", "jsonb", "xml", "bytea", "tsvector") or column.type == "text"
