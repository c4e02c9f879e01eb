"""Streams of the market through a connector: nothing is skipped, and what fails comes back (M)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
import trio

from benthic.actors.exchange.messages import (
    BookReported,
    CandleReported,
    FetchCandles,
    TickerReported,
    TradesReported,
    Watch,
)
from benthic.runtime import Millis, VirtualClock, on
from benthic.scenarios.venue.config import MarketPlan

from .connecting import MINUTE, SYMBOL, Desk, Listener, a_venue, connected, played, struck

MARKET = (CandleReported, TradesReported, TickerReported, BookReported)
LIVELY = (MarketPlan(pair=SYMBOL),)


class Reader(Listener):
    """Hears the market as well."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        super().__init__(diary, (*more, *MARKET))

    @on(*MARKET)
    def read(self, event: object) -> None:
        self._diary.append((self.now, event))


def watch(desk: Desk, *topics: str) -> None:
    for topic in topics:
        frame = "1m" if topic == "candles" else ""
        desk.line.tell(Watch(SYMBOL, topic, frame))  # type: ignore[arg-type]


def trade_ids(desk: Desk) -> list[int]:
    return [
        int(trade.trade_id)
        for _, event in desk.diary
        if isinstance(event, TradesReported)
        for trade in event.trades
    ]


def test_all_that_is_watched_is_told_and_no_trade_is_skipped() -> None:
    async def body(clock: VirtualClock) -> None:
        venue = a_venue(markets=LIVELY)
        async with connected(clock, venue, listener=Reader) as desk:
            await desk.until("up")
            watch(desk, "trades", "candles", "ticker", "book")
            await trio.sleep(5 * 60)
            ids = trade_ids(desk)
            assert len(ids) > 20
            assert ids == list(range(ids[0], ids[-1] + 1))
            kinds = {type(event) for _, event in desk.diary}
            assert kinds >= set(MARKET)
            candles = [e.candle for _, e in desk.diary if isinstance(e, CandleReported)]
            assert [b.at - a.at for a, b in pairwise(candles)] == [MINUTE] * (len(candles) - 1)
            fetched = await desk.line.ask(FetchCandles(SYMBOL, "1m", 10))
            assert set(candles) <= set(fetched)

    played(body)


BREAKS: list[tuple[str, Mapping[str, Any]]] = [
    ("M4", {"verb": "mute"}),
    ("M5", {"verb": "half_open"}),
    ("E3", {"verb": "reset"}),
    ("M15", {"verb": "close", "code": 1001}),
    ("M10", {"verb": "garbage", "kind": "not_json"}),
]


@pytest.mark.parametrize(("code", "verb"), BREAKS, ids=[f"{c}-{v['verb']}" for c, v in BREAKS])
def test_a_market_stream_that_fails_comes_back_and_the_line_stays_up(
    code: str, verb: Mapping[str, Any]
) -> None:
    async def body(clock: VirtualClock) -> None:
        when = {"stream": "btcusdt@*", "since": "60s", "nth": 1}
        plan = struck({"fault": code, **verb, "when": when})
        venue = a_venue(markets=LIVELY)
        async with connected(clock, venue, plan=plan, listener=Reader) as desk:
            await desk.until("up")
            watch(desk, "trades", "candles", "ticker")
            await trio.sleep(12 * 60)
            for topic in (TradesReported, CandleReported, TickerReported):
                times = [at for at, event in desk.diary if isinstance(event, topic)]
                assert times[-1] > clock.now() - 2 * MINUTE
            assert [line.state for line in desk.lines()] == ["up"]
            candles = [e.candle.at for _, e in desk.diary if isinstance(e, CandleReported)]
            assert candles == sorted(set(candles))
            ids = trade_ids(desk)
            assert ids == sorted(set(ids))
            assert desk.restarts() == 0

    played(body)


@pytest.mark.parametrize("kind", ["nan", "negative", "infinity", "exponent", "missing_field"])
def test_trades_that_cannot_be_are_not_told(kind: str) -> None:  # M10
    async def body(clock: VirtualClock) -> None:
        when = {"stream": "btcusdt@aggTrade", "every": 3}
        plan = struck({"verb": "garbage", "kind": kind, "field": "p", "when": when})
        venue = a_venue(markets=LIVELY)
        async with connected(clock, venue, plan=plan, listener=Reader) as desk:
            await desk.until("up")
            watch(desk, "trades")
            await trio.sleep(120)
            told = [t for _, e in desk.diary if isinstance(e, TradesReported) for t in e.trades]
            assert told
            assert all(trade.price.is_finite() and trade.price > 0 for trade in told)
            assert desk.restarts() == 0

    played(body)
