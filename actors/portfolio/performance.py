"""How a run went, in the figures that people compare: pure rules over closes and balances.

The figures are statistics, computed in float64. What the account holds to the last digit stands in
the ledger, not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...runtime import Millis, UsageError

Floats: TypeAlias = NDArray[np.float64]
Times: TypeAlias = NDArray[np.int64]

DAY: Final = 86_400_000  # ms
DAYS_PER_YEAR: Final = 365
SHARPE_DEFINITION: Final = (
    "mean / standard deviation (n - 1) of simple daily returns x sqrt(365); "
    "daily: the last equity of each UTC day; risk-free rate 0"
)
"""To be printed beside the number, since every program means something else by it."""

_FEWEST: Final = 3  # values of equity: two returns, the least that can vary
_NOISE: Final = 1e-15  # a deviation of returns below this is rounding


class UnmeasurableRun(UsageError):
    """What was given cannot be a run: empty, unequal, out of order or not finite."""

    def __init__(self, series: str, problem: str, remedy: str) -> None:
        super().__init__(f"{series}: {problem}; {remedy}")
        self.series = series
        self.problem = problem


class Holding(NamedTuple):
    """What the account held from `at` on: its start, or what a fill left."""

    at: Millis
    quote: Decimal  # quote currency, available and reserved together, >= 0
    base: Decimal  # base currency, available and reserved together, >= 0
    fee: Decimal = Decimal(0)  # quote currency, what this fill cost; a fee in base at its price


@attrs.frozen
class Drawdown:
    """The deepest fall of equity from a peak."""

    fraction: float  # of the peak, 0 to 1
    peak_at: Millis  # the last time at the peak before the fall
    trough_at: Millis
    recovered_at: Millis | None  # back at the peak; None: not until the end
    duration: Millis  # from the peak until it recovered, or until the end


@attrs.frozen(kw_only=True)
class Performance:
    """The figures of one run."""

    bars: int
    fills: int  # the holdings after the start
    started_at: Millis
    ended_at: Millis
    start_equity: float  # quote currency; base counted at the first close
    final_equity: float  # quote currency; base counted at the last close
    total_return: float  # final / start - 1, dimensionless
    market_change: float  # last close / first close - 1, dimensionless
    max_drawdown: Drawdown
    sharpe: float | None  # by SHARPE_DEFINITION; None where it is undefined
    exposure: float  # share of the bars at whose close a position was held, 0 to 1
    fees: Decimal  # quote currency
    trades: int  # from flat to flat, closed ones only
    win_rate: float | None  # share of the trades that ended with more quote; None without trades


def measure(
    closes: ArrayLike,
    close_times: ArrayLike,
    holdings: Sequence[Holding],
    *,
    dust: Decimal = Decimal(0),
) -> Performance:
    """The figures of a run over one pair.

    closes: shape (n,), n >= 1, oldest first, quote currency per unit of base, > 0.
    close_times: shape (n,), ms, rising.
    holdings: the start, not later than the first close, then what each fill left, in time order.
    dust: base currency; a holding of at most this much is no position.
    Raises UnmeasurableRun where the input is something else.
    """
    prices, times = _series(closes, close_times)
    _refuse_disorder(holdings, times)
    equity = equity_curve(prices, times, holdings)
    start = holdings[0]
    start_equity = _worth(start, prices[0])
    if start_equity <= 0:
        raise UnmeasurableRun("holdings", "the run starts with nothing", "give it a balance")
    results = trade_results(holdings, prices[0], dust=dust)
    return Performance(
        bars=len(prices),
        fills=len(holdings) - 1,
        started_at=start.at,
        ended_at=Millis(int(times[-1])),
        start_equity=start_equity,
        final_equity=float(equity[-1]),
        total_return=float(equity[-1] / start_equity - 1),
        market_change=float(prices[-1] / prices[0] - 1),
        max_drawdown=max_drawdown(
            np.concatenate(([start_equity], equity)), np.concatenate(([start.at], times))
        ),
        sharpe=sharpe_ratio(daily_last(equity, times)),
        exposure=exposure(times, holdings, dust=dust),
        fees=sum((holding.fee for holding in holdings), Decimal(0)),
        trades=len(results),
        win_rate=float(np.mean(results > 0)) if len(results) else None,
    )


def equity_curve(closes: Floats, close_times: Times, holdings: Sequence[Holding]) -> Floats:
    """What the account is worth at each close, quote currency.

    A fill at the very time of a close counts at that close.

    >>> start = Holding(Millis(0), Decimal(100), Decimal(0))
    >>> bought = Holding(Millis(2), Decimal(0), Decimal(4))
    >>> equity_curve(np.array([20.0, 25.0, 30.0]), np.array([1, 2, 3]), [start, bought]).tolist()
    [100.0, 100.0, 120.0]
    """
    held = _held_at(close_times, holdings)
    equity = _floats([holding.base for holding in holdings])[held]
    equity *= closes
    equity += _floats([holding.quote for holding in holdings])[held]
    return equity


def max_drawdown(equity: Floats, times: Times) -> Drawdown:
    """The deepest fall from a peak, as a fraction of that peak; the first of equal ones.

    equity: shape (n,), n >= 1, quote currency, >= 0 and above 0 at first. times: shape (n,), ms.

    >>> fall = max_drawdown(np.array([100.0, 120.0, 90.0, 130.0]), np.array([0, 10, 20, 30]))
    >>> fall.fraction, fall.peak_at, fall.trough_at, fall.duration
    (0.25, 10, 20, 20)
    """
    peaks = np.maximum.accumulate(equity)
    falls = equity / peaks
    np.subtract(1, falls, out=falls)
    trough = int(falls.argmax())
    peak = int(np.flatnonzero(equity[: trough + 1] == peaks[trough])[-1])
    back = np.flatnonzero(equity[trough:] >= peaks[trough])
    recovered = Millis(int(times[trough + back[0]])) if len(back) else None
    until = int(times[-1]) if recovered is None else recovered
    return Drawdown(
        fraction=float(falls[trough]),
        peak_at=Millis(int(times[peak])),
        trough_at=Millis(int(times[trough])),
        recovered_at=recovered,
        duration=Millis(until - int(times[peak])),
    )


def daily_last(equity: Floats, close_times: Times) -> Floats:
    """The last equity of each UTC day, from the first day to the last, quote currency.

    A close at midnight belongs to the day that ends. A day without a close keeps the equity of
    the day before.

    >>> daily_last(np.array([1.0, 2.0, 3.0]), np.array([DAY - 1, DAY, 3 * DAY])).tolist()
    [2.0, 2.0, 3.0]
    """
    days = (close_times - 1) // DAY
    wanted = np.arange(int(days[0]), int(days[-1]) + 1)
    return equity[np.searchsorted(days, wanted, side="right") - 1]


def sharpe_ratio(values: Floats, *, periods_per_year: float = DAYS_PER_YEAR) -> float | None:
    """The annual Sharpe ratio, dimensionless: see SHARPE_DEFINITION.

    values: shape (n,), equity at the end of each period, quote currency.
    None where it is undefined: fewer than two returns, a value not above 0, or returns that do not
    vary.

    >>> round(sharpe_ratio(np.array([100.0, 110.0, 104.5])), 6)  # returns 0.1 and -0.05
    4.503085
    """
    if len(values) < _FEWEST or (values <= 0).any():
        return None
    returns = values[1:] / values[:-1] - 1
    deviation = returns.std(ddof=1)
    if deviation < _NOISE:
        return None
    return float(returns.mean() / deviation * np.sqrt(periods_per_year))


def exposure(
    close_times: Times, holdings: Sequence[Holding], *, dust: Decimal = Decimal(0)
) -> float:
    """The share of the bars at whose close a position was held, 0 to 1.

    A fill at the very time of a close counts at that close.
    """
    in_position = np.array([holding.base > dust for holding in holdings], np.bool_)
    return float(in_position[_held_at(close_times, holdings)].mean())


def trade_results(
    holdings: Sequence[Holding], first_close: float, *, dust: Decimal = Decimal(0)
) -> Floats:
    """What each trade changed, quote currency, in the order of their ends.

    A trade is all that happens from a flat account to the next flat one: several buys and sells may
    be one trade. One that is still open at the end has no result. If the account holds base at the
    start, its first trade starts there, with the base counted at `first_close`.

    >>> day = [(0, 100, 0), (1, 0, 4), (2, 60, 2), (3, 110, 0), (4, 0, 5)]  # time, quote, base
    >>> held = [Holding(Millis(at), Decimal(quote), Decimal(base)) for at, quote, base in day]
    >>> trade_results(held, 25.0).tolist()
    [10.0]
    """
    flat = np.array([holding.base <= dust for holding in holdings], np.bool_)
    quotes = _floats([holding.quote for holding in holdings])
    stakes = quotes[:-1][flat[:-1] & ~flat[1:]]  # what was held when the first fill came
    ends = quotes[1:][~flat[:-1] & flat[1:]]
    if not flat[0]:
        stakes = np.concatenate(([_worth(holdings[0], first_close)], stakes))
    return ends - stakes[: len(ends)]


def _held_at(close_times: Times, holdings: Sequence[Holding]) -> NDArray[np.intp]:
    """The index of the holding that is true at each close."""
    changed = np.array([holding.at for holding in holdings], np.int64)
    return np.searchsorted(changed, close_times, side="right") - 1


def _worth(holding: Holding, price: float) -> float:
    quote, base = _floats([holding.quote, holding.base])
    return float(quote + base * price)


def _floats(amounts: Sequence[Decimal]) -> Floats:
    return np.array(amounts, np.float64)


def _series(closes: ArrayLike, close_times: ArrayLike) -> tuple[Floats, Times]:
    """Closes and times as arrays that can be measured."""
    prices, times = (
        _array("closes", closes, np.float64),
        _array("close_times", close_times, np.int64),
    )
    if len(prices) == 0:
        raise UnmeasurableRun("closes", "there are none", "run over at least one bar")
    if len(prices) != len(times):
        problem = f"{len(times)} for {len(prices)} closes"
        raise UnmeasurableRun("close_times", problem, "give one time for each close")
    if not (np.isfinite(prices) & (prices > 0)).all():
        row = int((~(np.isfinite(prices) & (prices > 0))).argmax())
        problem = f"{float(prices[row])!r} at index {row} is not a finite price above 0"
        raise UnmeasurableRun("closes", problem, "check the candles when they are read")
    if (np.diff(times) <= 0).any():
        row = int((np.diff(times) <= 0).argmax()) + 1
        problem = f"{int(times[row])} at index {row} is not later than the one before"
        raise UnmeasurableRun("close_times", problem, "sort the bars oldest first, each once")
    return prices, times


def _array(series: str, values: ArrayLike, kind: type[np.generic]) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1 or not (np.can_cast(array.dtype, kind, "same_kind") or array.size == 0):
        problem = f"{array.ndim}-dimensional {array.dtype} is not a row of {kind.__name__}"
        raise UnmeasurableRun(series, problem, "convert it first")
    return array.astype(kind, copy=False)


def _refuse_disorder(holdings: Sequence[Holding], times: Times) -> None:
    if not holdings:
        raise UnmeasurableRun("holdings", "there are none", "give what the account started with")
    first, last = int(times[0]), int(times[-1])
    if holdings[0].at > first:
        problem = f"the start, at {holdings[0].at} ms, is later than the first close, {first} ms"
        raise UnmeasurableRun("holdings", problem, "begin with what was held before the first bar")
    if holdings[-1].at > last:
        problem = f"a fill at {holdings[-1].at} ms is later than the last close, {last} ms"
        raise UnmeasurableRun("holdings", problem, "give the closes up to the last fill")
    for index, (before, after) in enumerate(pairwise(holdings), start=1):
        if after.at < before.at:
            problem = f"the one at index {index} is earlier than the one before it"
            raise UnmeasurableRun("holdings", problem, "sort the fills oldest first")
    for index, holding in enumerate(holdings):
        for name, amount in (("quote", holding.quote), ("base", holding.base)):
            if not (amount.is_finite() and amount >= 0):
                problem = f"{name} {amount} at index {index} is not a finite amount of 0 or more"
                raise UnmeasurableRun("holdings", problem, "spot accounts own what they hold")
