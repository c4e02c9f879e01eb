"""The venue's own idea of the time, which may be wrong: the agenda's, with a step and a drift.

What a client can compare with its own clock is told by it: the time that the venue says, and the
time against which it checks that of a request. What happens when is the agenda's affair alone.
"""

from __future__ import annotations

from typing import Final

from ....runtime.clock import Millis
from ..agenda import Agenda

MILLION: Final = 10**6


class VenueClock:
    """`now` for those who are told the time; exact until a fault strikes it."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._ahead = 0  # ms, at `_since`
        self._since = agenda.now
        self._ppm = 0

    @property
    def ahead(self) -> int:
        """By how much it is fast, ms; negative: slow."""
        return self._ahead + (self._agenda.now - self._since) * self._ppm // MILLION

    def now(self) -> Millis:
        """The time that the venue believes it is; not before 1970."""
        return Millis(max(self._agenda.now + self.ahead, 0))

    def step(self, by: int) -> None:
        """Jump by so many ms."""
        self._settle()
        self._ahead += by

    def drift(self, ppm: int) -> None:
        """Run so many millionths too fast from now on."""
        self._settle()
        self._ppm = ppm

    def _settle(self) -> None:
        self._ahead = self.ahead
        self._since = self._agenda.now
