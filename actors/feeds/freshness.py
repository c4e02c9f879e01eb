"""Whether what was heard is still true enough to act on, and whether its time can be its time.

Two clocks take part. A venue stamps what it says, on its clock in UTC; the clock of the system
says how long ago it was heard, and never jumps. What is read back is `Fresh` or `Stale`, never a
bare value, so that nobody acts on an old one unawares (D2).

Times from outside are in ms by the schema of their venue. Which unit was meant is not guessed from
the size of a number: what cannot be a time in ms is refused by name (M13).
"""

from __future__ import annotations

from typing import Final, Generic, Literal, TypeVar

import attrs

from ...runtime import Millis

T = TypeVar("T")

FUTURE: Final = 2_000  # ms by which a venue's clock may be ahead
JUMP: Final = 1_000  # ms by which a wall clock may be corrected without a word

_FIRST: Final = 1_230_768_000_000  # 2009-01-01: nothing that trades here is older
_END: Final = 4_102_444_800_000  # 2100-01-01

TimeFault = Literal[
    "SECONDS",  # it would be a time in seconds
    "FINER",  # it would be one in microseconds or nanoseconds
    "NO_TIME",  # it is none in any unit
    "FUTURE",  # it has yet to come
    "BACKWARDS",  # it lies before the one that was told last
]


@attrs.frozen
class Fresh(Generic[T]):
    """A value that may be acted on."""

    value: T
    age: Millis


@attrs.frozen
class Stale(Generic[T]):
    """A value that was true, and is too old to act on."""

    value: T
    age: Millis
    max_age: Millis


def fresh_or_stale(value: T, *, at: Millis, now: Millis, max_age: Millis) -> Fresh[T] | Stale[T]:
    """A value that was true at `at`, judged `now`; both are of one clock.

    A value of the future, which a venue's clock that is ahead makes, is of age 0; whether it is
    too far ahead is what `time_fault` says, where it comes in.
    """
    age = Millis(max(0, now - at))
    return Fresh(value, age) if age <= max_age else Stale(value, age, max_age)


def time_fault(
    at: int, *, now: Millis, last: Millis | None = None, ahead: int = FUTURE
) -> TimeFault | None:
    """Why a venue's time cannot be taken; None where it can.

    last: the time before it, where the times of a stream never run back.
    ahead: how far it may lie in the future, ms.

    >>> time_fault(1_700_000_000, now=Millis(1_700_000_000_000))
    'SECONDS'
    """
    if not _FIRST <= at < _END:
        if _FIRST <= at * 1_000 < _END:
            return "SECONDS"
        if _FIRST * 1_000 <= at < _END * 1_000 or _FIRST * 1_000_000 <= at < _END * 1_000_000:
            return "FINER"
        return "NO_TIME"
    if at - now > ahead:
        return "FUTURE"
    if last is not None and at < last:
        return "BACKWARDS"
    return None


@attrs.frozen
class Instant:
    """One moment on both clocks."""

    now: Millis  # UTC; may be corrected at any time
    elapsed: Millis  # since some start; never jumps


def clock_jump(before: Instant, after: Instant, *, tolerance: int = JUMP) -> Millis | None:
    """By how much the wall clock was set, ms, forward > 0; None where it ran on.

    Ages that were taken from the wall clock are wrong by so much: measure them on `elapsed`.

    >>> clock_jump(Instant(Millis(0), Millis(0)), Instant(Millis(3_605_000), Millis(5_000)))
    3600000
    """
    by = (after.now - before.now) - (after.elapsed - before.elapsed)
    return Millis(by) if abs(by) > tolerance else None
