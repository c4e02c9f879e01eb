"""Which column of a CSV file is which, told by its first line."""

from __future__ import annotations

import csv
from typing import Final

import attrs

from .errors import BadHeader, Place, quoted

TIMES: Final = ("timestamp", "time", "date", "datetime", "open_time", "ts")
VALUES: Final = ("open", "high", "low", "close", "volume")
_WANTED: Final = "timestamp,open,high,low,close,volume"
_DUMP_WIDTH: Final = 12  # columns of a Binance dump: open time, the five, close time and statistics
_REMEDY: Final = f'begin the file with "{_WANTED}", in any order and with other columns if you like'


@attrs.frozen
class Layout:
    """Where the six columns are."""

    width: int  # fields in a row
    time: int  # index of a field, from 0
    values: tuple[int, ...]  # indices of open, high, low, close, volume
    time_name: str  # as the header writes it
    first_line: int  # of the data, from 1

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called in errors: the time's name first, then the five."""
        return (self.time_name, *VALUES)


def layout_of(path: str, line: str, number: int) -> Layout:
    """The layout of a file whose first line is `line`, at line `number`."""
    place = Place(path, number)
    fields = _fields(place, line)
    if all(map(_is_number, fields)):
        return _headless(place, fields)
    names = [field.strip().lower().replace(" ", "_") for field in fields]
    times = [index for index, name in enumerate(names) if name in TIMES]
    if len(times) != 1:
        problem = _times_problem(line, [names[index] for index in times])
        raise BadHeader(place, problem, _REMEDY)
    for name in VALUES:
        if names.count(name) != 1:
            count = "no" if name not in names else "more than one"
            problem = f"the header {quoted(line)} has {count} column {name}"
            raise BadHeader(place, problem, _REMEDY, column=name)
    values = tuple(map(names.index, VALUES))
    return Layout(len(names), times[0], values, fields[times[0]].strip(), number + 1)


def _fields(place: Place, line: str) -> list[str]:
    try:
        line.encode("ascii", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"the text {quoted(line)} is not in UTF-8"
        raise BadHeader(place, problem, "save the file as UTF-8") from error
    if "," not in line and (";" in line or "\t" in line):
        problem = f"the fields of {quoted(line)} are not separated by commas"
        raise BadHeader(place, problem, "save the file with commas between the fields")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        problem = f"the header {quoted(line)} cannot be split ({error})"
        raise BadHeader(place, problem, _REMEDY) from error


def _headless(place: Place, fields: list[str]) -> Layout:
    if len(fields) != _DUMP_WIDTH:
        problem = f"data without a header, in {len(fields)} columns (a Binance dump has 12)"
        raise BadHeader(place, problem, _REMEDY)
    return Layout(_DUMP_WIDTH, 0, (1, 2, 3, 4, 5), "open_time", place.line or 1)


def _times_problem(line: str, times: list[str]) -> str:
    if times:
        return f"the header has several columns for the time: {', '.join(times)}"
    return f"the header {quoted(line)} has no column for the time ({', '.join(TIMES)})"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
