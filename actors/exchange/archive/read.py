"""From a surveyed file to what is in it, by the one reader that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ....runtime import Millis, UsageError
from ...market.book import Book
from ...market.funding import Funding
from ...market.ticker import Ticker
from ...market.trade import Trade
from ..tape import Gaps, Progress, Recorded, Tape, read_recorded
from ..tape.detect import Format
from ..tape.errors import FromTheFuture, Place
from ..tape.progress import unseen
from ..tape.spacing import utc_text
from .bybit import read_bybit
from .depth import Depth, read_depth
from .funding import read_funding
from .quotes import read_quotes
from .series import Kind
from .survey import Found
from .trades import read_trades

Record: TypeAlias = Trade | Book | Depth | Funding | Ticker
"""What is recorded besides candles; a quote is a book of one level."""

_REMEDY = "remove it: what has not closed may still change; or set the clock of this machine"


def read_candles(found: Found, *, now: Millis | None = None, progress: Progress = unseen) -> Tape:
    """The candles of a file, gaps and all.

    now: a candle that closes later is refused; None: nobody looks.
    Raises a TapeError or ExtraMissing.
    """
    recorded = read_raw(found, progress)
    series = found.series
    frame = series.frame
    assert frame is not None  # noqa: S101 - read_raw looked
    tape = Tape(
        str(series.symbol), frame, recorded.columns, gaps=Gaps.ALLOW, locate=recorded.locate
    )
    late = len(tape) if now is None else int(tape.close_times.searchsorted(now, side="right"))
    if late < len(tape):
        problem = f"the candle of {utc_text(int(tape.open_times[late]))} has not closed yet"
        raise FromTheFuture(recorded.locate(late), problem, _REMEDY)
    return tape


def read_raw(found: Found, progress: Progress = unseen) -> Recorded:
    """The candles of a file as they stand there."""
    series = found.series
    if series.frame is None:
        raise UsageError(f"{found.path} holds {series.kind.value}, no candles: read its records")
    return read_recorded(
        found.path, symbol=str(series.symbol), frame=series.frame, progress=progress
    )


def read_records(
    found: Found, *, now: Millis | None = None, progress: Progress = unseen
) -> Iterator[Record]:
    """What a file holds that is no candle, oldest first. Raises a TapeError at its row."""
    for record in _records(found, progress):
        if now is not None and record.at > now:
            problem = f"there is a record of {utc_text(record.at)}, which has not come yet"
            raise FromTheFuture(Place(found.path), problem, _REMEDY)
        yield record


def _records(found: Found, progress: Progress) -> Iterator[Record]:
    path, symbol, kind = found.path, found.series.symbol, found.series.kind
    if kind is Kind.TRADES:
        return read_trades(path, symbol, progress)
    if kind is Kind.QUOTES:
        return read_quotes(path, symbol, progress)
    if kind is Kind.FUNDING:
        return read_funding(path, symbol, progress)
    if kind is Kind.BOOK:
        read = read_bybit if found.form is Format.ZIP else read_depth
        return read(path, symbol, progress)
    raise UsageError(f"{path} holds candles: read them as a tape")
