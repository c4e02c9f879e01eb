"""Closed candles are unique, and what is said of them later is an event (M8, D3)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.closed_candles import (
    CandleClosed,
    CandleRefused,
    CandleRepeated,
    CandleRevised,
    ClosedCandles,
)
from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis

START = 1_700_000_040_000
ONE = TimeFrame(1, "m")


def candle(number: int, close: float = 10.0) -> Candle:
    return Candle(
        Millis(START + number * 60_000), 10.0, max(10.0, close), min(10.0, close), close, 1.0
    )


def test_a_candle_that_is_told_twice_closes_once() -> None:
    closed = ClosedCandles(ONE)

    assert closed.told(candle(0)) == CandleClosed(candle(0))
    assert closed.told(candle(1)) == CandleClosed(candle(1))
    assert closed.told(candle(0)) == CandleRepeated(candle(0))
    assert closed.newest == candle(1)


def test_a_candle_that_is_told_otherwise_is_a_revision_and_the_first_word_stands() -> None:
    closed = ClosedCandles(ONE)
    closed.told(candle(0))

    assert closed.told(candle(0, 11.0)) == CandleRevised(candle(0), candle(0, 11.0))
    assert closed.told(candle(0, 12.0)) == CandleRevised(candle(0), candle(0, 12.0))
    assert closed.newest == candle(0)


def test_what_is_missing_is_counted() -> None:
    closed = ClosedCandles(ONE)
    closed.told(candle(0))

    assert closed.told(candle(4)) == CandleClosed(candle(4), missing=3)
    assert isinstance(closed.told(candle(2)), CandleRefused)


def test_what_cannot_be_a_closed_candle_is_refused_with_the_reason() -> None:
    closed = ClosedCandles(ONE, remembered=2)
    for number in range(3):
        closed.told(candle(number))

    late, off = (
        closed.told(candle(0)),
        closed.told(msgspec.structs.replace(candle(5), at=START + 7)),
    )
    bad = closed.told(msgspec.structs.replace(candle(5), low=-1.0))
    assert isinstance(late, CandleRefused)
    assert late.reason == "it closed before the newest and was not kept"
    assert isinstance(off, CandleRefused)
    assert off.reason == "no candle of 1m begins then"
    assert isinstance(bad, CandleRefused)
    assert "low" in bad.reason


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from([10.0, 11.0])), max_size=60))
def test_whatever_is_told_closed_candles_come_once_and_in_order(
    told: list[tuple[int, float]],
) -> None:
    closed = ClosedCandles(ONE)
    events = [closed.told(candle(number, close)) for number, close in told]
    times = [event.candle.at for event in events if isinstance(event, CandleClosed)]
    first: dict[int, float] = {}

    assert times == sorted(set(times))
    for (number, close), event in zip(told, events, strict=True):
        if isinstance(event, CandleClosed):
            first[number] = close
        elif isinstance(event, CandleRefused):
            assert number not in first
        else:
            assert isinstance(event, CandleRepeated) == (first[number] == close)


@pytest.mark.parametrize("count", [3, 40])
def test_no_more_are_kept_than_are_wanted(count: int) -> None:
    closed = ClosedCandles(ONE, remembered=3)
    for number in range(count):
        closed.told(candle(number))

    assert len(closed._closed) == 3
