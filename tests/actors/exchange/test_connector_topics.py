"""What can be watched beside trades, and what is said of a stream as it comes and goes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.adapters.capabilities import GetCapabilities
from benthic.actors.exchange.ccxt_connector import GetUnsound
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FetchBook,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    OrderReported,
    StreamChanged,
    Submit,
    TickerReported,
    Topic,
    Unwatch,
    Watch,
)
from benthic.actors.feeds.book_state import BookState
from benthic.actors.matching.values import Family
from benthic.runtime import VirtualClock
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.network import FUTURES_URLS
from benthic.scenarios.venue.venue import Venue

from .connecting import (
    MINUTE,
    SYMBOL,
    a_venue,
    connected,
    played,
    settings_of,
    struck,
)
from .market_reader import LIVELY, Reader, heard, states


@attrs.frozen
class Place:
    """A venue of Binance's, with one lively market."""

    name: str
    family: Family
    pair: str
    symbol: str
    funds: Mapping[str, str]

    def venue(self) -> Venue:
        ann = AccountPlan(name="ann", deposits={self.family: self.funds})
        return a_venue(markets=(MarketPlan(pair=self.pair, family=self.family),), accounts=(ann,))

    def settings(self, venue: Venue) -> Any:
        urls = {} if self.family == "spot" else FUTURES_URLS
        return settings_of(venue, name=self.name, urls=urls)


PLACES = (
    Place("binance", "spot", "BTC/USDT", SYMBOL, {"USDT": "50000"}),
    Place("binanceusdm", "linear", "BTC/USDT", "BTC/USDT:USDT", {"USDT": "50000"}),
    Place("binancecoinm", "inverse", "BTC/USD", "BTC/USD:BTC", {"BTC": "3"}),
)
CONTRACTS = PLACES[1:]
of_places = pytest.mark.parametrize("place", PLACES, ids=[each.name for each in PLACES])
of_contracts = pytest.mark.parametrize("place", CONTRACTS, ids=[each.name for each in CONTRACTS])


@of_places
def test_every_diff_comes_and_makes_a_valid_book_with_a_snapshot(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        venue = place.venue()
        settings = place.settings(venue)
        async with connected(
            clock, venue, settings=settings, symbols=[place.symbol], listener=Reader
        ) as desk:
            await desk.until("up")
            offered = await desk.line.ask(GetCapabilities())
            assert "diffs" in offered.public_streams
            assert offered.numbering is not None
            desk.line.tell(Watch(place.symbol, "diffs"))
            await trio.sleep(20)
            before = len(desk.record.sent("GET", "/api/v3/depth"))
            snapshot = await desk.line.ask(FetchBook(place.symbol, 1_000))
            await trio.sleep(60)
            diffs = heard(desk, BookDiffReported)
            assert len(diffs) > 20
            state = BookState(place.symbol, numbering=offered.numbering)
            for each in diffs:
                state.apply(each.diff)
            assert state.load(snapshot, limit=1_000) == "valid"
            assert (state.counts.faults, state.counts.forgotten) == (0, 0)
            assert all(isinstance(price, str) for each in diffs for price, _ in each.diff.bids)
            assert len(desk.record.sent("GET", "/api/v3/depth")) <= before + 1  # ours alone
            assert not heard(desk, BookReported)
            assert states(desk, "diffs") == ["live"]

    played(body)


@of_places
def test_a_candle_is_told_as_it_forms_and_at_once_when_it_closes(place: Place) -> None:  # M8
    async def body(clock: VirtualClock) -> None:
        venue = place.venue()
        settings = place.settings(venue)
        async with connected(
            clock, venue, settings=settings, symbols=[place.symbol], listener=Reader
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(place.symbol, "candles", "1m"))
            await trio.sleep(5 * 60)
            closed = [(at, e.candle) for at, e in desk.diary if isinstance(e, CandleReported)]
            assert len(closed) >= 4
            assert all(at - (candle.at + MINUTE) < 2_500 for at, candle in closed)
            times = [candle.at for _, candle in closed]
            assert times == sorted(set(times))
            forming = [e.candle for e in heard(desk, FormingReported)]
            assert len(forming) > 20
            steps = [(candle.at, candle.volume) for candle in forming]
            assert steps == sorted(steps)

    played(body)


def test_a_closed_candle_that_is_told_twice_or_late_is_told_once() -> None:  # M8
    async def body(clock: VirtualClock) -> None:
        venue = a_venue(markets=LIVELY)
        rules = (
            {"verb": "duplicate", "times": 3, "when": {"stream": "btcusdt@kline_1m", "every": 2}},
            {"verb": "delay", "time": "3s", "when": {"stream": "btcusdt@kline_1m", "every": 5}},
        )
        async with connected(clock, venue, plan=struck(*rules), listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "candles", "1m"))
            await trio.sleep(10 * 60)
            times = [e.candle.at for e in heard(desk, CandleReported)]
            assert len(times) >= 8
            assert times == sorted(set(times))
            steps = [(e.candle.at, e.candle.volume) for e in heard(desk, FormingReported)]
            assert steps == sorted(set(steps))

    played(body)


