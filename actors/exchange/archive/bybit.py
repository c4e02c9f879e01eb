"""Reads the books that Bybit gives away: a zip with one file of JSON lines, snapshot and changes.

An archive from outside may hold anything: its one member is read as a stream, never written to a
disk, so its name can lead nowhere, and no more of it is unpacked than a line and its limit.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final, Literal

import msgspec

from ....runtime import Millis
from ...market.book import Level
from ...market.symbol import Symbol
from ..tape.errors import (
    BrokenRow,
    DamagedFile,
    EmptyTape,
    ForeignFile,
    Place,
    TooLarge,
    UnknownSeries,
    quoted,
)
from ..tape.progress import Progress, unseen
from .depth import Depth
from .naming import is_named
from .soundness import REPAIR, non_negative, positive, time_after

MOST: Final = 1 << 34  # bytes of a member: a day of 500 levels has some 2 GB
LONGEST: Final = 1 << 20  # bytes of a line: a snapshot of 500 levels has some 20,000
_FORM: Final = '{"type": "snapshot" or "delta", "ts": ms, "data": {"s", "b", "a", "u"}}'


UNFIT: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError),  # of a method, a password, an offset
)
"""What an archive that is spoilt makes the library raise."""


class _Data(msgspec.Struct, frozen=True):
    s: str  # the venue's name of the symbol
    b: list[tuple[str, str]]  # price and amount
    a: list[tuple[str, str]]
    u: int  # the number of the update


class _Line(msgspec.Struct, frozen=True):
    type: Literal["snapshot", "delta"]
    ts: int  # ms
    data: _Data


_LINE: Final = msgspec.json.Decoder(_Line)


def read_bybit(path: str, symbol: Symbol, progress: Progress = unseen) -> Iterator[Depth]:
    """The snapshots and changes of an archive, in its order. Raises a TapeError at its row."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_member(path, archive)) as file:
            yield from _lines(path, file, symbol, progress)
    except UNFIT as error:
        problem = f"the archive cannot be read ({error})"
        raise DamagedFile(Place(path), problem, "copy it again, whole") from error


def symbol_in(path: str) -> str | None:
    """The venue's name of the symbol in the first line; None where that cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_member(path, archive)) as file:
            return _LINE.decode(file.readline(LONGEST)).data.s
    except (*UNFIT, msgspec.MsgspecError):
        return None  # the reader will say so


def _member(path: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    place = Place(path)
    for member in members:
        name = member.filename
        if "/" in name or "\\" in name or name in {"", ".", ".."}:
            problem = f"the archive has a member {quoted(name)}, which leads out of it"
            raise ForeignFile(place, problem, "do not use it: no venue makes such an archive")
    if len(members) != 1:
        problem = f"the archive has {len(members)} members, and one was expected"
        raise ForeignFile(place, problem, "give an archive of one day and symbol, as Bybit has it")
    (member,) = members
    if member.file_size > MOST:
        problem = f"its member would be {member.file_size:,} bytes long, unpacked"
        raise TooLarge(place, problem, f"split it: at most {MOST:,} are read")
    return member


def _lines(path: str, file: IO[bytes], symbol: Symbol, progress: Progress) -> Iterator[Depth]:
    before, number, read = 0, 0, 0
    while line := file.readline(LONGEST + 1):
        number += 1
        read += len(line)
        place = Place(path, row=number)
        if len(line) > LONGEST or read > MOST:
            problem = f"a line of more than {LONGEST:,} bytes"
            raise TooLarge(place, problem, "give an archive with one update a line")
        if line.isspace():
            continue
        depth = _depth(place, line, symbol)
        before = time_after(place, depth.at, before)
        yield depth
        progress(read, read)
    if not before:
        raise EmptyTape(Place(path), "there is not one update", "load it again")


def _depth(place: Place, line: bytes, symbol: Symbol) -> Depth:
    try:
        row = _LINE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        shown = quoted(line[:64].decode("utf-8", "backslashreplace"))
        raise BrokenRow(place, f"the line {shown} is not {_FORM}", REPAIR) from error
    if not is_named(symbol, row.data.s):
        problem = f"an update of {quoted(row.data.s)}, and {symbol} was asked"
        remedy = "give the symbol of the file"
        raise UnknownSeries(place, problem, remedy, available=(row.data.s[:24],))
    is_snapshot = row.type == "snapshot"
    last = row.data.u
    return Depth(
        str(symbol),
        is_snapshot,
        last,
        last,
        None if is_snapshot else last - 1,
        _levels(place, row.data.b),
        _levels(place, row.data.a),
        Millis(row.ts),
    )


def _levels(place: Place, pairs: list[tuple[str, str]]) -> tuple[Level, ...]:
    return tuple(
        Level(positive(place, "price", price), non_negative(place, "amount", amount))
        for price, amount in pairs
    )
