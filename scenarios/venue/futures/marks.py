"""Candles of what is not traded: the mark price, the index, the premium of one over the other.

Made of the marks that the engine tells; before the first mark they follow from the market's past.
"""

from __future__ import annotations

from typing import Final, Literal

from ....actors.matching.markets import RATE
from ....actors.matching.values import MarkMoved
from ....runtime import Millis
from ..market.candles import Candles
from ..market.past import Past
from ..market.past_marks import mark_past, premium_past
from ..market.records import Bar

Line = Literal["mark", "index", "premium"]
LINES: Final[tuple[Line, ...]] = ("mark", "index", "premium")


class MarkCandles:
    """The candles of one contract's mark, index and premium (in 1e-8).

    past: of the contract; None: they begin with the first mark.
    """

    def __init__(self, past: Past | None = None, *, keep: int = 1_500) -> None:
        marked = None if past is None else mark_past(past)
        premium = None if past is None else premium_past(past)
        self._candles = {
            line: Candles(keep=keep, past=premium if line == "premium" else marked)
            for line in LINES
        }
        self._count = 0

    def take(self, event: MarkMoved) -> None:
        """The mark moved."""
        premium = (event.mark - event.index) * RATE // event.index if event.index else 0
        values = (event.mark, event.index, premium)
        self._count += 1
        for line, value in zip(LINES, values, strict=True):
            self._candles[line].add(value, 0, 0, self._count, event.at, bought=0)

    def bars(
        self,
        line: Line,
        interval: str,
        now: Millis,
        *,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
    ) -> list[Bar]:
        """Candles, oldest first, by the rules of `Candles.bars`."""
        return self._candles[line].bars(interval, now, start=start, end=end, limit=limit)
