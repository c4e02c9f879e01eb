"""Recording from the simulated exchange: gapless where streams break, whole wherever it ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import msgspec
import pytest
import trio

from benthic.actors.exchange.archive.depth import Depth
from benthic.actors.exchange.archive.series import Kind, Series
from benthic.actors.exchange.errors import NotListed, NotOffered
from benthic.actors.exchange.messages import (
    BookReported,
    FetchCandles,
    FetchTrades,
    GetLine,
    Line,
    TickerReported,
    Topic,
    TradesReported,
    Watch,
)
from benthic.actors.exchange.settings import VenueSettings
from benthic.actors.market.book import Book, Level
from benthic.actors.market.candle import Candle
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.cli.data.recorder import Recorder, TakeHeard
from benthic.cli.data.recording import Plan, Taking, check, topics_of
from benthic.cli.data.venues import Place, arrived
from benthic.runtime import (
    Actor,
    Child,
    Millis,
    Supervisor,
    System,
    Tell,
    UsageError,
    VirtualClock,
    on,
    run_virtual,
)
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

    def candles(self, frame: str) -> list[Candle]:
        found = self.store.tape(series(Kind.CANDLES, frame))
        return [each for block in found.blocks() for each in block]

    def trades(self) -> list[Trade]:
        found = self.store.records(series(Kind.TRADES))
        return [each for each in found if isinstance(each, Trade)]

    async def run(self, seconds: float) -> None:
        """Record for so long, and end in order."""
        stop = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.taking.run, stop)
            await trio.sleep(seconds)
            stop.set()


@asynccontextmanager
async def recording(
    clock: VirtualClock, folder: Path, *faults: Mapping[str, Any]
) -> AsyncIterator[Bench]:
    venue = a_venue(markets=(MarketPlan(pair=PAIR, flow=LIVELY),), accounts=())
    plan = struck(*faults)
    settings = VenueSettings(name="binance")
    async with connected(clock, venue, plan=plan, settings=settings) as desk:
        await desk.until("up")
        place = await arrived(desk.system, "/bot/line", "binance")
        make = partial(Recorder, "line", a_plan().watches(), depth=5)
        recorder = await place.join(Child("recorder", make))
        store = MarketStore(folder / "store")
        yield Bench(place, Taking(place, store, recorder), store)


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


@pytest.mark.parametrize("verb", ["reset", "mute"])
def test_what_a_broken_stream_left_out_is_asked_for(tmp_path: Path, verb: str) -> None:
    async def body(clock: VirtualClock) -> None:
        when = {"stream": "btcusdt@*", "since": "30s", "nth": 1}
        async with recording(clock, tmp_path, {"verb": verb, "when": when}) as bench:
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
    said = capsys.readouterr().err
    assert re.search("BTC/USDT 1s: fetched [0-9]+ candles that the stream had not brought", said)
    assert re.search("BTC/USDT trades: fetched [0-9]+ trades that", said)
    assert "asks again" not in said


def test_trades_that_the_venue_tells_no_more_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def body(clock: VirtualClock) -> None:
        async with recording(clock, tmp_path) as bench:
            await bench.run(20)
            newest = bench.trades()[-1]
            number = int(newest.trade_id) + 1_001
            later = msgspec.structs.replace(newest, trade_id=str(number))
            bench.store.add_records(series(Kind.TRADES), [later])
            bench.taking.tell_what_lacks()

    played(body)
    assert "1000 missing, trades " in capsys.readouterr().err


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
                check(bench.place, a_plan(symbols=("BTC/USD",)))
            with pytest.raises(NotOffered, match="1s, 1m"):
                check(bench.place, a_plan(frames=("7m",)))
            few = attrs.evolve(bench.place.capabilities, public_streams=("trades",))
            with pytest.raises(NotOffered, match="no stream of candles"):
                check(attrs.evolve(bench.place, capabilities=few), a_plan())
            with pytest.raises(UsageError, match="candles, trades, book, ticker"):
                topics_of(["news"])
            assert not bench.store.exists

    played(body)


class Say(Tell):
    """What a line is to publish."""

    def __init__(self, event: object) -> None:
        self.event = event


class Mouth(Actor):
    """A line that says what it is told."""

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)

    @on(Watch)
    def watch_market(self, _: Watch) -> None: ...

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return Line("up", self.now)


def test_what_nobody_takes_is_bounded_and_what_is_lost_is_counted() -> None:
    def traded(number: int) -> TradesReported:
        price = Decimal(100 + number)
        return TradesReported(
            PAIR, (Trade(str(number), PAIR, "buy", price, Decimal(1), Millis(number)),)
        )

    async def body(system: System) -> None:
        line, recorder = system.lookup("/bot/line"), system.lookup("/bot/recorder")
        for number in range(25):
            line.tell(Say(traded(number)))
        await line.ask(GetLine())
        heard = await recorder.ask(TakeHeard())
        after = await recorder.ask(TakeHeard())

        assert heard.lost == 15
        assert [row for _, row in heard.rows] == [traded(n).trades[0] for n in range(15, 25)]
        assert (after.rows, after.lost) == ((), 0)

    watches = [Watch(PAIR, "trades")]
    tree = Supervisor(
        "bot",
        [
            Child("line", Mouth),
            Child("recorder", lambda: Recorder("line", watches, depth=5, bound=10)),
        ],
    )
    run_virtual(tree, body)


def test_a_venue_that_repeats_a_book_or_a_ticker_is_written_down_once() -> None:
    level = (Level(Decimal(100), Decimal(1)),)
    above = (Level(Decimal(101), Decimal(1)),)

    async def body(system: System) -> None:
        line, recorder = system.lookup("/bot/line"), system.lookup("/bot/recorder")
        for at, sequence in ((1, 7), (2, 7), (3, 8), (2, 6)):
            line.tell(Say(BookReported(Book(PAIR, level, above, Millis(at), sequence))))
            line.tell(Say(TickerReported(Ticker(PAIR, Millis(at), last=Decimal(100)))))
        await line.ask(GetLine())
        rows = (await recorder.ask(TakeHeard())).rows

        assert [row.last_id for _, row in rows if isinstance(row, Depth)] == [7, 8]
        assert [row.at for _, row in rows if isinstance(row, Ticker)] == [1, 2, 3]

    tree = Supervisor(
        "bot",
        [Child("line", Mouth), Child("recorder", lambda: Recorder("line", (), depth=5))],
    )
    run_virtual(tree, body)
