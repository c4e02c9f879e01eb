"""Higher frames say what the lower ones say, whatever is missing."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.tape import Columns
from benthic.actors.feeds.higher_frames import FramesDoNotFit
from benthic.actors.feeds.resampling import candles_of, resample
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis

MINUTE = 60_000
START = 1_600_000_200_000  # on the grid of 5 minutes

prices = st.integers(1, 1_000).map(lambda n: Decimal(n) / 100)


def trades_of(rows: list[tuple[int, Decimal, Decimal]]) -> list[Trade]:
    ordered = sorted(rows, key=lambda row: row[0])
    return [
        Trade(str(n), "BTC/USDT", "buy", price, amount, Millis(START + at))
        for n, (at, price, amount) in enumerate(ordered)
    ]


def columns_of(trades: list[Trade], frame: TimeFrame) -> Columns:
    rows = [(c.at, c.open, c.high, c.low, c.close, c.volume) for c in candles_of(trades, frame)]
    table = np.array(rows, np.float64).reshape(len(rows), 6)
    return Columns(table[:, 0].astype(np.int64), *table.T[1:])


@given(
    st.lists(
        st.tuples(st.integers(0, 20 * MINUTE), prices, st.integers(1, 64).map(Decimal)), min_size=1
    )
)
def test_five_minutes_of_one_are_five_minutes_of_the_trades(
    rows: list[tuple[int, Decimal, Decimal]],
) -> None:
    trades = trades_of(rows)
    low = columns_of(trades, TimeFrame(1, "m"))

    made = resample(low, TimeFrame(1, "m"), TimeFrame(5, "m"))

    for left, right in zip(made.columns, columns_of(trades, TimeFrame(5, "m")), strict=True):
        np.testing.assert_array_equal(left, right)


@given(st.sets(st.integers(0, 30), min_size=1))
def test_a_bar_is_complete_when_none_of_its_minutes_is_missing(minutes: set[int]) -> None:
    times = START + MINUTE * np.array(sorted(minutes), np.int64)
    ones = np.ones(len(times))

    made = resample(Columns(times, *[ones] * 5), TimeFrame(1, "m"), TimeFrame(5, "m"))

    wanted = [
        all(5 * bar + n in minutes for n in range(5)) for bar in sorted({m // 5 for m in minutes})
    ]
    assert made.is_complete.tolist() == wanted
    assert made.columns.volumes.sum() == len(minutes)


@given(st.integers(0, 4_000), st.sampled_from(["1d", "1w", "1M"]))
def test_days_go_into_the_weeks_and_months_of_the_calendar(day: int, text: str) -> None:
    high = TimeFrame.parse(text)
    times = 86_400_000 * np.arange(day, day + 70, dtype=np.int64)
    low = TimeFrame(1, "h") if text == "1d" else TimeFrame(1, "d")

    made = resample(Columns(times, *[np.ones(70)] * 5), low, high)

    assert all(high.is_aligned(Millis(at)) for at in made.columns.open_times.tolist())
    assert made.columns.volumes.sum() == 70


@pytest.mark.parametrize(("low", "high"), [("5m", "1m"), ("2m", "5m"), ("1M", "1w"), ("1m", "1m")])
def test_frames_that_do_not_fit_are_refused(low: str, high: str) -> None:
    one, other = TimeFrame.parse(low), TimeFrame.parse(high)

    with pytest.raises(FramesDoNotFit, match=f"candles of {low} do not add up to {high}"):
        resample(Columns(np.arange(1), *[np.ones(1)] * 5), one, other)
