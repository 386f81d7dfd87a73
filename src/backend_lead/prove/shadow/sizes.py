"""How many pages an index would have, from statistics alone.

A btree that CREATE INDEX has just built: leaves filled to 90 %, inner pages to 70 %, equal keys in posting lists of at
most 812 bytes since PostgreSQL 13 (src/backend/access/nbtree/nbtsort.c and nbtdedup.c; BTMaxItemSize, BT_MIN_FILLFACTOR
in src/include/access/nbtree.h).  Keys that are equal by chance come in numbers of a Poisson distribution.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

PAGE = 8192
_USABLE = PAGE - 24 - 16
# A leaf takes items until less than a tenth of a page is free; one line pointer is the high key's, and the free space
# of a page is counted without one more.
_LEAF_ROOM = _USABLE - 8 - PAGE * 10 // 100
_INNER_ROOM = _USABLE - PAGE * 30 // 100
_ITEM, _TUPLE, _TID = 4, 8, 6
_POSTING = PAGE // 10 // 8 * 8 - _ITEM
_NULLS = 16
_CHANCE_BELOW = 50.0
# Free bytes of an empty leaf, the line pointers of the high key and of the next item counted; a tenth stays free.
_EMPTY, _KEPT_FREE = PAGE - 24 - 16 - 4 - 4, PAGE * 10 // 100
# Keys with the rows of so many posting lists fill leaves alone; so many keys or leaves tell the mean of the others.
_ALONE, _SAMPLED, _SAMPLED_LEAVES = 500, 50_000, 300
# Above, numbers by chance are as good as normal; these points stand for equal parts of it.
_POINTS = tuple(NormalDist().inv_cdf((number + 0.5) / 15) for number in range(15))


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """What the size of an index depends on: (bytes, share) of its values' lengths, their alignment (1 for short values
    of varying length), share of nulls, distinct values, shares of common values."""

    lengths: tuple[tuple[int, float], ...]
    alignment: int
    null_share: float = 0.0
    distinct: float = 0.0
    common_shares: tuple[float, ...] = ()

    @property
    def varies(self) -> bool:
        """Say whether values differ in length."""
        return len(self.lengths) > 1

    @property
    def width(self) -> float:
        """The mean bytes of a value."""
        return sum(length * share for length, share in self.lengths)


@dataclass(frozen=True, slots=True)
class IndexSize:
    """Pages of the whole file, and for a btree how many levels its root stands above the leaves."""

    pages: int
    height: int = 0

    @property
    def size_bytes(self) -> int:
        """The size in bytes."""
        return self.pages * PAGE


def btree_size(rows: float, columns: Sequence[KeyColumn], *, distinct: float, deduplicates: bool,
               included: Sequence[KeyColumn] = ()) -> IndexSize:
    """Return the size of a btree over `rows` rows with `distinct` different keys."""
    if rows < 1:
        return IndexSize(1)
    everything = (*columns, *included)
    key, varies = tuple_bytes(everything), any(column.varies for column in everything)
    if not deduplicates or included:
        leaves = rows / _per_leaf(key + _ITEM, varies=varies)
    else:
        groups = _duplicates(rows, distinct, columns)
        leaves = _leaves_of_groups(groups, key, varies=varies)
    return _with_levels(math.ceil(leaves), tuple_bytes(columns[: _telling_columns(columns, rows)]),
                        distinct < rows * 0.5)


def height_of(pages: int, columns: Sequence[KeyColumn]) -> int:
    """Return how high a btree of this many pages stands."""
    item = tuple_bytes(columns) + _ITEM
    leaves, height = max(pages - 1, 1), 0
    while leaves > 1:
        leaves = math.ceil(leaves * item / _INNER_ROOM)
        height += 1
    return height


def tuple_bytes(columns: Sequence[KeyColumn]) -> float:
    """Return the mean bytes of an index tuple without its line pointer."""
    no_nulls = math.prod(1 - column.null_share for column in columns)
    whole = _mean_end(columns, _TUPLE) if no_nulls else 0.0
    if no_nulls > 0.9999:
        return whole
    # A tuple with a null carries a bitmap, and nothing for the null itself.
    kept = [column for column in columns if column.null_share < 0.5] if len(columns) > 1 else []
    return no_nulls * whole + (1 - no_nulls) * _mean_end(kept, _NULLS)


def _mean_end(columns: Sequence[KeyColumn], start: int) -> float:
    """Return where tuples end on average, padded to eight bytes, when their values follow a header of `start` bytes."""
    ends: dict[int, float] = {start: 1.0}
    for column in columns:
        step = column.alignment
        after: dict[int, float] = {}
        for end, share in ends.items():
            begin = (end + step - 1) // step * step
            for length, part in column.lengths:
                after[begin + length] = after.get(begin + length, 0.0) + share * part
        ends = after
    return sum(share * _aligned(end) for end, share in ends.items())


def distinct_keys(rows: float, columns: Sequence[KeyColumn]) -> float:
    """Return how many different keys several columns make when nothing is known of them together."""
    product = 1.0
    for column in columns:
        product *= max(column.distinct, 1.0) + (1.0 if column.null_share else 0.0)
        if product >= rows:
            return rows
    return max(1.0, product)


def gin_size(rows: float, elements: float, distinct: float, width: float) -> IndexSize:
    """Return the size of a GIN index with `elements` keys in each row, of `distinct` keys in all, `width` bytes each.

    Row pointers of one key are kept as differences in one to six bytes, seven bits in each (src/backend/access/gin/
    ginpostinglist.c); a key with more than fits in a tuple gets a tree of its own.
    """
    if rows < 1 or elements <= 0:
        return IndexSize(2)
    entries = max(1.0, min(distinct, rows * elements))
    pointers = rows * elements / entries
    # Eleven bits hold the row within its page, so two neighbours in one page differ by little.
    gap = max(rows / max(pointers, 1.0), 1.0)
    pointer_bytes = max(1, math.ceil((math.log2(gap) + 2) / 7)) if pointers > 1 else 0
    posting = pointers * pointer_bytes
    entry_pages = entries * (_aligned(_TUPLE + width + min(posting, 300)) + _ITEM) / (_USABLE * 0.75)
    data_pages = entries * posting / (_USABLE * 0.9) if posting > 300 else 0.0
    return IndexSize(2 + math.ceil(entry_pages) + math.ceil(data_pages))


def brin_size(table_pages: int, width: float, pages_per_range: int = 128) -> IndexSize:
    """Return the size of a BRIN index: two values for each range of pages, a metapage and the map to the ranges."""
    ranges = max(1, math.ceil(table_pages / pages_per_range))
    item = _aligned(8 + 2 * width) + _ITEM
    return IndexSize(1 + math.ceil(ranges * _TID / (_USABLE + 16)) + math.ceil(ranges * item / _USABLE))


def hash_size(rows: float) -> IndexSize:
    """Return the size of a hash index: buckets filled to 75 % with tuples of sixteen bytes, in powers of two split in
    four (src/backend/access/hash/hashpage.c)."""
    per_bucket = max(1, int(_USABLE * 0.75 / (16 + _ITEM)))
    wanted = max(2.0, rows / per_bucket)
    power = 2 ** math.floor(math.log2(wanted))
    quarters = math.ceil((wanted / power - 1) * 4)
    buckets = power * (1 + quarters / 4) if power >= 1024 else 2 ** math.ceil(math.log2(wanted))
    return IndexSize(int(buckets) + 2)


def _leaves_of_groups(groups: Sequence[tuple[float, float]], key: float, *, varies: bool) -> float:
    """Return the leaves of keys that several rows share: `groups` are (rows with a key, how many such keys).

    Leaves are filled as CREATE INDEX fills them, with keys drawn from the groups, so many that their mean is known;
    keys with the rows of many leaves fill these alone.
    """
    fits = max(2, int((_POSTING // 8 * 8 - key) // _TID))
    whole = _aligned(key + fits * _TID)
    alone = [(count, keys) for count, keys in groups if count > fits * _ALONE]
    mixed = [(count, keys) for count, keys in groups if count <= fits * _ALONE and count * keys > 0]
    found = sum(keys * count / fits / _per_leaf(whole + _ITEM, whole - key) for count, keys in alone)
    left = sum(count * keys for count, keys in mixed)
    if not left:
        return found
    if all(count < 2 for count, _ in mixed):
        return found + left / _per_leaf(key + _ITEM, varies=varies)
    chance = random.Random(1)
    keys_drawn = chance.choices(mixed, [keys for _, keys in mixed], k=int(min(_SAMPLED, sum(k for _, k in mixed)) + 1))
    drawn, leaves, leaf = 0.0, 0.0, _Leaf()
    for count, _ in keys_drawn:
        rows = math.floor(count) + (chance.random() < count - math.floor(count))
        drawn += rows
        for first in range(0, rows, fits):
            together = min(fits, rows - first)
            size = _aligned(key + together * _TID) if together > 1 else _rounded(key, chance)
            leaves += leaf.add(size, size - key if together > 1 else 0.0)
        if leaves >= _SAMPLED_LEAVES:
            break
    return found + (leaves + leaf.filled) * left / max(drawn, 1.0)


def _rounded(key: float, chance: random.Random) -> float:
    """Return a key's bytes as one of the two lengths whose mean is given."""
    below = math.floor(key / 8) * 8
    return float(below + 8 if chance.random() * 8 < key - below else below)


