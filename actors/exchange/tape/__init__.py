"""Recorded market data: reading, checking and replaying it."""

from __future__ import annotations

from .columns import Columns
from .errors import (
    BadHeader,
    BrokenRow,
    DamagedFile,
    EmptyTape,
    ExtraMissing,
    ForeignFile,
    FromTheFuture,
    Gap,
    ImpossibleCandle,
    ImpossibleRecord,
    Place,
    TapeError,
    TimeDisorder,
    TooLarge,
    UnknownSeries,
    UnnamedSeries,
    UnreadableFile,
    WrongTimeFrame,
)
from .findings import Finding, findings
from .progress import Progress
from .read import read_recorded, read_tape
from .recorded import Recorded
from .spacing import Gaps
from .tape import NONE_CLOSED, Tape

__all__ = [
    "NONE_CLOSED",
    "BadHeader",
    "BrokenRow",
    "Columns",
    "DamagedFile",
    "EmptyTape",
    "ExtraMissing",
    "Finding",
    "ForeignFile",
    "FromTheFuture",
    "Gap",
    "Gaps",
    "ImpossibleCandle",
    "ImpossibleRecord",
    "Place",
    "Progress",
    "Recorded",
    "Tape",
    "TapeError",
    "TimeDisorder",
    "TooLarge",
    "UnknownSeries",
    "UnnamedSeries",
    "UnreadableFile",
    "WrongTimeFrame",
    "findings",
    "read_recorded",
    "read_tape",
]
