"""What one connection sends, in order and in time: writing, waiting, ending.

Nothing overtakes here. While it waits, everything behind it waits; while it does not, bytes go
straight to the outlet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec

from ..agenda import Agenda, Ticket
from .fate import Fate
from .transcript import Tap


class Outlet(Protocol):
    """The way out of one connection, over memory or TCP. Every call returns at once.

    Whoever makes one tells the connection of its end by `Connection.lost`, but not from within
    these calls.
    """

    def write(self, data: bytes) -> None:
        """Send; where the client is too slow to read, drop it instead."""
        ...

    def close(self) -> None:
        """No more is sent after what was written: FIN."""
        ...

    def abort(self) -> None:
        """Reset, whatever was written."""
        ...

    def halt(self) -> None:
        """Neither read nor write any more, and do not tell the client."""
        ...


class Outflow:
    """The bytes to one client, after the faults that strike them.

    bound: bytes that may wait here; a client that is owed more is dropped. tap: sees all bytes.
    """

    __slots__ = ("_agenda", "_bound", "_outlet", "_steps", "_tap", "_ticket", "_waiting", "muted")

    def __init__(self, agenda: Agenda, outlet: Outlet, bound: int, tap: Tap | None) -> None:
        self.muted = False
        self._agenda = agenda
        self._outlet = outlet
        self._bound = bound
        self._tap = tap
        self._steps: deque[bytes | int | Callable[[], None]] = deque()  # int: ms to wait
        self._ticket: Ticket | None = None  # of a wait
        self._waiting = 0  # bytes in `_steps`

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be sent, now or later."""
        return self._ticket is None and not self._steps

    def write(self, data: bytes) -> None:
        """Send, after what is to be sent before."""
        if self._ticket is None and not self._steps:
            self._send(data)
            return
        self._steps.append(data)
        self._waiting += len(data)
        if self._waiting > self._bound:
            self._outlet.abort()
            self.stop()

    def do(self, step: Callable[[], None] | int) -> None:
        """Call `step`, or wait for its milliseconds, after what is to be sent before."""
        self._steps.append(step)
        if self._ticket is None:
            self._go_on()

    def write_as(self, data: bytes, fate: Fate) -> None:
        """Send what the fate leaves of `data`, in its pieces; the ending is not done here."""
        if fate.stall:
            self.do(fate.stall)
        if fate.pause and fate.piece:
            whole = b"".join(pieces(data, msgspec.structs.replace(fate, piece=None)))
            self._waiting += len(whole)
            self.do(partial(self._drip, whole, 0, fate))
            return
        for number, piece in enumerate(pieces(data, fate)):
            if number and fate.pause:
                self.do(fate.pause)
            self.write(piece)

    def stop(self) -> None:
        """Forget what is to be sent; what is sent from now on goes nowhere."""
        self.muted = True
        self._steps.clear()
        self._waiting = 0
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def _go_on(self) -> None:
        self._ticket = None
        steps = self._steps
        while steps:
            step = steps.popleft()
            if isinstance(step, int):
                self._ticket = self._agenda.after(step, self._go_on)
                return
            if isinstance(step, bytes):
                self._waiting -= len(step)
                self._send(step)
            else:
                step()

    def _drip(self, data: bytes, start: int, fate: Fate) -> None:
        """One piece, and then the next: there may be as many as there are bytes."""
        end = start + max(fate.piece or 1, 1)
        piece = data[start:end]
        self._waiting -= len(piece)
        self._send(piece)
        if end < len(data):
            self._steps.appendleft(partial(self._drip, data, end, fate))
            self._steps.appendleft(fate.pause)

    def _send(self, data: bytes) -> None:
        if self.muted or not data:
            return
        if self._tap is not None:
            self._tap.sent(data)
        self._outlet.write(data)


def pieces(data: bytes, fate: Fate) -> list[bytes]:
    """What a fate leaves of `data`, cut as it says.

    >>> pieces(b"abcdef", Fate(keep=5, piece=2))
    [b'ab', b'cd', b'e']
    >>> pieces(b"abcdef", Fate(cut=1))
    [b'a', b'bcdef']
    """
    if fate.lost:
        return []
    left = data if fate.raw is None else fate.raw
    if fate.keep is not None:
        left = left[: max(fate.keep, 0)]
    if fate.cut is not None and 0 < fate.cut < len(left):
        return [left[: fate.cut], left[fate.cut :]]
    size = max(fate.piece or len(left), 1)
    return [left[start : start + size] for start in range(0, len(left), size)]
