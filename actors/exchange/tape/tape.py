"""A tape: recorded candles of one pair and one time frame, as columns that never change.

Candle objects are made one by one when they are asked for: half a million of them, or of numbers
in lists, would take more memory than all the rest of a backtest. Views of the columns hand out
Python numbers faster than lists of a block would, and hold none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Final, cast

from ....runtime import Millis, Ref, UsageError
from ...market.candle import Candle
from ...market.timeframe import TimeFrame
from .checks import Locate, check, in_memory
from .columns import Columns, frozen
from .spacing import Gaps, Times, close_times

NONE_CLOSED: Final = -1
"""What `index_at` gives before the first candle has closed."""

_BLOCK: Final = 4096  # candles, about 1 MB of them


class Tape:
    """Recorded candles, oldest first; checked on construction, read-only afterwards.

    columns: copied where somebody else could still write to them.
    locate: where the candle with an index stands, for errors.
    Raises a TapeError where a candle cannot be, or cannot be where it is.
    """

    __slots__ = (
        "_count",
        "_first_close",
        "_is_regular",
        "_step",
        "_views",
        "closes",
        "frame",
        "highs",
        "lows",
        "open_times",
        "opens",
        "symbol",
        "volumes",
    )

    def __init__(
        self,
        symbol: str,
        frame: TimeFrame,
        columns: Columns,
        *,
        gaps: Gaps = Gaps.REFUSE,
        locate: Locate = in_memory,
    ) -> None:
        columns = frozen(columns)
        check(columns, frame, gaps=gaps, locate=locate)
        self.symbol: Final = symbol  # "BTC/USDT"
        self.frame: Final = frame
        self.open_times: Final = columns.open_times  # ms UTC, when each candle began
        self.opens: Final = columns.opens  # quote currency per unit of base, as the next three
        self.highs: Final = columns.highs
        self.lows: Final = columns.lows
        self.closes: Final = columns.closes
        self.volumes: Final = columns.volumes  # base currency
        ends = self.close_times
        self._count: Final = len(ends)
        self._first_close: Final = int(ends[0])
        self._step: Final = frame.length if frame.is_fixed else 0
        self._is_regular: Final = frame.is_fixed and bool(
            ends[-1] - ends[0] == (len(ends) - 1) * frame.length
        )
        self._views: Final = tuple(column.data for column in columns)

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"<Tape {self.symbol} {self.frame}, {self._count} candles>"

    @property
    def close_times(self) -> Times:
        """When each candle ended, ms UTC: a new array."""
        return close_times(self.open_times, self.frame)

    @property
    def columns(self) -> Columns:
        """The columns themselves; nobody can write to them."""
        prices = (self.opens, self.highs, self.lows, self.closes)
        return Columns(self.open_times, *prices, self.volumes)

    def index_at(self, now: Millis) -> int:
        """The index of the last candle that closed at or before `now`; NONE_CLOSED before that."""
        if self._is_regular:
            index = (now - self._first_close) // self._step
            if index < 0:
                return NONE_CLOSED
            return index if index < self._count else self._count - 1
        begins = self._views[0]
        if self._step:
            return bisect_right(begins, now - self._step) - 1
        begun = bisect_right(begins, now) - 1
        if begun < 0 or self.frame.close_of(Millis(begins[begun])) <= now:
            return begun
        return begun - 1

    def candle(self, index: int) -> Candle:
        """The candle with this index, 0 <= index < len."""
        if not 0 <= index < self._count:
            raise UsageError(
                f"{self!r} has no candle {index}: indices run from 0 to {self._count - 1}"
            )
        return next(map(Candle, *(view[index : index + 1] for view in self._views)))

    def blocks(self, rows: int = _BLOCK) -> Iterator[list[Candle]]:
        """All candles, oldest first, in lists of at most `rows`."""
        if rows < 1:
            raise UsageError(f"a block has at least 1 row, not {rows}")
        for start in range(0, self._count, rows):
            yield list(map(Candle, *(view[start : start + rows] for view in self._views)))

    def events(self, ref: Ref) -> Iterator[tuple[Millis, Ref, Candle]]:
        """Each candle for `ref`, with the time at which it closed: what `System.replay` takes."""
        ends = cast("Iterable[Millis]", self.close_times.data)
        return zip(ends, repeat(ref), map(Candle, *self._views), strict=False)
