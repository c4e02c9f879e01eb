"""Whatever two sets of sockets bring, and in whatever order, is told once (M6, M8, D1)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.kept import Key
from benthic.actors.exchange.market_hearing import MarketHearing
from benthic.actors.exchange.messages import (
    BookDiffReported,
    CandleReported,
    FormingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
from benthic.actors.market.book_diff import BookDiff
from benthic.actors.market.candle import Candle
from benthic.actors.market.liquidation import Liquidation
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis, VirtualClock

SYMBOL = "BTC/USDT"
MINUTE = 60_000
TRADES: Key = ("trades", SYMBOL, "")
DIFFS: Key = ("diffs", SYMBOL, "")
TICKER: Key = ("ticker", SYMBOL, "")
CANDLES: Key = ("candles", SYMBOL, "1m")
FORCED: Key = ("liquidations", SYMBOL, "")
LENGTH = 12


@attrs.define(eq=False)
class Ear:
    """Whatever hears some sockets."""

    number: int
    spoken: set[Key] = attrs.field(factory=set[Key])


class Heard:
    """A hearing with two ears, and what it told."""

    def __init__(self, now: int = 0) -> None:
        self.told = list[Any]()
        self.hearing = MarketHearing(self.told.append, VirtualClock(start=Millis(now)))
        self.ears = (Ear(1), Ear(2))
        for ear in self.ears:
            self.hearing.add(ear)

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.told if isinstance(each, kind)]


def trade(number: int, name: str | None = None) -> Trade:
    return Trade(
        str(number) if name is None else name,
        SYMBOL,
        "buy",
        Decimal(100),
        Decimal(1),
        Millis(number),
    )


def diff(number: int) -> BookDiff:
    return BookDiff((), (), Millis(number), last=2 * number + 1, first=2 * number)


@st.composite
def interleavings(draw: st.DrawFn) -> list[tuple[int, int]]:
    """What two ears hear of one sequence, each in order; the second begins later."""
    begin = draw(st.integers(0, LENGTH - 1))
    first = [(0, number) for number in range(LENGTH)]
    second = [(1, number) for number in range(begin, LENGTH)]
    out = list[tuple[int, int]]()
    while first or second:
        from_first = not second or (bool(first) and draw(st.booleans()))
        out.append((first if from_first else second).pop(0))
    return out


@given(interleavings())
def test_each_trade_is_told_once(events: list[tuple[int, int]]) -> None:
    heard = Heard()
    for ear, number in events:
        heard.hearing.trades(heard.ears[ear], TRADES, (trade(number),))

    told = [int(each.trade_id) for event in heard.of(TradesReported) for each in event.trades]
    assert sorted(told) == list(range(LENGTH))
    assert [each.state for each in heard.of(StreamChanged)] == ["live"]
    assert isinstance(heard.told[0], StreamChanged)


@given(interleavings(), st.data())
def test_diffs_make_no_hole_and_are_told_once(
    events: list[tuple[int, int]], data: st.DataObject
) -> None:
    """The first ear ends at any time after the second has spoken."""
    heard = Heard()
    second = heard.ears[1]
    last = 0
    for ear, number in events:
        if ear == 0 and heard.ears[0] not in heard.hearing._ears:
            continue
        heard.hearing.diff(heard.ears[ear], DIFFS, diff(number), "ranges")
        last = max(last, number)
        if DIFFS in second.spoken and data.draw(st.booleans()):
            heard.hearing.remove(heard.ears[0], "its socket was closed")

    told = [each.diff for each in heard.of(BookDiffReported)]
    assert all(after.first == before.last + 1 for before, after in pairwise(told))
    assert told[-1].last == 2 * LENGTH - 1
    assert "down" not in [each.state for each in heard.of(StreamChanged)]


@given(interleavings())
def test_candles_close_once_and_never_run_back(events: list[tuple[int, int]]) -> None:
    """Three steps to a candle, the last of which says that it is over."""
    heard = Heard()
    for ear, number in events:
        at, volume = Millis(number // 3 * MINUTE), float(number % 3 + 1)
        candle = Candle(at, 1.0, 1.0, 1.0, 1.0, volume)
        heard.hearing.bar(heard.ears[ear], CANDLES, candle, is_closed=number % 3 == 2)

    closed = [each.candle for each in heard.of(CandleReported)]
    times = [each.at for each in closed]
    assert times == sorted(set(times))  # where a socket is whole candles late, some are missing
    assert times[-1] == (LENGTH // 3 - 1) * MINUTE
    assert all(each.volume == 3.0 for each in closed)
    steps = [(each.candle.at, each.candle.volume) for each in heard.of(FormingReported)]
    assert steps == sorted(set(steps))


@given(interleavings())
def test_of_what_bears_no_number_the_newer_socket_is_believed(
    events: list[tuple[int, int]],
) -> None:
    heard = Heard()
    for ear, number in events:
        ticker = Ticker(SYMBOL, Millis(number), last=Decimal(1))
        heard.hearing.ticker(heard.ears[ear], TICKER, ticker)
        heard.hearing.trades(heard.ears[ear], TRADES, (trade(number, name=""),))
        forced = Liquidation(SYMBOL, "sell", Decimal(1), Decimal(1), Millis(number))
        heard.hearing.liquidations(heard.ears[ear], FORCED, (forced,))

    times = [each.ticker.at for each in heard.of(TickerReported)]
    assert times == sorted(set(times))
    assert times[-1] == LENGTH - 1
    nameless = [each.trades[0].at for each in heard.of(TradesReported)]
    switch = next(index for index, (ear, _) in enumerate(events) if ear == 1)
    assert nameless == [
        number for index, (ear, number) in enumerate(events) if (ear == 0) == (index < switch)
    ]
    at = [each.at for event in heard.of(LiquidationsReported) for each in event.liquidations]
    assert sorted(at) == list(range(LENGTH))


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["hear", "lose"])), max_size=20))
def test_live_and_down_are_said_by_turns_and_are_true(steps: list[tuple[int, str]]) -> None:
    heard = Heard()
    speaking = set[int]()
    for index, (ear, step) in enumerate(steps):
        if step == "hear":
            heard.hearing.trades(heard.ears[ear], TRADES, (trade(index),))
            speaking.add(ear)
        else:
            heard.hearing.lost(heard.ears[ear], TRADES, "its socket closed")
            speaking.discard(ear)
        said = [each.state for each in heard.of(StreamChanged)]
        assert (said[-1:] == ["live"]) == bool(speaking)
        assert all(a != b for a, b in pairwise(said))
        assert said[:1] in ([], ["live"])


def candle(minute: int, volume: float = 1.0) -> Candle:
    return Candle(Millis(minute * MINUTE), 1.0, 1.0, 1.0, 1.0, volume)


def test_a_candle_in_which_the_stream_broke_off_is_told_only_if_it_comes_again() -> None:  # M9
    heard = Heard(now=3 * MINUTE)
    hearing, ear = heard.hearing, heard.ears[0]
    hearing.candles(ear, CANDLES, [candle(2), candle(3)])
    hearing.lost(ear, CANDLES, "its socket closed")
    hearing.candles(ear, CANDLES, [candle(3), candle(4)])  # whatever ccxt kept of the third
    hearing.lost(ear, CANDLES, "its socket closed")
    hearing.candles(ear, CANDLES, [candle(4, 2.0)])
    hearing.candles(ear, CANDLES, [candle(4, 2.0), candle(5)])

    assert [each.candle for each in heard.of(CandleReported)] == [candle(2), candle(4, 2.0)]
