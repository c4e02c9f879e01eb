"""The figures of a run, against loops that reckon one bar at a time."""

from decimal import Decimal
from itertools import pairwise
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.portfolio.performance import DAY, Holding, max_drawdown, measure
from benthic.runtime import Millis

Run = tuple[list[float], list[int], list[Holding]]

amounts = st.decimals("0", "1000", places=3)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Some bars, up to a day and a half apart, and fills at any time up to the last of them."""
    steps = draw(st.lists(st.integers(1, 3 * DAY // 2), min_size=1, max_size=30))
    times = [int(time) for time in np.cumsum(steps)]
    count = len(times)
    closes = draw(st.lists(st.floats(0.01, 1e5), min_size=count, max_size=count))
    moments = sorted(
        draw(st.lists(st.integers(0, times[-1]) | st.sampled_from(times), max_size=12))
    )
    fills = [
        Holding(Millis(at), draw(amounts), draw(amounts | st.just(Decimal(0))), draw(amounts))
        for at in moments
    ]
    return closes, times, [Holding(Millis(0), Decimal(500), draw(amounts)), *fills]


def holding_at(holdings: list[Holding], at: int) -> Holding:
    return [holding for holding in holdings if holding.at <= at][-1]


def naive_equity(run: Run) -> list[float]:
    closes, times, holdings = run
    equity: list[float] = []
    for close, time in zip(closes, times, strict=True):
        now = holding_at(holdings, time)
        equity.append(float(now.quote) + float(now.base) * close)
    return equity


def naive_sharpe(run: Run) -> float | None:
    last: dict[int, float] = {}
    for value, time in zip(naive_equity(run), run[1], strict=True):
        last[(time - 1) // DAY] = value
    values: list[float] = []
    for day in range(min(last), max(last) + 1):
        values.append(last.get(day, values[-1] if values else 0.0))
    if len(values) < 3 or min(values) <= 0:
        return None
    returns = [after / before - 1 for before, after in pairwise(values)]
    return fmean(returns) / stdev(returns) * 365**0.5 if stdev(returns) > 1e-12 else None


@given(run=runs())
def test_the_figures_agree_with_a_loop_over_the_bars(run: Run) -> None:
    closes, times, holdings = run
    result = measure(closes, times, holdings)
    equity = naive_equity(run)
    start = 500 + float(holdings[0].base) * closes[0]
    positions = [holding_at(holdings, time).base > 0 for time in times]

    assert result.start_equity == pytest.approx(start)
    assert result.final_equity == pytest.approx(equity[-1])
    assert result.total_return == pytest.approx(equity[-1] / start - 1)
    assert result.market_change == pytest.approx(closes[-1] / closes[0] - 1)
    assert result.exposure == pytest.approx(sum(positions) / len(positions))
    assert result.fees == sum((holding.fee for holding in holdings), Decimal(0))
    assert result.fills == len(holdings) - 1
    expected = naive_sharpe(run)
    if expected is not None:
        assert result.sharpe == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(equity=st.lists(st.floats(0.01, 1e9), min_size=1, max_size=40))
def test_the_drawdown_is_the_worst_pair_of_a_peak_and_a_later_value(equity: list[float]) -> None:
    times = list(range(0, 10 * len(equity), 10))
    fall = max_drawdown(np.array(equity), np.array(times))
    worst = max(1 - low / high for index, high in enumerate(equity) for low in equity[index:])
    peak, trough = times.index(fall.peak_at), times.index(fall.trough_at)

    assert fall.fraction == pytest.approx(worst)
    assert 1 - equity[trough] / equity[peak] == pytest.approx(worst)
    assert equity[peak] == max(equity[: trough + 1])
    until = times[-1] if fall.recovered_at is None else fall.recovered_at
    assert fall.duration == until - fall.peak_at
    for time, value in zip(times, equity, strict=True):
        if fall.trough_at < time < until:
            assert value < equity[peak]
    if fall.recovered_at is not None:
        assert equity[times.index(fall.recovered_at)] >= equity[peak]


@given(run=runs())
def test_trades_agree_with_a_walk_along_the_fills(run: Run) -> None:
    closes, times, holdings = run
    results: list[float] = []
    stake: float | None = None
    if holdings[0].base > 0:
        stake = float(holdings[0].quote) + float(holdings[0].base) * closes[0]
    for before, after in pairwise(holdings):
        if stake is None and after.base > 0:
            stake = float(before.quote)
        elif stake is not None and after.base == 0:
            results.append(float(after.quote) - stake)
            stake = None
    result = measure(closes, times, holdings)

    assert result.trades == len(results)
    if results:
        assert result.win_rate == pytest.approx(fmean(gain > 0 for gain in results))
    else:
        assert result.win_rate is None
