"""Sockets are renewed before the venue closes them, and nobody notices (M6, B7).

A day is twelve minutes here: nothing but the lengths of lives is shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar

import trio

from benthic.actors.exchange.adapters.binance import Binance, BinanceUsdM
from benthic.actors.exchange.ccxt_connector import GetUnsound
from benthic.actors.exchange.messages import (
    BookDiffReported,
    Cancel,
    CandleReported,
    FormingReported,
    FundingReported,
    OrderReported,
    StreamChanged,
    TickerReported,
    TradesReported,
    Watch,
)
from benthic.runtime import Millis, VirtualClock
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.hub import HubRules
from benthic.scenarios.venue.market.traders import FlowPlan
from benthic.scenarios.venue.network import FUTURES_URLS
from benthic.scenarios.venue.venue import Venue

from .connecting import (
    MINUTE,
    SYMBOL,
    Desk,
    a_venue,
    connected,
    limit,
    played,
    settings_of,
    struck,
)
from .market_reader import Reader, heard

LIFE = Millis(12 * MINUTE)


class Hasty(Binance):
    """Of a venue whose day is short."""

    socket_life: ClassVar[Millis] = LIFE


class HastyUsdM(BinanceUsdM):
    socket_life: ClassVar[Millis] = LIFE


def a_hasty_venue(plan: MarketPlan | None = None, *, life: int = LIFE, **more: Any) -> Venue:
    """It closes every socket after twelve minutes, or `life`."""
    return a_venue(
        markets=(plan or MarketPlan(pair=SYMBOL),),
        spot_hub=HubRules(life=life),
        futures_hub=HubRules(life=life, ping_every=180_000, pong_within=600_000, messages=10),
        **more,
    )


def traded(venue: Venue, family: Any = "spot") -> list[str]:
    """The ids of the trades of the first market, as the venue writes them down from now on."""
    [feed] = venue.feeds[family]
    record = list[str]()
    feed.news.trade.listen(lambda trade: record.append(str(trade.trade_id)))
    return record


def ids(desk: Desk) -> list[str]:
    return [trade.trade_id for each in heard(desk, TradesReported) for trade in each.trades]


def downs(desk: Desk) -> list[StreamChanged]:
    return [each for each in heard(desk, StreamChanged) if each.state == "down"]


SINGLE: Mapping[str, Any] = {  # trades one by one, as the venue's own record has them
    "watchTrades": {"name": "trade"},
    "watchTradesForSymbols": {"name": "trade"},
}


def test_no_trade_is_missed_or_doubled_as_sockets_are_renewed() -> None:  # M6
    async def body(clock: VirtualClock) -> None:
        venue = a_hasty_venue()
        settings = settings_of(venue, options=SINGLE)
        async with connected(
            clock, venue, settings=settings, listener=Reader, adapter=Hasty("binance")
        ) as desk:
            await desk.until("up")
            for topic in ("trades", "ticker", "diffs"):
                desk.line.tell(Watch(SYMBOL, topic))
            desk.line.tell(Watch(SYMBOL, "candles", "1m"))
            await trio.sleep(10)
            record, before = traded(venue), len(ids(desk))
            dialled = desk.reached.network.dialled
            await trio.sleep(3 * LIFE / 1000)
            await trio.sleep(1)

            assert desk.reached.network.dialled >= dialled + 3 * 5  # four of the market, and one
            assert len(record) > 800
            assert ids(desk)[before:][: len(record)] == record
            assert downs(desk) == []
            assert [line.state for line in desk.lines()] == ["up"]
            candles = [each.candle.at for each in heard(desk, CandleReported)]
            assert [b - a for a, b in pairwise(candles)] == [MINUTE] * (len(candles) - 1)
            steps = [(e.candle.at, e.candle.volume) for e in heard(desk, FormingReported)]
            assert steps == sorted(set(steps))
            tickers = [each.ticker for each in heard(desk, TickerReported)]
            assert all(a != b and a.at <= b.at for a, b in pairwise(tickers))
            diffs = [each.diff for each in heard(desk, BookDiffReported)]
            assert all(b.first == a.last + 1 for a, b in pairwise(diffs))
            assert await desk.line.ask(GetUnsound()) == {}
            assert desk.restarts() == 0

    played(body)


def test_contracts_hear_their_market_and_their_account_without_a_break() -> None:  # M6, B7
    symbol = "BTC/USDT:USDT"

    async def body(clock: VirtualClock) -> None:
        plan = MarketPlan(pair=SYMBOL, family="linear")
        ann = AccountPlan(name="ann", deposits={"linear": {"USDT": "50000"}})
        venue = a_hasty_venue(plan, accounts=(ann,))
        settings = settings_of(venue, name="binanceusdm", urls=FUTURES_URLS, options=SINGLE)
        async with connected(
            clock,
            venue,
            settings=settings,
            symbols=[symbol],
            listener=Reader,
            adapter=HastyUsdM("binanceusdm"),
        ) as desk:
            await desk.until("up")
            for topic in ("trades", "funding", "diffs"):
                desk.line.tell(Watch(symbol, topic))
            await trio.sleep(10)
            record, before = traded(venue, "linear"), len(ids(desk))
            await trio.sleep(3 * LIFE / 1000)
            await trio.sleep(1)

            assert ids(desk)[before:][: len(record)] == record
            assert downs(desk) == []
            assert [line.state for line in desk.lines()] == ["up"]
            diffs = [each.diff for each in heard(desk, BookDiffReported)]
            assert all(b.previous == a.last for a, b in pairwise(diffs))
            funding = [each.funding for each in heard(desk, FundingReported)]
            assert all(a.at < b.at for a, b in pairwise(funding))

    played(body)


def test_every_order_is_told_of_while_the_accounts_stream_is_handed_on() -> None:  # B7
    async def body(clock: VirtualClock) -> None:
        venue = a_hasty_venue()
        async with connected(clock, venue, listener=Reader, adapter=Hasty("binance")) as desk:
            await desk.until("up")
            names = [f"bn-{number:032x}" for number in range(60)]
            for name in names:
                await desk.line.ask(limit(name, price="50000"))
                await trio.sleep(20)
                await desk.line.ask(Cancel(name, SYMBOL))
                await trio.sleep(20)
            told = [(e.report.client_id, e.report.status) for e in heard(desk, OrderReported)]
            for name in names:
                assert (name, "open") in told
                assert (name, "cancelled") in told
            assert [line.state for line in desk.lines()] == ["up"]
            assert desk.is_well_behaved()

    played(body)


class Slow(Binance):
    socket_life: ClassVar[Millis] = Millis(4 * 60 * MINUTE)


def test_a_market_in_which_little_trades_is_handed_over_in_silence() -> None:
    async def body(clock: VirtualClock) -> None:
        flow = FlowPlan(density=0.02)  # a trade in 90 s, about; a new socket is waited for 4 min
        venue = a_hasty_venue(MarketPlan(pair=SYMBOL, flow=flow), life=Slow.socket_life)
        settings = settings_of(venue, options=SINGLE)
        async with connected(
            clock, venue, settings=settings, listener=Reader, adapter=Slow("binance")
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "trades"))
            record = traded(venue)
            await trio.sleep(1.1 * Slow.socket_life / 1000)
            known = ids(desk)
            assert known == record[record.index(known[0]) :][: len(known)]
            reasons = {each.reason for each in downs(desk)}
            assert reasons <= {"it has gone silent"}
            assert [line.state for line in desk.lines()] == ["up"]

    played(body)


def test_an_announced_shutdown_is_met_with_new_sockets_at_once() -> None:  # M6
    async def body(clock: VirtualClock) -> None:
        event = '{"e":"serverShutdown","E":1767225660000}'
        when = {"stream": "btcusdt@trade", "since": "100s", "nth": 1}
        plan = struck({"verb": "inject", "message": event, "when": when})
        venue = a_venue(markets=(MarketPlan(pair=SYMBOL),))
        settings = settings_of(venue, options=SINGLE)
        async with connected(clock, venue, plan=plan, settings=settings, listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "trades"))
            desk.line.tell(Watch(SYMBOL, "diffs"))
            await trio.sleep(90)
            dialled = desk.reached.network.dialled
            sockets = desk.reached.network.open_streams
            await trio.sleep(60)
            assert desk.reached.network.dialled == dialled + 2
            assert desk.reached.network.open_streams == sockets
            assert downs(desk) == []
            told = [int(each) for each in ids(desk)]
            assert told == list(range(told[0], told[-1] + 1))

    played(body)


def test_where_no_new_socket_opens_the_old_ones_stay_until_they_end() -> None:  # M6
    async def body(clock: VirtualClock) -> None:
        venue = a_hasty_venue()
        settings = settings_of(venue, options=SINGLE)
        async with connected(
            clock, venue, settings=settings, listener=Reader, adapter=Hasty("binance")
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "trades"))
            await trio.sleep(0.9 * LIFE / 1000)
            record, before = traded(venue), len(ids(desk))
            with desk.reached.network.without("cut"):
                await trio.sleep(0.09 * LIFE / 1000)
                assert ids(desk)[before:] == record
                assert downs(desk) == []
                await trio.sleep(0.2 * LIFE / 1000)
                assert len(downs(desk)) == 1
            await trio.sleep(120)
            assert [each.state for each in heard(desk, StreamChanged)] == ["live", "down", "live"]
            told = [int(each) for each in ids(desk)]
            assert told == sorted(set(told))

    played(body)
