"""The run-queue of one System: what is ready, who runs, when the next timer is due.

It holds the state that cells and the dispatcher share and decides nothing.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable
from typing import Any

import trio

from .clock import Clock, Millis
from .letters import DeadLetters
from .pending import PendingAsk
from .timers import Timers
from .topics import Topics
from .tracing import Trace


class RunQueue:
    """Cells that are ready, in order; and whether the dispatcher sleeps."""

    __slots__ = (
        "asleep",
        "cell_type",
        "clock",
        "context",
        "current",
        "deadline",
        "driving",
        "holds",
        "inline_asks",
        "leader",
        "letters",
        "make_supervisor",
        "open_host",
        "outside",
        "postponed",
        "ready",
        "resting",
        "room",
        "root_failed",
        "seed",
        "slice_at",
        "stop_root",
        "tables",
        "timers",
        "topics",
        "trace",
        "unwinding",
        "woke_trio",
    )

    def __init__(self, clock: Clock, *, seed: int, deadline: Millis, trace: Trace | None) -> None:
        self.ready: deque[Any] = deque()
        self.clock = clock
        self.timers = Timers()
        self.trace = trace
        self.seed = seed
        self.deadline = deadline  # ms, of an ask that names none
        self.context = contextvars.copy_context()
        self.letters = DeadLetters(clock)
        self.cell_type: Any = None  # the class of addresses under this schedule
        self.make_supervisor: Callable[[Any], Any] = ignore
        self.inline_asks = True  # whether an idle target's turn runs on the asker's stack
        self.topics = Topics()
        self.tables: dict[type, dict[type, Any]] = {}  # handlers by actor class and message type
        self.outside: dict[PendingAsk, None] = {}  # asks awaited by trio tasks, in order
        self.current: Any = None  # the cell whose turn the dispatcher runs
        self.driving: Any = None  # the cell whose coroutine has a step right now
        self.room = 0  # turns that may still begin inside the current one; 0 where there is none
        self.holds = 0  # real work in flight: virtual time stands still
        self.slice_at = Millis(0)  # monotonic ms when this slice of turns began
        self.open_host: Callable[[Callable[..., Any]], None] = ignore
        self.stop_root: Callable[[str], None] = ignore
        self.root_failed: Callable[[BaseException], None] = ignore
        self.leader: trio.lowlevel.Task | None = None
        self.unwinding: list[Any] = []  # refused turns that wait for trio
        self.postponed: list[PendingAsk] = []  # turns that go on once those are over
        self.asleep = False
        self.resting: trio.CancelScope | None = None  # of a wait for all others to come to rest
        self.woke_trio = False  # a trio task was made runnable: let it run before time moves

    @property
    def is_sleeping(self) -> bool:
        """Whether the dispatcher waits for somebody to wake it, with nothing left to do."""
        return self.asleep and self.resting is None

    def wake(self) -> None:
        """End the dispatcher's sleep, or its wait for all others to come to rest."""
        if self.asleep and self.leader is not None:
            self.asleep = False
            if self.resting is None:
                trio.lowlevel.reschedule(self.leader)
            else:
                self.resting.cancel()

    def push(self, cell: Any) -> None:
        """Give `cell` a turn after all that is ready."""
        self.ready.append(cell)
        if self.asleep:
            self.wake()

    def push_first(self, cell: Any) -> None:
        """Give `cell` the next turn."""
        self.ready.appendleft(cell)
        if self.asleep:
            self.wake()


def ignore(_: object) -> None:
    """Before the System runs there is nothing to stop."""
