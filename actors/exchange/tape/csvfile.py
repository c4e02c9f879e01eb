"""Reads candles from comma-separated text: with a header, or a Binance dump without one.

The text is taken in blocks. A block whose lines all have the same number of fields, all of them
plain, is read column by column; any other one row by row, which is slower and knows the place of
each error. Both ways give the same numbers.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import islice, repeat
from typing import IO, Final

import numpy as np

from .columns import Collector, Columns
from .detect import unreadable
from .errors import BrokenRow, DamagedFile, EmptyTape, Place, TapeError, quoted
from .header import Layout, layout_of
from .progress import Progress
from .recorded import Recorded
from .times import HINT, TimeFormat, time_format

_BLOCK: Final = 1 << 18  # characters, some 4,000 candles
_LONGEST: Final = 1 << 16  # characters of a line
_BOM: Final = b"\xef\xbb\xbf".decode("ascii", "surrogateescape")
_REPAIR: Final = "repair the row or remove it"
CUT: Final = "get the file again, or end the line with a newline if it is whole"


def read_csv(path: str, progress: Progress) -> Recorded:
    """The candles in a CSV file, which names neither their pair nor their frame."""
    with _file(path) as file, _text(file) as text:
        layout, blocks = _opened(path, text)
        size = os.fstat(file.fileno()).st_size
        rows = _Rows(path, layout, size)
        for block in blocks:
            rows.add(block)
            progress(min(file.tell(), size), size)
    return Recorded(rows.columns(), lambda index: _place_of(path, layout, index))


def _file(path: str) -> IO[bytes]:
    try:
        return open(path, "rb")  # noqa: PTH123 - the name as it was given; closed by callers
    except OSError as error:
        raise unreadable(path, error) from error


def _text(file: IO[bytes]) -> TextIOWrapper:
    """The file as text. Whatever is not ASCII becomes a surrogate, which no number has in it."""
    return TextIOWrapper(file, encoding="ascii", errors="surrogateescape")


def _opened(path: str, text: TextIOWrapper) -> tuple[Layout, Iterator[str]]:
    """The layout, and all lines of data in blocks."""
    number, first = 1, _read(path, text.readline, _LONGEST).removeprefix(_BOM)
    while first.isspace():
        number, first = number + 1, _read(path, text.readline, _LONGEST)
    if not first:
        raise EmptyTape(Place(path), "the file is blank", "record it again, or give another one")
    layout = layout_of(path, first.rstrip("\n"), number)
    held = first if layout.first_line == number else ""
    return layout, _blocks(path, text, held)


def _blocks(path: str, text: TextIOWrapper, held: str) -> Iterator[str]:
    """Whole lines, many at a time, without the last line's end."""
    while block := held + _read(path, text.read, _BLOCK):
        held = ""
        if not block.endswith("\n"):
            rest = _read(path, text.readline, _LONGEST)
            if len(rest) == _LONGEST:
                problem = f"a line of more than {_LONGEST} characters: {quoted(rest)}"
                raise BrokenRow(Place(path), problem, "give a file with one candle a line")
            block += rest
        if not block.endswith("\n"):
            raise cut_short(path)
        yield block.removesuffix("\n")


def cut_short(path: str) -> DamagedFile:
    """The refusal of a file whose last line does not end: of 1006679.3882 it may have 1006."""
    with open(path, "rb") as file:  # noqa: PTH123 - the name as it was given
        number = sum(1 for _ in file)
    problem = "the last line does not end, so its last number may be cut"
    return DamagedFile(Place(path, number), problem, CUT)


def _read(path: str, read: Callable[[int], str], length: int) -> str:
    try:
        return read(length)
    except OSError as error:
        raise unreadable(path, error) from error


def _place_of(path: str, layout: Layout, index: int) -> Place:
    """The line of the candle with this index: reads the file again, as only errors ask for it."""
    with _file(path) as file, _text(file) as text:
        numbered = (
            number
            for number, line in enumerate(text, start=1)
            if number >= layout.first_line and not line.isspace()
        )
        return Place(path, next(islice(numbered, index, None), None))


