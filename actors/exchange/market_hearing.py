"""What the streams of the market have told: each value published once, whoever brought it.

A stream may come by two sockets at a time, while one is taken over by the next (`market_streams`).
What has a number of its own (trades, closed candles, diffs) is known by it; of what has none the
newer socket is believed once it has spoken. So a change of sockets shows nowhere, and
`StreamChanged` says of a stream what is true of all its sockets together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from ...runtime import Clock, Millis
from ..market.book import Book
from ..market.book_diff import BookDiff, Numbering, covered_after
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.ticker import Ticker
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .kept import Key
from .market_messages import StreamState
from .messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
from .recent import Recent

REMEMBERED: Final = 2_000  # trades of a market of which a repetition is known
AGAIN: Final = 1_000  # ms by which the same diff may bear a later time
SETTLING: Final = 1_000  # ms after its end within which a candle may still get its last trades


class Ear(Protocol):
    """Whatever hears some sockets; a later one has the higher number."""

    number: int
    spoken: set[Key]  # what its sockets have brought since they were subscribed


class MarketHearing:
    """See the words of this file. publish: for others. clock: the venue's, as we know it."""

    def __init__(self, publish: Callable[[object], None], clock: Clock) -> None:
        self._publish = publish
        self.clock = clock
        self.unsound: Counter[str] = Counter()  # by topic
        self.live: set[Key] = set()
        self._ears: list[Ear] = []
        self._leading: dict[Key, Ear] = {}  # whose values are told where they bear no number
        self._traded: dict[str, Recent] = {}
        self._liquidated: dict[str, Recent] = {}
        self._latest: dict[Key, Any] = {}  # what was told last
        self._closed: dict[Key, Millis] = {}  # when the last candle that was told began
        self._forming: dict[Key, Candle] = {}
        self._cut: dict[Key, Millis] = {}  # candles in which the stream broke off
        self._diffs: dict[str, BookDiff] = {}  # the newest that was told

    # -- who hears, and what is alive

    def add(self, ear: Ear) -> None:
        """Another hears from now on."""
        self._ears.append(ear)

    def remove(self, ear: Ear, reason: str) -> None:
        """One hears no more; what nobody else brings is down."""
        for key in sorted(ear.spoken):
            self.lost(ear, key, reason)
        if ear in self._ears:
            self._ears.remove(ear)

    def spoke(self, ear: Ear, key: Key) -> None:
        """A stream has brought something sound."""
        ear.spoken.add(key)
        if key not in self.live:
            self.live.add(key)
            self._say(key, "live")

    def lost(self, ear: Ear, key: Key, reason: str) -> None:
        """What was heard of a stream by one ear is not heard any more."""
        ear.spoken.discard(key)
        if self._leading.get(key) is ear:
            del self._leading[key]
        if key not in self.live or any(key in other.spoken for other in self._ears):
            return
        self.live.discard(key)
        forming = self._forming.get(key)
        if forming is not None:
            self._cut[key] = forming.at
        self._say(key, "down", reason)

    def _say(self, key: Key, state: StreamState, reason: str = "") -> None:
        topic, symbol, frame = key
        self._publish(StreamChanged(symbol, topic, frame, state, reason))

    def _leads(self, ear: Ear, key: Key) -> bool:
        """Whether what this one hears counts: of several, what the newest does."""
        leader = self._leading.get(key)
        if leader is None or leader.number < ear.number:
            self._leading[key] = leader = ear
        return leader is ear

    # -- what came

    def trades(self, ear: Ear, key: Key, told: Sequence[Trade]) -> None:
        """Trades of one market, oldest first."""
        symbol = key[1]
        known = self._traded.setdefault(symbol, Recent(REMEMBERED))
        self.spoke(ear, key)
        leads = self._leads(ear, key)
        fresh = list[Trade]()
        for trade in told:
            if not trade.trade_id:
                fresh.extend([trade] if leads else [])
            elif trade.trade_id not in known:
                known.add(trade.trade_id)
                fresh.append(trade)
        if fresh:
            self._publish(TradesReported(symbol, tuple(fresh)))

    def ticker(self, ear: Ear, key: Key, told: Ticker) -> None:
        """What a market trades at."""
        if self._is_news(ear, key, told):
            self._publish(TickerReported(told))

    def book(self, ear: Ear, key: Key, told: Book) -> None:
        """The best levels of a market."""
        if self._is_news(ear, key, told):
            self._publish(BookReported(told))

    def funding(self, ear: Ear, key: Key, told: Funding) -> None:
        """The funding of a contract."""
        if self._is_news(ear, key, told):
            self._publish(FundingReported(told))

    def liquidations(self, ear: Ear, key: Key, told: Sequence[Liquidation]) -> None:
        """Positions were closed by force; two that are alike in all are one."""
        known = self._liquidated.setdefault(key[1], Recent(REMEMBERED))
        self.spoke(ear, key)
        fresh = list[Liquidation]()
        for each in told:
            name = f"{each.at}/{each.side}/{each.price}/{each.amount}"
            if name not in known:
                known.add(name)
                fresh.append(each)
        if fresh:
            self._publish(LiquidationsReported(key[1], tuple(fresh)))

    def diff(self, ear: Ear, key: Key, told: BookDiff, numbering: Numbering) -> None:
        """A change of a book.

        What was told already is not told again, but for a venue that counts anew. While two sockets
        bring it the newer one counts from its first diff on that continues what was told, so that
        the change makes no hole.
        """
        symbol = key[1]
        known = self._diffs.get(symbol)
        if known is not None and told.last is not None and known.last is not None:
            if told.last <= known.last and told.at <= known.at + AGAIN:
                self.spoke(ear, key)
                return
            after = covered_after(told, numbering)
            leads = self._leading.get(key) in {None, ear}
            if not leads and (after is None or after > known.last):
                return
        self.spoke(ear, key)
        self._leads(ear, key)
        self._diffs[symbol] = told
        self._publish(BookDiffReported(symbol, told))

    def _is_news(self, ear: Ear, key: Key, told: Ticker | Book | Funding) -> bool:
        """Whether it is to be told: not what another socket has brought already, or newer."""
        self.spoke(ear, key)
        if not self._leads(ear, key):
            return False
        before = self._latest.get(key)
        if before is not None and len(self._ears) > 1 and (told.at < before.at or told == before):
            return False
        self._latest[key] = told
        return True

    # -- candles

    def bar(self, ear: Ear, key: Key, candle: Candle, *, is_closed: bool) -> None:
        """A candle as it stands, of a venue that says when it is over."""
        self.spoke(ear, key)
        if is_closed:
            self._close(key, candle)
        else:
            self._form(key, candle)

    def candles(self, ear: Ear, key: Key, told: Sequence[Candle]) -> None:
        """The newest candles, oldest first, of a venue that does not say when one is over.

        All but the last have closed. The one in which the stream broke off may lack trades; it is
        told only if it has come once more since.
        """
        if not told:
            return
        self.spoke(ear, key)
        newest = told[-1]
        if self._cut.get(key) == newest.at:
            del self._cut[key]
        span = TimeFrame.parse(key[2])
        for candle in told[:-1]:
            if self._cut.get(key) != candle.at:
                self._close(key, candle)
        if span.close_of(newest.at) + SETTLING <= self.clock.now():
            self._close(key, newest)
        else:
            self._form(key, newest)

    def told_until(self, key: Key) -> Millis | None:
        """When the last candle that was told began."""
        return self._closed.get(key)

    def _close(self, key: Key, candle: Candle) -> None:
        told = self._closed.get(key)
        if told is None or candle.at > told:
            self._closed[key] = candle.at
            self._publish(CandleReported(key[1], key[2], candle))

    def _form(self, key: Key, candle: Candle) -> None:
        """Never back: not to a candle that was told as closed, nor to a smaller volume."""
        told, before = self._closed.get(key), self._forming.get(key)
        if told is not None and candle.at <= told:
            return
        if before is not None:
            is_older = (candle.at, candle.volume) < (before.at, before.volume)
            if is_older or candle == before:
                return
        self._forming[key] = candle
        self._publish(FormingReported(key[1], key[2], candle))
