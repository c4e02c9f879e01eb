"""What can be watched beside trades, and what is said of a stream as it comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.ccxt_connector import GetCapabilities, GetUnsound
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FetchBook,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Unwatch,
    Watch,
)
from benthic.actors.feeds.book_state import BookState
from benthic.actors.matching.values import Family
from benthic.runtime import Millis, VirtualClock, on
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.network import FUTURES_URLS
from benthic.scenarios.venue.venue import Venue

from .connecting import (
    MINUTE,
    SYMBOL,
    Desk,
    Listener,
    a_venue,
    connected,
    played,
    settings_of,
    struck,
)

MARKET = (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
LIVELY = (MarketPlan(pair=SYMBOL),)


class Reader(Listener):
    """Hears the market as well."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        super().__init__(diary, (*more, *MARKET))

    @on(*MARKET)
    def read(self, event: object) -> None:
        self._diary.append((self.now, event))


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


def heard(desk: Desk, kind: type) -> list[Any]:
    return [event for _, event in desk.diary if isinstance(event, kind)]


def states(desk: Desk, topic: Topic) -> list[str]:
    """How a stream was said to stand, in order."""
    return [each.state for each in heard(desk, StreamChanged) if each.topic == topic]


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