class _Leaf:
    """A leaf while CREATE INDEX fills it (_bt_buildadd in src/backend/access/nbtree/nbtsort.c): items go on it while a
    tenth of the page is free, what its high key will lose of a posting list counting as free; the item that filled it
    moves to the next."""

    def __init__(self) -> None:
        self._free, self._items, self._last, self._spare = float(_EMPTY), 0, 0.0, 0.0

    def add(self, size: float, spare: float) -> int:
        """Add an item of whose bytes `spare` are its posting list; return 1 when a leaf was finished before it."""
        full = self._free < size + 8 or (self._free + self._spare < _KEPT_FREE and self._items > 1)
        if full:
            self._free, self._items = _EMPTY - self._last - _ITEM, 1
        self._free -= size + _ITEM
        self._items += 1
        self._last, self._spare = size, spare
        return int(full)

    @property
    def filled(self) -> float:
        """The part of the last leaf that is used."""
        return min((_EMPTY - self._free) / (_EMPTY - _KEPT_FREE), 1.0)


def _per_leaf(item: float, posting: float = 0.0, *, varies: bool = False) -> float:
    """Return how many items of so many bytes stay on a leaf.  The one that fills it moves to the next; what its high
    key loses with the posting list counts as free."""
    fits = (_LEAF_ROOM + posting) / item
    return max(2.0, fits - 0.5 if varies else math.floor(fits))


