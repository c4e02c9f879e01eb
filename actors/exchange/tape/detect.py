"""What kind of file a path leads to, told by what is in it and not by its name alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from enum import Enum
from typing import Final

from .errors import EmptyTape, ForeignFile, Place, UnreadableFile

_SNIFFED: Final = 4096  # bytes
_SQLITE: Final = b"SQLite format 3\x00"
GZIP: Final = b"\x1f\x8b"
_FOREIGN: Final = (
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
    (b"\x89HDF", "an HDF5 file"),
    (b"%PDF", "a PDF document"),
)
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 and UTF-32 begin
_TEXT_CONTROLS: Final = frozenset(b"\t\r")
READ_HERE: Final = (
    "give CSV, a Binance dump, OctoBot's .data, or freqtrade's feather, Parquet, JSON, JSON in gzip"
)


class Format(Enum):
    """The kinds of file that are read."""

    CSV = "CSV text"
    OCTOBOT = "OctoBot .data (SQLite)"
    JSON = "JSON"
    GZIP = "JSON in gzip"
    ARROW = "an Arrow or feather file"
    PARQUET = "a Parquet file"
    ZIP = "a zip archive"


_KNOWN: Final = (
    (_SQLITE, Format.OCTOBOT),
    (b"ARROW1", Format.ARROW),
    (b"PAR1", Format.PARQUET),
    (b"PK\x03\x04", Format.ZIP),
    (GZIP, Format.GZIP),
)


def detect(path: str) -> Format:
    """The format of the file at `path`; a TapeError where it cannot be read at all."""
    place = Place(path)
    head = _head(path)
    if not head:
        raise EmptyTape(place, "the file is empty", "record it again, or give another one")
    for magic, form in _KNOWN:
        if head.startswith(magic):
            return form
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise ForeignFile(place, f"the file is {what}", f"unpack or convert it: {READ_HERE}")
    if head.startswith(_WIDE):
        raise ForeignFile(place, "the text is in UTF-16 or UTF-32", "save it as UTF-8")
    if b"\0" in head or not _TEXT_CONTROLS.issuperset(_controls(head.splitlines()[0])):
        raise ForeignFile(place, "the file is binary, of a kind that is not known here", READ_HERE)
    if head.lstrip()[:1] == b"[":
        return Format.JSON
    if head.lstrip()[:1] == b"{":
        raise ForeignFile(
            place, "the file is JSON, but no list of rows", f"convert it: {READ_HERE}"
        )
    return Format.CSV


def _controls(line: bytes) -> Iterator[int]:
    return (byte for byte in line if byte < ord(" "))


def _head(path: str) -> bytes:
    place = Place(path)
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the text that the user gave, unchanged
        if stat.S_ISDIR(mode):
            raise UnreadableFile(place, "this is a directory", "name one file in it")
        if not stat.S_ISREG(mode):
            raise UnreadableFile(place, "this is a device or a pipe", "save the data to a file")
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read(_SNIFFED)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def unreadable(path: str, error: OSError | ValueError) -> UnreadableFile:
    """What to say when the operating system does not hand out a file."""
    place = Place(path)
    if isinstance(error, FileNotFoundError):
        return UnreadableFile(place, "there is no such file", "check the name")
    if isinstance(error, PermissionError):
        return UnreadableFile(place, "reading it is not allowed", "give this user the right to")
    reason = getattr(error, "strerror", None) or str(error)
    return UnreadableFile(place, f"it cannot be read ({reason})", "check the name and the disk")
