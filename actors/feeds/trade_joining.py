"""Trades from streams and polls, each told once and in the venue's order.

Whoever tells trades tells a stretch of them that has no gap of its own. What was told before is
dropped by its id. A stretch that does not continue what was told is held until the venue has been
asked for what lies between; what the venue does not have any more is named as `Missed`, and the
rest goes on. A venue is asked more than once before anything is given up: its answers may be old.

Here ids are numbers that count up by one, so that they alone tell what is missing; where they are
not, see `trade_overlap`. No clock and no line: `since` says from when on trades should be asked
for, and `fetched` takes the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import attrs

from ...runtime import Millis
from ..market.trade import Trade

HELD: Final = 10_000  # trades
PATIENCE: Final = 5  # answers in a row that do not help, until what is missing is given up
CERTAIN: Final = 2  # those that leave it out, though they have what came after it
_DIGITS: Final = 20  # of the longest number that is an id
ANEW: Final = 60_000  # ms after the last trade and an older number: the venue counts anew


@attrs.frozen
class Missed:
    """Trades of this stretch of time cannot be had any more."""

    after: Millis  # of the last trade before
    until: Millis  # of the first one after
    reason: str


Step: TypeAlias = tuple[Trade, ...] | Missed
"""What is to be told next; no tuple is empty."""


class CountedTrades:
    """Trades whose ids count up by one. held: how many may wait for what came before them."""

    def __init__(self, *, held: int = HELD) -> None:
        self._most = held
        self._held: dict[int, Trade] = {}
        self._last: Trade | None = None
        self._number = -1  # of the last one
        self._must_ask = False
        self._vain = 0  # answers in a row that did not help
        self.repeated = 0
        self.overflowed = 0  # dropped: too many were held
        self.unnumbered = 0  # dropped: the id is no number

    @property
    def since(self) -> Millis | None:
        """From when on trades should be asked for; None: nothing is missing."""
        is_needed = self._last is not None and (self._must_ask or self._held)
        return self._last.at if is_needed and self._last is not None else None

    @property
    def is_in_vain(self) -> bool:
        """Whether the last answer did not help, so that the next question can wait."""
        return self._vain > 0

    def stream_live(self) -> None:
        """A stream brings trades from now on: what came before it is asked for."""
        self._must_ask = self._last is not None

    def stream_down(self) -> None:
        """What happens now may not be heard; the numbers will show it."""

    def told(self, trades: Iterable[Trade]) -> tuple[Step, ...]:
        """What to tell, now that a stream or a poll has told this stretch."""
        steps: list[Step] = []
        told: list[Trade] = []
        for trade in trades:
            number = _number_of(trade)
            last = self._last
            if number is None:
                self.unnumbered += 1
            elif last is not None and number <= self._number:
                if trade.at > last.at + ANEW:
                    steps += (tuple(told),) if told else ()
                    steps.append(Missed(last.at, trade.at, "the venue numbers its trades anew"))
                    self._held.clear()  # numbers of before say nothing about those of now
                    told = [self._take(trade, number)]
                else:
                    self.repeated += 1
            elif last is not None and number > self._number + 1:
                self._hold(number, trade)
            else:
                told.append(self._take(trade, number))
                told += self._held_next()
        return (*steps, tuple(told)) if told else tuple(steps)

    def fetched(self, trades: Sequence[Trade], *, limit: int) -> tuple[Step, ...]:
        """What to tell, now that the venue has answered. limit: what it was asked for."""
        self._must_ask = False
        last, number = self._last, self._number
        steps = self.told(trades)
        if self._last is not last:
            self._vain = 0
            self._must_ask = len(trades) >= limit
        elif self._held:
            self._vain += 1
            jumps = any((_number_of(trade) or 0) > number for trade in trades)
            if self._vain >= (CERTAIN if jumps else PATIENCE):
                steps += self._give_up()
        return steps

    def _give_up(self) -> tuple[Step, ...]:
        self._vain = 0
        first = min(self._held)
        trade = self._held.pop(first)
        last = self._last or trade
        missed = Missed(last.at, trade.at, f"the venue does not tell {first - self._number - 1}")
        return missed, (self._take(trade, first), *self._held_next())

    def _take(self, trade: Trade, number: int) -> Trade:
        self._last, self._number = trade, number
        return trade

    def _held_next(self) -> list[Trade]:
        told: list[Trade] = []
        while self._held and (trade := self._held.pop(self._number + 1, None)) is not None:
            told.append(self._take(trade, self._number + 1))
        return told

    def _hold(self, number: int, trade: Trade) -> None:
        if number in self._held:
            self.repeated += 1
            return
        self._held[number] = trade
        if len(self._held) > self._most:
            self._held.pop(next(iter(self._held)))
            self.overflowed += 1


def _number_of(trade: Trade) -> int | None:
    text = trade.trade_id
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else None