def _duplicates(rows: float, distinct: float, columns: Sequence[KeyColumn]) -> list[tuple[float, float]]:
    """Return (rows with an equal key, how many such keys), adding up to all rows."""
    found: list[tuple[float, float]] = []
    rest, others = rows, max(1.0, min(distinct, rows))
    if len(columns) == 1:
        column = columns[0]
        found += [(rows * share, 1.0) for share in (*column.common_shares, column.null_share) if rows * share >= 1]
        rest = max(0.0, rows * (1 - sum(column.common_shares) - column.null_share))
        others = max(1.0, others - len(column.common_shares))
    if rest < 1:
        return found
    mean = rest / others
    if mean <= 1.0:
        return [*found, (1.0, rest)]
    if mean >= _CHANCE_BELOW:
        return [*found, *((mean + point * math.sqrt(mean), others / len(_POINTS)) for point in _POINTS)]
    rate = _rate(mean)
    share, spread = math.exp(-rate) / (1 - math.exp(-rate)), []
    for count in range(1, int(mean * 4) + 20):
        share *= rate / count
        spread.append((float(count), share * others))
    return found + spread


def _rate(mean: float) -> float:
    """Return the rate of a Poisson distribution whose mean is `mean` once zeros are left out."""
    rate = mean
    for _ in range(50):
        rate = mean * (1 - math.exp(-rate))
    return max(rate, 1e-6)


def _with_levels(leaves: int, pivot: float, needs_tid: bool) -> IndexSize:
    item = pivot + (_TUPLE if needs_tid else 0) + _ITEM
    pages, level, height = leaves, leaves, 0
    while level > 1:
        level = math.ceil(level * item / _INNER_ROOM)
        pages += level
        height += 1
    return IndexSize(pages + 1, height)


def _telling_columns(columns: Sequence[KeyColumn], rows: float) -> int:
    """Return how many leading columns tell neighbouring leaves apart: the others are cut off in inner pages."""
    product = 1.0
    for number, column in enumerate(columns, 1):
        product *= max(column.distinct, 1.0)
        if product >= rows / 200:
            return number
    return len(columns)


def _aligned(size: float) -> float:
    return math.ceil(size / 8) * 8
