"""Mailboxes: their bound, what happens at it, and the queues that do it.

Every mailbox has a bound. RAISE says so to the sender, DROP_OLDEST and CONFLATE are for data of
which the newest counts. What the runtime itself puts into a mailbox (answers, timers, stops) is
never dropped and never refused, though it takes room while it waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any

import attrs

from .clock import Millis
from .errors import MailboxFull, UsageError
from .pending import PendingAsk


class Overflow(Enum):
    """What a full mailbox does."""

    RAISE = "raise"  # MailboxFull in the sender
    DROP_OLDEST = (
        "drop oldest"  # the oldest message goes; an ask among them is answered MailboxFull
    )
    CONFLATE = "conflate"  # a newer message replaces the waiting one of the same key, in its place


class SystemMessage:
    """Marks what the runtime queues: never dropped."""

    __slots__ = ()


class Caused:
    """A queued message with the number of the turn that sent it; only in traced runs."""

    __slots__ = ("cause", "message")

    def __init__(self, message: Any, cause: int) -> None:
        self.message = message
        self.cause = cause


class CausedBySystem(Caused, SystemMessage):
    """The same for what the runtime queued."""

    __slots__ = ()


def payload(item: Any) -> Any:
    """What a queue's item carries."""
    return item.message if isinstance(item, Caused) else item


@attrs.frozen
class Mailbox:
    """The declared shape of a mailbox.

    bound: messages that may wait, >= 1.
    key: for CONFLATE, the key of a message, or None for one that is not conflated.
    """

    bound: int = attrs.field(default=10_000)
    overflow: Overflow = Overflow.RAISE
    key: Callable[[Any], Hashable | None] | None = None

    def __attrs_post_init__(self) -> None:
        if self.bound < 1:
            raise UsageError(f"a mailbox holds at least 1 message, not {self.bound}")
        if (self.overflow is Overflow.CONFLATE) != (self.key is not None):
            raise UsageError("a conflating mailbox needs key=, and only a conflating one")


@attrs.frozen
class MailboxStatistics:
    """A mailbox at one moment."""

    depth: int  # messages that wait, the runtime's own among them
    bound: int
    high_water: int  # most that waited when a turn came
    handled: int  # messages handled since the address exists
    dropped: int  # lost to the bound
    conflated: int  # replaced by a newer one
    age: Millis  # ms since the waiting work became ready; 0 where nothing waits


class DroppingMail(deque[Any]):
    """A queue that drops its oldest user message to make room."""

    def __init__(self, path: str, bound: int) -> None:
        super().__init__()
        self.path = path
        self.bound = bound
        self.dropped = 0

    def append(self, message: Any, /) -> None:
        if len(self) >= self.bound and not isinstance(message, SystemMessage):
            self._drop_oldest()
        super().append(message)

    def _drop_oldest(self) -> None:
        for index, message in enumerate(self):
            if isinstance(message, SystemMessage):
                continue
            del self[index]
            self.dropped += 1
            ask = payload(message)
            if isinstance(ask, PendingAsk):
                ask.settle(None, MailboxFull(self.path, bound=self.bound))
            return


class Slot:
    """The place in the queue of the newest message of one key."""

    __slots__ = ("key",)

    def __init__(self, key: Hashable) -> None:
        self.key = key


class ConflatingMail(deque[Any]):
    """A queue in which at most one message of each key waits: the newest, in the oldest's place."""

    def __init__(self, path: str, bound: int, key: Callable[[Any], Hashable | None]) -> None:
        super().__init__()
        self.path = path
        self.bound = bound
        self.key = key
        self.conflated = 0
        self._newest: dict[Hashable, Any] = {}

    def append(self, message: Any, /) -> None:
        content = payload(message)
        internal = isinstance(content, (SystemMessage, PendingAsk))
        key = None if internal else self.key(content)
        if key is not None and key in self._newest:
            self._newest[key] = message
            self.conflated += 1
            return
        if len(self) >= self.bound and not isinstance(message, SystemMessage):
            raise MailboxFull(self.path, bound=self.bound)
        if key is None:
            super().append(message)
        else:
            self._newest[key] = message
            super().append(Slot(key))

    def popleft(self) -> Any:
        item = super().popleft()
        return self._newest.pop(item.key) if type(item) is Slot else item

    def clear(self) -> None:
        self._newest.clear()
        super().clear()


def make_mail(path: str, mailbox: Mailbox) -> deque[Any]:
    """The queue that a mailbox is declared to be."""
    if mailbox.overflow is Overflow.DROP_OLDEST:
        return DroppingMail(path, mailbox.bound)
    if mailbox.overflow is Overflow.CONFLATE and mailbox.key is not None:
        return ConflatingMail(path, mailbox.bound, mailbox.key)
    return deque()
