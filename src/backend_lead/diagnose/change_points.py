"""When a series changed its level, without a guess at how its values are spread.

At each place the values before are compared with those after by the test of Mann and Whitney (On a test of whether one
of two random variables is stochastically larger than the other, 1947): by the sum of their ranks, whose mean and
variance without a change are known.  The clearest place is taken, and since one of many was chosen, its probability is
multiplied by their number (Bonferroni).  Pettitt's test of 1979 compares the same sums without their variance, and so
does not see what happened lately.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

FEWEST = 8
_SIDE = 3
_PROBABILITY = 0.01
_MOST_CHANGES = 20


def change_points(values: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Return where the level of a series changes, as the index of the first value after, with the probability of the
    change by chance; each side of a change is looked at again."""
    found: list[tuple[int, float]] = []
    pending = [(0, len(values))]
    while pending and len(found) < _MOST_CHANGES:
        start, end = pending.pop()
        place, probability = clearest(values[start:end])
        if probability <= _PROBABILITY:
            found.append((start + place, probability))
            pending += [(start, start + place), (start + place, end)]
    return tuple(sorted(found))


def clearest(values: Sequence[float]) -> tuple[int, float]:
    """Return the likeliest place of a change and its probability by chance, 1 where there are too few values."""
    count = len(values)
    if count < FEWEST:
        return 0, 1.0
    ranks = _ranks(values)
    total, most, place = 0.0, 0.0, 0
    for index in range(1, count - _SIDE + 1):
        total += ranks[index - 1]
        if index >= _SIDE:
            spread = math.sqrt(index * (count - index) * (count + 1) / 12)
            deviation = abs(total - index * (count + 1) / 2) / spread
            if deviation > most:
                most, place = deviation, index
    return place, min(count * math.erfc(most / math.sqrt(2)), 1.0)


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and values[ordered[end + 1]] == values[ordered[start]]:
            end += 1
        for position in range(start, end + 1):
            ranks[ordered[position]] = (start + end) / 2 + 1
        start = end + 1
    return ranks
