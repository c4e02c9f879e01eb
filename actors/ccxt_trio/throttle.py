"""ccxt's rate limit, for trio: first come, first served, and sleeps that are as long as needed.

It has no task of its own: whoever is first in line sleeps and lets the next one follow. Who is
cancelled while it waits leaves the line and has used nothing up. Time is trio's, so a virtual clock
moves it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import trio

SLACK: Final = 1e-9  # tokens; what rounding may lack


class TrioThrottler:
    """Called with a cost, it returns when a request of that cost may go.

    config: ccxt's `tokenBucket`: `refillRate` in tokens/ms and `capacity` of a leaky bucket, or
    `windowSize` in ms and `rateLimit` in ms/token of a rolling window.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._cost = float(config.get("cost", 1.0))
        self._refill = float(config.get("refillRate", 1.0))
        self._capacity = float(config.get("capacity", 1.0))
        self._tokens = float(config.get("tokens", 0.0))
        self._window = float(config.get("windowSize") or 60_000.0)
        self._is_leaky = config.get("algorithm", "leakyBucket") == "leakyBucket"
        limit = float(config.get("rateLimit") or 0.0)
        self._weight = float("inf") if limit <= 0 else self._window / limit
        self._used = deque[tuple[float, float]]()  # of the rolling window: (ms, cost)
        self._line = trio.StrictFIFOLock()
        self._filled_at: float | None = None  # ms

    async def __call__(self, cost: float | None = None) -> None:
        wanted = self._cost if cost is None else cost
        async with self._line:
            while (wait := self._wait(wanted)) > 0:  # noqa: ASYNC110 - time is waited for
                await trio.sleep(wait / 1000)
            self._take(wanted)

    def _wait(self, cost: float) -> float:
        """How long until the next request may go, ms."""
        now = trio.current_time() * 1000
        if self._is_leaky:
            since = 0.0 if self._filled_at is None else now - self._filled_at
            self._filled_at = now
            self._tokens = min(self._tokens + since * self._refill, self._capacity)
            return -self._tokens / self._refill if self._tokens < -SLACK else 0.0
        while self._used and self._used[0][0] <= now - self._window + SLACK:
            self._used.popleft()
        used = sum(each for _, each in self._used)
        if not self._used or used + cost <= self._weight:
            return 0.0  # one that can never fit goes alone
        return self._used[0][0] + self._window - now

    def _take(self, cost: float) -> None:
        if self._is_leaky:
            self._tokens -= cost
        else:
            self._used.append((trio.current_time() * 1000, cost))
