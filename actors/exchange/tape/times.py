"""How a text file writes its times: decided once, from the first row, and held for all others.

A number is a count of s, ms, µs or ns since 1970-01-01 UTC, told apart by size: between 1973 and
2286 the ranges do not meet. A text is a date in UTC, with or without a time of day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from .errors import quoted
from .spacing import Times

HINT: Final = 'write UTC as "2021-12-31 23:01:00", or ms since 1970-01-01'

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_TEXT: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[ T](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?:(?<=\.\d{3})0{1,6})?"
    r"(?P<zone>Z|[+-]00:?00| UTC)?)?",
    re.ASCII,
)
_UNITS: Final = (  # name, least, below, counts in a ms
    ("s", 1e8, 1e10, 1e-3),
    ("ms", 1e11, 1e13, 1.0),
    ("us", 1e14, 1e16, 1e3),
    ("ns", 1e17, 1e19, 1e6),
)
_WHOLE: Final = 0.01  # ms; what is further from a whole number is no rounding of a float
_DIGIT: Final = ord("d")  # stands for any digit in the shape of a text


@attrs.frozen
class Epoch:
    """Counts since 1970-01-01 UTC."""

    unit: str
    least: float
    below: float
    per_ms: float

    def parse(self, texts: list[str]) -> Times:
        """The instants, ms UTC; ValueError where one of the texts is written another way."""
        return self.of(np.array(list(map(float, texts))))

    def of(self, counts: NDArray[np.float64]) -> Times:
        """The instants of these counts, ms UTC; ValueError where one is of another unit."""
        if not ((counts >= self.least) & (counts < self.below)).all():
            raise ValueError(f"not all in {self.unit}")
        exact = counts / self.per_ms
        whole = np.rint(exact)
        if (np.abs(exact - whole) > _WHOLE).any():
            raise ValueError("not all whole ms")
        return whole.astype(np.int64)

    def describe(self) -> str:
        """How the first row writes its time, for an error about another row."""
        return f"in {self.unit} since 1970-01-01, to the whole ms"


@attrs.frozen
class UtcText:
    """Dates; the zone is written, or left out, alike in all rows."""

    example: str
    zone: str
    end: int  # of the part of the example that matters: not of zeros below a ms, nor of the zone

    def parse(self, texts: list[str]) -> Times:
        """The instants, ms UTC; ValueError where one of the texts is written another way."""
        letters = np.array(texts, dtype=np.bytes_)  # its UnicodeEncodeError is a ValueError
        if letters.itemsize == len(self.example) and self._are_alike(letters):
            written = letters.astype(f"S{self.end}")  # cuts the rest off
            return written.astype("datetime64[ms]").astype(np.int64)
        return np.array([self._instant(text) for text in texts], dtype=np.int64)

    def describe(self) -> str:
        """How the first row writes its time, for an error about another row."""
        return f"like {quoted(self.example)}"

    def _are_alike(self, texts: NDArray[np.bytes_]) -> bool:
        """Whether all have digits where the example has them, and else its very letters."""
        shape = re.sub(r"\d", chr(_DIGIT), self.example[: self.end]) + self.example[self.end :]
        wanted = np.frombuffer(shape.encode("ascii"), np.uint8)
        letters = texts.view(np.uint8).reshape(len(texts), len(wanted))
        is_digit = (letters >= ord("0")) & (letters <= ord("9"))
        return bool(np.where(wanted == _DIGIT, is_digit, letters == wanted).all())

    def _instant(self, text: str) -> int:
        match = _TEXT.fullmatch(text.strip())
        if match is None or (match["zone"] or "") != self.zone:
            raise ValueError(f"not written {self.describe()}")
        moment = datetime.fromisoformat(f"{match['date']}T{match['clock'] or '00:00'}")
        return (moment.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


TimeFormat: TypeAlias = Epoch | UtcText
"""One way of writing times."""


def time_format(text: str) -> TimeFormat | None:
    """The way in which this text, the first of its file, writes a time; None where it is none."""
    match = _TEXT.fullmatch(text.strip())
    if match is not None:
        end = match.end("clock") if match["clock"] else match.end("date")
        return UtcText(match[0], match["zone"] or "", end)
    try:
        return epoch_of(float(text))
    except ValueError:
        return None


def epoch_of(count: float) -> Epoch | None:
    """The unit in which this count, the first of its file, is a time; None where it is none."""
    for unit, least, below, per_ms in _UNITS:
        if least <= count < below:
            return Epoch(unit, least, below, per_ms)
    return None
