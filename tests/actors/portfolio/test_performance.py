"""The figures of a run, against figures that were reckoned by hand."""

from decimal import Decimal

import numpy as np
import pytest

from benthic.actors.portfolio.performance import (
    DAY,
    SHARPE_DEFINITION,
    Drawdown,
    Holding,
    UnmeasurableRun,
    daily_last,
    exposure,
    max_drawdown,
    measure,
    sharpe_ratio,
    trade_results,
)
from benthic.runtime import Millis, UsageError

HOUR = 3_600_000


def held(at: int, quote: str, base: str, fee: str = "0") -> Holding:
    return Holding(Millis(at), Decimal(quote), Decimal(base), Decimal(fee))


def drawdown(*equity: float) -> Drawdown:
    """Of an equity that is taken every 10 ms, from 0 on."""
    return max_drawdown(np.array(equity), 10 * np.arange(len(equity)))


def test_a_run_is_measured_as_reckoned_by_hand() -> None:
    # 1000 in cash; 4 bought at 200 for a fee of 8, sold at 250 for a fee of 10; then 2 bought at
    # 100 for a fee of 2, still held when the price is 90.
    closes = [210.0, 200.0, 250.0, 100.0, 90.0]
    times = [index * 12 * HOUR for index in range(1, 6)]
    holdings = [
        held(0, "1000", "0"),
        held(times[1], "192", "4", "8"),
        held(times[2], "1182", "0", "10"),
        held(times[3], "980", "2", "2"),
    ]
    result = measure(closes, times, holdings)

    assert (result.bars, result.fills) == (5, 3)
    assert (result.started_at, result.ended_at) == (0, times[-1])
    assert (result.start_equity, result.final_equity) == (1000.0, 1160.0)
    assert result.total_return == pytest.approx(0.16)
    assert result.market_change == pytest.approx(90 / 210 - 1)
    assert result.max_drawdown.fraction == pytest.approx((1182 - 1160) / 1182)
    assert result.max_drawdown.peak_at == times[2]
    assert result.max_drawdown.recovered_at is None
    assert result.max_drawdown.duration == 24 * HOUR
    assert result.fees == Decimal(20)
    assert result.exposure == pytest.approx(3 / 5)
    assert (result.trades, result.win_rate) == (1, 1.0)


