"""The last candles of one pair and frame: cheap to add to, an array when it is read.

Adding is on the path of every bar, reading is not. So a candle is only put into a bounded queue;
the queue is written into rows when somebody reads. Readers get copies that never change.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...runtime import UsageError
from ..market.candle import Candle

CAPACITY: Final = 3_000  # candles
FIELDS: Final = 6  # at (ms), open, high, low, close, volume: the columns of a snapshot


class CandleRing:
    """The newest `capacity` candles; whoever adds sees to their order.

    `add` is the method of the queue itself, so that adding costs no call of ours.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise UsageError(f"a ring holds at least 1 candle, not {capacity}")
        self.capacity: Final = capacity
        self._new: deque[Candle] = deque(maxlen=capacity)  # not yet in the rows
        self.add: Final = self._new.append
        self._newest: Candle | None = None  # of those in the rows
        self._rows: NDArray[np.float64] = np.empty((0, FIELDS))
        self._start = 0  # the rows in use
        self._stop = 0

    def __len__(self) -> int:
        return min(self.capacity, self._stop - self._start + len(self._new))

    @property
    def newest(self) -> Candle | None:
        """The candle added last."""
        return self._new[-1] if self._new else self._newest

    def snapshot(self, limit: int) -> NDArray[np.float64]:
        """The newest `limit` candles or as many as there are, as a read-only array of its own.

        Shape (n, 6), oldest first: at in ms, open, high, low, close, volume.
        """
        self._write_new()
        count = min(limit, self._stop - self._start)
        rows = self._rows[self._stop - count : self._stop].copy()
        rows.setflags(write=False)
        return rows

    def _write_new(self) -> None:
        new = self._new
        count = len(new)
        if not count:
            return
        if not len(self._rows):
            self._rows = np.empty((2 * self.capacity, FIELDS))
        if self._stop + count > len(self._rows):  # room for as many again as are kept
            kept = min(self._stop - self._start, self.capacity - count)
            self._rows[:kept] = self._rows[self._stop - kept : self._stop]
            self._start, self._stop = 0, kept
        self._rows[self._stop : self._stop + count] = [
            msgspec.structs.astuple(each) for each in new
        ]
        self._stop += count
        self._start = max(self._start, self._stop - self.capacity)
        self._newest = new[-1]
        new.clear()
