"""Replays: events in time order, each after full rest, with timers and trio in their places."""

from collections.abc import Iterator

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorStopped,
    Ask,
    Child,
    LiveClock,
    Millis,
    Ref,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
    VirtualClock,
    on,
    run_virtual,
)

Log = list[tuple[object, ...]]
Event = tuple[int, Ref, object]


@attrs.frozen
class Candle(Tell):
    number: int


@attrs.frozen
class Signal(Tell):
    number: int


@attrs.frozen
class Order(Ask[int]):
    number: int


@attrs.frozen
class Alarm(Tell):
    name: str


@attrs.frozen
class Fetch(Ask[int]):
    pass


class Feed(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    @on(Candle)
    def candle(self, message: Candle) -> None:
        self.log.append((self.now, "candle", message.number))
        self.lookup("trader").tell(Signal(message.number))


class Trader(Actor):
    """Waits twice for each signal: for an answer, then for time."""

    def __init__(self, log: Log, wait: int = 0) -> None:
        self.log, self.wait = log, wait

    @on(Signal)
    async def trade(self, message: Signal) -> None:
        filled = await self.ask(self.lookup("venue"), Order(message.number))
        if self.wait:
            await self.sleep(self.wait)
        self.log.append((self.now, "filled", filled))

    @on(Alarm)
    def ring(self, message: Alarm) -> None:
        self.log.append((self.now, message.name, 0))


class Venue(Actor):
    latency = 0

    @on(Order)
    async def fill(self, message: Order) -> int:
        if self.latency:
            await self.sleep(self.latency)
        return message.number


class SlowVenue(Venue):
    latency = 30


class WorldlyVenue(Venue):
    """Awaits trio in the middle of each order."""

    @on(Order, io=True)
    async def fill(self, message: Order) -> int:
        await trio.lowlevel.checkpoint()
        with self.hold():
            await trio.to_thread.run_sync(str)
        return message.number


def a_tree(log: Log, venue: type[Venue] = Venue, wait: int = 0) -> Supervisor:
    return Supervisor(
        "bot",
        [
            Child("feed", lambda: Feed(log)),
            Child("trader", lambda: Trader(log, wait)),
            Child("venue", venue),
        ],
        backoff=AT_ONCE,
    )


def candles(system: System, moments: list[int]) -> Iterator[Event]:
    feed = system.lookup("/bot/feed")
    return ((moment, feed, Candle(number)) for number, moment in enumerate(moments))


@pytest.mark.parametrize("venue", [Venue, WorldlyVenue], ids=["parked", "io"])
def test_each_event_comes_to_rest_before_the_next(venue: type[Venue], schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.replay(candles(system, [10, 20, 20, 30]))

    run_virtual(a_tree(log, venue), body, schedule=schedule)

    assert log == [
        (10, "candle", 0), (10, "filled", 0),
        (20, "candle", 1), (20, "filled", 1),
        (20, "candle", 2), (20, "filled", 2),
        (30, "candle", 3), (30, "filled", 3),
    ]  # fmt: skip


def test_what_takes_virtual_time_goes_on_between_events(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.replay(candles(system, [0, 20, 100]))
        await trio.sleep(1)

    run_virtual(a_tree(log, SlowVenue), body, schedule=schedule)

    assert log == [
        (0, "candle", 0), (20, "candle", 1),
        (30, "filled", 0), (60, "filled", 1),
        (100, "candle", 2), (130, "filled", 2),
    ]  # fmt: skip


def test_timers_fire_before_the_event_of_their_millisecond(schedule: Schedule) -> None:
    log: Log = []

    class Alarmed(Trader):
        def on_start(self) -> None:
            for moment in (5, 10, 19, 20, 25):
                self.at(moment, Alarm("alarm"))

    tree = Supervisor(
        "bot", [Child("feed", lambda: Feed(log)), Child("trader", lambda: Alarmed(log)),
                Child("venue", Venue)],
    )  # fmt: skip

    async def body(system: System) -> None:
        await system.replay(candles(system, [10, 20]))
        log.append((system.clock.now(), "replay ended", 0))
        await trio.sleep(1)

    run_virtual(tree, body, schedule=schedule)

    assert log == [
        (5, "alarm", 0), (10, "alarm", 0), (10, "candle", 0), (10, "filled", 0),
        (19, "alarm", 0), (20, "alarm", 0), (20, "candle", 1), (20, "filled", 1),
        (20, "replay ended", 0), (25, "alarm", 0),
    ]  # fmt: skip


def test_a_trio_task_that_sleeps_wakes_in_the_middle_of_a_replay(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        async def doze() -> None:
            for _ in range(3):
                await trio.sleep(0.05)
                log.append((system.clock.now(), "woke", 0))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(doze)
            await system.replay(candles(system, [10, 50, 60, 200]))

    run_virtual(a_tree(log), body, schedule=schedule)

    assert [entry for entry in log if entry[1] != "filled"] == [
        (10, "candle", 0), (50, "woke", 0), (50, "candle", 1), (60, "candle", 2),
        (100, "woke", 0), (150, "woke", 0), (200, "candle", 3),
    ]  # fmt: skip


def test_a_long_replay_beside_a_busy_trio_task_stays_flat() -> None:
    """Each pause of the replay must leave no trace in its source."""
    log: Log = []
    count = 4_000

    async def body(system: System) -> None:
        async def doze() -> None:
            for _ in range(2 * count):
                await trio.sleep(0.001)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(doze)
            await system.replay(candles(system, list(range(0, 2 * count, 2))))

    run_virtual(a_tree(log), body)

    assert len(log) == 2 * count


@given(
    st.lists(st.integers(0, 200), max_size=30).map(sorted),
    st.sampled_from(list(Schedule)),
    st.sampled_from([0, 7]),
)
def test_every_event_is_delivered_once_at_its_time(
    moments: list[int], schedule: Schedule, wait: int
) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.replay(candles(system, moments))
        await trio.sleep(10)

    run_virtual(a_tree(log, wait=wait), body, schedule=schedule)

    assert [(at, number) for at, what, number in log if what == "candle"] == [
        (moment, number) for number, moment in enumerate(moments)
    ]
    assert len(log) == 2 * len(moments)
    assert [entry[0] for entry in log] == sorted(entry[0] for entry in log)  # type: ignore[type-var]  # ints


def test_a_replay_of_nothing_ends_at_once(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        await system.replay([])

        assert system.clock.now() == 0

    run_virtual(a_tree([]), body, schedule=schedule)


def test_a_replay_starts_where_the_clock_is(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.replay(candles(system, [1_000_000, 1_000_001]))
        await system.replay(candles(system, [1_000_001, 1_000_002]))

    run_virtual(a_tree(log), body, schedule=schedule, start=Millis(1_000_000))

    assert [at for at, what, _ in log if what == "candle"] == [
        1_000_000, 1_000_001, 1_000_001, 1_000_002,
    ]  # fmt: skip


@pytest.mark.parametrize("moments", [[10, 9], [5, 10, 10, 0]], ids=["two", "four"])
def test_a_source_that_goes_back_in_time_is_refused(moments: list[int], schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        with pytest.raises(UsageError, match="goes forward in time: an event at"):
            await system.replay(candles(system, moments))

        assert system.clock.now() == 10
        assert len(log) == 2 * (len(moments) - 1)

    run_virtual(a_tree(log), body, schedule=schedule)


def test_what_the_source_raises_comes_out_of_the_replay(schedule: Schedule) -> None:
    log: Log = []

    def torn(system: System) -> Iterator[Event]:
        yield from candles(system, [1, 2])
        raise OSError("the file is torn")

    async def body(system: System) -> None:
        with pytest.raises(OSError, match="the file is torn"):
            await system.replay(torn(system))
        await system.replay(candles(system, [3]))

        assert [what for _, what, _ in log].count("candle") == 3

    run_virtual(a_tree(log), body, schedule=schedule)


def test_a_crash_under_way_does_not_end_a_replay(schedule: Schedule) -> None:
    log: Log = []

    class Fragile(Feed):
        @on(Candle)
        def candle(self, message: Candle) -> None:
            if message.number == 1:
                raise ValueError("poison")
            super().candle(message)

    tree = Supervisor(
        "bot", [Child("feed", lambda: Fragile(log)), Child("trader", lambda: Trader(log)),
                Child("venue", Venue)], backoff=AT_ONCE,
    )  # fmt: skip

    async def body(system: System) -> None:
        await system.replay(candles(system, [1, 2, 3]))

        assert system.tree().children[0].restarts == 1

    run_virtual(tree, body, schedule=schedule)

    assert [number for _, what, number in log if what == "candle"] == [0, 2]


def test_a_replay_ends_when_its_system_does(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(5)
                await system.stop()

            with pytest.raises(ActorStopped):
                await system.replay(candles(system, list(range(0, 1_000_000, 1_000))))

    run_virtual(a_tree([]), body, schedule=schedule)


def test_a_cancelled_replay_delivers_nothing_more(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        with trio.move_on_after(0.025):
            await system.replay(candles(system, [10, 20, 30, 40]))
        await trio.sleep(1)
        delivered = len(log)
        await system.replay(candles(system, [2_000]))

        assert delivered == 4
        assert len(log) == 6

    run_virtual(a_tree(log), body, schedule=schedule)


def test_two_replays_at_once_are_refused(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(system.replay, candles(system, [5_000]))
            await trio.sleep(1)
            with pytest.raises(UsageError, match="under way"):
                await system.replay(candles(system, [6_000]))

        assert [at for at, _, _ in log] == [5_000, 5_000]

    run_virtual(a_tree(log), body, schedule=schedule)


def test_a_replay_needs_a_virtual_clock_of_its_own() -> None:
    async def live() -> None:
        system = System(a_tree([]), clock=LiveClock())
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            with pytest.raises(UsageError, match="needs a VirtualClock"):
                await system.replay([])
            await system.stop()

    async def shared() -> None:
        systems = [System(a_tree([]), clock=clock), System(a_tree([]), clock=clock)]
        async with trio.open_nursery() as nursery:
            for system in systems:
                await nursery.start(system.run)
            with pytest.raises(UsageError, match="of its own"):
                await systems[0].replay([])
            for system in systems:
                await system.stop()

    clock = VirtualClock()
    trio.run(live)
    trio.run(shared, clock=clock)
