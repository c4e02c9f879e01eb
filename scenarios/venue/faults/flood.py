"""Sends what is too much for one moment in slices, so that nobody else waits for it.

A few messages go out at once. More are owed, and poured out beat by beat, a little to each client
in turn; what else is pushed to such a client meanwhile goes behind, so that nothing overtakes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from ..agenda import Agenda, Ticket
from ..wire.fate import Ending, Fate
from ..wire.messages import Session
from ..wire.strikes import Push

BEAT: Final = 2  # ms between two slices
SLICE: Final = 200  # messages of one beat, to all clients together
BYTES: Final = 262_144  # of one beat; a larger message is one of its own
TURN: Final = 50  # messages to one client before it is another one's turn
MOST_OWED: Final = 10_000  # different messages to one client; one that is owed more is dropped
RESET: Final = Fate(ending=Ending.RESET)


class _Owed(msgspec.Struct):
    session: Session
    pushes: deque[Push]


class Flood:
    """What is owed to clients, and the beat on which they get it."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._owed: dict[int, _Owed] = {}  # by session, whose turn it is first
        self._beat: Ticket | None = None

    def __bool__(self) -> bool:
        """Whether anybody is owed anything."""
        return bool(self._owed)

    def passes(self, session: Session, pushes: Sequence[Push]) -> Sequence[Push]:
        """What of this goes out now; the rest follows by itself."""
        owed = self._owed.get(session.id)
        if owed is None:
            if _fits(pushes):
                return pushes
            owed = self._owed[session.id] = _Owed(session, deque())
        owed.pushes.extend(pushes)
        if len(owed.pushes) > MOST_OWED:
            self.forget(session)
            session.strike(RESET)
        elif self._beat is None:
            self._beat = self._agenda.at(self._agenda.now, self._pour)
        return ()

    def forget(self, session: Session) -> None:
        """It is owed nothing any more."""
        self._owed.pop(session.id, None)

    def _pour(self) -> None:
        self._beat = None
        messages, size = SLICE, BYTES
        while self._owed and messages > 0 and size > 0:
            number = next(iter(self._owed))
            owed = self._owed.pop(number)
            if not owed.session.is_open:
                continue
            push = owed.pushes.popleft()
            length = max(_length(push), 1)
            count = min(push.times, messages, TURN, max(size // length, 1))
            for _ in range(count):
                owed.session.send(push.text, push.fate)
            messages -= count
            size -= count * length
            if push.times > count:
                rest = msgspec.structs.replace(push, times=push.times - count)
                owed.pushes.appendleft(rest)
            if owed.pushes:
                self._owed[number] = owed
        if self._owed:
            self._beat = self._agenda.after(BEAT, self._pour)


def _fits(pushes: Sequence[Push]) -> bool:
    """Whether it is little enough to be sent at once."""
    messages = size = 0
    for push in pushes:
        messages += push.times
        size += push.times * _length(push)
        if messages > SLICE or size > BYTES:
            return False
    return True


def _length(push: Push) -> int:
    raw = None if push.fate is None else push.fate.raw
    return len(push.text) if raw is None else len(raw)
