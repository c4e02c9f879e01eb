"""From a file to a tape: finds out what the file is and has the right reader read it."""

from __future__ import annotations

import os

from ...market.timeframe import TimeFrame
from .csvfile import read_csv
from .detect import Format, detect
from .octobot import read_octobot
from .progress import Progress, unseen
from .spacing import Gaps
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

    symbol: "BTC/USDT". A CSV file does not name its pair, so that it is taken at your word; of an
    OctoBot file it chooses the series.
    progress: called now and then with what is done and the total.
    Raises a TapeError, and nothing else, where the file is not what it should be.
    """
    name = os.fsdecode(path)
    read = read_octobot if detect(name) is Format.OCTOBOT else read_csv
    return read(name, symbol=symbol, frame=frame, gaps=gaps, progress=progress)
