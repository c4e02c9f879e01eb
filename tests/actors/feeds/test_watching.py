"""A feed that watches a venue: its past first, and what the line missed before what is new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import msgspec
import pytest
import trio

from benthic.actors.exchange.errors import VenueAway
from benthic.actors.exchange.gate.messages import TopicHeld, TopicLost
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchCandles,
    GetVenueClock,
    Line,
    LineChanged,
    LineState,
    VenueClock,
)
from benthic.actors.feeds import GapFound, GetCandles, GetCounts, Intake, SymbolFeed
from benthic.actors.market import Candle, TimeFrame
from benthic.actors.market.side import Side
from benthic.actors.modes.producer import Producer
from benthic.runtime import Actor, Ask, Child, Millis, Supervisor, System, Tell, on, run_virtual

MINUTE = 60_000
SYMBOL, FRAME = "BTC/USDT", TimeFrame(1, "m")
FIRST = Millis(1_767_225_600_000)  # when the candle of number 0 begins
START = Millis(FIRST + 1_000 * MINUTE)


def a_candle(number: int) -> Candle:
    return Candle(Millis(FIRST + number * MINUTE), *[float(number)] * 5)


def number_of(at: int) -> int:
    return (at - FIRST) // MINUTE


class Report(msgspec.Struct, Tell, frozen=True):
    """The stream brings a candle, unless it is cut."""

    number: int


class Flap(msgspec.Struct, Tell, frozen=True):
    """The line says that it is up, and is not."""


class Move(msgspec.Struct, Tell, frozen=True):
    state: LineState


class GetAsked(Ask[list[Millis]]):
    """When the past was asked for."""


class Venue(Actor):
    """Knows all candles that have closed by now; its line is as it is told."""

    def __init__(self, state: list[LineState]) -> None:
        self._asked = list[Millis]()  # when for the past
        self._state = state

    @on(GetVenueClock)
    def clock(self, _: GetVenueClock) -> VenueClock:
        return VenueClock(self.now - self.elapsed)

    @on(FetchCandles)
    def past(self, message: FetchCandles) -> tuple[Candle, ...]:
        self._asked.append(self.now)
        if self._state[-1] != "up":
            raise VenueAway("binance", "no answer")
        closed = number_of(self.now)
        first = closed - 5 if message.since is None else number_of(message.since)
        return tuple(a_candle(each) for each in range(first, closed))[: message.limit]

    @on(GetAsked)
    def asked(self, _: GetAsked) -> list[Millis]:
        return self._asked

    @on(Report)
    def report(self, message: Report) -> None:
        self.publish(CandleReported(SYMBOL, str(FRAME), a_candle(message.number)))

    @on(Flap)
    def flap(self, _: Flap) -> None:
        self.publish(LineChanged(Line("up", self.now)))

    @on(Move)
    def move(self, message: Move) -> None:
        self._state.append(message.state)
        self.publish(LineChanged(Line(message.state, self.now)))


class Witness(Actor):
    """Takes the place of the gate, and hears what the feed says."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard
        self._last = ""

    def on_start(self) -> None:
        for kind in (Candle, GapFound):
            self.subscribe(None, kind)

    @on(Candle, GapFound)
    def event(self, event: object) -> None:
        self._heard.append(number_of(event.at) if isinstance(event, Candle) else event)

    @on(TopicHeld, TopicLost)
    def fact(self, fact: TopicHeld | TopicLost) -> None:
        word = "held" if isinstance(fact, TopicHeld) else "lost"
        if fact.requirement.part == "candles" and self._last != word:
            self._last = word  # a topic that is held is told so again and again
            self._heard.append(word)


def watch(
    story: Callable[[System], Awaitable[None]],
    state: LineState = "up",
    *,
    intake: Intake = Intake.WATCHED,
) -> list[object]:
    """What a feed says while the story happens."""
    heard = list[object]()
    states: list[LineState] = [state]

    def feed() -> SymbolFeed:
        return SymbolFeed(SYMBOL, (FRAME,), connector="venue", intake=intake, gate="gate")

    children = [
        Child("venue", lambda: Venue(states)),
        Child("gate", lambda: Witness(heard)),
        Child("feed", feed),
    ]
    run_virtual(Supervisor("root", children), story, start=START)
    return heard


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

    heard = watch(story)
    assert heard == ["lost", "held", 1_000]


