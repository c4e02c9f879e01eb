"""How far a venue's clock is from ours: measured over the wire, and told from monotonic time.

The offset is taken against the monotonic clock and not against the wall, so that a wall that is
set forward or back moves no signature. What remains is that a host which slept lets its monotonic
clock stand: the distance of the two own clocks tells, and then it is measured anew. Pure, but for
`VenueTime`, which keeps the latest offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ...runtime import Clock, Millis

SAMPLES: Final = 5  # taken for one measurement
REFRESH: Final = Millis(600_000)  # from one measurement to the next
JUMP: Final = 500  # ms by which the own clocks may part before it is measured anew


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One answer to "what time is it": sent and heard by our monotonic clock, ms."""

    sent: Millis
    heard: Millis
    venue: Millis  # what the venue said, ms UTC

    @property
    def round_trip(self) -> int:
        """There and back, ms."""
        return self.heard - self.sent


class Offset(msgspec.Struct, frozen=True, gc=False):
    """The venue's time is monotonic time and `ahead`, give or take `error`, all ms."""

    ahead: int
    error: int
    at: Millis  # when it was measured, monotonic
    parted: int  # the wall's time less the monotonic one, then


def measured(samples: Sequence[Sample], wall: Millis, elapsed: Millis) -> Offset:
    """The offset that the quickest of some samples gives; the others waited for something.

    samples: at least one. It is right within half its round trip, however uneven the two ways are.
    """
    best = min(samples, key=lambda sample: (sample.round_trip, sample.sent))
    half = best.round_trip / 2
    ahead = round(best.venue - best.sent - half)
    return Offset(ahead, -(-best.round_trip // 2) + 1, elapsed, wall - elapsed)


def assumed(wall: Millis, elapsed: Millis) -> Offset:
    """What is taken before anything is measured: that the wall is right."""
    return Offset(wall - elapsed, 0, elapsed, wall - elapsed)


def has_jumped(offset: Offset, wall: Millis, elapsed: Millis) -> bool:
    """Whether wall and monotonic clock have parted since: a step, or a sleep of the host."""
    return abs((wall - elapsed) - offset.parted) > JUMP


def is_due(offset: Offset, wall: Millis, elapsed: Millis) -> bool:
    """Whether to measure again."""
    return elapsed - offset.at >= REFRESH or has_jumped(offset, wall, elapsed)


class VenueTime:
    """A `Clock` that says what time it is at the venue; given to what signs requests.

    clock: ours. The last offset that was measured counts until the next is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offset = assumed(clock.now(), clock.elapsed())

    def now(self) -> Millis:
        """By the venue's clock, ms UTC."""
        return Millis(self._clock.elapsed() + self.offset.ahead)

    def elapsed(self) -> Millis:
        """Monotonic time, ours, ms."""
        return self._clock.elapsed()

    @property
    def is_due(self) -> bool:
        """Whether to measure again."""
        return is_due(self.offset, self._clock.now(), self._clock.elapsed())

    def measure(self, samples: Sequence[Sample]) -> Offset:
        """Go by these samples from now on."""
        self.offset = measured(samples, self._clock.now(), self._clock.elapsed())
        return self.offset
