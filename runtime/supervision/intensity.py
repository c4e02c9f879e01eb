"""Restart intensity and back-off, as OTP counts them: pure state, no clock of its own."""

from __future__ import annotations

import random
from collections import deque

from ..clock import Millis
from .specs import Backoff


class Intensity:
    """Restarts in a sliding window. A restart exactly `window` ms ago still counts."""

    def __init__(self, max_restarts: int, window: Millis) -> None:
        self.max_restarts = max_restarts
        self.window = window
        self._moments: deque[Millis] = deque()

    @property
    def count(self) -> int:
        """Restarts in the window at the last call of `add`."""
        return len(self._moments)

    def add(self, now: Millis) -> bool:
        """Count a restart at `now`; whether it is still allowed."""
        moments = self._moments
        moments.append(now)
        while now - moments[0] > self.window:
            moments.popleft()
        return len(moments) <= self.max_restarts


def delay_before(restart: int, backoff: Backoff, chance: random.Random) -> Millis:
    """How long the n-th restart in the window waits, ms; `restart` counts from 1."""
    if backoff.base == 0:
        return Millis(0)
    exponent = min(restart - 1, 64)
    delay = min(float(backoff.cap), backoff.base * backoff.factor**exponent)
    return Millis(round(delay * (1 - backoff.jitter * chance.random())))