def test_what_a_stream_skipped_is_fetched_before_anybody_hears_of_what_came_after() -> None:
    async def story(system: System) -> None:
        await minutes(system, 4)
        tell(system, Report(1_003))  # 1000 to 1002 never came
        await system.settle()

    heard = watch(story)
    assert heard[2:] == [1_000, 1_001, 1_002, 1_003]


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

    heard = watch(story)
    assert heard[2:] == ["lost", 1_000, 1_001, 1_002, "held"]


def test_a_venue_that_is_away_when_the_feed_starts_is_asked_again() -> None:
    async def story(system: System) -> None:
        await minutes(system, 1)
        tell(system, Report(1_000))  # of no use without a past
        await system.settle()
        tell(system, Move("up"))
        await minutes(system, 1)
        tell(system, Report(1_001))
        await system.settle()

    heard = watch(story, "away")
    assert "held" in heard
    assert heard[-1] == 1_001
    assert sum(each == 1_001 for each in heard) == 1


def restarts(system: System) -> int:
    return sum(node.restarts for node in system.tree().walk())


@pytest.mark.parametrize("intake", Intake)
def test_a_feed_that_is_refused_its_past_waits_as_a_state(intake: Intake) -> None:
    async def story(system: System) -> None:
        await minutes(system, 30)
        tell(system, Move("up"))
        await minutes(system, 2)
        assert restarts(system) == 0  # C12: no crash is spent on it
        asked = await system.lookup("/root/venue").ask(GetAsked())
        asked = [at for at in asked if at <= START + 31 * MINUTE]
        pauses = [after - before for before, after in pairwise(asked)]
        assert 30 <= len(asked) <= 150  # ever later, but not later than a minute
        assert max(pauses) <= MINUTE
        feed = system.lookup("/root/feed")
        assert len(await feed.ask(GetCandles(100))) >= 5

    heard = watch(story, "barred", intake=intake)
    assert heard[0] == "lost"
    assert heard.count("held") >= 1


def test_a_line_that_flaps_leaves_one_question_waiting_and_not_one_for_each_time() -> None:
    async def story(system: System) -> None:
        for _ in range(50):
            tell(system, Flap())
        await minutes(system, 10)
        asked = await system.lookup("/root/venue").ask(GetAsked())
        since = [at for at in asked if at > START + 5 * MINUTE]
        assert 5 <= len(since) <= 60

    watch(story, "away")


def test_a_tape_that_went_on_meanwhile_is_remembered_once_and_in_order() -> None:
    async def story(system: System) -> None:
        feed = system.lookup("/root/feed")
        await minutes(system, 1)
        feed.tell(a_candle(1_000))
        await system.settle()
        tell(system, Move("up"))
        await minutes(system, 1)
        times = (await feed.ask(GetCandles(100)))[:, 0].tolist()
        assert [number_of(int(at)) for at in times] == [996, 997, 998, 999, 1_000]
        feed.tell(a_candle(1_001))
        counts = await feed.ask(GetCounts())
        assert (counts.missing, counts.repeated, counts.late) == (0, 0, 0)

    heard = watch(story, "away", intake=Intake.TOLD)
    assert heard[-3:] == [1_000, "held", 1_001]


class Diary:
    """An evaluation that writes down what it is shown."""

    def __init__(self, shown: list[int]) -> None:
        self._shown = shown

    def add(self, candle: Candle) -> Side | None:
        self._shown.append(number_of(candle.at))
        return None


def test_a_producer_is_shown_the_past_once_the_venue_has_told_it() -> None:
    shown, states = list[int](), list[LineState](["away"])

    def feed() -> SymbolFeed:
        return SymbolFeed(SYMBOL, (FRAME,), connector="venue", intake=Intake.WATCHED)

    async def story(system: System) -> None:
        await minutes(system, 3)
        assert shown == []
        tell(system, Move("up"))
        await system.settle()
        assert shown == [998, 999, 1_000, 1_001, 1_002]
        await minutes(system, 1)
        tell(system, Report(1_003), Move("up"))
        await system.settle()

    children = [
        Child("venue", lambda: Venue(states)),
        Child("feed", feed),
        Child("producer", lambda: Producer(SYMBOL, feed="feed", evaluation=lambda: Diary(shown))),
    ]
    run_virtual(Supervisor("root", children), story, start=START)
    assert shown == [998, 999, 1_000, 1_001, 1_002, 1_003]
