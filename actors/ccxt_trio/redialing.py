"""When a host that could not be reached is tried again: later each time, up to a bound (M7, R9).

Everybody who shares a transport shares this, so that a hundred questions to a host that is away
are not a hundred connections: one of them tries, at its time, and the others fail at once. Orders
and cancels do not wait for that: they are few, and each counts.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import trio

from .errors import DialFailed, TransportTrouble

FIRST: Final = 0.5  # s
LONGEST: Final = 10.0  # s


class Redialing:
    """What is known of one host: how often in a row it was not reached, and when it may be."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0  # s of trio's clock
        self._why = ""
        self._trying = 0  # who do so just now

    @contextmanager
    def turn(self, where: str) -> Generator[None]:
        """Try the host in the block. Raises DialFailed where it is too early, or another does."""
        wait = self._until - trio.current_time()
        if self._failures and (self._trying or wait > 0):
            when = "it is just tried again" if self._trying else f"again in {wait:.1f} s"
            raise DialFailed(where, f"{self._why}; {when}")
        self._trying += 1
        try:
            yield
        finally:
            self._trying -= 1

    def failed(self, error: TransportTrouble) -> None:
        """It was not reached; those who tried at the same time count once."""
        now = trio.current_time()
        if now >= self._until:
            self._failures += 1
            self._until = now + min(FIRST * 2.0 ** (self._failures - 1), LONGEST)
            self._why = error.why

    def reached(self) -> None:
        """It was reached: all is forgotten."""
        self._failures = 0
