"""Reads of a market through a connector: candles and trades since a time, what a contract is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import attrs
import pytest
import trio

from benthic.actors.exchange.errors import NotOffered
from benthic.actors.exchange.messages import (
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchOpenInterest,
    FetchTrades,
    TradesReported,
    Watch,
)
from benthic.actors.exchange.settings import VenueSettings
from benthic.actors.market.candle import Candle
from benthic.actors.matching.values import Family
from benthic.runtime import Millis, VirtualClock, on
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.market.traders import FlowPlan
from benthic.scenarios.venue.network import FUTURES_URLS

from .connecting import MINUTE, Listener, a_venue, connected, played


@attrs.frozen
class Place:
    """A venue of Binance's, and a market of it."""

    name: str  # ccxt's
    family: Family
    pair: str
    symbol: str


SPOT = Place("binance", "spot", "BTC/USDT", "BTC/USDT")
USDM = Place("binanceusdm", "linear", "BTC/USDT", "BTC/USDT:USDT")
COINM = Place("binancecoinm", "inverse", "BTC/USD", "BTC/USD:BTC")
ALL = pytest.mark.parametrize("place", [SPOT, USDM, COINM], ids=["spot", "usdm", "coinm"])
BUSY = FlowPlan(density=8.0, taking=0.9)
DAY = 86_400_000


class Reader(Listener):
    """Hears trades as well."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        super().__init__(diary, (*more, TradesReported))

    @on(TradesReported)
    def read(self, event: object) -> None:
        self._diary.append((self.now, event))


def at(place: Place, flow: FlowPlan = FlowPlan()) -> dict[str, object]:
    """What `connected` is given."""
    market = MarketPlan(pair=place.pair, family=place.family, flow=flow)
    return {
        "venue": a_venue(markets=(market,), accounts=()),
        "settings": VenueSettings(name=place.name, urls=FUTURES_URLS),
        "symbols": [place.symbol],
        "listener": Reader,
    }


@ALL
def test_what_was_streamed_is_read_again_by_the_same_ids(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, **at(place, BUSY)) as desk:  # type: ignore[arg-type]
            await desk.until("up")
            desk.line.tell(Watch(place.symbol, "trades"))
            await trio.sleep(6 * 60)
            heard = [
                trade
                for _, event in desk.diary
                if isinstance(event, TradesReported)
                for trade in event.trades
            ]
            assert len(heard) > 1_000  # more than a page
            read = await desk.line.ask(FetchTrades(place.symbol, 5_000, heard[0].at))
            few = await desk.line.ask(FetchTrades(place.symbol, 7, heard[0].at))
            newest = await desk.line.ask(FetchTrades(place.symbol, 3))

            ids = [int(each.trade_id) for each in read]
            assert ids == list(range(ids[0], ids[-1] + 1))
            known = {each.trade_id: each for each in read}
            assert [known[each.trade_id] for each in heard] == heard  # the same in all fields
            assert few == read[:7]
            assert newest[-1].at >= read[-1].at
            assert desk.is_well_behaved()

    played(body)


def test_the_next_trade_of_a_quiet_market_is_found_hours_later() -> None:
    async def body(clock: VirtualClock) -> None:
        calm = FlowPlan(density=0.01, taking=0.05)
        async with connected(clock, **at(SPOT, calm)) as desk:  # type: ignore[arg-type]
            await desk.until("up")
            begin = clock.now()
            await trio.sleep(6 * 3_600)
            whole = await desk.line.ask(FetchTrades(SPOT.symbol, 1_000, begin))
            early = await desk.line.ask(FetchTrades(SPOT.symbol, 1_000, Millis(begin - 9 * DAY)))
            late = await desk.line.ask(FetchTrades(SPOT.symbol, 1_000, clock.now()))

            assert whole
            assert early[-len(whole) :] == whole
            assert [each for each in early if each.at >= begin] == list(whole)
            assert all(each.at >= clock.now() - 1_000 for each in late)

    played(body)


@ALL
def test_candles_since_a_time_are_the_oldest_from_then_on(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, **at(place)) as desk:  # type: ignore[arg-type]
            await desk.until("up")

            async def since(begin: int, limit: int) -> tuple[Candle, ...]:
                return await desk.line.ask(
                    FetchCandles(place.symbol, "1m", limit, Millis(begin)), timeout=Millis(60_000)
                )

            now = clock.now()
            begin = now - now % MINUTE - 1_400 * MINUTE
            newest = await desk.line.ask(FetchCandles(place.symbol, "1m", 1_400))
            whole = await since(begin, 5_000)
            part = await since(begin + 1, 1_200)

            assert [b.at - a.at for a, b in pairwise(whole)] == [MINUTE] * (len(whole) - 1)
            assert whole == newest
            assert whole[0].at == begin
            assert part == whole[1:1_201]
            assert await since(now, 10) == ()
            oldest = await since(begin - 2 * DAY, 10)  # days before it has minutes
            assert begin - DAY < oldest[0].at < begin
            assert await since(oldest[0].at, 10) == oldest

    played(body)


@ALL
def test_the_forming_candle_is_the_one_that_closes_next(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, **at(place)) as desk:  # type: ignore[arg-type]
            await desk.until("up")
            await trio.sleep(90)
            forming = await desk.line.ask(FetchForming(place.symbol, "5m"))
            with pytest.raises(NotOffered, match="5m"):
                await desk.line.ask(FetchForming(place.symbol, "7m"))
            assert forming is not None
            assert forming.at <= clock.now() < forming.at + 5 * MINUTE

    played(body)


@pytest.mark.parametrize("place", [USDM, COINM], ids=["usdm", "coinm"])
def test_a_contract_tells_its_funding_its_prices_and_its_open_interest(place: Place) -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, **at(place, BUSY)) as desk:  # type: ignore[arg-type]
            await desk.until("up")
            await trio.sleep(120)
            funding = await desk.line.ask(FetchFunding(place.symbol))
            held = await desk.line.ask(FetchOpenInterest(place.symbol))

            assert funding.mark is not None
            assert funding.index is not None
            assert abs(funding.mark / funding.index - 1) < Decimal("0.05")
            assert (held.symbol, held.amount > 0) == (place.symbol, True)
            assert held.at <= clock.now()

    played(body)


def test_spot_has_no_open_interest() -> None:
    async def body(clock: VirtualClock) -> None:
        async with connected(clock, **at(SPOT)) as desk:  # type: ignore[arg-type]
            await desk.until("up")
            with pytest.raises(NotOffered, match="open interest"):
                await desk.line.ask(FetchOpenInterest(SPOT.symbol))
            assert desk.record.sent("GET", "/fapi/v1/openInterest") == []

    played(body)