def test_sharpe_is_taken_over_the_last_equity_of_each_day() -> None:
    # Last equities of the days: 100, 110 (at midnight, which ends the day), 99.
    closes = [90.0, 100.0, 110.0, 99.0]
    times = [DAY // 2, DAY - 1, 2 * DAY, 3 * DAY - HOUR]
    returns = [0.1, -0.1]
    deviation = (((0.1 - 0) ** 2 + (-0.1 - 0) ** 2) / 1) ** 0.5
    result = measure(closes, times, [held(0, "0", "1")])

    assert sum(returns) / 2 == pytest.approx(0)
    assert result.sharpe == pytest.approx(0 / deviation, abs=1e-12)
    assert sharpe_ratio(np.array([100.0, 110.0, 104.5])) == pytest.approx(
        0.025 / (2 * 0.075**2) ** 0.5 * 365**0.5
    )
    assert "365" in SHARPE_DEFINITION
    assert "UTC" in SHARPE_DEFINITION


@pytest.mark.parametrize(
    "values",
    [[], [100.0], [100.0, 110.0], [100.0] * 9, [100 * 1.01**n for n in range(50)], [1.0, 0.0, 1.0]],
    ids=["none", "one", "one return", "flat", "steady growth", "ruin"],
)
def test_sharpe_is_undefined_where_returns_do_not_vary(values: list[float]) -> None:
    assert sharpe_ratio(np.array(values)) is None


def test_a_day_without_a_close_keeps_the_equity_of_the_day_before() -> None:
    times = np.array([DAY, DAY + 1, 4 * DAY + 1])

    assert daily_last(np.array([1.0, 2.0, 3.0]), times).tolist() == [1.0, 2.0, 2.0, 2.0, 3.0]


def test_a_drawdown_lasts_from_its_peak_until_it_recovers() -> None:
    assert drawdown(100, 200, 200, 100, 150, 200, 190) == Drawdown(
        0.5, Millis(20), Millis(30), Millis(50), Millis(30)
    )


def test_a_drawdown_that_does_not_recover_lasts_to_the_end() -> None:
    assert drawdown(100, 90, 120, 60, 70) == Drawdown(0.5, Millis(20), Millis(30), None, Millis(20))


def test_the_first_of_two_equal_drawdowns_is_named() -> None:
    assert drawdown(100, 50, 100, 50).trough_at == 10


@pytest.mark.parametrize("equity", [(100,), (100, 100), (100, 110, 120)], ids=str)
def test_an_equity_that_never_falls_has_no_drawdown(equity: tuple[float, ...]) -> None:
    fall = drawdown(*equity)

    assert (fall.fraction, fall.duration) == (0.0, 0)


def test_losing_all_is_a_drawdown_of_one() -> None:
    assert drawdown(100, 0).fraction == 1.0


def test_the_fall_from_the_start_to_the_first_close_counts() -> None:
    # The fee of a fill at the first close is lost before any close shows it.
    result = measure([100.0], [10], [held(0, "100", "0"), held(10, "0", "0.9", "10")])

    assert result.max_drawdown.fraction == pytest.approx(0.1)
    assert (result.max_drawdown.peak_at, result.max_drawdown.trough_at) == (0, 10)
    assert result.total_return == pytest.approx(-0.1)


def test_a_trade_is_won_when_it_leaves_more_quote() -> None:
    steps = ["100 0", "0 1", "101 0", "50 0.5", "20 0.8", "99 0", "0 1"]
    holdings = [held(at, *step.split()) for at, step in enumerate(steps)]
    result = measure([100.0], [9], holdings)

    assert trade_results(holdings, 100.0).tolist() == [1.0, -2.0]
    assert (result.trades, result.win_rate) == (2, 0.5)


def test_base_at_the_start_opens_a_trade_at_the_first_close() -> None:
    holdings = [held(0, "10", "2"), held(1, "70", "0")]

    assert trade_results(holdings, 25.0).tolist() == [10.0]
    assert trade_results(holdings[:1], 25.0).tolist() == []


def test_dust_is_no_position() -> None:
    holdings = [held(0, "100", "0.01"), held(10, "1", "1"), held(20, "99", "0.02")]
    times = np.array([10, 20])

    assert exposure(times, holdings) == 1.0
    assert exposure(times, holdings, dust=Decimal("0.02")) == 0.5
    assert trade_results(holdings, 100.0, dust=Decimal("0.02")).tolist() == [-1.0]


def test_several_fills_at_one_time_count_as_the_last() -> None:
    holdings = [held(0, "100", "0"), held(10, "0", "1"), held(10, "101", "0")]

    assert measure([100.0, 90.0], [10, 20], holdings).final_equity == 101.0


def test_without_a_fill_nothing_changes_and_nothing_was_won() -> None:
    result = measure([100.0, 50.0], [10, 20], [held(10, "7", "0")])

    assert (result.fills, result.trades, result.win_rate) == (0, 0, None)
    assert (result.total_return, result.exposure, result.fees) == (0.0, 0.0, Decimal(0))
    assert result.market_change == -0.5


START = [held(0, "100", "0")]


@pytest.mark.parametrize(
    ("closes", "times", "holdings", "problem"),
    [
        ([], [], START, "closes: there are none"),
        ([1.0, 2.0], [10], START, "close_times: 1 for 2 closes"),
        ([1.0, float("nan")], [10, 20], START, "closes: nan at index 1"),
        ([1.0, 0.0], [10, 20], START, "closes: 0.0 at index 1"),
        ([1.0, 2.0], [20, 20], START, "close_times: 20 at index 1"),
        ([[1.0]], [10], START, "closes: 2-dimensional"),
        (["x"], [10], START, "closes: 1-dimensional"),
        ([1.0], [0.5], START, "close_times: 1-dimensional float64"),
        ([1.0], [10], [], "holdings: there are none"),
        ([1.0], [10], [held(11, "1", "0")], "holdings: the start, at 11 ms, is later"),
        ([1.0], [10], [*START, held(11, "1", "0")], "holdings: a fill at 11 ms is later"),
        ([1.0], [10], [*START, held(9, "1", "0"), held(8, "1", "0")], "index 2 is earlier"),
        ([1.0], [10], [held(0, "NaN", "0")], "quote NaN at index 0"),
        ([1.0], [10], [*START, held(1, "1", "-1")], "base -1 at index 1"),
        ([1.0], [10], [held(0, "0", "0")], "the run starts with nothing"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_a_run_is_refused_with_its_place(
    closes: list[float], times: list[int], holdings: list[Holding], problem: str
) -> None:
    with pytest.raises(UnmeasurableRun) as caught:
        measure(closes, times, holdings)

    assert problem in str(caught.value)
    assert isinstance(caught.value, UsageError)
    assert caught.value.series in str(caught.value)
