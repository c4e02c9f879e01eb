"""What must hold of recorded candles before anything trades on them: pure rules over columns.

The first row that breaks a rule is reported, at the place that `locate` gives it. Reading a file
into columns is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from ...market.timeframe import TimeFrame
from .columns import Columns, Floats
from .errors import EmptyTape, ImpossibleCandle, Place
from .spacing import Fault, Gaps, time_fault

Mask: TypeAlias = NDArray[np.bool_]
Locate: TypeAlias = Callable[[int], Place]
"""Where the candle with this index (from 0) stands."""

_REPAIR: Final = "correct the row or remove it"


def in_memory(index: int) -> Place:
    """The place of a candle that came from no file."""
    return Place(row=index + 1)


def check(columns: Columns, frame: TimeFrame, *, gaps: Gaps, locate: Locate) -> None:
    """Raise the TapeError of the first candle that cannot be, or cannot be where it is."""
    if len(columns.open_times) == 0:
        place = attrs.evolve(locate(0), line=None, row=None)
        raise EmptyTape(place, "has no candles", "give a recording with at least one row of data")
    faults = (_value_fault(columns), time_fault(columns.open_times, frame, gaps))
    first = min((fault for fault in faults if fault), key=lambda fault: fault.row, default=None)
    if first is not None:
        raise first.error_at(locate(first.row))


def rules(columns: Columns) -> Iterator[tuple[str, Mask, Callable[[int], str]]]:
    """Per rule: the column to blame, where it is broken, and what to say of a row."""
    _, *prices, volumes = columns
    opens, highs, lows, closes = prices
    for name, values in zip(("open", "high", "low", "close"), prices, strict=True):
        yield name, ~np.isfinite(values), _says(name, values, "is not a finite number")
        yield name, values <= 0, _says(name, values, "is not above 0")
    yield "volume", ~np.isfinite(volumes), _says("volume", volumes, "is not a finite number")
    yield "volume", volumes < 0, _says("volume", volumes, "is below 0")
    yield "high", highs < lows, _says("high", highs, "is below the low", lows)
    for name, values in (("open", opens), ("close", closes)):
        yield name, values > highs, _says(name, values, "is above the high", highs)
        yield name, values < lows, _says(name, values, "is below the low", lows)


def _value_fault(columns: Columns) -> Fault | None:
    """The first candle with numbers that no market gives; of several faults in it, one."""
    found: tuple[int, Callable[[int], str], str] | None = None
    for column, broken, problem in rules(columns):
        if broken.any():
            row = int(broken.argmax())
            if found is None or row < found[0]:
                found = row, problem, column
    if found is None:
        return None
    row, problem, column = found
    return Fault(row, lambda place: ImpossibleCandle(place, problem(row), _REPAIR, column=column))


def _says(
    name: str, values: Floats, problem: str, bound: Floats | None = None
) -> Callable[[int], str]:
    def text(row: int) -> str:
        limit = "" if bound is None else f" {float(bound[row])!r}"
        return f"{name} {float(values[row])!r} {problem}{limit}"

    return text
