"""Candles of every interval, held against a naive reckoning over all trades."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.market import INTERVALS, Bar, Candles, frame_of, open_of
from benthic.scenarios.venue.market.records import flat

START = 1_772_323_199_000  # the last second of February 2026

Trade = tuple[Millis, int, int, bool]  # at, price, amount, whether the buyer was the taker

steps = st.one_of(
    st.integers(0, 1_500), st.integers(0, 200_000), st.integers(0, 40_000_000), st.just(0)
)
trades = st.lists(
    st.tuples(steps, st.integers(1, 1_000), st.integers(1, 50), st.booleans()),
    min_size=1,
    max_size=40,
)


def timed(rows: list[tuple[int, int, int, bool]]) -> list[Trade]:
    """Rows of delays as rows of times."""
    at = START
    made: list[Trade] = []
    for delay, price, amount, bought in rows:
        at += delay
        made.append((Millis(at), price, amount, bought))
    return made


def fed(rows: list[Trade]) -> Candles:
    """Candles that have seen all trades."""
    candles = Candles()
    for number, (at, price, amount, bought) in enumerate(rows, 1):
        candles.add(price, amount, price * amount, number, at, bought=amount if bought else 0)
    return candles


def naive(rows: list[Trade], interval: str, now: int) -> list[Bar]:
    """The same candles, each reckoned from the trades in it."""
    made: list[Bar] = []
    opened = open_of(interval, rows[0][0])
    while opened <= now:
        until = frame_of(interval).close_of(opened)
        inside = [(n, row) for n, row in enumerate(rows, 1) if opened <= row[0] < until]
        bar = flat(opened, made[-1].close if made else rows[0][1])
        if inside:
            prices = [row[1] for _, row in inside]
            bar.open, bar.close = prices[0], prices[-1]
            bar.high, bar.low = max(prices), min(prices)
            bar.volume = sum(row[2] for _, row in inside)
            bar.turnover = sum(row[1] * row[2] for _, row in inside)
            bar.trades = len(inside)
            bar.buy_volume = sum(row[2] for _, row in inside if row[3])
            bar.buy_turnover = sum(row[1] * row[2] for _, row in inside if row[3])
            bar.first_id, bar.last_id = inside[0][0], inside[-1][0]
        made.append(bar)
        opened = until
    return made


@pytest.mark.parametrize("interval", [name for name in INTERVALS if name not in {"1s", "1m", "3m"}])
@given(rows=trades, wait=st.integers(0, 4_000_000))
def test_a_long_candle_is_what_traded_in_it(
    interval: str, rows: list[tuple[int, int, int, bool]], wait: int
) -> None:
    made = timed(rows)
    now = Millis(made[-1][0] + wait)

    found = fed(made).bars(interval, now, limit=10**6)

    assert found == naive(made, interval, now)


@given(rows=trades, wait=st.integers(0, 40_000), data=st.data())
def test_a_short_candle_is_what_traded_in_it_whenever_it_is_looked_at(
    rows: list[tuple[int, int, int, bool]], wait: int, data: st.DataObject
) -> None:
    made = [row for row in timed(rows) if row[0] < START + 300_000]
    made = made or [(Millis(START), 5, 1, True)]
    interval = data.draw(st.sampled_from(["1s", "1m", "3m"]))
    candles = Candles()
    for number, (at, price, amount, bought) in enumerate(made, 1):
        candles.add(price, amount, price * amount, number, at, bought=amount if bought else 0)
        if data.draw(st.booleans()):  # a look changes nothing
            candles.bars(data.draw(st.sampled_from(INTERVALS)), at)
    now = Millis(made[-1][0] + wait)

    assert candles.bars(interval, now, limit=10**6) == naive(made, interval, now)


@given(rows=trades, data=st.data())
def test_a_window_of_candles_is_a_part_of_all(
    rows: list[tuple[int, int, int, bool]], data: st.DataObject
) -> None:
    made = timed(rows)
    now = made[-1][0]
    candles = fed(made)
    everything = candles.bars("1h", now, limit=10**6)
    bounds = st.integers(START - 10_000_000, now + 10_000_000)
    start, end = data.draw(st.none() | bounds), data.draw(st.none() | bounds)
    limit = data.draw(st.integers(1, 30))

    found = candles.bars("1h", now, start=start, end=end, limit=limit)

    wanted = [
        bar
        for bar in everything
        if (start is None or bar.open_time >= start) and (end is None or bar.open_time <= end)
    ]
    assert found == (wanted[-limit:] if start is None else wanted[:limit])


def test_months_begin_on_their_first_day() -> None:
    candles = fed([(Millis(START), 10, 1, True), (Millis(START + 86_400_000), 12, 1, False)])

    found = candles.bars("1M", Millis(START + 86_400_000))

    first = [datetime.fromtimestamp(bar.open_time / 1000, UTC) for bar in found]
    assert [(day.month, day.day) for day in first] == [(2, 1), (3, 1)]


def test_old_candles_are_forgotten_and_the_rest_has_no_holes() -> None:
    candles = Candles(keep=100)
    for number in range(1_000):
        at = Millis(START + 1_000 + number * 1_000)
        candles.add(100 + number, 1, 1, number, at, bought=0)

    seconds = candles.bars("1s", Millis(START + 1_001_000), limit=10**6)

    assert 100 <= len(seconds) <= 202
    assert {later.open_time - earlier.open_time for earlier, later in pairwise(seconds)} == {1_000}
