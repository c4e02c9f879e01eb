"""One subscription: which events it wants, and what is kept while its mailbox is full (M14).

What cannot be told yet is kept in its order. Of what supersedes what came before, a ticker or the
state of a book, only the newest is kept; of the rest the newest `bound`. So whoever is slow hears
of the present a little late, never of a long past, and costs the feed no more than its bound.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

from ...runtime import Millis, Ref
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
)
from .subscribing import Subscribe, SubscriptionCounts

SUPERSEDING: Final = frozenset(
    {
        BookChanged,
        CandleMoved,
        FundingChanged,
        MarkPriceChanged,
        MiniTickerChanged,
        OpenInterestChanged,
        TickerChanged,
    }
)
_FRAMED: Final = (CandleEnded, CandleMoved, CandleCorrected, GapFound, FeedCaughtUp)
AGAIN: Final = Millis(50)  # until a mailbox that was full is looked at again


class Delivery:
    """What one subscriber is told."""

    def __init__(self, wanted: Subscribe) -> None:
        self.to: Final[Ref] = wanted.to
        self.name: Final = wanted.name
        self.bound: Final = wanted.bound
        self.events: Final = frozenset(wanted.events)
        self._frames = frozenset(wanted.frames)
        self._sides = frozenset(wanted.sides)
        self._waiting: OrderedDict[object, object] = OrderedDict()
        self._plain: deque[int] = deque()  # the keys of those that are never superseded
        self._number = 0
        self._told = self._conflated = self._dropped = 0

    @property
    def counts(self) -> SubscriptionCounts:
        """How it fares."""
        numbers = self._told, self._conflated, self._dropped, len(self._waiting)
        return SubscriptionCounts(self.to.path, self.name, *numbers)

    @property
    def is_waiting(self) -> bool:
        """Whether something is kept for a mailbox that was full."""
        return bool(self._waiting)

    def offer(self, event: object) -> None:
        """Keep an event until `take` gives it out, if it is wanted."""
        wanted = self._wanted(event)
        if wanted is None:
            return
        kind = type(wanted)
        key: object
        if kind in SUPERSEDING:
            key = kind, getattr(wanted, "frame", "")
            if self._waiting.pop(key, None) is not None:
                self._conflated += 1
        else:
            self._number += 1
            key = self._number
            self._plain.append(self._number)
            if len(self._plain) > self.bound:
                del self._waiting[self._plain.popleft()]
                self._dropped += 1
        self._waiting[key] = wanted

    def take(self) -> object | None:
        """The next event to tell; None: there is none."""
        if not self._waiting:
            return None
        key, event = self._waiting.popitem(last=False)
        if isinstance(key, int):
            self._plain.popleft()
        self._told += 1
        return event

    def _wanted(self, event: object) -> object | None:
        """The part of an event that is wanted; None: nothing of it."""
        if type(event) not in self.events:
            return None
        if isinstance(event, _FRAMED) and self._frames and event.frame not in self._frames:
            return None
        if not self._sides:
            return event
        if isinstance(event, TradesHeard):
            trades = tuple(each for each in event.trades if each.side in self._sides)
            return TradesHeard(event.symbol, trades) if trades else None
        if isinstance(event, LiquidationsHeard):
            found = tuple(each for each in event.liquidations if each.side in self._sides)
            return LiquidationsHeard(event.symbol, found) if found else None
        return event
