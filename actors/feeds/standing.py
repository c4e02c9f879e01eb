"""What a gate is told of one feed: which of its topics are known, in changes and little more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from ...runtime import Millis, Tell
from ..exchange.gate.messages import TopicHeld, TopicLost
from ..exchange.gate.requirements import Part, Requirement
from .feed_clock import FeedClock
from .freshness import Fresh
from .mark_price import MarkPrice, NoMarkPrice
from .market_data import MarketData

REFRESH: Final = 5_000  # ms between two words that a topic is still held; gates allow a minute
FUNDING_AGE: Final = Millis(120_000)
UNHEARD: Final = "not heard yet"


@attrs.define
class _Told:
    held_at: Millis | None = None  # by `elapsed`; None: it was told that the topic is lost
    why: str = ""


class Standing:
    """Held or lost, topic by topic. tell: tells the gate."""

    def __init__(self, data: MarketData, clock: FeedClock, tell: Callable[[Tell], None]) -> None:
        self._data = data
        self._clock = clock
        self._tell = tell
        self._told: dict[Requirement, _Told] = {}

    def lose_all(self) -> None:
        """Nothing is known yet."""
        self._lose("price", UNHEARD)
        if "funding" in self._data.follow.subjects:
            self._lose("funding", UNHEARD)
        for name in self._data.frames.series:
            self._lose("candles", UNHEARD, name)

    def tell_price(self, mark: MarkPrice | NoMarkPrice) -> None:
        """Tell whether there is a price that counts."""
        if isinstance(mark, MarkPrice):
            self._hold("price")
        else:
            self._lose("price", str(mark))

    def hold_price(self) -> None:
        """There is a price, whatever it is."""
        self._hold("price")

    def tell_candles(self) -> None:
        """Tell of which frames the candles are known."""
        away = self._data.away
        for name, series in self._data.frames.series.items():
            if away:
                self._lose("candles", away, name)
            elif series.is_behind:
                self._lose("candles", "something of the past is missing", name)
            elif series.is_overdue(self._clock.utc):
                self._lose("candles", "the candle that has closed last was not heard of", name)
            else:
                self._hold("candles", name)

    def tell_funding(self) -> None:
        """Tell whether the funding is known."""
        if "funding" in self._data.follow.subjects:
            funding = self._data.quotes.funding
            aged = funding.aged(elapsed=self._clock.elapsed, max_age=FUNDING_AGE)
            if isinstance(aged, Fresh):
                self._hold("funding")
            else:
                self._lose("funding", UNHEARD if aged is None else f"{aged.age} ms old")

    def _hold(self, part: Part, frame: str = "") -> None:
        requirement = Requirement(part, self._data.symbol, frame)
        at, told = self._clock.elapsed, self._told.setdefault(requirement, _Told())
        if told.held_at is None or at - told.held_at >= REFRESH:
            told.held_at, told.why = at, ""
            self._tell(TopicHeld(requirement, at))

    def _lose(self, part: Part, why: str, frame: str = "") -> None:
        requirement = Requirement(part, self._data.symbol, frame)
        told = self._told.setdefault(requirement, _Told())
        if told.held_at is not None or not told.why:
            told.held_at, told.why = None, why
            self._tell(TopicLost(requirement, self._clock.elapsed, why))
