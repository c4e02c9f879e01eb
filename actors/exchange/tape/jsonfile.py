"""Reads JSON as freqtrade writes it: one list of rows, plain or compressed with gzip.

A file is read whole, up to a limit that holds after unpacking too: a few kilobytes may unpack to
anything. A list that does not decode is taken apart row by row, to name the one to blame.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec
import numpy as np

from .columns import Columns
from .detect import GZIP, unreadable
from .errors import BrokenRow, DamagedFile, EmptyTape, ForeignFile, Place, TooLarge, quoted
from .progress import Progress
from .recorded import Recorded
from .times import HINT, epoch_of

MOST: Final = 1 << 30  # bytes of a file, unpacked
_PIECE: Final = 1 << 20  # bytes
_REPAIR: Final = "repair the row or remove it"
_FORM: Final = "[time in ms, open, high, low, close, volume]"

Row: TypeAlias = tuple[float, float, float, float, float, float]

_CANDLES: Final = msgspec.json.Decoder(list[Row])
_CANDLE: Final = msgspec.json.Decoder(Row)
_RAW: Final = msgspec.json.Decoder(list[msgspec.Raw])


def read_json(path: str, progress: Progress) -> Recorded:
    """The candles in a JSON file of freqtrade's: a list of lists."""
    text = unpacked(path, progress)
    try:
        rows = _CANDLES.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        rows = [_row(Place(path, row=number), raw) for number, raw in raw_rows(path, text)]
    if not rows:
        raise EmptyTape(Place(path), "the list is empty", "record it again")
    table = np.array(rows, np.float64)
    form = epoch_of(float(table[0, 0]))
    try:
        times = form.of(table[:, 0]) if form else None
    except ValueError:
        times = None
    if form is None or times is None:
        raise _no_time(path, table[:, 0].tolist())
    return Recorded(Columns(times, *table.T[1:]), lambda index: Place(path, row=index + 1))


def unpacked(path: str, progress: Progress, most: int = MOST) -> bytes:
    """All that is in a file, unpacked where it is packed with gzip. Raises TooLarge."""
    pieces: list[bytes] = []
    size = 0
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the name as it was given
            packed = file.read(len(GZIP)) == GZIP
        with gzip.open(path) if packed else open(path, "rb") as file:  # noqa: PTH123 - as above
            while piece := file.read(_PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    problem = f"the file is more than {most:,} bytes long, unpacked"
                    raise TooLarge(Place(path), problem, "split it, or convert it to Parquet")
                progress(size, size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        problem = f"it cannot be unpacked ({error})"
        raise DamagedFile(Place(path), problem, "copy it again, whole") from error
    except OSError as error:
        raise unreadable(path, error) from error
    return b"".join(pieces)


def raw_rows(path: str, text: bytes) -> Iterator[tuple[int, msgspec.Raw]]:
    """The rows of a list with their numbers, from 1. Raises ForeignFile or DamagedFile."""
    if text.lstrip()[:1] != b"[":
        problem = "it holds no JSON list"
        raise ForeignFile(Place(path), problem, "give freqtrade's JSON: a list of rows")
    try:
        rows = _RAW.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        problem = f"the JSON cannot be read ({error})"
        raise DamagedFile(
            Place(path), problem, "it is cut short or spoilt: copy it again"
        ) from error
    return enumerate(rows, start=1)


def shown(raw: msgspec.Raw) -> str:
    """A row for a message."""
    return quoted(bytes(raw)[:64].decode("utf-8", "backslashreplace"))


def _row(place: Place, raw: msgspec.Raw) -> Row:
    try:
        return _CANDLE.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenRow(place, f"the row {shown(raw)} is not {_FORM}", _REPAIR) from error


def _no_time(path: str, counts: list[float]) -> BrokenRow:
    form = epoch_of(counts[0])
    for number, count in enumerate(counts, start=1):
        if form is None or epoch_of(count) != form:
            written = f" {form.describe()}" if form else ""
            problem = f"time {count!r} is not a time{written}"
            return BrokenRow(Place(path, row=number), problem, HINT, column="time")
    return BrokenRow(Place(path), "the times are not whole ms", HINT, column="time")
