"""A feed that watches a venue: its past first, and what the line missed before what is new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import trio

from benthic.actors.exchange.errors import VenueAway
from benthic.actors.exchange.gate.messages import HistoryHeld, HistoryMissing
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchCandles,
    Line,
    LineChanged,
    LineState,
    Watch,
)
from benthic.actors.feeds import CandleFeed, GapFound, GetCounts, Intake
from benthic.actors.market import Candle, TimeFrame
from benthic.runtime import Actor, Child, Millis, Supervisor, System, Tell, on, run_virtual

MINUTE = 60_000
SYMBOL, FRAME = "BTC/USDT", TimeFrame(1, "m")
START = Millis(1_000 * MINUTE)


def a_candle(number: int) -> Candle:
    return Candle(Millis(number * MINUTE), *[float(number)] * 5)


class Report(msgspec.Struct, Tell, frozen=True):
    """The stream brings a candle, unless it is cut."""

    number: int


class Move(msgspec.Struct, Tell, frozen=True):
    state: LineState


class Venue(Actor):
    """Knows all candles that have closed by now; its line is as it is told."""

    def __init__(self, watched: list[Watch], state: list[LineState]) -> None:
        self._watched = watched
        self._state = state

    @on(Watch)
    def watch_market(self, message: Watch) -> None:
        self._watched.append(message)

    @on(FetchCandles)
    def past(self, message: FetchCandles) -> tuple[Candle, ...]:
        if self._state[-1] != "up":
            raise VenueAway("binance", "no answer")
        closed = self.now // MINUTE
        return tuple(a_candle(each) for each in range(closed - min(message.limit, 5), closed))

    @on(Report)
    def report(self, message: Report) -> None:
        self.publish(CandleReported(SYMBOL, str(FRAME), a_candle(message.number)))

    @on(Move)
    def move(self, message: Move) -> None:
        self._state.append(message.state)
        self.publish(LineChanged(Line(message.state, self.now)))


class Witness(Actor):
    """Takes the place of the gate, and hears what the feed says."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for kind in (Candle, GapFound):
            self.subscribe(None, kind)

    @on(Candle, GapFound)
    def event(self, event: object) -> None:
        self._heard.append(int(event.at // MINUTE) if isinstance(event, Candle) else event)

    @on(HistoryHeld, HistoryMissing)
    def fact(self, fact: object) -> None:
        self._heard.append(type(fact).__name__)


def watch(
    story: Callable[[System], Awaitable[None]], state: LineState = "up"
) -> tuple[list[object], list[Watch]]:
    """What a feed says while the story happens, and what it asked to be watched."""
    heard, watched = list[object](), list[Watch]()
    states: list[LineState] = [state]

    def feed() -> CandleFeed:
        return CandleFeed(SYMBOL, FRAME, connector="venue", intake=Intake.WATCHED, gate="gate")

    children = [
        Child("venue", lambda: Venue(watched, states)),
        Child("gate", lambda: Witness(heard)),
        Child("feed", feed),
    ]
    run_virtual(Supervisor("root", children), story, start=START)
    return heard, watched


def tell(system: System, *messages: Tell) -> None:
    for message in messages:
        system.lookup("/root/venue").tell(message)


async def minutes(system: System, count: int) -> None:
    await trio.sleep(count * MINUTE / 1_000)
    await system.settle()


def test_the_past_is_remembered_in_silence_and_what_comes_is_told() -> None:
    async def story(system: System) -> None:
        await minutes(system, 1)
        tell(system, Report(1_000))
        await system.settle()

    heard, watched = watch(story)
    assert heard == ["HistoryMissing", "HistoryHeld", 1_000]
    assert watched == [Watch(SYMBOL, "candles", "1m")]


def test_what_a_stream_skipped_is_fetched_before_anybody_hears_of_what_came_after() -> None:
    async def story(system: System) -> None:
        await minutes(system, 4)
        tell(system, Report(1_003))  # 1000 to 1002 never came
        await system.settle()

    heard, _ = watch(story)
    assert heard[2:] == [1_000, 1_001, 1_002, 1_003, "HistoryHeld"]


def test_a_line_that_comes_back_brings_what_closed_meanwhile() -> None:
    async def story(system: System) -> None:
        tell(system, Move("away"))
        await minutes(system, 3)
        tell(system, Move("up"))
        await system.settle()
        tell(system, Report(1_001), Report(1_002))  # the stream repeats what is known
        await system.settle()
        counts = await system.lookup("/root/feed").ask(GetCounts())
        assert (counts.missing, counts.repeated + counts.late) == (0, 2)

    heard, watched = watch(story)
    assert heard[2:] == ["HistoryMissing", 1_000, 1_001, 1_002, "HistoryHeld"]
    assert len(watched) == 2  # twice is once to a connector


def test_a_venue_that_is_away_when_the_feed_starts_is_asked_again() -> None:
    async def story(system: System) -> None:
        await minutes(system, 1)
        tell(system, Report(1_000))  # of no use without a past
        await system.settle()
        tell(system, Move("up"))
        await minutes(system, 1)
        tell(system, Report(1_001))
        await system.settle()

    heard, _ = watch(story, "away")
    assert "HistoryHeld" in heard
    assert heard[-1] == 1_001
    assert sum(each == 1_001 for each in heard) == 1
