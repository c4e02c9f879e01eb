"""All pages are read, whichever end a venue begins with: no trade is missed, no candle either."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Literal

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.adapters.paging import (
    candles_from,
    earlier,
    fills_since,
    first_id_since,
    later,
    trades_from,
)
from benthic.actors.exchange.errors import UnsoundAnswer
from benthic.actors.market.candle import Candle
from benthic.actors.market.fill import Fill
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
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


FIRST = 1_767_225_600_000


def minute(number: int) -> Millis:
    return Millis(FIRST + number * 60_000)


@given(
    known=st.sets(st.integers(0, 60), min_size=1),
    limit=st.integers(1, 60),
    most=st.integers(1, 9),
    begin=st.integers(0, 50),
    into=st.integers(0, 59_999),
    kind=st.sampled_from(["oldest", "of a window"]),
)
def test_the_closed_candles_since_a_time_are_read_over_all_gaps(
    known: set[int], limit: int, most: int, begin: int, into: int, kind: str
) -> None:
    rows = [Candle(minute(each), 1.0, 1.0, 1.0, 1.0, 1.0) for each in sorted(known)]
    now = Millis(minute(60) + into)  # so the last one is open

    async def fetch(since: Millis) -> Sequence[Candle]:
        until = later(MINUTE, since, most if kind == "of a window" else 100)
        return [each for each in rows if since <= each.at < until][:most]

    async def resumed(since: Millis) -> Millis:
        return later(MINUTE, since, most)

    found = trio.run(
        partial(candles_from, fetch, resumed, MINUTE, span=(minute(begin), now), limit=limit)
    )

    closed = [each for each in rows if minute(begin) <= each.at < minute(60)]
    assert found == tuple(closed[:limit])


def a_trade(number: int, at: int) -> Trade:
    return Trade(str(number), "A/B", "buy", Decimal(1), Decimal(1), Millis(at))


@given(times=times, since=st.integers(0, 1_000), limit=st.integers(1, 60))
def test_the_trades_since_a_time_are_read_once_and_in_order(
    times: list[int], since: int, limit: int
) -> None:
    trades = [a_trade(number, at) for number, at in enumerate(sorted(times))]

    async def fetch(begin: Millis) -> Sequence[Trade]:
        return [each for each in trades if each.at >= begin][:PAGE]

    found = trio.run(partial(trades_from, fetch, "venue", Millis(since), limit, page=PAGE))

    expected = tuple(each for each in trades if each.at >= since)[:limit]
    assert found == expected[: len(found)]
    assert len(found) >= min(len(expected), PAGE)


def test_a_venue_that_tells_its_newest_trades_alone_is_not_asked_for_ever() -> None:
    asked = list[Millis]()

    async def fetch(begin: Millis) -> Sequence[Trade]:
        asked.append(begin)
        return [a_trade(len(asked) * 3 + number, len(asked) * 100 + number) for number in range(5)]

    found = trio.run(partial(trades_from, fetch, "venue", Millis(0), 50, page=PAGE))

    assert len(asked) <= 50 // PAGE + 2
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_trades_that_hide_in_one_ms_are_said_to_hide() -> None:
    trades = [a_trade(number, 7) for number in range(PAGE + 1)]

    async def fetch(begin: Millis) -> Sequence[Trade]:
        return [each for each in trades if each.at >= begin][:PAGE]

    with pytest.raises(UnsoundAnswer, match="some hide"):
        trio.run(partial(trades_from, fetch, "venue", Millis(0), 50, page=PAGE))


@given(
    times=st.lists(st.integers(0, 1_000), min_size=1, max_size=80),
    since=st.integers(0, 1_001),
    begin=st.integers(0, 10_000),
    page=st.integers(1, 9),
)
def test_the_first_trade_since_a_time_is_found_by_its_id(
    times: list[int], since: int, begin: int, page: int
) -> None:
    trades = [a_trade(begin + number, at) for number, at in enumerate(sorted(times))]
    asked = list[int]()

    async def fetch(number: int) -> Sequence[Trade]:
        asked.append(number)
        return [each for each in trades if int(each.trade_id) >= number][:page]

    found = trio.run(first_id_since, fetch, trades[-1], Millis(since))

    wanted = [each for each in trades if each.at >= since]
    if found is None:
        assert wanted == []
    else:
        assert [each for each in trades if int(each.trade_id) >= found] == wanted
    assert len(asked) <= 15


@given(at=st.integers(0, 2_000_000_000_000), count=st.integers(0, 200))
def test_so_many_months_earlier_is_a_month_that_begins(at: int, count: int) -> None:
    month = TimeFrame.parse("1M")
    begin = month.open_of(Millis(at))
    found = earlier(month, begin, count)

    assert month.steps_between(found, begin) == count or found <= 0
