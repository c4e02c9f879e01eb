"""All pages are read, whichever end a venue begins with: no trade is missed, no candle either."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.adapters.paging import earlier, fills_since, newest_candles
from benthic.actors.exchange.errors import UnsoundAnswer
from benthic.actors.market.candle import Candle
from benthic.actors.market.fill import Fill
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime.clock import Millis

PAGE = 5
NOW = Millis(1_000)
MINUTE = TimeFrame.parse("1m")


def a_fill(number: int, at: int) -> Fill:
    one = Decimal(1)
    return Fill(str(number), "", "A/B", "buy", one, one, Decimal(0), "B", Millis(at))


def read(
    fills: Sequence[Fill], end: Literal["oldest", "newest"], since: int, window: int | None
) -> tuple[Fill, ...]:
    """All trades since a time, of a venue that gives that end of too many."""

    async def fetch(begin: Millis, until: Millis | None) -> Sequence[Fill]:
        last = NOW if until is None else until
        assert window is None or last - begin <= window
        inside = [each for each in fills if begin <= each.at <= last]
        return inside[:PAGE] if end == "oldest" else inside[-PAGE:]

    async def main() -> tuple[Fill, ...]:
        return await fills_since(fetch, "venue", Millis(since), NOW, window=window, page=PAGE)

    return trio.run(main)


times = st.lists(st.integers(0, 1_000), max_size=60).filter(
    lambda each: all(each.count(at) < PAGE for at in each)
)


@given(
    times=times,
    end=st.sampled_from(["oldest", "newest"]),
    since=st.integers(0, 1_000),
    window=st.none() | st.integers(100, 400),
)
def test_every_trade_since_a_time_is_read_once_and_in_order(
    times: list[int], end: Literal["oldest", "newest"], since: int, window: int | None
) -> None:
    fills = [a_fill(number, at) for number, at in enumerate(sorted(times))]

    found = read(fills, end, since, window)

    assert found == tuple(each for each in fills if each.at >= since)  # C8


def test_trades_that_hide_behind_a_page_of_one_ms_are_not_passed_over() -> None:
    fills = [a_fill(number, 7) for number in range(PAGE + 1)]

    with pytest.raises(UnsoundAnswer, match="some hide"):
        read(fills, "oldest", 0, None)


@given(
    known=st.integers(1, 40),
    limit=st.integers(1, 60),
    most=st.integers(1, 9),
    into=st.integers(0, 59_999),
)
def test_the_newest_closed_candles_are_read_without_a_gap(
    known: int, limit: int, most: int, into: int
) -> None:
    first = 1_767_225_600_000
    now = Millis(first + known * 60_000 + into)
    rows = [Candle(Millis(first + k * 60_000), 1.0, 1.0, 1.0, 1.0, 1.0) for k in range(known + 1)]

    async def fetch(since: Millis) -> Sequence[Candle]:
        return [each for each in rows if each.at >= since][:most]

    found = trio.run(newest_candles, fetch, MINUTE, now, limit)

    assert found == tuple(rows[:-1][-limit:])  # the last one is open


@given(at=st.integers(0, 2_000_000_000_000), count=st.integers(0, 200))
def test_so_many_months_earlier_is_a_month_that_begins(at: int, count: int) -> None:
    month = TimeFrame.parse("1M")
    begin = month.open_of(Millis(at))
    found = earlier(month, begin, count)

    assert month.steps_between(found, begin) == count or found <= 0
