"""Recording from the simulated exchange: gapless where streams break, whole wherever it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.archive.series import Kind, Series
from benthic.actors.exchange.errors import NotListed, NotOffered
from benthic.actors.exchange.messages import FetchCandles, FetchTrades, Topic
from benthic.actors.exchange.settings import VenueSettings
from benthic.actors.market.book import Book
from benthic.actors.market.candle import Candle
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade, TradeIds
from benthic.cli.data.recorder import Missed
from benthic.cli.data.recording import Plan, Taking, begin, followed_by, topics_of
from benthic.cli.data.venues import Place, arrived
from benthic.runtime import Millis, UsageError, VirtualClock
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.market.traders import FlowPlan
from benthic.storage.marketdata import MarketStore, replay

from ..actors.exchange.connecting import a_venue, connected, played, struck

PAIR = "BTC/USDT"
SYMBOL = Symbol("BTC", "USDT")
TOPICS: tuple[Topic, ...] = ("candles", "trades", "book", "ticker")
LIVELY = FlowPlan(density=2.0, taking=0.8)


def a_plan(**more: Any) -> Plan:
    known: dict[str, Any] = {
        "settings": VenueSettings(name="binance"),
        "symbols": (PAIR,),
        "topics": TOPICS,
        "frames": ("1s", "1m"),
        "depth": 5,
        "length": None,
        **more,
    }
    return Plan(**known)


def series(kind: Kind, frame: str = "") -> Series:
    return Series("binance", SYMBOL, kind, TimeFrame.parse(frame) if frame else None)


@attrs.frozen
class Bench:
    """A recorder at a venue, and where it writes."""

    place: Place
    taking: Taking
    store: MarketStore
    stop: trio.Event

    def candles(self, frame: str) -> list[Candle]:
        found = self.store.tape(series(Kind.CANDLES, frame))
        return [each for block in found.blocks() for each in block]

    def trades(self) -> list[Trade]:
        found = self.store.records(series(Kind.TRADES))
        return [each for each in found if isinstance(each, Trade)]

    async def run(self, seconds: float) -> None:
        """Record for so long, and end in order."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.taking.run)
            await trio.sleep(seconds)
            self.stop.set()


@asynccontextmanager
async def recording(
    clock: VirtualClock,
    folder: Path,
    *faults: Mapping[str, Any],
    plan: Plan | None = None,
    ids: TradeIds = "consecutive",
) -> AsyncIterator[Bench]:
    venue = a_venue(markets=(MarketPlan(pair=PAIR, flow=LIVELY),), accounts=())
    settings = VenueSettings(name="binance")
    async with connected(clock, venue, plan=struck(*faults), settings=settings) as desk:
        await desk.until("up")
        place = await arrived(desk.system, "/bot/line", "binance")
        offered = attrs.evolve(place.capabilities, trade_ids=ids)
        place = attrs.evolve(place, capabilities=offered)
        recorder = await begin(place, plan or a_plan(), budget="/bot/budget")
        store = MarketStore(folder / "store")
        stop = trio.Event()
        yield Bench(place, Taking(place, store, recorder, stop), store, stop)


async def agrees(bench: Bench) -> None:
    """What was written is what the venue says of that time, without a hole."""
    trades = bench.trades()
    told = await bench.place.line.ask(FetchTrades(PAIR, 9_000, trades[0].at))
    known = [each for each in told if int(each.trade_id) >= int(trades[0].trade_id)]
    assert trades == known[: len(trades)]
    for frame in ("1s", "1m"):
        candles = bench.candles(frame)
        found = await bench.place.line.ask(FetchCandles(PAIR, frame, 9_000, candles[0].at))
        assert candles == list(found[: len(candles)])
        assert bench.store.held(series(Kind.CANDLES, frame)).missing == 0


