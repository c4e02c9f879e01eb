"""What a feed is asked, and what it says. Each closed candle is published as the `Candle` itself.

A subscriber that hears several feeds subscribes one actor to each: a candle names neither its
symbol nor its frame.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...runtime import Ask, Millis, Refusal, Tell
from ..market.candle import Candle


class BadLimit(Refusal):
    """A question for less than one candle."""

    def __init__(self, path: str, limit: int) -> None:
        super().__init__(f"{path}: asked for {limit} candles: ask for 1 or more")
        self.limit = limit


class GetCandles(msgspec.Struct, Ask[NDArray[np.float64]], frozen=True, gc=False):
    """The newest candles, oldest first: shape (n, 6), n <= limit, columns as in `Candle`.

    The array is the asker's own and cannot be written to. Raises BadLimit where limit < 1.
    """

    limit: int


class GetLast(msgspec.Struct, Ask[Candle | None], frozen=True, gc=False):
    """The newest closed candle; None before the first."""


class FeedCounts(msgspec.Struct, frozen=True, gc=False):
    """What has come through a feed since its incarnation began."""

    repeated: int  # dropped: a second candle of the same time
    late: int  # dropped: a candle of before the newest
    misplaced: int  # dropped: not a whole number of frames after the newest
    gaps: int  # runs of missing candles
    missing: int  # candles in those runs


class GetCounts(msgspec.Struct, Ask[FeedCounts], frozen=True, gc=False):
    """What has come through, and what was dropped."""


class GapFound(msgspec.Struct, Tell, frozen=True, gc=False):
    """Candles are missing. Published before the candle that came after them."""

    symbol: str
    frame: str
    after: Millis  # the last candle before the gap began then
    until: Millis  # the first one after it began then
    missing: int  # candles between them, > 0


class FeedCaughtUp(msgspec.Struct, Tell, frozen=True, gc=False):
    """The feed knows all that has closed by now. Published, where it watches a venue."""

    symbol: str
    frame: str
    at: Millis
