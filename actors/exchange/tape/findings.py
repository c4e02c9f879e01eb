"""All that is wrong with recorded candles, counted: pure rules over columns.

`checks` stops at the first fault, since nothing trades on a broken recording. Who wants to repair
one, or to know what an exchange's history is worth, wants all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from ....runtime import Millis
from ...market.timeframe import TimeFrame
from .checks import Locate, Mask, rules
from .columns import Columns
from .errors import Place
from .spacing import END, Gaps, Times, close_times, length_text, recorded_step, utc_text

Sort: TypeAlias = Literal[
    "gap",  # candles are missing
    "duplicate",  # a second candle of one time
    "disorder",  # time goes backwards
    "off grid",  # not a whole number of frames after the first candle
    "impossible",  # numbers that no market gives
    "wrong frame",  # the candles are not as far apart as the frame says
    "out of range",  # a time outside 1970 to 9998: another unit, as a rule
    "future",  # the candle has not closed yet
]

_Told: TypeAlias = Callable[[int], str]

SHOWN: Final = 5  # places of one sort that are told


@attrs.frozen
class Finding:
    """One sort of fault in one series."""

    sort: Sort
    count: int  # of candles; of gaps, of those that are missing
    places: tuple[tuple[Place, str], ...]  # the first ones, each with what is wrong there


def findings(
    columns: Columns, frame: TimeFrame, locate: Locate, *, now: Millis | None = None
) -> tuple[Finding, ...]:
    """What is wrong with candles. now: what closes after it has not been; None: nobody looks."""
    return tuple(_all(columns, frame, locate, now))


def _all(
    columns: Columns, frame: TimeFrame, locate: Locate, now: Millis | None
) -> Iterator[Finding]:
    times = columns.open_times
    outside = (times < 0) | (times >= END)
    yield from _of("out of range", outside, locate, lambda row: f"time {times[row]} ms")
    yield from _impossible(columns, locate)
    rows = np.flatnonzero(~outside)
    yield from _spacing(times[rows], rows, frame, locate)
    if now is not None and len(rows):
        late = np.zeros(len(times), np.bool_)
        late[rows] = close_times(times[rows], frame) > now
        yield from _of("future", late, locate, lambda row: f"a candle of {_at(times, row)}")


def _impossible(columns: Columns, locate: Locate) -> Iterator[Finding]:
    """A candle counts once, by the first rule that it breaks."""
    broken = np.zeros(len(columns.open_times), np.bool_)
    said: dict[int, str] = {}
    for _, mask, problem in rules(columns):
        for row in np.flatnonzero(mask & ~broken)[:SHOWN].tolist():
            said.setdefault(row, problem(row))
        broken |= mask
    yield from _of("impossible", broken, locate, lambda row: said[row])


def _spacing(
    times: Times, rows: NDArray[np.intp], frame: TimeFrame, locate: Locate
) -> Iterator[Finding]:
    """What is wrong between neighbours. rows: where in the file those times stand."""
    steps = np.diff(times)

    def told(row: int) -> str:
        return f"a candle of {utc_text(int(times[int(np.searchsorted(rows, row))]))}"

    def spread(mask: Mask) -> Mask:
        whole = np.zeros(int(rows[-1]) + 1 if len(rows) else 0, np.bool_)
        whole[rows[1:][mask]] = True
        return whole

    yield from _of("duplicate", spread(steps == 0), locate, told)
    yield from _of("disorder", spread(steps < 0), locate, told)
    ordered, first = np.unique(times, return_index=True)
    apart = np.diff(ordered)
    recorded = recorded_step(apart, frame, Gaps.ALLOW) if len(apart) else None
    if recorded is not None:
        text = f"the candles are mostly {length_text(recorded)} apart, not {frame}"
        yield Finding("wrong frame", len(times), ((locate(int(rows[0])), text),))
        return
    on_grid, missing = _grid(ordered, frame)
    off = np.zeros(len(times), np.bool_)
    off[first[~on_grid]] = True
    yield from _of("off grid", spread(off[1:]), locate, told)
    yield from _gaps(ordered[on_grid], missing, rows[first[on_grid]], locate)


def _grid(times: Times, frame: TimeFrame) -> tuple[Mask, NDArray[np.int64]]:
    """Which times lie on the grid of the first; and between those that do, how many are missing."""
    if not len(times):
        return np.zeros(0, np.bool_), np.zeros(0, np.int64)
    origin = Millis(int(times[0]))
    if frame.is_fixed:
        on_grid = np.equal((times - origin) % frame.length, 0)
        return on_grid, np.diff(times[on_grid]) // frame.length - 1
    counts = [frame.steps_between(origin, Millis(at)) for at in times.tolist()]
    on_grid = np.array([count is not None for count in counts], np.bool_)
    whole = np.array([count for count in counts if count is not None], np.int64)
    return on_grid, np.diff(whole) - 1


def _gaps(
    times: Times, missing: NDArray[np.int64], rows: NDArray[np.intp], locate: Locate
) -> Iterator[Finding]:
    gaps = np.flatnonzero(missing > 0)
    if not len(gaps):
        return
    places = tuple(
        (
            locate(int(rows[gap + 1])),
            f"{missing[gap]} missing between {_at(times, gap)} and {_at(times, gap + 1)}",
        )
        for gap in gaps[:SHOWN].tolist()
    )
    yield Finding("gap", int(missing[gaps].sum()), places)


def _of(sort: Sort, mask: Mask, locate: Locate, told: _Told) -> Iterator[Finding]:
    rows = np.flatnonzero(mask)
    if len(rows):
        places = tuple((locate(row), told(row)) for row in rows[:SHOWN].tolist())
        yield Finding(sort, len(rows), places)


def _at(times: Times, row: int) -> str:
    return utc_text(int(times[row]))
