"""What must hold of the times of recorded candles: in order, one frame apart, none missing.

Pure rules over the open times. What the candles say is judged in `checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from ....runtime import Millis
from ...market.timeframe import TimeFrame
from .errors import Gap, Place, TapeError, TimeDisorder, WrongTimeFrame

Times: TypeAlias = NDArray[np.int64]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
END: Final = 253_370_764_800_000  # ms, the year 9999: what begins before can end, and be written
_UNITS: Final = (
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
)
_MONTH: Final = (28 * 86_400_000, 31 * 86_400_000)  # ms, the shortest and the longest


class Gaps(Enum):
    """What to do where candles are missing."""

    REFUSE = "refuse"  # an error that names the place: a strategy would trade on stale prices
    ALLOW = "allow"  # accept them: no candle is delivered for the missing time


@attrs.frozen
class Fault:
    """The first candle, by index, that breaks a rule; `error_at` says so of a place."""

    row: int
    error_at: Callable[[Place], TapeError]


def close_times(open_times: Times, frame: TimeFrame) -> Times:
    """When each candle ended, ms, in a new array."""
    if frame.is_fixed:
        return open_times + frame.length
    ends = (frame.close_of(Millis(opened)) for opened in open_times.tolist())
    return np.fromiter(ends, np.int64, len(open_times))


def time_fault(open_times: Times, frame: TimeFrame, gaps: Gaps) -> Fault | None:
    """The first candle whose time is out of order or off the frame's grid, or that a gap precedes.

    The grid starts at the first candle. Where the candles are evenly spaced in another way, the
    frame is wrong and nothing is missing.
    """
    outside = (open_times < 0) | (open_times >= END)
    if outside.any():
        return _outside(int(outside.argmax()), open_times)
    steps = np.diff(open_times)
    off = open_times[1:] != close_times(open_times[:-1], frame)
    if not off.any():
        return None
    back = steps <= 0
    if back.any():  # first of all: rows out of order look like gaps, and nothing may be missing
        return _disorder(int(back.argmax()), open_times)
    first = int(off.argmax())
    recorded = recorded_step(steps[steps > 0], frame, gaps)
    if steps[first] > 0 and recorded is not None:
        return _wrong_frame(first, frame, recorded)
    if gaps is Gaps.ALLOW:
        off &= (steps <= 0) | ~_on_grid(open_times[1:], open_times[0], frame)
    return _off_fault(int(off.argmax()), open_times, frame) if off.any() else None


def utc_text(at: int) -> str:
    """An instant (ms) for people.

    >>> utc_text(1640991660000)
    '2021-12-31 23:01:00'
    """
    moment = _EPOCH + timedelta(milliseconds=at)
    precision = "milliseconds" if at % 1000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec=precision)


def length_text(length: int) -> str:
    """A distance (ms) as a time frame would be written, where it is one.

    >>> length_text(300_000), length_text(90_000), length_text(1)
    ('5m', '90s', '1ms')
    """
    if _MONTH[0] <= length <= _MONTH[1]:
        return "1M"
    for unit, size in _UNITS:
        if length % size == 0:
            return f"{length // size}{unit}"
    return f"{length}ms"


def recorded_step(steps: Times, frame: TimeFrame, gaps: Gaps) -> int | None:
    """How far apart the candles were recorded, where that is not the frame; steps: ms, > 0.

    It is the most frequent distance. Where gaps are allowed, that may be one, and the distance
    must divide all others.
    """
    if len(steps) == 0:
        return None
    lengths, counts = np.unique(steps, return_counts=True)
    usual = int(lengths[counts.argmax()])
    if not frame.is_fixed:
        allowed = _MONTH[0] <= usual <= _MONTH[1] or (gaps is Gaps.ALLOW and usual > _MONTH[1])
        return None if allowed else usual
    if counts.max() == np.count_nonzero(steps == frame.length):
        return None
    if gaps is Gaps.REFUSE or usual % frame.length:
        return usual
    common = int(np.gcd.reduce(lengths))
    return common if common > frame.length and len(steps) > 1 else None


def _on_grid(times: Times, origin: int, frame: TimeFrame) -> NDArray[np.bool_]:
    """Which times are whole frames away from the origin; of months, which begin one."""
    if frame.is_fixed:
        return np.equal((times - origin) % frame.length, 0)
    aligned = (frame.is_aligned(Millis(at)) for at in times.tolist())
    return np.fromiter(aligned, np.bool_, len(times))


def _outside(row: int, open_times: Times) -> Fault:
    at = int(open_times[row])

    def error_at(place: Place) -> TapeError:
        problem = f"time {at} ms lies outside the years 1970 to 9998"
        return TimeDisorder(place, problem, "write times in UTC or in ms since 1970-01-01")

    return Fault(row, error_at)


def _off_fault(first: int, open_times: Times, frame: TimeFrame) -> Fault:
    """What is wrong between the candle `first` and the next one, which is not a frame later."""
    step = int(open_times[first + 1] - open_times[first])
    if step <= 0:
        return _disorder(first, open_times)
    if not _on_grid(open_times[first + 1 : first + 2], open_times[first], frame)[0]:
        return _off_grid(first, open_times, frame)
    return _gap(first, open_times, frame)


def _disorder(first: int, open_times: Times) -> Fault:
    before, at = (int(time) for time in open_times[first : first + 2])

    def error_at(place: Place) -> TapeError:
        if at == before:
            problem = f"a second candle of {utc_text(at)}"
            return TimeDisorder(place, problem, "keep one of the two rows")
        problem = f"time goes backwards, from {utc_text(before)} to {utc_text(at)}"
        return TimeDisorder(place, problem, "sort the rows oldest first")

    return Fault(first + 1, error_at)


def _off_grid(first: int, open_times: Times, frame: TimeFrame) -> Fault:
    before, at = (int(time) for time in open_times[first : first + 2])

    def error_at(place: Place) -> TapeError:
        problem = (
            f"a candle begins at {utc_text(at)}, {length_text(at - before)} after the one before, "
            f"and that is no multiple of {frame}"
        )
        return TimeDisorder(place, problem, "correct the time or remove the row")

    return Fault(first + 1, error_at)


def _wrong_frame(first: int, frame: TimeFrame, found: int) -> Fault:
    text = length_text(found)

    def error_at(place: Place) -> TapeError:
        problem = f"the candles are mostly {text} apart, and {frame} candles were asked"
        remedy = f"ask for the frame that was recorded (it looks like {text}) or give another file"
        return WrongTimeFrame(place, problem, remedy, asked=str(frame), found=text)

    return Fault(first + 1, error_at)


def _gap(first: int, open_times: Times, frame: TimeFrame) -> Fault:
    before, at = (int(time) for time in open_times[first : first + 2])
    missing = _missing_between(before, at, frame)

    def error_at(place: Place) -> TapeError:
        candles = f"candle of {frame} is" if missing == 1 else f"candles of {frame} are"
        between = f"between {utc_text(before)} and {utc_text(at)}"
        problem = f"{missing} {candles} missing {between}"
        remedy = "record the missing time, or accept gaps (gaps=Gaps.ALLOW)"
        return Gap(place, problem, remedy, missing=missing)

    return Fault(first + 1, error_at)


def _missing_between(before: int, at: int, frame: TimeFrame) -> int:
    if frame.is_fixed:
        return (at - before) // frame.length - 1
    missing, end = 0, frame.close_of(Millis(before))
    while end < at:
        missing, end = missing + 1, frame.close_of(end)
    return missing
