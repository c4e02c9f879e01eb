"""I/O turns: tasks of their incarnation, for which the mailbox waits."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    Child,
    Millis,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
Log = list[tuple[str, int]]


@attrs.frozen
class Tick(Tell):
    number: int


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Fetch(Ask[str]):
    seconds: float = 0.0


@attrs.frozen
class Seen(Ask[tuple[int, ...]]):
    pass


class Reader(Actor):
    """Has a background task that tells it what it read."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.seen: list[int] = []

    def on_start(self) -> None:
        self.log.append(("start", self.elapsed))
        self.spawn(self.read, 3)

    def on_stop(self) -> None:
        self.log.append(("stop", self.elapsed))

    async def read(self, count: int) -> None:
        try:
            for number in range(count):
                self.ref.tell(Tick(number))
                await trio.sleep(0.001)
            await trio.sleep_forever()
        finally:
            self.log.append(("read ends", self.elapsed))

    @on(Tick)
    def tick(self, message: Tick) -> None:
        self.seen.append(message.number)

    @on(Seen)
    def tell_seen(self, _: Seen) -> tuple[int, ...]:
        return tuple(self.seen)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Fetch, io=True)
    async def fetch(self, message: Fetch) -> str:
        try:
            await trio.sleep(message.seconds)
        finally:
            self.log.append(("fetch ends", self.elapsed))
        return "fetched"


class Bystander(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    def on_start(self) -> None:
        self.log.append(("bystander starts", self.elapsed))

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Seen)
    def tell_seen(self, _: Seen) -> tuple[int, ...]:
        return ()


def a_tree(
    log: Log,
    reader: type[Reader] = Reader,
    strategy: Strategy = Strategy.ONE_FOR_ONE,
    *,
    deadline: int = 5_000,
) -> Supervisor:
    return Supervisor(
        "bot",
        [
            Child("bystander", lambda: Bystander(log)),
            Child("reader", lambda: reader(log), stop_deadline=Millis(deadline)),
        ],
        backoff=AT_ONCE,
        strategy=strategy,
    )


def names(log: Log) -> list[str]:
    return [name for name, _ in log]


def test_an_io_turn_keeps_its_mailbox_waiting_and_nobody_else(run: Run) -> None:
    gate = trio.Event()

    class Gated(Reader):
        @on(Fetch, io=True)
        async def fetch(self, _: Fetch) -> str:
            await gate.wait()
            return "fetched"

    async def body(system: System) -> None:
        reader = system.lookup("/bot/reader")
        answers: list[object] = []

        async def ask(message: Ask[object]) -> None:
            answers.append(await reader.ask(message, timeout=10**9))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, Fetch())
            nursery.start_soon(ask, Seen())
            for _ in range(20):
                assert await system.lookup("/bot/bystander").ask(Seen()) == ()

            assert "fetched" not in answers
            gate.set()
        assert len(answers) == 2

    run(a_tree([], Gated), body)


def test_a_stop_lets_an_io_turn_end_in_time(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        reader = system.lookup("/bot/reader")
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(0.5)
                reader.stop()

            assert await reader.ask(Fetch(2.0)) == "fetched"
        await system.settle()

        assert log[2:] == [("fetch ends", 2_000), ("stop", 2_000), ("read ends", 2_000)]

    run_virtual(a_tree(log), body, schedule=schedule)


def test_a_stop_cancels_an_io_turn_at_its_deadline(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        reader = system.lookup("/bot/reader")
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(1)
                reader.stop()

            with pytest.raises((ActorCrashed, ActorStopped)):
                await reader.ask(Fetch(20.0))
        await trio.sleep(1)

        assert sorted(log[2:]) == [("fetch ends", 4_000), ("read ends", 4_000)]
        assert not reader.is_alive

    run_virtual(a_tree(log, deadline=3_000), body, schedule=schedule)


def test_a_group_restart_cuts_an_io_turn_short(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def crash_meanwhile() -> None:
                await trio.sleep(1)
                system.lookup("/bot/bystander").tell(Crash())

            with pytest.raises(ActorCrashed):
                await system.lookup("/bot/reader").ask(Fetch(20.0))
        assert await system.lookup("/bot/reader").ask(Fetch(0.0)) == "fetched"

        assert system.clock.now() == 1_000
        assert sorted(log[2:4]) == [("fetch ends", 1_000), ("read ends", 1_000)]
        assert names(log)[4:7] == ["stop", "bystander starts", "start"]

    run_virtual(a_tree(log, strategy=Strategy.ONE_FOR_ALL), body, schedule=schedule)