class _Rows:
    """The rows of one file, from text to columns."""

    def __init__(self, path: str, layout: Layout, size: int) -> None:
        self._path = path
        self._layout = layout
        self._size = size  # of the file, bytes
        self._format: TimeFormat | None = None  # until the first row shows it
        self._line = layout.first_line  # of the next block
        self._collected: Collector | None = None  # until the first rows tell how many may come

    def add(self, block: str) -> None:
        lines = block.split("\n")
        part = self._plain(block, lines)
        if part is None:
            part = self._singly(lines)
        if self._collected is None:
            share = len(block) / max(self._size, 1)
            self._collected = Collector(int(len(part.open_times) / share) + 1 if share else 0)
        self._collected.add(part)
        self._line += len(lines)

    def columns(self) -> Columns:
        """All rows that were added."""
        return (self._collected or Collector(0)).finish()

    def _plain(self, block: str, lines: list[str]) -> Columns | None:
        """The block column by column, or None where that does not work out."""
        layout = self._layout
        commas = set(map(str.count, lines, repeat(",")))
        if commas != {layout.width - 1} or '"' in block:
            return None
        fields = block.replace("\n", ",").split(",")
        times, *values = (fields[at :: layout.width] for at in (layout.time, *layout.values))
        if "_" in block and any("_" in text for column in (times, *values) for text in column):
            return None  # Python takes 1_000 for a number
        form = self._format or time_format(times[0])
        if form is None:
            return None
        try:
            columns = Columns(
                form.parse(times), *(np.array(list(map(float, column))) for column in values)
            )
        except ValueError:
            return None
        self._format = form
        return columns

    def _singly(self, lines: list[str]) -> Columns:
        """The block row by row; raises the BrokenRow of the first row that cannot be read."""
        times: list[int] = []
        values: list[list[float]] = []
        for number, line in enumerate(lines, start=self._line):
            if line and not line.isspace():
                place = Place(self._path, number)
                time, *texts = self._fields(place, line)
                times.append(self._time(place, time))
                names = self._layout.names[1:]
                values.append([_value(place, *named) for named in zip(names, texts, strict=True)])
        columns = np.array(values, np.float64).reshape(len(values), 5)
        return Columns(np.array(times, np.int64), *columns.T)

    def _fields(self, place: Place, line: str) -> list[str]:
        """The time and the five values as texts."""
        try:
            fields = next(csv.reader([line], strict=True)) if '"' in line else line.split(",")
        except csv.Error as error:
            problem = f"the row {quoted(line)} cannot be split ({error})"
            raise BrokenRow(place, problem, _REPAIR) from error
        width = self._layout.width
        if len(fields) != width:
            problem = f"{len(fields)} fields where there should be {width}: {quoted(line)}"
            raise BrokenRow(place, problem, _REPAIR)
        return [fields[at] for at in (self._layout.time, *self._layout.values)]

    def _time(self, place: Place, text: str) -> int:
        column = self._layout.time_name
        form = self._format = self._format or time_format(text)
        if form is None or "_" in text:
            raise BrokenRow(place, f"{column} {quoted(text)} is not a time", HINT, column=column)
        try:
            return int(form.parse([text])[0])
        except ValueError as error:
            problem = f"{column} {quoted(text)} is not a time {form.describe()}"
            remedy = "write all times of a file in the one way of its first row"
            raise BrokenRow(place, problem, remedy, column=column) from error


def _value(place: Place, column: str, text: str) -> float:
    try:
        if "_" not in text:
            return float(text)
    except ValueError as error:
        raise _no_number(place, column, text) from error
    raise _no_number(place, column, text)


def _no_number(place: Place, column: str, text: str) -> TapeError:
    problem = f"{column} {quoted(text)} is not a number" if text.strip() else f"{column} is empty"
    return BrokenRow(place, problem, _REPAIR, column=column)
