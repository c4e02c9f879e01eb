"""Recorded market data: reading, checking and replaying it."""

from __future__ import annotations

from .columns import Columns
from .errors import (
    BadHeader,
    BrokenRow,
    DamagedFile,
    EmptyTape,
    ForeignFile,
    Gap,
    ImpossibleCandle,
    Place,
    TapeError,
    TimeDisorder,
    UnknownSeries,
    UnreadableFile,
    WrongTimeFrame,
)
from .progress import Progress
from .read import read_tape
from .spacing import Gaps
from .tape import NONE_CLOSED, Tape

__all__ = [
    "NONE_CLOSED",
    "BadHeader",
    "BrokenRow",
    "Columns",
    "DamagedFile",
    "EmptyTape",
    "ForeignFile",
    "Gap",
    "Gaps",
    "ImpossibleCandle",
    "Place",
    "Progress",
    "Tape",
    "TapeError",
    "TimeDisorder",
    "UnknownSeries",
    "UnreadableFile",
    "WrongTimeFrame",
    "read_tape",
]
