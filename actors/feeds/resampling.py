"""Higher frames from lower ones, and candles from trades: pure rules.

A bar covers the time that its frame says, wherever its data begin; what it holds when data are
missing is told apart by `is_complete`. Prices of candles are floats, as everywhere; a candle of
trades is reckoned in decimals and written down once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from ...runtime import Millis
from ..exchange.tape import Columns
from ..market.candle import Candle
from ..market.money import ZERO, add
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .higher_frames import FramesDoNotFit

_DAY: Final = 86_400_000  # ms


@attrs.frozen
class Resampled:
    """Bars of the higher frame, oldest first."""

    columns: Columns
    is_complete: NDArray[np.bool_]  # whether each bar has all bars of the lower frame


def resample(columns: Columns, low: TimeFrame, high: TimeFrame) -> Resampled:
    """Bars of `high` from those of `low`, on the grid of UTC.

    columns: in order of time, checked. Volumes are summed in order, as a venue would.
    Raises FramesDoNotFit where no whole number of lower bars makes a higher one.

    >>> minutes = Columns(np.arange(3) * 60_000, *np.array([[1.0, 3.0, 2.0]] * 5))
    >>> bars = resample(minutes, TimeFrame(1, "m"), TimeFrame(2, "m"))
    >>> bars.columns.highs.tolist(), bars.is_complete.tolist()
    ([3.0, 2.0], [True, False])
    """
    _require_fit(low, high)
    times = columns.open_times
    begins = _begins(times, high)
    starts = np.flatnonzero(np.diff(begins, prepend=-1))
    ends = np.append(starts[1:], len(times)) - 1
    bars = Columns(
        begins[starts],
        columns.opens[starts],
        np.maximum.reduceat(columns.highs, starts) if len(starts) else columns.highs,
        np.minimum.reduceat(columns.lows, starts) if len(starts) else columns.lows,
        columns.closes[ends],
        _sums(columns.volumes, starts),
    )
    counts = np.diff(np.append(starts, len(times)))
    return Resampled(bars, np.equal(counts, _wanted(bars.open_times, low, high)))


def candles_of(trades: Iterable[Trade], frame: TimeFrame) -> Iterator[Candle]:
    """The candles of trades in order of time; of time without a trade there is none."""
    begin = end = Millis(-1)
    prices: list[Decimal] = []  # open, high, low, close
    volume = ZERO
    for trade in trades:
        price = trade.price
        if trade.at >= end:
            if prices:
                yield _candle(begin, prices, volume)
            begin = frame.open_of(trade.at)
            end = frame.close_of(begin)
            prices, volume = [price] * 4, ZERO
        prices[1] = max(prices[1], price)
        prices[2] = min(prices[2], price)
        prices[3] = price
        volume = add(volume, trade.amount)
    if prices:
        yield _candle(begin, prices, volume)


def _candle(begin: Millis, prices: list[Decimal], volume: Decimal) -> Candle:
    opened, high, low, close = map(float, prices)
    return Candle(begin, opened, high, low, close, float(volume))


def _require_fit(low: TimeFrame, high: TimeFrame) -> None:
    if not low.is_fixed:
        raise FramesDoNotFit(low, high)
    if not high.is_fixed:  # a month begins with a day
        fits = _DAY % low.length == 0
    else:
        fits = high.length > low.length and high.length % low.length == 0
    if not fits:
        raise FramesDoNotFit(low, high)


def _begins(times: NDArray[np.int64], frame: TimeFrame) -> NDArray[np.int64]:
    if frame.is_fixed:
        origin = int(frame.open_of(Millis(0)))  # weeks do not begin in 1970
        return times - (times - origin) % frame.length
    opened = (frame.open_of(Millis(at)) for at in times.tolist())
    return np.fromiter(opened, np.int64, len(times))


def _wanted(begins: NDArray[np.int64], low: TimeFrame, high: TimeFrame) -> NDArray[np.int64]:
    ends = [high.close_of(Millis(at)) for at in begins.tolist()]
    return (np.array(ends, np.int64) - begins) // low.length


def _sums(values: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sums from each start to the next, one value after the other: numpy would add in pairs."""
    ends = [*starts[1:].tolist(), len(values)]
    plain = values.tolist()
    bounds = zip(starts.tolist(), ends, strict=False)
    return np.array([_sum(plain[start:end]) for start, end in bounds], np.float64)


def _sum(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
