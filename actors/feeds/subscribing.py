"""Subscriptions of a feed's events: filtered, and held back while whoever hears them is busy."""

from __future__ import annotations

from typing import Final

import msgspec

from ...runtime import Ask, Ref, Tell, UsageError
from ..market.candle import Candle
from .messages import (
    BookChanged,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FundingChanged,
    GapFound,
    LiquidationsHeard,
    MarkPriceChanged,
    MiniTickerChanged,
    OpenInterestChanged,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)

EVENTS: Final[tuple[type, ...]] = (
    BookChanged,
    Candle,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FundingChanged,
    GapFound,
    LiquidationsHeard,
    MarkPriceChanged,
    MiniTickerChanged,
    OpenInterestChanged,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)
"""All that can be subscribed to."""


class Subscribe(msgspec.Struct, Tell, frozen=True):
    """Tell me these events, and hold back for me what I cannot take yet.

    At most `bound` events wait in the mailbox of `to` by this subscription. What comes meanwhile is
    kept by the feed: of what supersedes what came before (tickers, books, forming candles, prices)
    the newest, of the rest the newest `bound`; what is dropped is counted. A second one of the same
    `to` and `name` takes the place of the first. It ends with the feed's incarnation: whoever
    needs it longer listens for `FeedStarted` and subscribes again. Raises UsageError where it is
    made of what cannot be.
    """

    to: Ref
    events: tuple[type, ...]  # of those that a feed publishes
    frames: tuple[str, ...] = ()  # of candles; none named: all
    sides: tuple[str, ...] = ()  # of trades and liquidations, "buy" or "sell"; none named: both
    bound: int = 100  # > 0
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.to, Ref):
            raise UsageError(f"subscription for {self.to!r}: give the Ref of who is to be told")
        where = f"subscription of {self.to.path}"
        if self.bound < 1:
            raise UsageError(f"{where}: bound {self.bound}: give 1 or more")
        strange = [each for each in self.events if each not in EVENTS]
        if strange or not self.events:
            names = ", ".join(each.__name__ for each in EVENTS)
            raise UsageError(f"{where}: events {strange or 'are missing'}: give some of {names}")
        if not set(self.sides) <= {"buy", "sell"}:
            raise UsageError(f"{where}: sides {self.sides}: give 'buy', 'sell' or none")


class Unsubscribe(msgspec.Struct, Tell, frozen=True):
    """End a subscription."""

    to: Ref
    name: str = ""


class SubscriptionCounts(msgspec.Struct, frozen=True, gc=False):
    """How one subscription fares."""

    to: str
    name: str
    told: int
    conflated: int  # superseded before they could be told
    dropped: int
    waiting: int


class GetSubscriptions(msgspec.Struct, Ask[tuple[SubscriptionCounts, ...]], frozen=True, gc=False):
    """All subscriptions of this feed."""
