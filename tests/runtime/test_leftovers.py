"""Whenever and however a System ends, it leaves no task, no file and no coroutine (R2, H5, H7)."""

import gc
import os
import types
from collections import Counter
from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    AskError,
    Backoff,
    Child,
    Millis,
    Overflow,
    RestartLimit,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    VirtualClock,
    on,
)
from benthic.runtime.mailbox import Mailbox

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Work(Ask[int]):
    left: int


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Tick(Tell):
    pass


@attrs.frozen
class News(Tell):
    pass


class Busy(Actor):
    """Does a little of everything, for as long as it lives."""

    async def on_start(self) -> None:
        await self.sleep(3)
        self.subscribe(None, News)
        self.after(4, Tick())
        self.spawn(self.read)

    async def on_stop(self) -> None:
        await self.sleep(2)

    async def read(self) -> None:
        left, right = trio.socket.socketpair()
        with left, right:
            while True:
                await left.send(b"x")
                await right.recv(1)
                await trio.sleep(0.005)

    @on(Work)
    async def work(self, message: Work) -> int:
        await self.sleep(2)
        if message.left:
            return 1 + await self.ask(self.lookup("worldly"), Work(message.left - 1))
        return 0

    @on(Tick)
    def tick(self, _: Tick) -> None:
        self.after(7, Tick())
        self.publish(News())

    @on(News)
    def hear(self, _: News) -> None:
        return

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")


class Worldly(Busy):
    @on(Work, io=True)
    async def work_in_the_world(self, message: Work) -> int:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 0.003)
        return message.left


def a_tree() -> Supervisor:
    drop = Mailbox(bound=8, overflow=Overflow.DROP_OLDEST)
    return Supervisor(
        "bot",
        [
            Child("worldly", Worldly, mailbox=drop),
            Supervisor(
                "inner",
                [Child("busy", Busy, mailbox=drop), Child("worldly", Worldly, mailbox=drop)],
                strategy=Strategy.ONE_FOR_ALL,
                max_restarts=1,
                window=Millis(60),
                backoff=Backoff(base=Millis(2), jitter=0.0),
            ),
            Child("busy", Busy, mailbox=drop),
        ],
        backoff=AT_ONCE,
        max_restarts=3,
    )


async def make_trouble(system: System) -> None:
    """Asks, crashes and stops, for about 60 ms."""
    for number in range(12):
        for path in ("/bot/busy", "/bot/inner/busy"):
            try:
                with trio.move_on_after(0.004):
                    await system.lookup(path).ask(Work(number % 3))
            except AskError:
                pass
        if number % 4 == 1:
            system.lookup("/bot/inner/worldly").tell(Crash())
        if number % 5 == 2:
            system.lookup("/bot/busy").tell(Crash())


def coroutines() -> Counter[str]:
    """What is suspended anywhere in this process, by the code that it runs."""
    gc.collect()
    kinds = (types.CoroutineType, types.AsyncGeneratorType)
    return Counter(thing.__qualname__ for thing in gc.get_objects() if isinstance(thing, kinds))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the numbers themselves


async def run_until(moment: float, schedule: Schedule, clock: VirtualClock, end: str) -> int:
    """Run the busy tree until `moment`, s, then end it; how many trio tasks are left then."""
    before = trio.lowlevel.current_statistics().tasks_living
    system = System(a_tree(), clock=clock, schedule=schedule, seed=3)
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def end_it() -> None:
                await trio.sleep(moment)
                if end == "cancel":
                    scope.cancel()
                else:
                    await system.stop()
                    nursery.cancel_scope.cancel()

            await nursery.start(system.run)
            await make_trouble(system)
    return trio.lowlevel.current_statistics().tasks_living - before


@pytest.mark.parametrize("end", ["cancel", "stop"])
def test_a_system_that_ends_at_any_moment_leaves_nothing(end: str, schedule: Schedule) -> None:
    """R2, H5: no task, no file, no coroutine, whatever was under way."""
    suspended, files = coroutines(), open_files()
    clock = VirtualClock()
    for moment in range(0, 90, 3 if schedule is Schedule.FIFO else 9):
        clock = VirtualClock()
        try:
            left = trio.run(run_until, moment / 1000, schedule, clock, end, clock=clock)
        except* (RestartLimit, RuntimeError) as error:
            # Its own limit may come first; and `nursery.start` says so where it never started.
            texts = [str(leaf) for leaf in leaves(error)]
            assert all("restarts within" in text or "task_status" in text for text in texts)
            left = 0

        assert left == 0
        assert clock.members == []
    del clock
    assert coroutines() - suspended == Counter()
    assert open_files() == files


def leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves(inner)]
    return [error]


class CancelAt(trio.abc.Instrument):
    """Cancels a scope before the n-th step that trio takes."""

    def __init__(self, step: int) -> None:
        self.left = step
        self.scope: trio.CancelScope | None = None

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        del task
        self.left -= 1
        if self.left == 0 and self.scope is not None:
            self.scope.cancel()


async def run_and_cancel(schedule: Schedule, clock: VirtualClock, instrument: CancelAt) -> bool:
    before = trio.lowlevel.current_statistics().tasks_living
    system = System(a_tree(), clock=clock, schedule=schedule, seed=3)
    with trio.CancelScope() as scope:
        instrument.scope = scope
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            with trio.move_on_after(0.03):
                await make_trouble(system)
            await system.stop()
    assert trio.lowlevel.current_statistics().tasks_living == before
    return scope.cancelled_caught


def test_a_system_that_is_cancelled_at_any_step_leaves_nothing() -> None:
    """H5, H7: the sweep is over trio's own steps, so that no checkpoint is left out."""
    cancelled = 0
    suspended = coroutines()
    for step in (*range(1, 60), *range(60, 600, 7)):
        clock = VirtualClock()
        instrument = CancelAt(step)
        cancelled += trio.run(
            run_and_cancel, Schedule.FIFO, clock, instrument, clock=clock, instruments=[instrument]
        )

        assert clock.members == []

    assert cancelled > 50
    assert coroutines() - suspended == Counter()
