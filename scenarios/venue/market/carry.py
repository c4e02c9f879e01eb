"""Mark, index and funding of a contract: the mark is the index and a damped premium.

The index is what the path says. The premium is what the book's middle lies above it, smoothed, so
that one trade far off moves no mark. The funding rate follows from the mean premium since the last
funding, as the venue reckons it: the interest, pulled back to within 0.05 % of the premium.
"""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import RATE, Market
from ....runtime import Millis
from .intervals import HOUR
from .population import Stage
from .records import INTEREST

MARK_PERIOD: Final = 3_000  # ms: the mark moves at most this often, as the venue's does
_CLAMP: Final = 50_000  # 0.05 %
_CAP: Final = 2_000_000  # 2 %
_DAMPING: Final = 16  # of this many premiums the newest counts for one
_WIDEST: Final = RATE // 100  # a mark lies within 1 % of its index


class Carry:
    """Keeps one contract's mark price and settles its funding on the agenda."""

    def __init__(
        self,
        market: Market,
        stage: Stage,
    ) -> None:
        hours = 8 if market.contract is None else market.contract.funding_hours
        self._market = market
        self._engine = stage.engine
        self._agenda = stage.agenda
        self._settle = stage.settle
        self._period = hours * HOUR
        self._next = Millis(0)
        self._due = self._next  # not before then does the mark move again
        self._premium = 0  # damped, in 1e-8
        self._sum = 0  # of all premiums since the last funding
        self._count = 0

    def start(self) -> None:
        """Put the fundings on the agenda: each whole period of the day in UTC."""
        now = self._agenda.now
        self._next = Millis(now - now % self._period + self._period)
        self._agenda.at(self._next, self._fund)

    def move(self, index: int) -> None:
        """The index is `index` now, price quanta, > 0: the mark follows, every 3 s at most."""
        bids, asks = self._engine.depth(self._market.symbol, 1)
        middle = (bids[0][0] + asks[0][0]) // 2 if bids and asks else index
        premium = (middle - index) * RATE // index
        self._premium += (premium - self._premium) // _DAMPING
        self._sum += premium
        self._count += 1
        if self._agenda.now < self._due:
            return
        self._due = Millis(self._agenda.now + MARK_PERIOD)
        bounded = max(-_WIDEST, min(_WIDEST, self._premium))
        mark = max(index + index * bounded // RATE, 1)
        self._engine.set_mark(
            self._market.symbol,
            mark,
            index,
            self._agenda.now,
            rate=self.rate(),
            next_funding=self._next,
        )

    def rate(self) -> int:
        """What would be settled now, in 1e-8: paid by the longs where it is above 0."""
        mean = self._sum // self._count if self._count else 0
        pulled = mean + max(-_CLAMP, min(_CLAMP, INTEREST - mean))
        return max(-_CAP, min(_CAP, pulled))

    def _fund(self) -> None:
        rate = self.rate()
        self._sum = self._count = 0
        due, self._next = self._next, Millis(self._next + self._period)
        self._agenda.at(self._next, self._fund)
        if self._engine.mark(self._market.symbol) is not None:
            self._engine.fund(self._market.symbol, rate, due)
            self._settle()
