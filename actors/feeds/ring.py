"""The last candles of one pair and frame: cheap to add to, an array when it is read.

Adding is on the path of every bar, reading is not. So a candle is only put aside, and what was
put aside is written into rows when somebody reads. Readers get copies that never change.

What nobody reads is packed, a block at a time, while it is still in the processor's cache. To keep
3,000 candles as objects costs ten times the packing: each that is dropped has gone cold by then.
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
BLOCK: Final = 64  # candles that are packed together
FIELDS: Final = 6  # at (ms), open, high, low, close, volume: the columns of a snapshot


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Candle]).decode


class CandleRing:
    """The newest `capacity` candles; whoever adds sees to their order."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise UsageError(f"a ring holds at least 1 candle, not {capacity}")
        self.capacity: Final = capacity
        self.new: Final[list[Candle]] = []  # neither packed nor in the rows
        self._blocks: deque[bytes] = deque(maxlen=-(-capacity // BLOCK))  # not in the rows either
        self._newest: Candle | None = None  # of those that are packed or in the rows
        self._rows: NDArray[np.float64] = np.empty((0, FIELDS))
        self._start = 0  # the rows in use
        self._stop = 0

    def add(self, candle: Candle) -> None:
        """Take the next candle."""
        self.new.append(candle)
        if len(self.new) >= BLOCK:
            self.pack()

    def pack(self) -> None:
        """Pack what is new; whoever appends to `new` itself does it at BLOCK of them."""
        if self.new:
            self._blocks.append(_encode(self.new))
            self._newest = self.new[-1]
            self.new.clear()

    def clear(self) -> None:
        """Forget all."""
        self.new.clear()
        self._blocks.clear()
        self._newest = None
        self._start = self._stop = 0

    def __len__(self) -> int:
        new = len(self._blocks) * BLOCK + len(self.new)
        return min(self.capacity, self._stop - self._start + new)

    @property
    def newest(self) -> Candle | None:
        """The candle added last."""
        return self.new[-1] if self.new else self._newest

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
        new = [candle for block in self._blocks for candle in _decode(block)] + self.new
        if not new:
            return
        new = new[-self.capacity :]
        count = len(new)
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
        self._blocks.clear()
        self.new.clear()
