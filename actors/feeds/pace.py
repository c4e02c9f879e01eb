"""How often something is polled: as often as is wanted, and less where that is too much.

A no, or an answer that took long, says that the budget is tight: the pause grows by a factor, and
shrinks again with every quick answer. What the budget itself says of its use stretches a pause
beforehand, so that polls never take what orders need.
"""

from __future__ import annotations

from typing import Final

import attrs

from ...runtime import Millis, UsageError

GROWTH: Final = 2.0  # by a poll without an answer
DRAG: Final = 1.5  # by an answer that took long
RELIEF: Final = 0.8  # by one that did not
EASY: Final = 0.5  # of the rate budget; where more is used, pauses are longer
STEEPNESS: Final = 20  # times a pause for all of the budget


def _base_of(pace: Pace) -> Millis:
    return pace.base


@attrs.frozen
class Pace:
    """The pause between two polls now, and its bounds; ms."""

    base: Millis
    longest: Millis
    every: Millis = attrs.field(default=attrs.Factory(_base_of, takes_self=True))

    def __attrs_post_init__(self) -> None:
        if not 0 < self.base <= self.every <= self.longest:
            raise UsageError(
                f"pace of {self.base}, now {self.every}, at most {self.longest} ms: "
                "give 0 < base <= now <= longest"
            )

    def refused(self) -> Pace:
        """There was no answer."""
        return self._at(self.every * GROWTH)

    def slow(self) -> Pace:
        """There was one, late."""
        return self._at(self.every * DRAG)

    def quick(self) -> Pace:
        """There was one at once."""
        return self._at(self.every * RELIEF)

    def fresh(self) -> Pace:
        """What it was like before counts no more."""
        return self._at(self.base)

    def pause(self, pressure: float = 0.0) -> Millis:
        """How long to wait where a share of the budget is used, 0 to 1.

        >>> [Pace(Millis(2_000), Millis(30_000)).pause(used) for used in (0.5, 0.6, 0.75, 1.0)]
        [2000, 6000, 12000, 22000]
        """
        strain = 1 + STEEPNESS * max(0.0, pressure - EASY)
        return Millis(min(round(self.every * strain), self.longest))

    def _at(self, every: float) -> Pace:
        bounded = min(max(round(every), self.base), self.longest)
        return attrs.evolve(self, every=Millis(bounded))