def test_all_that_is_heard_is_in_the_store_when_it_ends(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            await bench.run(130)
            await agrees(bench)

            assert len(bench.candles("1s")) > 120
            assert len(bench.candles("1m")) >= 2
            assert len(bench.trades()) > 100
            found = list(bench.store.records(series(Kind.TICKER)))
            assert all(isinstance(each, Ticker) and each.last for each in found)
            books = [book for _, _, book in replay(bench.store, [(series(Kind.BOOK), None)])]
            assert len(books) > 20
            assert {len(book.bids) for book in books} == {5}  # type: ignore[union-attr]
            sums = {each.series.name: each.added for each in bench.taking.sums.values()}
            assert sums["trades"] == len(bench.trades())
            assert set(sums) == {"1s", "1m", "trades", "book", "ticker"}

    played(body)


@pytest.mark.parametrize(
    ("verb", "ids"), [("reset", "consecutive"), ("mute", "consecutive"), ("reset", "any")]
)
def test_what_a_broken_stream_left_out_is_asked_for(
    tmp_path: Path, verb: str, ids: TradeIds
) -> None:
    async def body(clock: VirtualClock) -> None:
        when = {"stream": "btcusdt@*", "since": "30s", "nth": 1}
        fault = {"verb": verb, "when": when}
        async with recording(clock, tmp_path, fault, ids=ids) as bench:
            await bench.run(240)
            await agrees(bench)
            assert len(bench.candles("1s")) > 180

    played(body)


BAD = (
    {"verb": "garbage", "kind": "nan", "field": "p", "when": {"stream": "*rade", "every": 9}},
    {"verb": "garbage", "kind": "seconds", "when": {"stream": "*rade", "nth": 40}},
    {"verb": "drop", "when": {"stream": "*rade", "every": 7}},
    {"verb": "reorder", "when": {"stream": "*rade", "every": 11}},
    {"verb": "garbage", "kind": "nan", "field": "c", "when": {"stream": "*kline_1s", "every": 9}},
    {
        "verb": "garbage",
        "kind": "seconds",
        "when": {"stream": "*kline_1m", "since": "55s", "until": "65s"},
    },
    {"verb": "drop", "when": {"stream": "*kline_1s", "every": 13}},
)


def test_what_single_messages_left_out_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No stream is broken by them: the grid of candles shows it, and the ids of trades."""

    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path, *BAD) as bench:
            await bench.run(150)
            await agrees(bench)
            assert len(bench.candles("1s")) > 140
            assert bench.store.held(series(Kind.TRADES)).missing == 0
            bench.taking.tell_what_lacks()

    played(body)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verb", ["crossed", "drop"])
def test_books_go_on_after_a_message_that_cannot_be_or_was_lost(tmp_path: Path, verb: str) -> None:
    async def body(clock: VirtualClock) -> None:
        bad = {"verb": verb, "when": {"stream": "*@depth*", "every": 20}}
        async with recording(clock, tmp_path, bad, plan=a_plan(topics=("book",))) as bench:
            await bench.run(60)
            books = [book for _, _, book in replay(bench.store, [(series(Kind.BOOK), None)])]
            assert len(books) > 50
            for book in books:
                assert isinstance(book, Book)
                assert book.bids[0].price < book.asks[0].price
            last = bench.store.held(series(Kind.BOOK)).last
            assert clock.now() - last < 5_000

    played(body)


def test_what_was_before_a_recording_and_what_has_not_ended_with_it_is_not_in_it(
    tmp_path: Path,
) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            began = clock.now()
            await bench.run(30)

            assert began <= bench.trades()[0].at < began + 5_000
            assert bench.candles("1s")[0].at <= began + 1_000
            assert bench.candles("1s")[0].at > began - 1_000
            assert bench.candles("1s")[-1].at <= clock.now() - 1_000

    played(body)


def test_candles_are_whole_from_the_beginning_where_the_past_is_known_late(tmp_path: Path) -> None:
    """Those that closed before the venue told the past are in what it tells then."""

    async def body(clock: VirtualClock) -> None:
        late = {"path": "/api/v3/klines", "until": "40s"}
        async with recording(clock, tmp_path, {"verb": "drop_request", "when": late}) as bench:
            began = clock.now()
            await bench.run(150)
            await agrees(bench)
            assert bench.candles("1s")[0].at <= began + 1_000

    played(body)


def test_frames_and_topics_are_recorded_in_whichever_order_they_are_named(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        plan = a_plan(frames=("1m", "1s"), topics=("ticker", "candles"))
        async with recording(clock, tmp_path, plan=plan) as bench:
            await bench.run(130)
            assert {each.name for each in bench.taking.sums} == {"1s", "1m", "ticker"}

    played(body)


def test_trades_alone_are_recorded_without_a_candle(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path, plan=a_plan(topics=("trades",))) as bench:
            await bench.run(60)
            assert [each.name for each in bench.taking.sums] == ["trades"]
            assert len(bench.trades()) > 50

    played(body)


def test_what_the_venue_tells_no_more_is_named_for_people_and_for_scripts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            await bench.run(20)
            taking, told = bench.taking, series(Kind.TRADES)
            taking.missed[told] = Missed(Millis(61_000), Millis(65_000), "it is gone", times=2)
            taking.tell_what_lacks()

            assert taking.more[told]["missed"] == {
                "after": 61_000, "until": 65_000, "reason": "it is gone", "times": 2
            }  # fmt: skip
            assert taking.more[series(Kind.TICKER)] == {"missed": None}

    played(body)
    said = capsys.readouterr().err
    assert "BTC/USDT trades: some are missing, 2 times, between 1970-01-01 00:01:01 and" in said
    assert "it is gone; `benthic data download binance BTC/USDT --trades --since 1970-" in said


def test_a_recording_that_is_killed_is_whole_up_to_its_last_write(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            with trio.move_on_after(100):  # no last write
                await bench.run(9_999)
            await agrees(bench)
            assert clock.now() - bench.trades()[-1].at < 30_000
            await bench.taking.write()  # of whoever goes on
            await agrees(bench)

    played(body)


def test_what_cannot_be_recorded_is_said_before_anything_is_written(tmp_path: Path) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            with pytest.raises(NotListed, match="did you mean BTC/USDT"):
                followed_by(bench.place, a_plan(symbols=("BTC/USD",)))
            with pytest.raises(NotOffered, match="1s, 1m"):
                followed_by(bench.place, a_plan(frames=("7m",)))
            few = attrs.evolve(bench.place.capabilities, public_streams=("trades",))
            with pytest.raises(NotOffered, match="no stream of candles"):
                followed_by(attrs.evolve(bench.place, capabilities=few), a_plan())
            with pytest.raises(UsageError, match="candles, trades, book, ticker"):
                topics_of(["news"])
            assert not bench.store.exists

    played(body)
