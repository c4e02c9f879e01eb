"""The candle intervals of the venue, and how they are built of one another."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.market.timeframe import TimeFrame
from ....runtime import Millis
from ....runtime.errors import UsageError

INTERVALS: Final = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
    "1M",
)  # fmt: skip

SECOND: Final = 1_000  # ms, as the following
MINUTE: Final = 60_000
HOUR: Final = 3_600_000
DAY: Final = 86_400_000

FRAMES: Final[Mapping[str, TimeFrame]] = MappingProxyType(
    {name: TimeFrame.parse(name) for name in INTERVALS}
)


class UnknownInterval(UsageError):
    """No candle of the venue is this long."""

    def __init__(self, interval: str) -> None:
        super().__init__(f"interval {interval!r}: candles come in {', '.join(INTERVALS)}")
        self.interval = interval


def frame_of(interval: str) -> TimeFrame:
    """The time frame of an interval's name; UnknownInterval where there is none."""
    try:
        return FRAMES[interval]
    except KeyError:
        raise UnknownInterval(interval) from None


def open_of(interval: str, at: Millis) -> Millis:
    """When the candle of this interval began in which `at` lies."""
    return frame_of(interval).open_of(at)


def close_time(interval: str, opened: Millis) -> Millis:
    """The last ms of the candle that began at `opened`."""
    return Millis(frame_of(interval).close_of(opened) - 1)
