"""System: one tree of actors with its clock, seed and schedule, embedded in a trio program.

`await nursery.start(system.run)` starts the tree; `await system.stop()` stops it in reverse order.
A failure that restarts could not mend leaves `run`, and so the nursery, as part of an
ExceptionGroup. Several Systems may run in one process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import Any, TypeVar

import trio

from . import chance
from .actor import find
from .cell import Cell
from .clock import Clock, LiveClock, Millis, VirtualClock
from .errors import ActorCrashed, ActorStopped, NoSuchActor, StartFailed, StillRunning, UsageError
from .leader import Leader
from .letters import DeadLetters
from .notices import DeadLetter
from .pending import PendingAsk
from .ref import Ref
from .reports import START, STOP
from .runqueue import RunQueue
from .supervision.boundary import DirectCell
from .supervision.halting import bury, cut_turn, unready
from .supervision.install import install, make_cell
from .supervision.specs import Child, Supervisor
from .supervision.supervisor import SupervisorActor
from .tracing import Trace
from .tree import TreeNode, observed, planned
from .turns import drain, drain_shuffled

R = TypeVar("R")


class Schedule(Enum):
    """In which order ready actors have their turns. A result that differs between them is a bug."""

    FIFO = "fifo"  # in order of readiness: live
    DIRECT = "direct"  # a tell to an idle actor runs at once: backtests
    SHUFFLE = "shuffle"  # drawn from the seed, one message at a time: simulation


class System:
    """A tree of actors.

    seed: of all chance in the tree; drawn from the host where it is None.
    deadline: ms, of asks that name none. trace: records every turn; costs nothing where None.
    """

    def __init__(
        self,
        root: Supervisor | Child,
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        schedule: Schedule = Schedule.FIFO,
        deadline: Millis = Millis(30_000),
        trace: Trace | None = None,
    ) -> None:
        self.clock: Clock = LiveClock() if clock is None else clock
        self.seed = chance.seed_from_host() if seed is None else seed
        self._spec = root
        rq = self._rq = RunQueue(self.clock, seed=self.seed, deadline=deadline, trace=trace)
        rq.cell_type = DirectCell if schedule is Schedule.DIRECT else Cell
        rq.inline_asks = schedule is not Schedule.SHUFFLE
        rq.make_supervisor = SupervisorActor
        rq.stop_root = self._request_stop
        rq.root_failed = self._fail
        rq.letters.announce = self._announce
        self._leader = Leader(rq, make_drain(schedule, self.seed))
        self._root: Cell | None = None
        self._failure: BaseException | None = None
        self._nursery: trio.Nursery | None = None
        self._ended = trio.Event()
        self._stopping = False

    # -- life

    async def run(self, task_status: trio.TaskStatus[System] = trio.TASK_STATUS_IGNORED) -> None:
        """Start the tree, keep it until `stop` or its failure, and leave nothing behind.

        Cancelling it stops the tree in order first, within the deadlines of its children.
        """
        self._check_fresh()
        try:
            async with trio.open_nursery() as outer:
                outer.start_soon(self._stop_when_cancelled)
                with trio.CancelScope(shield=True):
                    try:
                        await self._run_shielded(task_status)
                    finally:
                        self._ended.set()  # after an interrupt too, there is nothing left to stop
                outer.cancel_scope.cancel()
        finally:
            self._leave()
        if self._failure is not None:
            raise self._failure

    async def stop(self, reason: str = "stopped") -> None:
        """Stop the tree, youngest child first, and wait until it has."""
        self._request_stop(reason)
        await self._ended.wait()

    async def _run_shielded(self, task_status: trio.TaskStatus[System]) -> None:
        rq = self._rq
        if isinstance(self.clock, VirtualClock):
            self.clock.members.append(rq)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._leader.run)
            async with trio.open_nursery() as hosts:
                self._nursery = hosts
                rq.open_host = hosts.start_soon
                root = self._root = make_cell(rq, self._spec, None)
                if await self._start(root):
                    task_status.started(self)
                await self._ended.wait()
            self._leader.close()  # it has moved time for those tasks that were slow to unwind

    async def _start(self, root: Cell) -> bool:
        pending = PendingAsk(START, None)
        try:
            install(root)
            root.idle = True
            root.report(pending)
            await pending.wait_on_trio(self._rq)
            pending.outcome()
        except UNSTARTED as error:
            if not self._stopping:
                cause = error.__cause__ or error
                failure = cause if isinstance(cause, StartFailed) else StartFailed(root.path)
                failure.__cause__ = failure.__cause__ or cause
                self._fail(failure)
            return False
        return True

    async def _stop_when_cancelled(self) -> None:
        try:
            await trio.sleep_forever()
        finally:
            self._request_stop("cancelled")

    def _request_stop(self, reason: object) -> None:
        if self._stopping or self._ended.is_set():
            return
        self._stopping = True
        if self._nursery is None or self._root is None:
            self._ended.set()
        else:
            self._nursery.start_soon(self._stop_root, self._root, str(reason))

    async def _stop_root(self, root: Cell, reason: str) -> None:
        rq = self._rq
        if root.state in {"starting", "running"}:
            if root.state == "starting" or isinstance(root.spec, Supervisor):
                cut_turn(root)
                unready(root)
                root.state = "running"
                root.idle = True
            pending = PendingAsk(STOP, None)
            root.report(pending)
            limit = rq.clock.elapsed() + root.spec.stop_deadline
            rq.timers.set(limit, pending.expire, None)
            rq.wake()
            await pending.wait_on_trio(rq)
            stuck = pending.error and pending.error.__cause__
            if isinstance(stuck, StillRunning):
                self._failure = stuck  # told once those tasks are gone
        self._finish(root, reason)

    def _fail(self, error: BaseException) -> None:
        """The root cannot go on."""
        if self._failure is None:
            self._failure = error
        self._stopping = True
        if self._root is not None:
            self._finish(self._root, "failed")

    def _finish(self, root: Cell, reason: str) -> None:
        bury(root, reason)
        for pending in tuple(self._rq.outside):
            pending.settle(None, ActorStopped(root.path))
        self._ended.set()

    def _leave(self) -> None:
        if self._root is not None and self._root.state != "dead":
            bury(self._root, "its program ended")  # only after an error of trio's own
        if isinstance(self.clock, VirtualClock) and self._rq in self.clock.members:
            self.clock.members.remove(self._rq)
            for member in self.clock.members:
                member.wake()  # one of those that stay moves the clock from now on
        self._ended.set()

    def _check_fresh(self) -> None:
        if self._root is not None or self._ended.is_set():
            raise UsageError("a System runs once, and not after its stop; make another")
        if isinstance(self.clock, VirtualClock) and trio.lowlevel.current_clock() is not self.clock:
            raise UsageError(
                "this System's VirtualClock does not drive trio: trio.run(main, clock=clock)"
            )

    # -- virtual time

    async def replay(self, source: Iterable[tuple[int, Ref, object]]) -> None:
        """Deliver (ms, reference, message) in time order, each after full quiescence.

        Ends when the last event has come to rest. Raises what `source` raises.
        """
        clock = self.clock
        if not isinstance(clock, VirtualClock):
            raise UsageError("a replay needs a VirtualClock")
        if len(clock.members) > 1:
            raise UsageError("a replay needs a VirtualClock of its own: several Systems share this")
        events: Any = source
        await self._leader.replay(iter(events))

    async def settle(self) -> None:
        """Wait until nothing is ready and no timer is due."""
        await self._leader.settle()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let virtual time stand still while a task outside the actors does real work.

        Trio counts a task that waits for a thread or a socket as at rest, so without it the clock
        jumps to the next timer meanwhile. Inside an actor use `self.hold`.
        """
        rq = self._rq
        rq.holds += 1
        rq.woke_trio = True  # as Actor.hold
        try:
            yield
        finally:
            rq.holds -= 1
            rq.wake()

    # -- seeing

    @property
    def dead_letters(self) -> DeadLetters:
        """Messages that reached nobody: how many, and the latest."""
        return self._rq.letters

    @property
    def trace(self) -> Trace | None:
        """The record of turns, where there is one."""
        return self._rq.trace

    def lookup(self, path: str) -> Ref:
        """The address at `path`, from the root: `/bot/desk`. Raises NoSuchActor."""
        if self._root is None:
            raise NoSuchActor(path)
        return find(self._root, path if path.startswith("/") else f"/{path}")

    def tree(self) -> TreeNode:
        """The tree as it stands; `str` of it draws it."""
        return planned(self._spec) if self._root is None else observed(self._root)

    def _announce(self, letter: DeadLetter) -> None:
        for cell in self._rq.topics.anywhere(DeadLetter):
            if len(cell.mail) < cell.bound:
                cell.mail.append(letter)
                cell.make_ready()


UNSTARTED = (ActorCrashed, ActorStopped)


def make_drain(schedule: Schedule, seed: int) -> Callable[[RunQueue, int], None]:
    """How a schedule takes turns."""
    if schedule is Schedule.SHUFFLE:
        return partial(drain_shuffled, chance=chance.stream(seed, "schedule"))
    return drain


def run_virtual(
    root: Supervisor | Child,
    body: Callable[[System], Awaitable[R]],
    *,
    seed: int = 0,
    schedule: Schedule = Schedule.FIFO,
    start: Millis = Millis(0),
    trace: Trace | None = None,
) -> R:
    """Run a tree in virtual time from `start`, ms, for as long as `body(system)` takes.

    Gives what `body` gives, once the tree has stopped; for tests and backtests.
    """
    clock = VirtualClock(start)
    system = System(root, clock=clock, seed=seed, schedule=schedule, trace=trace)

    async def main() -> R:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            result = await body(system)
            await system.stop()
        return result

    return trio.run(main, clock=clock)
