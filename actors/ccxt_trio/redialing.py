"""When a host that could not be reached is tried again: later each time, up to a bound (M7, R9).

Everybody who shares a transport shares this, so that a hundred questions to a host that is away
are not a hundred connections. Orders and cancels do not wait for it: they are few, and each counts.
"""

from __future__ import annotations

from typing import Final

import trio

from .errors import DialFailed, TransportTrouble

FIRST: Final = 0.5  # s
LONGEST: Final = 10.0  # s


class Redialing:
    """What is known of one host: how often in a row it was not reached, and when it may be."""

    def __init__(self) -> None:
        self._failures = 0
        self._tried_at = 0.0  # s of trio's clock
        self._why = ""

    def check(self, where: str) -> None:
        """Raise DialFailed where it is too early."""
        wait = self._until - trio.current_time()
        if wait > 0:
            raise DialFailed(where, f"{self._why}; it is tried again in {wait:.1f} s")

    def failed(self, error: TransportTrouble) -> None:
        """It was not reached; those who tried at the same time count once."""
        now = trio.current_time()
        if now >= self._until:
            self._failures += 1
            self._tried_at = now
            self._why = error.why

    def reached(self) -> None:
        """It was reached: all is forgotten."""
        self._failures = 0

    @property
    def _until(self) -> float:
        if not self._failures:
            return 0.0
        return self._tried_at + min(FIRST * 2.0 ** (self._failures - 1), LONGEST)
