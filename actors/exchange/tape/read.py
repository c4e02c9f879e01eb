"""From a file to a tape: finds out what the file is and has the right reader read it."""

from __future__ import annotations

import os

from ...market.timeframe import TimeFrame
from .csvfile import read_csv
from .detect import READ_HERE, Format, detect
from .errors import ForeignFile, Place
from .jsonfile import read_json
from .octobot import read_octobot
from .progress import Progress, unseen
from .recorded import Recorded
from .spacing import Gaps
from .table import read_table
from .tape import Tape


def read_tape(
    path: str | os.PathLike[str],
    *,
    symbol: str,
    frame: TimeFrame,
    gaps: Gaps = Gaps.REFUSE,
    progress: Progress = unseen,
) -> Tape:
    """The candles of one pair and time frame that are recorded in a file.

    symbol: "BTC/USDT". Only an OctoBot file names its pairs, so that it chooses the series there;
    elsewhere it is taken at your word.
    progress: called now and then with what is done and the total.
    Raises a TapeError where the file is not what it should be, and ExtraMissing where its format
    needs a library that is not installed; nothing else.
    """
    found = read_recorded(path, symbol=symbol, frame=frame, progress=progress)
    return Tape(symbol, frame, found.columns, gaps=gaps, locate=found.locate)


def read_recorded(
    path: str | os.PathLike[str], *, symbol: str, frame: TimeFrame, progress: Progress = unseen
) -> Recorded:
    """The same candles as they stand in the file, whatever they say. Raises as `read_tape`."""
    name = os.fsdecode(path)
    form = detect(name)
    if form is Format.OCTOBOT:
        return read_octobot(name, symbol=symbol, frame=frame, progress=progress)
    if form in (Format.ARROW, Format.PARQUET):
        return read_table(name, form, progress)
    if form in (Format.JSON, Format.GZIP):
        return read_json(name, progress)
    if form is Format.ZIP:
        raise ForeignFile(Place(name), "the file is a zip archive", f"unpack it: {READ_HERE}")
    return read_csv(name, progress)
