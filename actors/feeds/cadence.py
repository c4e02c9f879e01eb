"""How often a stream should say something, and since when its silence is a fault (M4).

An open line without data looks like a quiet market. What tells them apart is what the stream is
expected to do: a ticker speaks every second, whoever trades or not; trades come as they come, so
what is expected of them is learned from the gaps of late.

Silence is measured on the clock that never jumps: neither a corrected wall clock nor a venue whose
clock is wrong makes a stream stale, or keeps a dead one alive.
"""

from __future__ import annotations

from typing import Final

import attrs

from ...runtime import Millis, UsageError

REMEMBERED: Final = 32  # gaps


@attrs.frozen
class Cadence:
    """What is expected of one stream. `steady` and `irregular` make one."""

    floor: Millis  # a silence of so long is never a fault
    ceiling: Millis  # a silence of so long always is
    patience: int = 3  # times the longest gap of late

    def __attrs_post_init__(self) -> None:
        if not 0 < self.floor <= self.ceiling:
            raise UsageError(
                f"cadence of {self.floor} to {self.ceiling} ms: give 0 < floor <= ceiling"
            )
        if self.patience < 1:
            raise UsageError(f"cadence with patience {self.patience}: give 1 or more")


def steady(every: Millis, *, patience: int = 3) -> Cadence:
    """Of a stream that speaks at fixed times: silent once it has left out `patience` of them."""
    return Cadence(Millis(every * patience), Millis(every * patience), patience)


def irregular(*, floor: Millis, ceiling: Millis, patience: int = 3) -> Cadence:
    """Of a stream that speaks when something happens: the longest gap of late is what counts."""
    return Cadence(floor, ceiling, patience)


@attrs.frozen
class Pulse:
    """What one stream has done of late. Times are `elapsed`, those of the clock without jumps."""

    since: Millis  # when it was last heard, or when it was asked for
    gaps: tuple[Millis, ...] = ()  # between what was heard, the newest last

    def heard(self, elapsed: Millis) -> Pulse:
        """The stream has said something."""
        gap = Millis(max(0, elapsed - self.since))
        return Pulse(max(self.since, elapsed), (*self.gaps[1 - REMEMBERED :], gap))

    def begun(self, elapsed: Millis) -> Pulse:
        """The stream was asked for anew: the silence of the outage is no gap of its own."""
        return Pulse(elapsed, self.gaps)


def silent_after(pulse: Pulse, cadence: Cadence) -> Millis:
    """The instant at which its silence becomes a fault, unless it is heard before."""
    expected = cadence.patience * max(pulse.gaps, default=cadence.ceiling)
    return Millis(pulse.since + min(cadence.ceiling, max(cadence.floor, expected)))


def is_silent(pulse: Pulse, cadence: Cadence, *, elapsed: Millis) -> bool:
    """Whether a stream has been silent for too long.

    >>> ticker = steady(Millis(1_000))
    >>> pulse = Pulse(Millis(0)).heard(Millis(1_000))
    >>> [is_silent(pulse, ticker, elapsed=Millis(at)) for at in (4_000, 4_001)]
    [False, True]
    """
    return elapsed > silent_after(pulse, cadence)
