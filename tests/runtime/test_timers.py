"""Timers: in order, at their millisecond, and only in the incarnation that set them."""

import heapq
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Millis,
    Schedule,
    Supervisor,
    System,
    Tell,
    Timer,
    on,
    run_virtual,
)
from benthic.runtime.timers import SWEEP_AT, Timers

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
Log = list[tuple[int, object]]


@attrs.frozen
class Tick(Tell):
    number: int = 0


@attrs.frozen
class Set(Ask[Timer]):
    """Set a timer for a tick; the answer cancels it."""

    delay: int
    number: int = 0


@attrs.frozen
class SetAt(Ask[Timer]):
    moment: int


@attrs.frozen
class Busy(Tell):
    ms: int


@attrs.frozen
class Crash(Tell):
    pass


class Clerk(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    @on(Tick)
    def tick(self, message: Tick) -> None:
        self.log.append((self.elapsed, message.number))

    @on(Set)
    def set(self, message: Set) -> Timer:
        return self.after(message.delay, Tick(message.number))

    @on(SetAt)
    def set_at(self, message: SetAt) -> Timer:
        return self.at(message.moment, Tick())

    @on(Busy)
    async def be_busy(self, message: Busy) -> None:
        await self.sleep(message.ms)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")


def a_tree(clerk: Callable[[], Actor]) -> Supervisor:
    return Supervisor("bot", [Child("clerk", clerk)], backoff=AT_ONCE)


def test_a_timer_fires_once_at_its_millisecond(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.lookup("/bot/clerk").ask(Set(1_234))
        await trio.sleep(10)

    run_virtual(a_tree(lambda: Clerk(log)), body, schedule=schedule)

    assert log == [(1_234, 0)]


def test_a_timer_fires_on_the_hosts_clock_and_not_before_its_time(run: Run, until: Until) -> None:
    log: Log = []

    async def body(system: System) -> None:
        began = system.clock.elapsed()
        await system.lookup("/bot/clerk").ask(Set(20))
        await until(lambda: bool(log))

        assert log[0][0] - began >= 20

    run(a_tree(lambda: Clerk(log)), body)


def test_timers_of_one_moment_fire_in_the_order_set(schedule: Schedule) -> None:
    """Trap 6."""
    log: Log = []

    async def body(system: System) -> None:
        clerk = system.lookup("/bot/clerk")
        for number, delay in enumerate([50, 20, 50, 20, 50]):
            await clerk.ask(Set(delay, number))
        await trio.sleep(1)

    run_virtual(a_tree(lambda: Clerk(log)), body, schedule=schedule)

    assert log == [(20, 1), (20, 3), (50, 0), (50, 2), (50, 4)]


@attrs.frozen
class Sleep(Tell):
    ms: int


def test_sleeps_that_end_together_go_on_in_the_order_begun() -> None:
    """Trap 6: what a timer resumes goes to the back of the queue."""
    log: Log = []

    class Sleeper(Actor):
        @on(Sleep)
        async def doze(self, message: Sleep) -> None:
            await self.sleep(message.ms)
            log.append((self.elapsed, self.path[-1]))

    async def body(system: System) -> None:
        for name in "bcad":
            system.lookup(f"/bot/{name}").tell(Sleep(30))
        await trio.sleep(1)

    run_virtual(Supervisor("bot", [Child(name, Sleeper) for name in "abcd"]), body)

    assert log == [(30, "b"), (30, "c"), (30, "a"), (30, "d")]


def test_a_moment_that_has_passed_is_now(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await trio.sleep(5)
        for moment in (1_000, 4_999, 5_000, 5_001):
            await system.lookup("/bot/clerk").ask(SetAt(moment + 1_000_000))
        await trio.sleep(1)

    run_virtual(a_tree(lambda: Clerk(log)), body, schedule=schedule, start=Millis(1_000_000))

    assert [moment - 1_000_000 for moment, _ in log] == [5_000, 5_000, 5_000, 5_001]


@pytest.mark.parametrize("when", ["before", "while it waits in the mailbox", "after"])
def test_a_cancelled_timer_is_not_handled(when: str, schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        clerk = system.lookup("/bot/clerk")
        timer = await clerk.ask(Set(50))
        if when == "before":
            await trio.sleep(0.02)
        elif when == "after":
            await trio.sleep(0.1)
        else:
            clerk.tell(Busy(100))
            await trio.sleep(0.06)
        timer.cancel()
        timer.cancel()
        await trio.sleep(1)

        assert timer.is_cancelled
        assert log == ([(50, 0)] if when == "after" else [])

    run_virtual(a_tree(lambda: Clerk(log)), body, schedule=schedule)


def test_a_chain_of_ticks_is_not_doubled_by_restarts(schedule: Schedule) -> None:
    """Trap 4: the timers of a dead incarnation are void."""
    log: Log = []

    class Chain(Clerk):
        def on_start(self) -> None:
            self.after(10, Tick())

        @on(Tick)
        def tick(self, message: Tick) -> None:
            super().tick(message)
            self.after(10, Tick())

    async def body(system: System) -> None:
        clerk = system.lookup("/bot/clerk")
        for _ in range(3):
            await trio.sleep(0.1)
            clerk.tell(Crash())
        await trio.sleep(0.1)

    run_virtual(a_tree(lambda: Chain(log)), body, schedule=schedule)

    assert len(log) == len({moment for moment, _ in log})
    assert 36 <= len(log) <= 40


def test_a_tick_that_waits_when_its_incarnation_dies_is_void(schedule: Schedule) -> None:
    """Trap 4: void in the heap, and void in the mailbox."""
    log: Log = []

    async def body(system: System) -> None:
        clerk = system.lookup("/bot/clerk")
        await clerk.ask(Set(10, 1))
        clerk.tell(Busy(20))
        clerk.tell(Crash())
        await trio.sleep(1)

        assert system.tree().children[0].restarts == 1
        assert log == []

    run_virtual(a_tree(lambda: Clerk(log)), body, schedule=schedule)


def test_a_timer_set_while_a_turn_is_cut_short_is_void(schedule: Schedule) -> None:
    """Trap 4: clean-up runs after the end of its incarnation."""
    log: Log = []

    class Meddler(Clerk):
        @on(Busy)
        async def be_busy(self, message: Busy) -> None:
            try:
                await self.sleep(message.ms)
            finally:
                self.after(1, Tick(99))

    async def body(system: System) -> None:
        clerk = system.lookup("/bot/clerk")
        clerk.tell(Busy(1_000))
        await trio.sleep(0.1)
        clerk.stop(deadline=10)
        await trio.sleep(5)

        assert log == []

    run_virtual(a_tree(lambda: Meddler(log)), body, schedule=schedule)


def test_a_timer_whose_message_nobody_handles_is_a_dead_letter(schedule: Schedule) -> None:
    class Puzzled(Clerk):
        def on_start(self) -> None:
            self.after(5, "no message of ours")

    async def body(system: System) -> None:
        await trio.sleep(1)

        assert [letter.message_type for letter in system.dead_letters.latest] == ["str"]
        assert system.tree().children[0].restarts == 0

    run_virtual(a_tree(lambda: Puzzled([])), body, schedule=schedule)


# -- the heap against a sorted list


class TimersMachine(RuleBasedStateMachine):
    """The heap of timers does what a list that is sorted at each look would do."""

    def __init__(self) -> None:
        super().__init__()
        self.timers = Timers()
        self.model: list[tuple[int, int, Timer]] = []
        self.now = 0
        self.set_so_far = 0
        self.fired: list[int] = []
        self.expected: list[int] = []

    @rule(delay=st.integers(0, 50))
    def set(self, delay: int) -> None:
        self.set_so_far += 1
        timer = Timer(self.set_so_far)
        self.timers.set_timer(self.now + delay, self.fire, timer)
        self.model.append((self.now + delay, self.set_so_far, timer))

    def fire(self, timer: Timer) -> None:
        if not timer.is_cancelled:
            self.fired.append(timer.message)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.model) - 1))
        self.model.pop(index)[2].cancel()

    @rule(step=st.integers(0, 60))
    def pass_time(self, step: int) -> None:
        self.now += step
        self.timers.fire_due(self.now)
        self.model.sort(key=lambda entry: entry[:2])
        while self.model and self.model[0][0] <= self.now:
            self.expected.append(self.model.pop(0)[1])

    @invariant()
    def the_same_have_fired_in_the_same_order(self) -> None:
        assert self.fired == self.expected

    @invariant()
    def the_next_moment_is_never_later_than_that_of_a_living_timer(self) -> None:
        earliest = min((due for due, _, _ in self.model), default=None)
        assert earliest is None or self.timers.next_due <= earliest


TestTimers = TimersMachine.TestCase


@given(st.lists(st.tuples(st.integers(0, 1_000), st.booleans()), max_size=80))
def test_cancelled_timers_are_swept_without_losing_others(
    entries: list[tuple[int, bool]],
) -> None:
    timers = Timers()
    kept: list[tuple[int, int]] = []
    fired: list[int] = []

    def fire(timer: Any) -> None:
        if not timer.is_cancelled:
            fired.append(timer.message)

    for _ in range(2 * SWEEP_AT):
        timer = Timer(-1)
        timers.set_timer(500, fire, timer)
        timer.cancel()
    for number, (due, keep) in enumerate(entries):
        timer = Timer(number)
        timers.set_timer(due, fire, timer)
        if keep:
            kept.append((due, number))
        else:
            timer.cancel()
    timers.fire_due(1_000)

    assert fired == [number for _, number in sorted(kept)]


def test_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers()
    living = Timer(0)
    timers.set_timer(10_000, lambda _: None, living)
    for _ in range(100_000):
        timer = Timer(1)
        timers.set_timer(5_000, lambda _: None, timer)
        timer.cancel()

    assert len(timers.heap) < 3 * SWEEP_AT
    assert heapq.nsmallest(1, timers.heap)[0] == timers.heap[0]
