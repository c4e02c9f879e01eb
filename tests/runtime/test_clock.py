"""Time: virtual time jumps, moves trio with it, and waits for what is real."""

import threading
import time
from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    Actor,
    Ask,
    AskTimeout,
    Child,
    LiveClock,
    Millis,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
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
class SleepInTrio(Ask[int]):
    seconds: float


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

    @on(SleepInTrio, io=True)
    async def doze_in_trio(self, message: SleepInTrio) -> int:
        await trio.sleep(message.seconds)
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


def test_virtual_time_stands_still_while_actors_work(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        for _ in range(100):
            assert await system.lookup("/bot/a").ask(When()) == (NEW_YEAR, NEW_YEAR)

    run_virtual(a_tree(), body, schedule=schedule, start=NEW_YEAR)


def test_an_actor_reads_time_from_its_clock_alone() -> None:
    """Trap 18: the wall is a source of its own, and trio's clock is never taken for it."""
    host = time.time_ns() // 1_000_000

    async def live(system: System) -> None:
        now, elapsed = await system.lookup("/bot/a").ask(When())

        assert abs(now - host) < 60_000
        assert elapsed == pytest.approx(trio.current_time() * 1000, abs=60_000)

    async def main() -> None:
        system = System(a_tree(), clock=LiveClock())
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            await live(system)
            await system.stop()

    trio.run(main)


def test_a_year_passes_in_no_time(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        assert await system.lookup("/bot/a").ask(Sleep(YEAR * 1000), timeout=2 * YEAR * 1000) == (
            NEW_YEAR + YEAR * 1000
        )

    run_virtual(a_tree(), body, schedule=schedule, start=NEW_YEAR)


def test_virtual_time_moves_what_waits_for_trio(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        await trio.sleep(5)
        assert system.clock.now() == 5_000

        with trio.move_on_after(2.5) as scope:
            await trio.sleep_forever()
        assert scope.cancelled_caught
        assert system.clock.now() == 7_500

        assert await system.lookup("/bot/a").ask(SleepInTrio(1.25)) == 8_750

    run_virtual(a_tree(), body, schedule=schedule)


def test_virtual_time_goes_to_whatever_comes_first(schedule: Schedule) -> None:
    seen: list[tuple[str, int]] = []

    async def body(system: System) -> None:
        async def in_trio(seconds: float) -> None:
            await trio.sleep(seconds)
            seen.append(("trio", system.clock.now()))

        async def in_a_turn(ms: int) -> None:
            seen.append(("turn", await system.lookup("/bot/a").ask(Sleep(ms))))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(in_trio, 0.3)
            nursery.start_soon(in_a_turn, 200)
            nursery.start_soon(in_trio, 0.1)

    run_virtual(a_tree(), body, schedule=schedule)

    assert seen == [("trio", 100), ("turn", 200), ("trio", 300)]


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=60),
    st.sampled_from([0, 1, 999, NEW_YEAR]),
)
def test_trio_wakes_at_the_very_millisecond_however_often_it_sleeps(
    naps: list[int], start: int
) -> None:
    """Sums of seconds are rounded binary fractions; the clock must not lose a ms to that."""

    async def body(system: System) -> None:
        due = start
        for nap in naps:
            await trio.sleep(nap / 1000)
            due += nap
            assert system.clock.now() == due

    run_virtual(a_tree(), body, start=Millis(start))


def test_many_short_sleeps_do_not_drift() -> None:
    async def body(system: System) -> None:
        for _ in range(3_000):
            await trio.sleep(0.001)

        assert system.clock.now() == 3_000

    run_virtual(a_tree(), body)


def test_a_deadline_between_two_milliseconds_passes_at_the_later() -> None:
    async def body(system: System) -> None:
        await trio.sleep(0.0001)
        assert system.clock.now() == 1
        await trio.sleep(0.0015)
        assert system.clock.now() == 3

    run_virtual(a_tree(), body)


def test_virtual_time_holds_for_real_work(schedule: Schedule) -> None:
    """Trap 2: a task that waits for a thread looks blocked, and time would run past it."""
    gate = threading.Event()

    async def body(system: System) -> None:
        system.lookup("/bot/b").tell(Tick(left=1_000))
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def open_the_gate() -> None:
                for _ in range(20):
                    await trio.testing.wait_all_tasks_blocked()
                gate.set()

            assert await system.lookup("/bot/a").ask(Work(gate)) == 0

    run_virtual(a_tree("a", "b"), body, schedule=schedule)


def test_virtual_time_does_not_wait_for_work_that_nobody_announced() -> None:
    """Trap 2, the other half: without `hold` the clock cannot know, and runs to the deadline."""
    gate, done = threading.Event(), threading.Event()

    def work() -> None:
        gate.wait()
        done.set()

    class Careless(Clockwork):
        @on(Work, io=True)
        async def work(self, _: Work) -> int:
            await trio.to_thread.run_sync(work)
            return self.now

    async def body(system: System) -> None:
        with pytest.raises(AskTimeout):
            await system.lookup("/bot/a").ask(Work(gate), timeout=1_000_000)
        assert system.clock.now() == 1_000_000

        gate.set()
        await trio.to_thread.run_sync(done.wait)
        await trio.testing.wait_all_tasks_blocked()

    run_virtual(Supervisor("bot", [Child("a", Careless)]), body)


def test_a_hold_ends_with_the_task_that_is_cancelled(schedule: Schedule) -> None:
    class Holder(Clockwork):
        @on(Work, io=True)
        async def work(self, _: Work) -> int:
            with self.hold():
                await trio.Event().wait()
            return 0

    async def body(system: System) -> None:
        holder = system.lookup("/bot/a")
        holder.tell(Work(threading.Event()))
        while not system._rq.holds:
            await trio.lowlevel.checkpoint()
        holder.stop(deadline=0)
        while holder.is_alive:
            await trio.lowlevel.checkpoint()

        assert system._rq.holds == 0

    run_virtual(Supervisor("bot", [Child("a", Holder)]), body, schedule=schedule)


def test_a_virtual_clock_has_to_drive_trio_itself() -> None:
    """Trap 20: nothing of trio's own autojump is used, so the run must be given the clock."""

    async def main() -> None:
        with pytest.raises(UsageError, match=r"trio\.run\(main, clock=clock\)"):
            await System(a_tree(), clock=VirtualClock()).run()

    trio.run(main)
