"""Market data on its way to whoever trades on it: in order, remembered, told on."""

from .feed import CandleFeed
from .messages import BadLimit, FeedCounts, GapFound, GetCandles, GetCounts, GetLast
from .ring import CAPACITY, CandleRing

__all__ = [
    "CAPACITY",
    "BadLimit",
    "CandleFeed",
    "CandleRing",
    "FeedCounts",
    "GapFound",
    "GetCandles",
    "GetCounts",
    "GetLast",
]
