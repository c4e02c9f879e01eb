"""The agenda: what the simulated exchange will do, and when.

One heap of actions in one order, which is that of their moments and then that in which they were
written down: the same calls give the same run. It reads no clock: whoever owns time calls
`run_to`, in a loop (`wire/driver.py`) or by hand in a test.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from ...runtime.clock import Millis
from ...runtime.errors import UsageError

TIDY_AT = 64  # cancelled actions that may lie about before the heap is looked through


class Ticket:
    """One action to come; `cancel` takes it off the agenda."""

    __slots__ = ("_action", "_agenda", "moment")

    def __init__(self, agenda: Agenda, moment: Millis, action: Callable[[], None]) -> None:
        self.moment = moment
        self._agenda = agenda
        self._action: Callable[[], None] | None = action

    @property
    def is_pending(self) -> bool:
        """Whether it is still to come."""
        return self._action is not None

    def cancel(self) -> None:
        """Do not do it; after it was done, or twice, this changes nothing."""
        if self._action is not None:
            self._action = None
            self._agenda._count_cancelled()  # noqa: SLF001 - two halves of one thing

    def _take(self) -> Callable[[], None] | None:
        action, self._action = self._action, None
        return action


class Agenda:
    """Actions by time. `now` stands still while one runs and never goes back.

    on_earlier: called when an action is due before all others, so that a sleeper can wake.
    """

    def __init__(self, start: Millis = Millis(0)) -> None:
        self.now = start
        self.on_earlier: Callable[[], None] | None = None
        self._heap: list[tuple[Millis, int, Ticket]] = []
        self._written = 0  # actions so far: the tie-breaker
        self._cancelled = 0  # of those in the heap
        self._is_running = False

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def at(self, moment: int, action: Callable[[], None]) -> Ticket:
        """Do `action` at `moment`, ms; one in the past is due now, after what is due already."""
        due = Millis(moment) if moment > self.now else self.now
        ticket = Ticket(self, due, action)
        self._written += 1
        is_first = not self._heap or due < self._heap[0][0]
        heappush(self._heap, (due, self._written, ticket))
        if is_first and self.on_earlier is not None and not self._is_running:
            self.on_earlier()
        return ticket

    def after(self, delay: int, action: Callable[[], None]) -> Ticket:
        """Do `action` in `delay` ms."""
        return self.at(self.now + delay, action)

    def next_at(self) -> Millis | None:
        """When the next action is due; None where there is none."""
        heap = self._heap
        while heap and not heap[0][2].is_pending:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def run_to(self, moment: int) -> None:
        """Do all that is due up to and at `moment`, each at its time; then it is `moment`.

        What an action raises leaves at once; the rest stays on the agenda, and `run_to` can be
        called again. From within an action it is a UsageError: time is already moving.
        """
        if self._is_running:
            raise UsageError("the agenda is running: an action schedules with `at`, not `run_to`")
        self._is_running = True
        try:
            self._run(moment)
        finally:
            self._is_running = False

    def _run(self, moment: int) -> None:
        heap = self._heap
        while heap and heap[0][0] <= moment:
            due, _, ticket = heappop(heap)
            action = ticket._take()  # noqa: SLF001 - two halves of one thing
            if action is None:
                self._cancelled -= 1
                continue
            self.now = due  # never less than before: `at` lets nothing into the past
            action()
        if moment > self.now:
            self.now = Millis(moment)

    def _count_cancelled(self) -> None:
        self._cancelled += 1
        if self._cancelled > TIDY_AT and self._cancelled * 2 > len(self._heap):
            self._heap[:] = [entry for entry in self._heap if entry[2].is_pending]
            heapify(self._heap)
            self._cancelled = 0
