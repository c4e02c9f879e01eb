"""What venues publish of a book: a snapshot now and then, and what changes between; read from CSV.

Binance's dumps have a row a level, and rows of one update follow one another. Building books of
what is read here is done in `books`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from ....runtime import Millis
from ...market.book import Level
from ...market.symbol import Symbol
from ..tape.csvfile import CUT
from ..tape.detect import unreadable
from ..tape.errors import (
    BadHeader,
    BrokenRow,
    DamagedFile,
    EmptyTape,
    Place,
    TooLarge,
    UnknownSeries,
    quoted,
)
from ..tape.progress import Progress, unseen
from .naming import is_named
from .soundness import REPAIR, non_negative, positive, time_after

NAMES: Final = (
    *("symbol", "timestamp", "first_update_id", "last_update_id"),
    *("side", "update_type", "price", "qty", "pu"),
)
_LONGEST: Final = 1 << 16  # characters of a line
_NO_ID: Final = -1


class Depth(msgspec.Struct, frozen=True, gc=False):
    """All levels of a book, or those that changed; an amount of 0 takes a level away."""

    symbol: str
    is_snapshot: bool
    first_id: int  # of the venue's updates that are in it
    last_id: int
    previous_id: int | None  # the last one of the update before; None: the venue does not tell
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at: Millis


class _Row(NamedTuple):
    place: Place
    key: tuple[int, bool, int, int, int]  # time, whether of a snapshot, first, last, previous
    is_bid: bool
    level: Level


def read_depth(path: str, symbol: Symbol, progress: Progress = unseen) -> Iterator[Depth]:
    """The snapshots and changes of a CSV file, in its order. Raises a TapeError at its row."""
    before = 0
    for key, rows in groupby(_rows(path, symbol, progress), lambda row: row.key):
        bids, asks = list[Level](), list[Level]()
        place = Place(path)
        for row in rows:
            place = row.place
            (bids if row.is_bid else asks).append(row.level)
        at, is_snapshot, first, last, previous = key
        before = time_after(place, at, before)
        told = None if previous == _NO_ID else previous
        yield Depth(
            str(symbol), is_snapshot, first, last, told, tuple(bids), tuple(asks), Millis(at)
        )
    if not before:
        raise EmptyTape(Place(path), "there is not one level", "record it again")


def is_depth(line: str) -> bool:
    """Whether the first line of a CSV file is that of a dump of depth."""
    return "first_update_id" in line


def _rows(path: str, symbol: Symbol, progress: Progress) -> Iterator[_Row]:
    names: list[str] = []
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the name as it was given
            number = 0
            while line := file.readline(_LONGEST + 1):
                number += 1
                place = Place(path, number)
                if len(line) > _LONGEST:
                    problem = f"a line of more than {_LONGEST} characters"
                    raise TooLarge(place, problem, "give a file with one level a line")
                if not line.endswith(b"\n"):
                    raise DamagedFile(place, "the last line does not end, so it may be cut", CUT)
                fields = _fields(place, line)
                if not names:
                    names = _header(place, fields)
                elif fields:
                    yield _row(place, dict(zip(names, fields, strict=False)), len(names), symbol)
                progress(file.tell(), max(file.tell(), 1))
    except OSError as error:
        raise unreadable(path, error) from error


def _fields(place: Place, line: bytes) -> list[str]:
    text = line.decode("utf-8-sig", "backslashreplace").strip("\r\n")
    try:
        return next(csv.reader([text], strict=True), list[str]())
    except csv.Error as error:
        raise BrokenRow(place, f"the row {quoted(text)} cannot be split", REPAIR) from error


def _header(place: Place, fields: list[str]) -> list[str]:
    names = [field.strip().lower() for field in fields]
    for name in NAMES:
        if names.count(name) != 1:
            remedy = f"begin the file with {','.join(NAMES)}"
            raise BadHeader(place, f"the header has no column {name}", remedy, column=name)
    return names


def _row(place: Place, fields: dict[str, str], width: int, symbol: Symbol) -> _Row:
    if len(fields) != width:
        raise BrokenRow(place, f"{len(fields)} fields where there should be {width}", REPAIR)
    if not is_named(symbol, fields["symbol"]):
        found = fields["symbol"]
        problem = f"a level of {quoted(found)}, and {symbol} was asked"
        raise UnknownSeries(place, problem, "give the symbol of the file", available=(found[:24],))
    side = _one_of(place, fields, "side", {"b": True, "a": False})
    is_snapshot = _one_of(place, fields, "update_type", {"snap": True, "set": False})
    ids = (_whole(place, fields, name) for name in NAMES[1:4])
    at, first, last = ids
    previous = _whole(place, fields, "pu")
    amount = non_negative(place, "qty", fields["qty"])
    level = Level(positive(place, "price", fields["price"]), amount)
    return _Row(place, (at, is_snapshot, first, last, previous), side, level)


def _one_of(place: Place, fields: dict[str, str], name: str, known: dict[str, bool]) -> bool:
    word = fields[name]
    if word not in known:
        problem = f"{name} {quoted(word)} is none of {', '.join(known)}"
        raise BrokenRow(place, problem, REPAIR, column=name)
    return known[word]


def _whole(place: Place, fields: dict[str, str], name: str) -> int:
    text = fields[name].strip()
    if not text.removeprefix("-").isdecimal() or len(text) > len(str(Decimal(2**63))):
        problem = f"{name} {quoted(text)} is not a whole number"
        raise BrokenRow(place, problem, REPAIR, column=name)
    return int(text)
