"""What a stream brings that cannot be is counted by name and told to nobody (M10, M12, M13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio

from benthic.actors.exchange.ccxt_connector import GetUnsound
from benthic.actors.exchange.market_messages import UnsoundHeard
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Watch,
)
from benthic.runtime import VirtualClock

from .connecting import SYMBOL, a_venue, connected, played, struck
from .market_reader import LIVELY, MARKET, Reader, heard, states

NONSENSE = [
    ("M10", "trades", "*rade", {"kind": "nan", "field": "p"}),
    ("M10", "trades", "*rade", {"kind": "zero", "field": "q"}),
    ("M10", "trades", "*rade", {"kind": "negative", "field": "p"}),
    ("M13", "trades", "*rade", {"kind": "seconds"}),
    ("M13", "trades", "*rade", {"kind": "microseconds"}),
    ("M13", "trades", "*rade", {"kind": "future"}),
    ("M10", "candles", "kline_1m", {"kind": "infinity", "field": "h"}),
    ("M10", "candles", "kline_1m", {"kind": "huge", "field": "c"}),
    ("M13", "candles", "kline_1m", {"kind": "seconds"}),
    ("M13", "candles", "kline_1m", {"kind": "microseconds"}),
    ("M13", "candles", "kline_1m", {"kind": "future"}),
    ("M12", "candles", "kline_1m", {"kind": "wrong_symbol"}),
    ("M12", "candles", "kline_1m", {"kind": "lower_symbol"}),
    ("M10", "ticker", "*icker", {"kind": "negative", "field": "c"}),
    ("M13", "ticker", "*icker", {"kind": "future"}),
    ("M13", "diffs", "depth@100ms", {"kind": "seconds"}),
    ("M10", "diffs", "depth@100ms", {"kind": "missing_field"}),
    ("M12", "diffs", "depth@100ms", {"kind": "wrong_symbol"}),
]


@pytest.mark.parametrize(
    ("code", "topic", "stream", "nonsense"),
    NONSENSE,
    ids=[f"{code}-{topic}-{how['kind']}" for code, topic, _, how in NONSENSE],
)
def test_what_cannot_be_is_counted_by_name_and_never_told(
    code: str, topic: Topic, stream: str, nonsense: Mapping[str, Any]
) -> None:
    async def body(clock: VirtualClock) -> None:
        when = {"stream": f"btcusdt@{stream}", "every": 3}
        plan = struck({"fault": code, "verb": "garbage", **nonsense, "when": when})
        async with connected(clock, a_venue(markets=LIVELY), plan=plan, listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, topic, "1m" if topic == "candles" else ""))
            await trio.sleep(150)
            counts = await desk.line.ask(GetUnsound())
            name = "unknown" if "symbol" in nonsense["kind"] else topic
            assert counts.get(name, 0) >= 3
            assert set(counts) == {name}
            told_of = [each.of for each in heard(desk, UnsoundHeard)]
            assert 1 <= len(told_of) <= 2  # in two minutes and a half
            assert {what for of in told_of for what, _ in of} == {name}
            told = [
                e
                for _, e in desk.diary
                if isinstance(e, MARKET) and not isinstance(e, StreamChanged)
            ]
            assert len(told) > 3
            for each in told:
                assert values_of(each)
                assert all(0 < price < 10**7 for price in prices_of(each))
                assert all(clock.now() - 10**6 < at < clock.now() + 1_000 for at in values_of(each))
            assert desk.restarts() == 0

    played(body)


@pytest.mark.parametrize("when", [{"nth": 20}, {"every": 20}], ids=["once", "again-and-again"])
def test_a_book_that_cannot_be_is_begun_anew(when: Mapping[str, int]) -> None:
    """Ccxt keeps the level that crossed, and would carry it into every later book."""

    async def body(clock: VirtualClock) -> None:
        crossing = {"verb": "crossed", "when": {"stream": "btcusdt@depth*", **when}}
        plan = struck(crossing)
        async with connected(clock, a_venue(markets=LIVELY), plan=plan, listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "book"))
            desk.line.tell(Watch(SYMBOL, "trades"))
            await trio.sleep(200)
            assert (await desk.line.ask(GetUnsound()))["book"] >= 1
            books = [(at, e.book) for at, e in desk.diary if isinstance(e, BookReported)]
            assert all(book.bids[0].price < book.asks[0].price for _, book in books)
            assert clock.now() - books[-1][0] < 15_000
            said = [each for each in heard(desk, StreamChanged) if each.topic == "book"]
            assert said[1].reason == "it brought a book that cannot be"
            assert states(desk, "book")[:3] == ["live", "down", "live"]
            assert states(desk, "trades") == ["live"]
            if "nth" in when:
                assert len(said) == 3
            assert desk.is_well_behaved()
            assert desk.restarts() == 0

    played(body)


def prices_of(event: object) -> list[float]:
    """Every price that was told."""
    match event:
        case TradesReported(trades=trades):
            return [float(number) for each in trades for number in (each.price, each.amount)]
        case TickerReported(ticker=ticker):
            return [float(each) for each in (ticker.last, ticker.bid, ticker.ask) if each]
        case CandleReported(candle=candle) | FormingReported(candle=candle):
            return [candle.open, candle.high, candle.low, candle.close]
        case _:
            return []


def values_of(event: object) -> list[int]:
    """Every time that was told."""
    match event:
        case TradesReported(trades=trades):
            return [each.at for each in trades]
        case TickerReported(ticker=ticker):
            return [ticker.at]
        case CandleReported(candle=candle) | FormingReported(candle=candle):
            return [candle.at]
        case BookDiffReported(diff=diff):
            return [diff.at]
        case _:
            return []
