"""Several Systems on one virtual clock, and several in one process."""

import threading
from collections.abc import Awaitable, Callable

import attrs
import trio

from benthic.runtime import (
    Actor,
    Ask,
    Child,
    Millis,
    Supervisor,
    System,
    Tell,
    VirtualClock,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
NEW_YEAR = Millis(1_640_995_200_000)  # 2022-01-01 UTC
YEAR = 365 * 24 * 3_600  # s


@attrs.frozen
class When(Ask[tuple[int, int]]):
    pass


@attrs.frozen
class Sleep(Ask[int]):
    ms: int


@attrs.frozen
class Work(Ask[int]):
    """Real work in a thread, until the gate opens."""

    gate: threading.Event


@attrs.frozen
class Tick(Tell):
    left: int


class Clockwork(Actor):
    def __init__(self) -> None:
        self.ticks: list[int] = []

    @on(When)
    def when(self, _: When) -> tuple[int, int]:
        return self.now, self.elapsed

    @on(Sleep)
    async def doze(self, message: Sleep) -> int:
        await self.sleep(message.ms)
        return self.now

    @on(Work, io=True)
    async def work(self, message: Work) -> int:
        with self.hold():
            await trio.to_thread.run_sync(message.gate.wait)
        return self.now

    @on(Tick)
    def tick(self, message: Tick) -> None:
        self.ticks.append(self.now)
        if message.left:
            self.after(1_000, Tick(message.left - 1))


def a_tree(*names: str) -> Supervisor:
    return Supervisor("bot", [Child(name, Clockwork) for name in names or ("a",)])


async def run_together(
    clock: VirtualClock, body: Callable[..., Awaitable[None]], *trees: Supervisor
) -> None:
    systems = [System(tree, clock=clock, seed=number) for number, tree in enumerate(trees)]
    async with trio.open_nursery() as nursery:
        for system in systems:
            await nursery.start(system.run)
        await body(*systems)
        for system in systems:
            await system.stop()


def test_systems_on_one_clock_share_their_time() -> None:
    """Neither runs away: time goes to the earliest timer of all."""
    seen: list[int] = []

    class Noting(Clockwork):
        @on(Tick)
        def tick(self, message: Tick) -> None:
            seen.append(self.now)
            super().tick(message)

    tree = Supervisor("bot", [Child("a", Noting)])

    async def body(*systems: System) -> None:
        for offset, system in enumerate(systems):
            system.lookup("/bot/a").tell(Tick(left=50))
            await trio.sleep(0.1 * (offset + 1))
        await trio.sleep(60)

        assert systems[0].clock.now() == 60_600

    clock = VirtualClock()
    trio.run(run_together, clock, body, tree, tree, tree, clock=clock)

    assert seen == sorted(seen)
    assert len(seen) == 3 * 51


def test_time_goes_on_for_those_who_stay_when_any_of_the_systems_stops() -> None:
    async def body(*systems: System) -> None:
        for system in systems:
            system.lookup("/bot/a").tell(Tick(left=100))
        for system in systems[:-1]:
            await trio.sleep(10)
            await system.stop()
        last = systems[-1].lookup("/bot/a")
        assert await last.ask(Sleep(20_000)) == 40_000

    clock = VirtualClock()
    trio.run(run_together, clock, body, a_tree(), a_tree(), a_tree(), clock=clock)


def test_only_systems_that_have_something_to_do_are_woken_by_time() -> None:
    """A jump that woke all of them would cost as many steps as there are."""

    class Steps(trio.abc.Instrument):
        count = 0

        def before_task_step(self, task: trio.lowlevel.Task) -> None:
            del task
            self.count += 1

    def steps_of(*trees: Supervisor) -> int:
        async def body(first: System, *_: System) -> None:
            first.lookup("/bot/a").tell(Tick(left=1_000))
            await trio.sleep(2_000)

        clock, steps = VirtualClock(), Steps()
        trio.run(run_together, clock, body, *trees, clock=clock, instruments=[steps])
        return steps.count

    assert steps_of(*(a_tree() for _ in range(10))) < 2 * steps_of(a_tree(), a_tree())


def test_a_hold_in_one_system_holds_the_clock_of_all() -> None:
    gate = threading.Event()

    async def body(worker: System, ticker: System) -> None:
        ticker.lookup("/bot/a").tell(Tick(left=1_000))
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def open_the_gate() -> None:
                for _ in range(20):
                    await trio.testing.wait_all_tasks_blocked()
                gate.set()

            assert await worker.lookup("/bot/a").ask(Work(gate)) == 0
        await trio.sleep(3)
        assert worker.clock.now() == 3_000

    clock = VirtualClock()
    trio.run(run_together, clock, body, a_tree(), a_tree(), clock=clock)


def test_a_busy_system_keeps_the_clock_of_all_where_it_is() -> None:
    class Busy(Clockwork):
        @on(Tick)
        def tick(self, message: Tick) -> None:
            if message.left:
                self.ref.tell(Tick(message.left - 1))
            else:
                self.ticks.append(self.now)

        @on(When)
        def when(self, _: When) -> tuple[int, int]:
            return self.ticks[0], 0

    busy_tree = Supervisor("bot", [Child("a", Busy)])

    async def body(busy: System, other: System) -> None:
        busy.lookup("/bot/a").tell(Tick(left=20_000))
        assert await other.lookup("/bot/a").ask(Sleep(100)) == 100
        assert await busy.lookup("/bot/a").ask(When()) == (0, 0)

    for _ in range(10):  # the order in which trio runs the two is drawn anew
        clock = VirtualClock()
        trio.run(run_together, clock, body, busy_tree, a_tree(), clock=clock)


def test_a_clock_goes_on_when_one_of_its_systems_ends() -> None:
    async def body(first: System, second: System) -> None:
        second.lookup("/bot/a").tell(Tick(left=100))
        await first.stop()
        assert await second.lookup("/bot/a").ask(Sleep(5_000)) == 5_000
        await trio.sleep(10)
        assert second.clock.now() == 15_000

    for _ in range(5):  # the order in which trio runs the two is drawn anew
        clock = VirtualClock()
        trio.run(run_together, clock, body, a_tree(), a_tree(), clock=clock)


def test_a_clock_goes_on_when_one_of_its_systems_ends_itself() -> None:
    class Leaver(Clockwork):
        def on_start(self) -> None:
            self.after(100, Tick(0))

        @on(Tick)
        def tick(self, _: Tick) -> None:
            self.stop()

    async def main(clock: VirtualClock) -> None:
        first = System(Child("leaver", Leaver), clock=clock)
        second = System(a_tree(), clock=clock)
        async with trio.open_nursery() as nursery:
            await nursery.start(first.run)
            await nursery.start(second.run)
            assert await second.lookup("/bot/a").ask(Sleep(5_000)) == 5_000
            await second.stop()

    for _ in range(10):
        clock = VirtualClock()
        trio.run(main, clock, clock=clock)


def test_systems_in_one_process_share_nothing() -> None:
    """Two of one name and seed, one live and one virtual, in two trio runs of two threads."""

    def one() -> tuple[int, int]:
        async def body(system: System) -> tuple[int, int]:
            return await system.lookup("/bot/a").ask(When())

        return run_virtual(a_tree(), body, start=NEW_YEAR)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            system = System(a_tree(), seed=0)
            await nursery.start(system.run)
            inner = await trio.to_thread.run_sync(one)
            outer = await system.lookup("/bot/a").ask(When())
            await system.stop()

        assert inner == (NEW_YEAR, NEW_YEAR)
        assert outer[0] > NEW_YEAR

    trio.run(main)
