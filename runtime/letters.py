"""Dead letters: counted, the latest kept, each published."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .clock import Clock
from .notices import DeadLetter

KEPT = 100


class DeadLetters:
    """What reached nobody in one System."""

    def __init__(self, clock: Clock) -> None:
        self.count = 0
        self.latest: deque[DeadLetter] = deque(maxlen=KEPT)
        self.announce: Callable[[DeadLetter], None] | None = None
        self._clock = clock

    def add(self, path: str, message: object, why: str) -> None:
        """Count a message to `path` that nobody handles."""
        self.count += 1
        letter = DeadLetter(path, type(message).__qualname__, why, self._clock.now())
        self.latest.append(letter)
        if self.announce is not None and type(message) is not DeadLetter:
            self.announce(letter)
