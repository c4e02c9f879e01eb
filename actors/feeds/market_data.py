"""All that a symbol feed knows of its symbol, and what of it is missing.

Each kind of data is kept by a rule next door; here they are side by side, for those who answer from
them and for those who take in. Nothing in here reads a clock or tells anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...runtime import Ask, Millis
from ..exchange.market_messages import FetchBook, FetchTrades, StreamChanged
from ..market.money import from_float
from ..market.timeframe import TimeFrame
from .asking import BOOK, CANDLES, TRADES
from .book_keeping import BookKeeping
from .candle_frames import CandleFrames
from .follow import Follow
from .higher_frames import FramesDoNotFit
from .quotes import Quotes
from .trade_overlap import joining

PAGE: Final = 1_000  # trades that are asked for at once
_AGING: Final = frozenset({"book", "funding"})


class MarketData:
    """The market data of one symbol. frames: of candles, the base first, which is the lowest."""

    def __init__(self, symbol: str, frames: Sequence[TimeFrame], follow: Follow) -> None:
        self.symbol: Final = symbol
        self.follow: Final = follow
        self.frames: Final = CandleFrames(symbol, frames, capacity=follow.capacity)
        self.base: Final = self.frames.base
        self.quotes: Final = Quotes(symbol, self.base.frame, follow)
        self.book: Final = BookKeeping(symbol, follow)
        self.joining: Final = joining(follow.trade_ids)
        self.away = ""  # why the line is not up
        self._hears_trades = False  # by a stream

    @property
    def has_all_trades(self) -> bool:
        """Whether a candle without trades had none: a stream brings them, and none are missing."""
        return self._hears_trades and self.joining.since is None

    def is_urgent(self, now: Millis, ahead: Millis) -> bool:
        """Whether what is known may change by time alone before `ahead` ms have passed.

        A book and funding grow old, candles that are built of trades close, and the venue's are
        asked for and lost where they are not heard of.
        """
        if self.has_all_trades and self.frames.by_trades is not None:
            return True
        if not _AGING.isdisjoint(self.follow.subjects):
            return True
        soon = Millis(now + ahead)
        return any(series.is_awaited(soon) for series in self.frames.series.values())

    def quote_close(self, *, now: Millis) -> None:
        """Let the close of the newest candle be a source of the mark price."""
        newest = self.base.ring.newest
        if newest is not None:
            closed = self.base.frame.close_of(newest.at)
            self.quotes.quoted("candle", from_float(newest.close), at=closed, now=now)

    def question(self, about: str, *, now: Millis) -> Ask[Any] | None:
        """What to ask the venue; None: nothing is missing."""
        if about == TRADES:
            since = self.joining.since
            return None if since is None else FetchTrades(self.symbol, PAGE, since)
        if about == BOOK:
            depth = self.follow.depth
            return FetchBook(self.symbol, depth) if self.book.needs_snapshot else None
        return self.frames.series[about.removeprefix(CANDLES)].question(now)

    def build(self, name: str) -> bool:
        """Build the candles of a frame, which the venue does not have; whether that can be."""
        if name != self.base.name:
            try:
                self.frames.build(name)
            except FramesDoNotFit:
                return False
        elif TRADES in self.follow.subjects:
            self.frames.build_from_trades()
            self.frames.prime()
        else:
            return False
        return True

    # -- streams and the line

    def stream_changed(self, message: StreamChanged) -> str | None:
        """What may be missing now; None: nothing more than before."""
        is_live, topic = message.state == "live", message.topic
        if topic == "candles":
            series = self.frames.series.get(message.frame)
            if series is None or not is_live:
                return None
            series.fall_behind()
            return CANDLES + series.name
        if topic == "trades":
            self._hears_trades = is_live
            if is_live:
                self.joining.stream_live()
            else:
                self.joining.stream_down()
            return TRADES
        if topic in ("book", "diffs"):
            if is_live:
                self.book.stream_live(topic)
            else:
                self.book.stream_down(topic, message.reason)
            return BOOK
        return None

    def line_down(self, why: str) -> None:
        """Nothing is heard any more."""
        self.away = why
        self._hears_trades = False
        self.joining.stream_down()
        self.book.line_down(why)
