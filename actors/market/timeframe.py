"""Time frames of candles: "1m" to "1M", their grid in UTC and how a bar ends.

All but months have a fixed length. Minutes, hours and days count from 1970-01-01, weeks begin on
Monday, a month begins on its first day, as venues have it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from ...runtime import Millis, UsageError
from .errors import BadValue

Unit = Literal["s", "m", "h", "d", "w", "M"]

_LENGTHS: Final[Mapping[Unit, int]] = MappingProxyType(  # ms
    {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
)
_MONDAY: Final = 4 * 86_400_000  # 1970-01-05, the first Monday: 1970-01-01 was a Thursday
_TEXT: Final = re.compile(r"([1-9][0-9]{0,3})([smhdwM])", re.ASCII)
_DECEMBER: Final = 12


class TimeFrame(msgspec.Struct, frozen=True):
    """How much time one candle covers, and where on the clock candles begin."""

    count: int  # > 0; 1 where the unit is a month
    unit: Unit

    @classmethod
    def parse(cls, text: object, *, place: str = "time frame") -> TimeFrame:
        """The frame that a text writes as venues do: "1m", "4h", "1d", "1w", "1M".

        place: where the text stands, for the error ("bot.toml: time_frame").
        """
        match = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise BadValue(
                place, text, 'write a number and one of s, m, h, d, w, M, such as "1m" or "4h"'
            )
        frame = cls(int(match[1]), match[2])  # type: ignore[arg-type]  # the pattern says so
        if frame.unit == "M" and frame.count != 1:
            raise BadValue(place, text, 'of frames in months there is only "1M"')
        return frame

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def is_fixed(self) -> bool:
        """Whether every candle of this frame is equally long: true of all but months."""
        return self.unit != "M"

    @property
    def length(self) -> Millis:
        """The length of a candle in ms. A month has none: raises UsageError."""
        if self.unit == "M":
            raise UsageError("time frame 1M has no fixed length: ask close_of(open) instead")
        return Millis(self.count * _LENGTHS[self.unit])

    def open_of(self, at: Millis) -> Millis:
        """When the candle began in which the instant `at` lies."""
        if self.unit == "M":
            day = datetime.fromtimestamp(at // 1000, UTC)
            return _first_of_month(day.year, day.month)
        origin = _MONDAY if self.unit == "w" else 0
        return Millis(at - (at - origin) % self.length)

    def close_of(self, opened: Millis) -> Millis:
        """When the candle ends that began at `opened`; the next one begins then."""
        if self.unit == "M":
            day = datetime.fromtimestamp(opened // 1000, UTC)
            late = day.month == _DECEMBER
            return _first_of_month(day.year + late, 1 if late else day.month + 1)
        return Millis(opened + self.length)

    def steps_between(self, opened: Millis, later: Millis) -> int | None:
        """How many candles after the one of `opened` the one of `later` comes; None off the grid.

        The grid of a fixed frame runs through `opened`, wherever that lies; months lie where the
        calendar has them.
        """
        if self.unit == "M":
            if not (self.is_aligned(opened) and self.is_aligned(later)):
                return None
            return _months(later) - _months(opened)
        steps, rest = divmod(later - opened, self.length)
        return None if rest else steps

    def is_aligned(self, opened: Millis) -> bool:
        """Whether a candle of this frame may begin at `opened`."""
        return self.open_of(opened) == opened


def _months(at: Millis) -> int:
    day = datetime.fromtimestamp(at // 1000, UTC)
    return day.year * 12 + day.month


def _first_of_month(year: int, month: int) -> Millis:
    return Millis(int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000)
