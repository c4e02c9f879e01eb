"""The trace: which turn ran, when, in which actor, for which message, and what caused it.

Two runs of one seed have the same trace, bit for bit. It is on only where a System is given one:
the handlers and queues are wrapped when they are made, so that a run without it pays nothing.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from .clock import Clock, Millis
from .mailbox import Caused, CausedBySystem, SystemMessage, payload
from .pending import PendingAsk


@attrs.frozen
class TurnRecord:
    """One turn. `cause` is the number of the turn that sent the message, 0 from outside."""

    number: int
    at: Millis
    path: str
    message: str  # the type's name
    cause: int


class Trace:
    """Numbers the turns of one System and hashes them.

    sink: is given each record as it happens, such as `list.append` or a file writer.
    """

    def __init__(self, sink: Callable[[TurnRecord], object] | None = None) -> None:
        self.turns = 0
        self.running = 0  # the number of the turn that runs now
        self.arriving: int | None = None  # the cause that came with the message just taken
        self._sink = sink
        self._hash = hashlib.blake2b(digest_size=16)

    @property
    def hash(self) -> str:
        """Hex digest of all turns so far."""
        return self._hash.hexdigest()

    def note(self, clock: Clock, path: str, message: object) -> int:
        """Record that a turn begins; its number."""
        cause = self.running if self.arriving is None else self.arriving
        self.arriving = None
        self.turns += 1
        name = type(message.message if type(message) is PendingAsk else message).__name__
        record = TurnRecord(self.turns, clock.now(), path, name, cause)
        self._hash.update(f"{record.number}|{record.at}|{path}|{name}|{cause}\n".encode())
        if self._sink is not None:
            self._sink(record)
        return self.turns


def traced(handler: Callable[[Any, Any], Any], trace: Trace) -> Callable[[Any, Any], Any]:
    """`handler` with its turns recorded."""

    def turn(actor: Any, message: Any) -> Any:
        cell = actor._cell  # noqa: SLF001 - the runtime's own attribute
        cell.turn = number = trace.note(cell.rq.clock, cell.path, message)
        outer, trace.running = trace.running, number
        try:
            return handler(actor, message)
        finally:
            trace.running = outer

    return turn


class TracedMail:
    """A mailbox's queue, with the sender's turn kept beside each message."""

    def __init__(self, inner: deque[Any], trace: Trace) -> None:
        self.inner = inner
        self._trace = trace

    def __len__(self) -> int:
        return len(self.inner)

    def __iter__(self) -> Iterator[Any]:
        return map(payload, self.inner)

    def append(self, message: Any) -> None:
        self.inner.append(self._with_cause(message))

    def appendleft(self, message: Any) -> None:
        self.inner.appendleft(self._with_cause(message))

    def insert(self, index: int, message: Any) -> None:
        self.inner.insert(index, self._with_cause(message))

    def popleft(self) -> Any:
        item = self.inner.popleft()
        self._trace.arriving = item.cause
        return item.message

    def extend(self, messages: Iterable[Any]) -> None:
        for message in messages:
            self.append(message)

    def clear(self) -> None:
        self.inner.clear()

    def _with_cause(self, message: Any) -> Caused:
        kind = CausedBySystem if isinstance(message, SystemMessage) else Caused
        return kind(message, self._trace.running)
