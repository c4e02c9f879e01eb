"""Downloads from the simulated exchange, in virtual time: those too that end in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.archive.series import Kind, Series
from benthic.actors.exchange.errors import NotListed, NotOffered, UnsoundAnswer
from benthic.actors.exchange.messages import FetchCandles, FetchTrades
from benthic.actors.exchange.settings import VenueSettings
from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import BadValue
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.cli.data.downloading import Span, download_candles, download_trades
from benthic.cli.data.venues import Place, arrived
from benthic.runtime import Millis, Ref, UsageError, VirtualClock
from benthic.scenarios.venue.config import START, MarketPlan
from benthic.scenarios.venue.market.traders import FlowPlan
from benthic.storage.marketdata import Disagreement, MarketStore, Prefer

from ..actors.exchange.connecting import a_venue, connected, played, struck

PAIR = "BTC/USDT"
MINUTES = Series("binance", Symbol("BTC", "USDT"), Kind.CANDLES, TimeFrame.parse("1m"))
TRADES = Series("binance", Symbol("BTC", "USDT"), Kind.TRADES)
MINUTE = 60_000
PAST = 1_300 * MINUTE
PAGE = 40  # candles that the venue is said to give at a time, so that there are many questions
BUSY = FlowPlan(density=8.0, taking=0.9)


class Ended(Exception):
    """The process was told to end."""


class Counted:
    """A line that ends whoever asks once too often."""

    def __init__(self, line: Ref, most: int) -> None:
        self._line = line
        self._left = most

    async def ask(self, question: Any, *, timeout: int | None = None) -> Any:
        if not self._left:
            raise Ended
        self._left -= 1
        return await self._line.ask(question, timeout=timeout)


@asynccontextmanager
async def downloading(clock: VirtualClock, *rules: Mapping[str, Any]) -> AsyncIterator[Place]:
    """A venue with a past and with trades of some minutes."""
    venue = a_venue(markets=(MarketPlan(pair=PAIR, flow=BUSY),), accounts=())
    settings = VenueSettings(name="binance")
    async with connected(clock, venue, settings=settings, plan=struck(*rules)) as desk:
        await desk.until("up")
        await trio.sleep(4 * 60)
        place = await arrived(desk.system, "/bot/line", "binance")
        capabilities = attrs.evolve(place.capabilities, max_candles=PAGE)
        yield attrs.evolve(place, capabilities=capabilities)


def ended(place: Place, after: int) -> Place:
    """The same place, where whoever asks is ended after some questions."""
    return attrs.evolve(place, line=Counted(place.line, after))  # type: ignore[arg-type]


def candles_in(store: MarketStore) -> list[Candle]:
    return [each for block in store.tape(MINUTES).blocks() for each in block]


def trades_in(store: MarketStore) -> list[Trade]:
    return [each for each in store.records(TRADES) if isinstance(each, Trade)]


def test_candles_are_those_of_the_venue_wherever_the_download_was_ended(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with downloading(clock) as place:
            span = Span(Millis(clock.now() - PAST), clock.now())
            truth = await place.line.ask(
                FetchCandles(PAIR, "1m", 5_000, span.since), timeout=60_000
            )
            for after in (0, 1, 4, 8):
                store = MarketStore(tmp_path / str(after))
                with pytest.raises(Ended):
                    await download_candles(ended(place, after), store, MINUTES, span)
                if after:
                    assert candles_in(store) == list(truth[: after * PAGE])
                added = await download_candles(place, store, MINUTES, span)
                again = await download_candles(ended(place, 0), store, MINUTES, span)

                assert candles_in(store) == list(truth)
                assert (added.added, added.known) == (len(truth) - after * PAGE, 0)
                assert again.rows == 0  # nothing was asked for

    played(body)


def test_holes_of_earlier_downloads_are_filled_and_what_is_there_stays(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with downloading(clock) as place:
            now = clock.now()
            store = MarketStore(tmp_path / "store")
            for since, until in ((1_200, 1_000), (700, 500), (100, 0)):
                part = Span(Millis(now - since * MINUTE), Millis(now - until * MINUTE))
                await download_candles(place, store, MINUTES, part)
            span = Span(Millis(now - PAST), now)
            truth = await place.line.ask(FetchCandles(PAIR, "1m", 5_000, span.since))
            added = await download_candles(place, store, MINUTES, span)

            assert candles_in(store) == list(truth)
            assert added.added == added.rows == len(truth) - 199 - 199 - 99
            assert store.held(MINUTES).missing == 0

    played(body)


def test_trades_are_those_of_the_venue_wherever_the_download_was_ended(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with downloading(clock) as whole:
            place = attrs.evolve(
                whole, capabilities=attrs.evolve(whole.capabilities, most_trades=50)
            )
            span = Span(Millis(clock.now() - 210_000), Millis(clock.now() - 1_000))
            told = await place.line.ask(FetchTrades(PAIR, 9_000, span.since))
            truth = [each for each in told if each.at < span.until]
            assert len(truth) > 600
            for after in (1, 3):
                store = MarketStore(tmp_path / str(after))
                with pytest.raises(Ended):
                    await download_trades(ended(place, after), store, TRADES, span)
                assert trades_in(store) == truth[: len(trades_in(store))]
                await download_trades(place, store, TRADES, span)
                assert trades_in(store) == truth

            store = MarketStore(tmp_path / "parts")
            for since, until in ((200, 190), (120, 100), (20, 10)):
                begin, end = (Millis(clock.now() - each * 1_000) for each in (since, until))
                await download_trades(place, store, TRADES, Span(begin, end))
            await download_trades(place, store, TRADES, span)
            assert trades_in(store) == truth  # their ids tell of the holes between

    played(body)


KLINES = "/api/v3/klines"
TROUBLES = [
    pytest.param({"verb": "status", "status": 503, "when": {"path": KLINES, "every": 2}}, id="503"),
    pytest.param({"verb": "truncate", "when": {"path": KLINES, "every": 2}}, id="A8"),
    pytest.param(
        {"verb": "garbage", "kind": "past", "when": {"path": KLINES, "every": 3}}, id="M13-past"
    ),
    pytest.param(
        {"verb": "garbage", "kind": "future", "when": {"path": KLINES, "every": 3}},
        id="M13-future",
    ),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_pages_that_fail_are_asked_again_and_nothing_wrong_is_stored(
    tmp_path: Path, trouble: Mapping[str, Any]
) -> None:
    span = Span(Millis(START - 2 * PAST), Millis(START + 3 * MINUTE))  # some before all there is

    async def stored(clock: VirtualClock, name: str, *rules: Mapping[str, Any]) -> list[Candle]:
        async with downloading(clock, *rules) as place:
            store = MarketStore(tmp_path / name)
            await download_candles(place, store, MINUTES, span)
            return candles_in(store)

    found = played(lambda clock: stored(clock, "troubled", trouble))
    assert found == played(lambda clock: stored(clock, "calm"))
    assert len(found) > PAST // MINUTE


def test_a_venue_that_answers_another_time_for_good_is_not_believed_once(tmp_path: Path) -> None:
    rule = {"verb": "garbage", "kind": "past", "when": {"path": KLINES, "every": 1}}

    async def body(clock: VirtualClock) -> None:
        async with downloading(clock, rule) as place:
            store = MarketStore(tmp_path / "store")
            span = Span(Millis(START - PAST), Millis(START))
            with pytest.raises(UnsoundAnswer, match="which was asked for"):
                await download_candles(place, store, MINUTES, span)
            assert not store.exists

    played(body)


@pytest.mark.parametrize("kind", ["past", "future"])
def test_trades_of_another_time_are_asked_again(tmp_path: Path, kind: str) -> None:
    when = {"path": "/api/v3/aggTrades", "every": 2}
    rule = {"verb": "garbage", "kind": kind, "when": when}
    span = Span(Millis(START + 10_000), Millis(START + 200_000))

    async def stored(clock: VirtualClock, name: str, *rules: Mapping[str, Any]) -> list[Trade]:
        async with downloading(clock, *rules) as place:
            store = MarketStore(tmp_path / name)
            await download_trades(place, store, TRADES, span)
            return trades_in(store)

    found = played(lambda clock: stored(clock, "troubled", rule))
    assert found == played(lambda clock: stored(clock, "calm"))
    assert len(found) > 100  # M13


def test_a_store_that_says_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with downloading(clock) as place:
            store = MarketStore(tmp_path / "store")
            span = Span(Millis(clock.now() - 200 * MINUTE), clock.now())
            await download_trades(place, store, TRADES, span)
            there = trades_in(store)
            other = [
                Trade(t.trade_id, t.symbol, t.side, t.price * 2, t.amount, t.at) for t in there
            ]
            wrong = MarketStore(tmp_path / "wrong")
            wrong.add_records(TRADES, other[5:9])

            with pytest.raises(Disagreement, match="--prefer"):
                await download_trades(place, wrong, TRADES, span)
            assert trades_in(wrong) == other[5:9]
            await download_trades(place, wrong, TRADES, attrs.evolve(span, prefer=Prefer.NEW))
            assert trades_in(wrong) == there

    played(body)


def test_what_the_venue_does_not_have_is_named_with_what_it_has() -> None:
    async def body(clock: VirtualClock) -> None:
        async with downloading(clock) as place:
            for name in ("BTC/USD", "btc/usdt", "btc/usd"):
                with pytest.raises(NotListed, match="did you mean BTC/USDT"):
                    place.symbol(name)
            with pytest.raises(NotOffered, match="5m, 15m"):
                place.frame("7m")
            with pytest.raises(BadValue, match="--frames"):
                place.frame("5 minutes")
            with pytest.raises(UsageError, match="--since is not before now"):
                Span.of(clock.now(), None, clock.now())
            with pytest.raises(UsageError, match="--since is not before --until"):
                Span.of(Millis(7), Millis(7), clock.now())

    played(body)
