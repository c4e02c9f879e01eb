"""How long to wait before the next attempt: longer each time, and never in step with others.

Decorrelated jitter: each pause is drawn between the least one and three times the last. A hundred
clients that were cut off in one moment come back one by one. Pure but for its draws.
"""

from __future__ import annotations

from random import Random
from typing import Final

from ...runtime import Millis

GROWTH: Final = 3


class Backoff:
    """The pauses of one thing that is tried again and again.

    least, most: ms, 0 < least <= most. chance: what they are drawn from.
    """

    def __init__(self, chance: Random, *, least: Millis, most: Millis) -> None:
        self._chance = chance
        self._least = least
        self._most = most
        self._last: float = least

    def next(self) -> Millis:
        """The pause before the next attempt."""
        self._last = min(self._chance.uniform(self._least, self._last * GROWTH), self._most)
        return Millis(int(self._last))

    def succeed(self) -> None:
        """It went well: the next failure waits the least again."""
        self._last = self._least
