"""The driver: the one task that runs the agenda as trio's clock goes.

Under a virtual clock that is as fast as time goes; on a host it is the wall, times a speed. A
face calls `catch_up` before it hands on bytes, so that they arrive at the time that it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import trio

from ....runtime.clock import Millis
from ....runtime.errors import UsageError
from ..agenda import Agenda, Ticket

SLICE: Final = 256  # moments done between two looks at trio: sockets are not starved for longer
PATIENCE: Final = 0.005  # s after which sockets are looked at all the same
ROUNDING: Final = 1e-3  # ms; a deadline that has passed is not missed by a last digit


class Driver:
    """Runs `agenda` from its own `now` on. speed: ms of the exchange for each ms of the clock."""

    def __init__(self, agenda: Agenda, *, speed: float = 1.0) -> None:
        if not (speed > 0 and math.isfinite(speed)):
            raise UsageError(f"the speed of time is {speed!r}: give a number above 0, such as 60")
        self.agenda = agenda
        self.speed = speed
        self._origin = agenda.now
        self._began: float | None = None  # s, of trio's clock
        self._woken = trio.Event()

    @property
    def behind(self) -> Millis:
        """By how much the agenda is late: more and more where the speed asks too much."""
        return Millis(max(self._moment() - self.agenda.now, 0))

    def after(self, delay: int, action: Callable[[], None]) -> Ticket:
        """Do `action` in `delay` ms from what time it is, for a caller outside the agenda.

        While nothing is due the agenda's own `now` stands still, and is not what time it is.
        """
        return self.agenda.at(self._moment() + delay, action)

    def catch_up(self) -> None:
        """Do what is due, up to a slice of it."""
        agenda = self.agenda
        enough = trio.current_time() + PATIENCE  # a virtual clock stands still meanwhile
        target = self._moment()
        for _ in range(SLICE):
            due = agenda.next_at()
            if due is None or due > target:
                agenda.run_to(target)
                return
            agenda.run_to(due)
            if trio.current_time() > enough:
                return

    def skip(self, duration: int) -> None:
        """Let `duration` ms pass at the exchange while nobody else moves, as for a host asleep."""
        self._moment()
        self._origin = Millis(self._origin + duration)
        self.run_out()

    def run_out(self) -> None:
        """Do all that is due, however much it is."""
        self.agenda.run_to(self._moment())

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """The task itself; ends by being cancelled."""
        agenda = self.agenda
        agenda.on_earlier = self._wake
        self._moment()  # time begins
        task_status.started()
        while True:
            self.catch_up()
            due = agenda.next_at()
            if due is not None and due <= self._moment():
                await trio.lowlevel.checkpoint()
                continue
            self._woken = trio.Event()
            with trio.CancelScope(deadline=self._deadline(due)):
                await self._woken.wait()

    def _wake(self) -> None:
        self._woken.set()

    def _moment(self) -> Millis:
        """What time it is at the exchange, or would be were it not late."""
        now = trio.current_time()
        if self._began is None:
            self._began = now
        return Millis(self._origin + int((now - self._began) * 1000 * self.speed + ROUNDING))

    def _deadline(self, due: Millis | None) -> float:
        if due is None or self._began is None:
            return math.inf
        return self._began + (due - self._origin) / 1000 / self.speed
