"""How many pages an index would have, from statistics alone.

A btree that CREATE INDEX has just built: leaves filled to 90 %, inner pages to 70 %, equal keys in posting lists of at
most 812 bytes since PostgreSQL 13 (src/backend/access/nbtree/nbtsort.c and nbtdedup.c; BTMaxItemSize, BT_MIN_FILLFACTOR
in src/include/access/nbtree.h).  Keys that are equal by chance come in numbers of a Poisson distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
        leaves = sum(_leaves_of_equal(count, keys, key, varies=varies or len(groups) > 9) for count, keys in groups)
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


def _leaves_of_equal(count: float, keys: float, key: float, *, varies: bool) -> float:
    """Return the leaves that `keys` keys with `count` rows each fill."""
    fits = max(1, int((_POSTING - key) // _TID))
    full, rest = divmod(count, fits)
    found = keys * full / _per_leaf(_aligned(key + fits * _TID) + _ITEM, fits * _TID)
    if rest >= 2:
        found += keys / _per_leaf(_mean_posting(key, rest) + _ITEM, rest * _TID,
                                  varies=varies or full > 0)
    elif rest >= 1:
        found += keys / _per_leaf(key + _ITEM, varies=varies or full > 0)
    return found


def _mean_posting(key: float, rows: float) -> float:
    """Return the bytes of a posting list: the mean of the nearest whole numbers of rows."""
    below = math.floor(rows)
    return (1 - rows + below) * _aligned(key + below * _TID) + (rows - below) * _aligned(key + (below + 1) * _TID)


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
    if mean >= _CHANCE_BELOW or mean <= 1.0:
        return [*found, (max(mean, 1.0), rest / max(mean, 1.0))]
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