@of_contracts
def test_funding_tells_rate_next_time_mark_and_index(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        venue = place.venue()
        settings = place.settings(venue)
        async with connected(
            clock, venue, settings=settings, symbols=[place.symbol], listener=Reader
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(place.symbol, "funding"))
            desk.line.tell(Watch(place.symbol, "ticker"))
            await trio.sleep(60)
            told = [e.funding for e in heard(desk, FundingReported)]
            assert len(told) > 30
            assert {each.symbol for each in told} == {place.symbol}
            assert all(each.mark and each.index and each.next_at > clock.now() for each in told)
            assert all(e.ticker.last is not None for e in heard(desk, TickerReported))
            assert states(desk, "funding") == ["live"]

    played(body)


@of_contracts
def test_a_position_closed_by_force_is_told_to_all(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        venue = place.venue()
        settings = place.settings(venue)
        market = place.pair.replace("/", "") + ("_PERP" if place.family == "inverse" else "")
        when = {"at": "90s"}
        plan = struck({"verb": "liquidate", "symbol": market, "account": 1, "when": when})
        async with connected(
            clock, venue, plan=plan, settings=settings, symbols=[place.symbol], listener=Reader
        ) as desk:
            await desk.until("up")
            desk.line.tell(Watch(place.symbol, "liquidations"))
            amount = Decimal(1)  # a contract, or a coin
            name = f"bn-{1:032x}"
            await desk.line.ask(Submit(name, place.symbol, "buy", "market", amount, None))
            await trio.sleep(120)
            [told] = heard(desk, LiquidationsReported)
            [one] = told.liquidations
            assert (one.symbol, one.side, one.amount) == (place.symbol, "sell", amount)
            names = [each.report.client_id for each in heard(desk, OrderReported)]
            assert any(each.startswith("autoclose-") for each in names)
            assert one.price > 0
            assert states(desk, "liquidations") == ["live"]
            assert await desk.line.ask(GetUnsound()) == {}

    played(body)


BREAKS: list[tuple[str, Mapping[str, Any]]] = [
    ("M4", {"verb": "mute"}),
    ("M5", {"verb": "half_open"}),
    ("E3", {"verb": "reset"}),
    ("M15", {"verb": "close", "code": 1001}),
    ("M10", {"verb": "garbage", "kind": "not_json"}),
]


@pytest.mark.parametrize(("code", "verb"), BREAKS, ids=[f"{c}-{v['verb']}" for c, v in BREAKS])
def test_a_stream_that_breaks_is_said_to_be_down_once_and_live_before_it_goes_on(
    code: str, verb: Mapping[str, Any]
) -> None:
    async def body(clock: VirtualClock) -> None:
        when = {"stream": "btcusdt@depth*", "since": "60s", "nth": 1}
        plan = struck({"fault": code, **verb, "when": when})
        async with connected(clock, a_venue(markets=LIVELY), plan=plan, listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "diffs"))
            desk.line.tell(Watch(SYMBOL, "ticker"))
            await trio.sleep(5 * 60)
            assert states(desk, "diffs") == ["live", "down", "live"]
            assert states(desk, "ticker") == ["live"]
            assert all(each.reason for each in heard(desk, StreamChanged) if each.state == "down")
            is_live = False
            for _, event in desk.diary:
                if isinstance(event, StreamChanged) and event.topic == "diffs":
                    is_live = event.state == "live"
                assert is_live or not isinstance(event, BookDiffReported)
            last = [at for at, event in desk.diary if isinstance(event, BookDiffReported)][-1]
            assert last > clock.now() - 10_000
            assert [line.state for line in desk.lines()] == ["up"]

    played(body)


def test_what_is_unwatched_is_told_no_more_and_can_be_watched_again() -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, a_venue(markets=LIVELY), listener=Reader) as desk:
            await desk.until("up")
            topics: tuple[Topic, ...] = ("trades", "ticker", "book", "diffs", "candles")
            for topic in topics:
                desk.line.tell(Watch(SYMBOL, topic, "1m" if topic == "candles" else ""))
            desk.line.tell(Watch(SYMBOL, "candles", "5m"))  # by the same socket
            await trio.sleep(90)
            sockets = desk.reached.network.open_streams
            for topic in topics:
                desk.line.tell(Unwatch(SYMBOL, topic, "1m" if topic == "candles" else ""))
            await trio.sleep(1)
            told = len(desk.diary)
            await trio.sleep(120)
            rest = [event for _, event in desk.diary[told:]]
            assert rest
            assert all(isinstance(each, FormingReported) and each.frame == "5m" for each in rest)
            assert desk.reached.network.open_streams == sockets - 4
            for topic in topics:
                desk.line.tell(Watch(SYMBOL, topic, "1m" if topic == "candles" else ""))
            await trio.sleep(90)
            for topic in topics[:4]:
                assert states(desk, topic) == ["live", "down", "live"]
            ends = [each for each in heard(desk, StreamChanged) if each.state == "down"]
            assert {each.reason for each in ends} == {"it was unwatched"}

    played(body)


def test_a_line_that_goes_down_takes_its_streams_with_it() -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, a_venue(markets=LIVELY), listener=Reader) as desk:
            await desk.until("up")
            desk.line.tell(Watch(SYMBOL, "trades"))
            await trio.sleep(30)
            with desk.reached.network.without("cut"):
                desk.reached.venue.close_sockets(1001, "maintenance")
                await trio.sleep(60)
                assert states(desk, "trades") == ["live", "down"]
            await trio.sleep(120)
            assert states(desk, "trades") == ["live", "down", "live"]
            for _, event in desk.diary:
                assert not isinstance(event, BookReported)

    played(body)
