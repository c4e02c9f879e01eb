"""Candles of a higher frame from those of a lower one, and whether the venue's say the same.

Only what is complete closes: a candle of five minutes needs all five of its minutes. One that
lacks any is told as `Incomplete` and never as a candle (D3).

The open is that of the first, the close that of the last, high and low are the extremes: numbers
that are there already, so nothing is rounded. Volumes are floats, and their sum is taken over the
decimals that the floats were written as, exactly, and rounded once. So 0.1 and 0.2 are 0.3 here, as
they are at the venue, and any order of summation gives the same digits. From minutes to hours by
way of five minutes gives what minutes alone give, as long as no sum needs more than 15 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs

from ...runtime import Millis, UsageError
from ..market.candle import Candle
from ..market.money import ZERO, add
from ..market.timeframe import TimeFrame

_DAY: Final = 86_400_000  # ms
_WEEK_BEGINS: Final = 4 * _DAY  # 1970-01-05 was a Monday


class FramesDoNotFit(UsageError):
    """Candles of the one frame do not add up to candles of the other."""

    def __init__(self, lower: TimeFrame, higher: TimeFrame) -> None:
        super().__init__(
            f"candles of {lower} do not add up to {higher}: take a lower frame that divides it"
        )
        self.lower = lower
        self.higher = higher


@attrs.frozen
class Built:
    """A candle of the higher frame that has all of its parts."""

    candle: Candle


@attrs.frozen
class Incomplete:
    """A stretch of the higher frame that has ended and lacks some of its parts."""

    at: Millis
    have: int
    missing: int


@attrs.frozen
class Disagreement:
    """The venue's candle and ours differ."""

    at: Millis
    fields: tuple[str, ...]  # those that differ
    ours: Candle
    theirs: Candle


class FrameBuilder:
    """Makes candles of `higher` from closed candles of `lower`, which come in order.

    Raises FramesDoNotFit where they never would add up.
    """

    def __init__(self, lower: TimeFrame, higher: TimeFrame) -> None:
        if not fits(lower, higher):
            raise FramesDoNotFit(lower, higher)
        self._lower = lower
        self._higher = higher
        self._parts: list[Candle] = []
        self._at = Millis(0)  # when what is forming began
        self._ends = Millis(0)

    @property
    def forming(self) -> Candle | None:
        """What there is of the one that has not ended; None: nothing."""
        return combined(self._parts, at=self._at) if self._parts else None

    def add(self, candle: Candle) -> tuple[Built | Incomplete, ...]:
        """Take the next closed candle; what has ended by it, oldest first.

        One that does not come after the last is dropped: `closed_candles` tells what it is.
        """
        if self._parts and candle.at <= self._parts[-1].at:
            return ()
        ended: tuple[Built | Incomplete, ...] = ()
        if candle.at >= self._ends:
            ended = self._end()
            self._at = self._higher.open_of(candle.at)
            self._ends = self._higher.close_of(self._at)
        self._parts.append(candle)
        if candle.at + self._lower.length >= self._ends:
            ended += self._end()
        return ended

    def _end(self) -> tuple[Built | Incomplete, ...]:
        parts, self._parts = self._parts, []
        if not parts:
            return ()
        needed = (self._ends - self._at) // self._lower.length
        if len(parts) < needed:
            return (Incomplete(self._at, len(parts), needed - len(parts)),)
        return (Built(combined(parts, at=self._at)),)


def fits(lower: TimeFrame, higher: TimeFrame) -> bool:
    """Whether whole candles of `lower` make up each candle of `higher`.

    >>> fits(TimeFrame(1, "m"), TimeFrame(5, "m")), fits(TimeFrame(2, "m"), TimeFrame(5, "m"))
    (True, False)
    """
    if not lower.is_fixed:
        return False
    if not higher.is_fixed:  # months begin at midnight
        return lower.unit != "w" and _DAY % lower.length == 0
    if higher.length <= lower.length or higher.length % lower.length:
        return False
    return (
        lower.unit == higher.unit
        or "w" not in (lower.unit, higher.unit)
        or (higher.unit == "w" and _WEEK_BEGINS % lower.length == 0)
    )


def combined(parts: Sequence[Candle], *, at: Millis) -> Candle:
    """One candle of all these, which are in order and at least one.

    >>> parts = [Candle(0, 1.0, 2.0, 1.0, 2.0, 0.1), Candle(60_000, 2.0, 3.0, 1.5, 1.5, 0.2)]
    >>> combined(parts, at=Millis(0))
    Candle(at=0, open=1.0, high=3.0, low=1.0, close=1.5, volume=0.3)
    """
    return Candle(
        at,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum_of_volumes([part.volume for part in parts]),
    )


def sum_of_volumes(volumes: Sequence[float]) -> float:
    """The sum of what the floats were written as, rounded once.

    >>> sum_of_volumes([0.1, 0.2]), sum_of_volumes([0.2, 0.1])
    (0.3, 0.3)
    """
    total = ZERO
    for volume in volumes:
        total = add(total, Decimal(str(volume)))
    return float(total)


def disagreement(ours: Candle, theirs: Candle) -> Disagreement | None:
    """In what the venue's candle of a stretch differs from ours; None where all digits agree."""
    fields = ("at", "open", "high", "low", "close", "volume")
    differing = tuple(name for name in fields if getattr(ours, name) != getattr(theirs, name))
    return Disagreement(ours.at, differing, ours, theirs) if differing else None
