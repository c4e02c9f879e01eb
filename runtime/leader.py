"""The leader: the one trio task that gives turns, fires timers and, in virtual time, moves it.

Live, it sleeps until something is ready or a timer is due. In virtual time it first lets every
other trio task come to rest; then it delivers the next event of a replay, or jumps to the next
timer or trio deadline. Of several Systems on one clock one does that for all, and the others sleep
until something is theirs. Real work that is announced by `hold` keeps time where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import trio
import trio.testing

from .clock import VirtualClock
from .errors import UsageError
from .pending import PendingAsk
from .runqueue import RunQueue
from .supervision.boundary import Event, Tape, run_replay, run_slice

SLICE = 256  # turns between two looks at trio: sockets are never starved for longer
JUMPS = 1024  # jumps of virtual time between two full rests


class Leader:
    """Runs one System's turns until it is closed."""

    def __init__(self, rq: RunQueue, drain: Callable[[RunQueue, int], None]) -> None:
        self._rq = rq
        self._drain = drain
        self._closing = False
        self._tape: Tape | None = None
        self._replay: PendingAsk | None = None
        self._settlers: list[PendingAsk] = []

    def close(self) -> None:
        """End `run` after the current slice."""
        self._closing = True
        self._rq.wake()

    async def run(self) -> None:
        """The task itself."""
        rq = self._rq
        rq.leader = trio.lowlevel.current_task()
        clock = rq.clock
        while not self._closing:
            if rq.unwinding:
                await self._unwind()
            if rq.timers.next_due <= clock.elapsed():
                rq.timers.fire_due(clock.elapsed())
            run_slice(rq, self._drain, SLICE)
            if rq.unwinding:
                continue  # before this task waits for anything else
            if rq.ready or rq.timers.next_due <= clock.elapsed():
                await trio.lowlevel.cancel_shielded_checkpoint()
            elif isinstance(clock, VirtualClock):
                await self._rest_virtually(clock)
            else:
                await self._rest_live()
        await self._unwind()

    async def _unwind(self) -> None:
        """Give no turn until the refused ones are over: the scopes of this task must be its own."""
        rq = self._rq
        while rq.unwinding:
            await rq.unwinding.pop(0).end()  # the innermost was refused first
        postponed, rq.postponed = rq.postponed, []
        for pending in reversed(postponed):
            pending.settle(None)

    async def replay(self, source: Iterator[Event]) -> None:
        """Deliver the events of `source`, each once the one before has come to rest."""
        if self._tape is not None:
            raise UsageError("a replay is under way: await its end, or merge the two sources")
        done = PendingAsk(None, None)
        self._tape, self._replay = Tape(source), done
        try:
            await self._wait(done)
        finally:  # where the wait is cancelled, nothing more is delivered
            self._tape = self._replay = None

    async def settle(self) -> None:
        """Wait until nothing is ready and no timer is due."""
        done = PendingAsk(None, None)
        self._settlers.append(done)
        await self._wait(done)

    async def _wait(self, done: PendingAsk) -> None:
        rq = self._rq
        rq.outside[done] = None
        rq.wake()
        try:
            await done.wait_on_trio(rq)
        finally:
            rq.outside.pop(done, None)
        done.outcome()

    # -- nothing is ready

    async def _rest_live(self) -> None:
        self._settled()
        due = self._rq.timers.next_due
        await self._sleep(due / 1000)

    async def _rest_virtually(self, clock: VirtualClock) -> None:
        rq = self._rq
        if not self._settlers and any(member.resting for member in clock.members):
            await self._sleep(math.inf)  # another leader moves time, by our timers as well
            return
        rq.woke_trio = False
        with trio.CancelScope() as scope:
            rq.asleep, rq.resting = True, scope
            await trio.testing.wait_all_tasks_blocked()
        rq.asleep, rq.resting = False, None
        if scope.cancel_called:
            return  # woken meanwhile: there is more to do before all can come to rest
        if rq.ready or self._closing or rq.timers.next_due <= clock.time:
            return
        if self._settled():
            return
        if any(member.ready for member in clock.members):
            return  # another System on this clock is still at work
        if any(member.holds for member in clock.members):
            await self._sleep(math.inf)
            return
        seconds = trio.lowlevel.current_statistics().seconds_to_next_deadline
        deadline = clock.moment_of(seconds) if seconds < math.inf else math.inf
        if self._tape is not None and len(clock.members) == 1:
            self._run_replay(self._tape, deadline)
        else:
            await self._jump(clock, deadline)

    def _settled(self) -> bool:
        settlers, self._settlers = self._settlers, []
        for done in settlers:
            done.settle(None)
        return bool(settlers)

    def _run_replay(self, tape: Tape, deadline: float) -> None:
        run_replay(self._rq, self._drain, tape, deadline)
        if tape.has_ended and self._replay is not None:
            self._replay.settle(None, tape.error)
            self._tape = self._replay = None

    async def _jump(self, clock: VirtualClock, deadline: float) -> None:
        """Move to the next timer of any System on this clock, or to trio's next deadline."""
        due = min(member.timers.next_due for member in clock.members)
        target = min(due, deadline)
        if target == math.inf:
            await self._sleep(math.inf)
            return
        clock.advance_to(target)
        if deadline <= target:
            await trio.lowlevel.cancel_shielded_checkpoint()  # trio sees that it has passed
        if len(clock.members) > 1:
            for member in clock.members:
                if member.resting or member.timers.next_due <= clock.time:
                    member.wake()  # this one is awake, and what it is told is nothing
        elif due <= target:
            self._jump_on(clock, deadline)

    def _jump_on(self, clock: VirtualClock, deadline: float) -> None:
        """Jump from timer to timer as long as no trio task has anything to do in between."""
        rq = self._rq
        timers = rq.timers
        for _ in range(JUMPS):
            timers.fire_due(clock.time)
            run_slice(rq, self._drain, SLICE)
            if rq.ready or rq.woke_trio or rq.holds or self._closing or self._settlers:
                return
            due = timers.next_due
            if due >= deadline or due == math.inf or self._tape is not None:
                return
            if trio.lowlevel.current_statistics().tasks_runnable:
                return
            clock.advance_to(due)

    async def _sleep(self, deadline: float) -> None:
        """Until woken, or until trio's clock is at `deadline`, s."""
        rq = self._rq
        if rq.ready or self._closing:
            return

        def abort(_: object) -> trio.lowlevel.Abort:
            rq.asleep = False
            return trio.lowlevel.Abort.SUCCEEDED

        rq.asleep = True
        with trio.CancelScope(deadline=deadline):
            await trio.lowlevel.wait_task_rescheduled(abort)
