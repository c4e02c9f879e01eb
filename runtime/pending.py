"""One ask on its way: who waits, until when, and what came back.

Whoever settles it first wins: the answer, the deadline, a crash or a stop. The waiter is either a
parked turn (an actor's cell) or a trio task outside the actors.
"""

from __future__ import annotations

import types
from collections.abc import Generator
from typing import Protocol, TypeVar

import trio

PARK = object()  # what a parked turn yields; everything else that is yielded belongs to trio

R = TypeVar("R")


@types.coroutine
def park() -> Generator[object, None, None]:
    """Give the turn up until the cell is resumed."""
    yield PARK


class Waiter(Protocol):
    """A cell whose turn can be parked."""

    epoch: int

    def resume_front(self) -> None:
        """Go on before whatever else is ready: an answer came."""

    def resume_back(self) -> None:
        """Go on after what is ready: a timer fired, and timers keep their order."""


class Woken(Protocol):
    """Notes that a trio task was made runnable, so that it runs before virtual time moves."""

    woke_trio: bool


class PendingAsk:
    """Settled once; later attempts are ignored."""

    __slots__ = ("done", "epoch", "error", "message", "task", "value", "waiter", "woken")

    def __init__(self, message: object, waiter: Waiter | None) -> None:
        self.message = message
        self.waiter = waiter
        self.epoch = waiter.epoch if waiter is not None else 0
        self.task: trio.lowlevel.Task | None = None
        self.woken: Woken | None = None
        self.value: object = None
        self.error: BaseException | None = None
        self.done = False

    def settle(self, value: object, error: BaseException | None = None) -> None:
        """Answer it; a parked asker goes on first."""
        if self.done:
            return
        self.done = True
        self.value = value
        self.error = error
        if self.task is not None:
            self._wake_task(self.task)
        elif self.waiter is not None and self.waiter.epoch == self.epoch:
            self.waiter.resume_front()

    def expire(self, error: BaseException | None) -> None:
        """Time has settled it: with an error for an ask, with None for a sleep."""
        if self.done:
            return
        self.done = True
        self.error = error
        if self.task is not None:
            self._wake_task(self.task)
        elif self.waiter is not None and self.waiter.epoch == self.epoch:
            self.waiter.resume_back()

    async def wait_on_trio(self, woken: Woken) -> None:
        """Wait in the current trio task. Cancelling the wait withdraws the ask."""
        if self.done:
            return
        self.task = trio.lowlevel.current_task()
        self.woken = woken

        def withdraw(_: object) -> trio.lowlevel.Abort:
            self.done = True
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(withdraw)

    def _wake_task(self, task: trio.lowlevel.Task) -> None:
        if self.woken is not None:
            self.woken.woke_trio = True
        trio.lowlevel.reschedule(task)

    def outcome(self) -> object:
        """The answer, or the error raised."""
        if self.error is not None:
            raise self.error
        return self.value


class Reply:
    """An answer that a handler gives after its turn; from `self.reply_later()`."""

    __slots__ = ("_ask", "_owed")

    def __init__(self, ask: PendingAsk, owed: dict[PendingAsk, None]) -> None:
        self._ask = ask
        self._owed = owed  # what the incarnation still has to answer

    def answer(self, value: object) -> None:
        """Answer the ask with `value`; ignored where it has timed out meanwhile."""
        self._owed.pop(self._ask, None)
        self._ask.settle(value)

    def fail(self, error: BaseException) -> None:
        """Raise `error` in the asker."""
        self._owed.pop(self._ask, None)
        self._ask.settle(None, error)

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits any more."""
        return self._ask.done
