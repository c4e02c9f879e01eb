"""Market data on its way to whoever trades on it: in order, remembered, told on."""

from .feed import CandleFeed, Intake
from .messages import BadLimit, FeedCaughtUp, FeedCounts, GapFound, GetCandles, GetCounts, GetLast
from .ring import CAPACITY, CandleRing

__all__ = [
    "CAPACITY",
    "BadLimit",
    "CandleFeed",
    "CandleRing",
    "FeedCaughtUp",
    "FeedCounts",
    "GapFound",
    "GetCandles",
    "GetCounts",
    "GetLast",
    "Intake",
]
