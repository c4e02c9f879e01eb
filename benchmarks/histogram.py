"""Counts of durations by size, in the same memory however many there are."""

from __future__ import annotations

from array import array
from math import log
from typing import Final

STEP: Final = 1.01  # each bucket is so many times as wide as the one before: 1 % of resolution
LEAST: Final = 1e-7  # s
BUCKETS: Final = 2_048  # up to about 70 s


class Histogram:
    """Durations in seconds.

    >>> seen = Histogram()
    >>> for each in (0.001, 0.002, 0.1):
    ...     seen.add(each)
    >>> round(seen.quantile(0.5), 4), round(seen.quantile(0.99), 2)
    (0.002, 0.1)
    """

    def __init__(self) -> None:
        self._counts = array("Q", bytes(8 * BUCKETS))
        self._scale = 1 / log(STEP)
        self.total = 0

    def add(self, seconds: float) -> None:
        """Count one."""
        index = int(log(max(seconds, LEAST) / LEAST) * self._scale)
        self._counts[min(index, BUCKETS - 1)] += 1
        self.total += 1

    def quantile(self, share: float) -> float:
        """What that share of all are at most, to 1 %; 0 where there are none."""
        wanted = share * self.total
        seen = 0
        for index, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return float(LEAST * STEP ** (index + 0.5))
        return 0.0
