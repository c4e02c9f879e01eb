"""What happened in a run, in the order in which it did: for people, and bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from ...runtime import Millis

Kind = Literal["message", "fault", "order", "money", "line", "gate", "process", "event", "check"]
KEPT: Final = 20_000  # the newest


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened."""

    at: Millis
    kind: Kind
    who: str  # a bot, a venue, or the script
    text: str


class Timeline:
    """The newest moments, oldest first. now: by the exchange's agenda."""

    def __init__(self, now: Callable[[], Millis], *, kept: int = KEPT) -> None:
        self.total = 0
        self._now = now
        self._moments: deque[Moment] = deque(maxlen=kept)

    def __iter__(self) -> Iterator[Moment]:
        return iter(self._moments)

    def __len__(self) -> int:
        return len(self._moments)

    def note(self, kind: Kind, who: str, text: str) -> None:
        """Something has happened now."""
        self.total += 1
        self._moments.append(Moment(self._now(), kind, who, text))

    def newest(self, count: int) -> tuple[Moment, ...]:
        """The last so many, oldest first."""
        return tuple(self._moments)[-count:]
