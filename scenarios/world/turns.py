"""The turns of one process: counted, hashed, and cut short where a scenario crashes an actor.

A crash strikes at the first step of the turn: the message has been taken and nothing of it is done.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

import attrs

from ...runtime import Millis, Trace
from ...runtime.tracing import TurnRecord
from ..errors import ActorInjured
from .checkpoints import Cancel, Checkpoints

REMEMBERED: Final = 50_000  # of the newest turns, to say who was busy
START: Final = "Start"  # the message with which an incarnation begins
STUCK: Final = 2_000_000  # turns in one ms after which nobody gets on any more


@attrs.define
class Crash:
    """A crash to come. left: turns that still pass, the one that is struck included."""

    path: str
    message: str  # the type's name; empty: any
    left: int
    times: int  # how often it strikes, once it has begun
    fault: str  # its code
    error: type[ActorInjured] = ActorInjured  # what it raises


class Turns:
    """Hears each turn of a process. struck: told of each crash; stuck: time does not move."""

    def __init__(self, struck: Callable[[str, str], None], stuck: Callable[[], None]) -> None:
        self.trace = Trace(self._hear)
        self.starts: list[str] = []  # the path of each actor as it began, oldest first
        self._checkpoints = Checkpoints(self.trace, struck)
        self._struck = struck
        self._stuck = stuck
        self._crashes: list[Crash] = []
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        self._at = Millis(-1)
        self._in_a_row = 0

    def crash(self, crash: Crash) -> None:
        """Let an actor raise at its so-manieth message from now on."""
        self._crashes.append(crash)

    def cancel(self, cancel: Cancel) -> None:
        """Cancel an actor at its so-manieth checkpoint from now on."""
        self._checkpoints.cancel(cancel)

    def busiest(self, count: int) -> list[tuple[str, int]]:
        """Who had most of the latest turns, and how many."""
        return Counter(self._recent).most_common(count)

    def seen(self) -> set[str]:
        """Who had any of the latest turns."""
        return set(self._recent)

    def forget(self) -> None:
        """No crash and no cancel comes any more."""
        self._crashes.clear()
        self._checkpoints.forget()

    def _hear(self, record: TurnRecord) -> None:
        self._recent.append(record.path)
        if record.message == START:
            self.starts.append(record.path)
        if record.at != self._at:
            self._at, self._in_a_row = record.at, 0
        self._in_a_row += 1
        if self._in_a_row == STUCK:
            self._stuck()
        self._checkpoints.hear(record)
        for crash in self._crashes:
            if crash.path != record.path or crash.message not in {"", record.message}:
                continue
            crash.left -= 1
            if crash.left <= 0:
                crash.times -= 1
                if crash.times == 0:
                    self._crashes.remove(crash)
                self._struck(crash.fault, f"{record.path} crashes at {record.message}")
                raise crash.error(record.path, record.message)
