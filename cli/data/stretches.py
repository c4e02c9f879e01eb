"""Which stretches of time of a series the store lacks; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from ...actors.exchange.tape.spacing import Times, close_times
from ...actors.market.timeframe import TimeFrame
from ...runtime import Millis

Stretch: TypeAlias = tuple[Millis, Millis]  # from, and up to but without


def whole(frame: TimeFrame, since: Millis, until: Millis) -> Stretch:
    """From the first candle that begins since a time to the end of the last that ends by another.

    >>> whole(TimeFrame.parse("1m"), 1, 179_999)
    (60000, 120000)
    """
    begin = frame.open_of(since)
    return begin if begin == since else frame.close_of(begin), frame.open_of(until)


def missing(times: Times, frame: TimeFrame, span: Stretch, *, page: int) -> list[Stretch]:
    """What to ask for, oldest first, so that there is every candle of a time that there can be.

    times: when the candles that are there begin, in order. page: candles that one request brings:
    holes that lie closer are one stretch, so that no request is spent on less than it brings.
    """
    found = list[Stretch]()
    for begin, end in _holes(times, frame, span):
        if found and _is_near(frame, found[-1][1], begin, page):
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return found


def _holes(times: Times, frame: TimeFrame, span: Stretch) -> Iterator[Stretch]:
    begin, end = span
    inside = times[(times >= begin) & (times < end)]
    ends = close_times(inside, frame)
    broken = np.flatnonzero(inside[1:] != ends[:-1])
    if not len(inside):
        if begin < end:
            yield begin, end
        return
    if begin < inside[0]:
        yield begin, Millis(int(inside[0]))
    for index in broken:
        yield Millis(int(ends[index])), Millis(int(inside[index + 1]))
    if ends[-1] < end:
        yield Millis(int(ends[-1])), end


def _is_near(frame: TimeFrame, before: Millis, after: Millis, page: int) -> bool:
    return frame.is_fixed and after - before < page * frame.length
