"""What can be wrong with recorded market data, and where it stands.

BenthicError
├─ ExtraMissing               the format needs a library that is not installed; names the extra
└─ UsageError
   └─ TapeError               the data cannot be used as they are; each names place and remedy
      ├─ UnreadableFile       missing, a directory, not allowed, or the disk failed
      ├─ ForeignFile          not a format that is read here, or not text in UTF-8
      ├─ DamagedFile          the right format, but cut short or spoilt
      ├─ TooLarge             more than is read: a line, a member of an archive, a whole file
      ├─ EmptyTape            a sound file without a candle, a trade, … in it
      ├─ BadHeader            the columns cannot be told
      ├─ BrokenRow            a row is not a time and five numbers, or what else it should be
      ├─ ImpossibleCandle     numbers that no market gives: NaN, a price of 0, high below low
      ├─ ImpossibleRecord     the same of a trade, a quote, a funding or a level of a book
      ├─ TimeDisorder         times that repeat, go backwards or lie off the grid
      │  └─ FromTheFuture     a time that has not come yet
      ├─ Gap                  candles are missing
      ├─ WrongTimeFrame       the candles are not as far apart as the asked frame
      ├─ UnknownSeries        the file holds other symbols, frames or exchanges
      └─ UnnamedSeries        nothing says which pair, frame or kind the file is of
"""

from __future__ import annotations

import attrs

from ....runtime import BenthicError, UsageError

_SHOWN = 40  # characters of an offending text


@attrs.frozen
class Place:
    """Where in recorded data something stands; as text "FILE:17" or "FILE, table ohlcv, row 17"."""

    path: str | None = None  # as the user gave it; None: the data were never in a file
    line: int | None = None  # of a text file, from 1
    table: str | None = None  # of a database
    row: int | None = None  # of a database or of columns in memory, from 1

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.path}:{self.line}"
        parts = (
            self.path,
            self.table and f"table {self.table}",
            None if self.row is None else f"row {self.row}",
        )
        return ", ".join(part for part in parts if part) or "candles"


class TapeError(UsageError):
    """Recorded market data cannot be used as they are.

    The message says where it is wrong, what is wrong there, and what to do. `column` is the name
    of the field (open, high, low, close, volume, or the time's) where one field is to blame.
    """

    def __init__(
        self, place: Place, problem: str, remedy: str, *, column: str | None = None
    ) -> None:
        super().__init__(f"{place}: {problem}; {remedy}")
        self.place = place
        self.problem = problem
        self.remedy = remedy
        self.column = column

    @property
    def path(self) -> str | None:
        """The file as the user gave it; None where the data were never in one."""
        return self.place.path

    @property
    def line(self) -> int | None:
        """The line of a text file, from 1; None where no line is to blame."""
        return self.place.line

    @property
    def table(self) -> str | None:
        """The table of a database; None elsewhere."""
        return self.place.table

    @property
    def row(self) -> int | None:
        """The row of a database or of columns in memory, from 1; None where none is to blame."""
        return self.place.row


class ExtraMissing(BenthicError):
    """A format needs a library that comes with an extra."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra {extra}: pip install 'benthic[{extra}]'")
        self.extra = extra


class UnreadableFile(TapeError):
    """The file is missing, a directory or a device, not allowed, or the disk failed."""


class ForeignFile(TapeError):
    """The file is not in a format that is read here, or not text in UTF-8."""


class DamagedFile(TapeError):
    """The file has the right format but is cut short or spoilt."""


class TooLarge(TapeError):
    """A line, a member of an archive or a file is larger than what is read."""


class EmptyTape(TapeError):
    """There is not one candle, or nothing else that was to be in it."""


class BadHeader(TapeError):
    """The first line does not tell which column is which."""


class BrokenRow(TapeError):
    """A row is not a time and five numbers, or what else it should be."""


class ImpossibleCandle(TapeError):
    """A candle has numbers that no market gives."""


class ImpossibleRecord(TapeError):
    """A trade, a quote, a funding or a level of a book has numbers that no market gives."""


class TimeDisorder(TapeError):
    """A candle's time repeats, goes backwards, is off the grid or lies outside 1970 to 9998."""


class FromTheFuture(TimeDisorder):
    """A time that has not come yet."""


class Gap(TapeError):
    """Candles are missing between two neighbours."""

    def __init__(self, place: Place, problem: str, remedy: str, *, missing: int) -> None:
        super().__init__(place, problem, remedy)
        self.missing = missing


class WrongTimeFrame(TapeError):
    """The candles are not as far apart as the asked time frame says."""

    def __init__(self, place: Place, problem: str, remedy: str, *, asked: str, found: str) -> None:
        super().__init__(place, problem, remedy)
        self.asked = asked
        self.found = found  # a frame such as "5m", or a length such as "90s"


class UnknownSeries(TapeError):
    """The file has no candles of this symbol and time frame, or has them of several exchanges."""

    def __init__(
        self, place: Place, problem: str, remedy: str, *, available: tuple[str, ...]
    ) -> None:
        super().__init__(place, problem, remedy)
        self.available = available  # "BTC/USDT 1h", sorted


class UnnamedSeries(TapeError):
    """Neither the file, nor its name, nor the caller says which pair, frame or kind it is of."""


def quoted(text: str) -> str:
    r"""A text from a file for a message: in quotes, on one line, ASCII, cut to 40 characters.

    >>> print(quoted("12,4\t\x1b[31m"))
    '12,4\t\x1b[31m'
    """
    readable = text[: _SHOWN + 1].encode("utf-8", "surrogateescape")
    letters = readable.decode("utf-8", "backslashreplace")
    shown = "".join(
        letter if letter.isascii() and letter.isprintable() else _escaped(letter)
        for letter in letters
    )
    return f"'{shown}'" if len(shown) <= _SHOWN else f"'{shown[: _SHOWN - 3]}...'"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
