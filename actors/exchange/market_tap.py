"""What the sockets of one exchange object bring of the market: a tap of ccxt's.

ccxt wakes who watches with its own caches, and tells nobody which of their rows are new; here each
event is looked at as it comes, so that no trade is skipped. What an event is shows in which of
ccxt's caches it is, whatever a venue names its channels; what an adapter reads by itself it reads
before ccxt does. A value that is not sound goes no further, and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice, takewhile
from typing import Any, Final

import trio

from ...runtime import Millis
from ..ccxt_trio.upstream import errors
from ..market.book_diff import BookDiff, Numbering
from ..market.candle import Candle
from ..market.funding import Funding
from .adapters.raw_news import Bar
from .adapters.reader import Reader
from .errors import UnsoundAnswer
from .hearing import ENDING, newest, said_of
from .kept import KeptStreams, Key
from .market_hearing import MarketHearing

NEWEST: Final = 3  # rows of candles that are looked at first
UNKNOWN: Final = "unknown"  # what is counted of which not even the topic can be told


class MarketTap:
    """See the words of this file.

    number: later exchange objects have higher ones. ending: called when the venue says that it will
    close its sockets.
    """

    def __init__(
        self, hearing: MarketHearing, adapter: Reader, number: int, ending: Callable[[], None]
    ) -> None:
        self._ending = ending
        self._hearing = hearing
        self._adapter = adapter
        self.number = number
        self.exchange: Any = None
        self.numbering: Numbering = "none"
        self.spoken: set[Key] = set()
        self.heard_at: dict[Key, Millis] = {}
        self.spoiled: set[Key] = set()  # books that ccxt keeps and that cannot be
        self._kept = KeptStreams()
        self._urls: dict[Key, set[str]] = {}  # the sockets by which a stream comes
        self._open: set[str] = set()
        self._watching: dict[trio.lowlevel.Task, Key] = {}

    # -- for whoever watches

    def want(self, key: Key) -> None:
        """Tell of this stream from now on."""
        self._kept.watched[key] = None
        self.spoiled.discard(key)

    def forget(self, key: Key, reason: str) -> None:
        """Tell no more of it."""
        self._kept.watched.pop(key, None)
        self.lost(key, reason)

    def lost(self, key: Key, reason: str) -> None:
        """It does not come any more."""
        self._hearing.lost(self, key, reason)

    @contextmanager
    def watching(self, key: Key) -> Iterator[None]:
        """What this task subscribes meanwhile is for this stream."""
        task = trio.lowlevel.current_task()
        self._watching[task] = key
        try:
            yield
        finally:
            del self._watching[task]

    def sockets_of(self, key: Key) -> frozenset[str]:
        """The sockets by which a stream comes."""
        return frozenset(self._urls.get(key, ()))

    def is_alone(self, key: Key) -> bool:
        """Whether nothing else comes by its sockets."""
        own = self.sockets_of(key)
        return not any(own & urls for other, urls in self._urls.items() if other != key)

    def is_subscribed(self, key: Key) -> bool:
        """Whether its socket is open, though it may have brought nothing yet."""
        return bool(self.sockets_of(key) & self._open)

    def leave(self, key: Key) -> None:
        """It comes by no socket any more."""
        self._urls.pop(key, None)

    # -- as ccxt's tap

    def subscribing(self, url: str) -> None:
        key = self._watching.get(trio.lowlevel.current_task())
        if key is not None:
            self._urls.setdefault(key, set()).add(url)

    def connected(self, url: str) -> None:
        self._open.add(url)

    def closed(self, url: str, error: BaseException | None) -> None:
        self._open.discard(url)
        why = "its socket was closed" if error is None else f"its socket closed: {error}"
        gone = [key for key, urls in self._urls.items() if url in urls]
        for key in gone:
            self._urls[key].discard(url)
            self.lost(key, why)
        if isinstance(error, errors.BadResponse):  # ccxt stumbled over what came
            topics = {str(key[0]) for key in gone}
            for topic in sorted(topics) or [UNKNOWN]:
                self._hearing.unsound[topic] += 1

    def message(self, url: str, message: Any) -> bool:
        exchange = self.exchange
        if exchange is None:
            return False
        if said_of(message) == ENDING:
            self._ending()
        topic: str = UNKNOWN
        try:
            key = self._adapter.raw_key(exchange, message)
            if key is None or key not in self._kept.watched:
                return False
            if url not in self._urls.get(key, ()):
                return False  # of another subscription: the changes of a book that ccxt keeps
            topic = key[0]
            self._come(key, url)
            self._read(key, message)
        except UnsoundAnswer:
            self._hearing.unsound[topic] += 1
            return False
        return True

    def event(self, url: str, message_hash: str, result: Any) -> None:
        exchange = self.exchange
        if result is None or exchange is None or _is_mark_price(message_hash):
            return
        key = self._kept.key_of(exchange, result)
        if key is None or key[0] in self._adapter.raw_topics:
            return
        self._come(key, url)
        try:
            self._take(key, result)
        except UnsoundAnswer:
            self._hearing.unsound[key[0]] += 1
            if key[0] == "book":
                self.spoiled.add(key)  # it stays in ccxt's cache, and so in every later book

    # -- inside

    def _come(self, key: Key, url: str) -> None:
        self.heard_at[key] = self._hearing.clock.elapsed()
        if not self._urls.get(key):  # subscribed in a task of ccxt's own
            self._urls[key] = {url}

    def _read(self, key: Key, message: Any) -> None:
        """What an adapter reads by itself."""
        hearing = self._hearing
        news = self._adapter.raw_news(key, message, hearing.clock.now())
        if isinstance(news, Bar):
            hearing.bar(self, key, news.candle, is_closed=news.is_closed)
        elif isinstance(news, BookDiff):
            hearing.diff(self, key, news, self.numbering)
        elif isinstance(news, Funding):
            hearing.funding(self, key, news)
        else:
            hearing.liquidations(self, key, (news,))

    def _take(self, key: Key, result: Any) -> None:
        """What ccxt has read."""
        topic, symbol, _ = key
        hearing, adapter, now = self._hearing, self._adapter, self._hearing.clock.now()
        if topic == "trades":
            hearing.trades(self, key, adapter.stream_trades(newest(result), symbol, now))
        elif topic == "ticker":
            hearing.ticker(self, key, adapter.stream_ticker(result, symbol, now))
        elif topic == "book":
            hearing.book(self, key, adapter.stream_book(result, symbol, now))
        elif topic == "funding":
            hearing.funding(self, key, adapter.stream_funding(result, symbol, now))
        elif topic == "liquidations":
            told = adapter.stream_liquidations(newest(result), symbol, now)
            hearing.liquidations(self, key, told)
        else:
            hearing.candles(self, key, self._candles(key, now))

    def _candles(self, key: Key, now: Millis) -> list[Candle]:
        """The newest of ccxt's cache, oldest first: those that were not told yet, and one more.

        One of before that is not sound is passed over: it stays in the cache for long.
        """
        _, symbol, frame = key
        latest = reversed(self.exchange.ohlcvs[symbol][frame])
        told = self._hearing.told_until(key)
        if told is None:
            rows = list(islice(latest, NEWEST))
        else:
            rows = list(takewhile(lambda row: row[0] >= told, latest))
        found = list(self._adapter.stream_candles(rows[:1], symbol, now))
        for row in rows[1:]:
            with suppress(UnsoundAnswer):
                found.extend(self._adapter.stream_candles([row], symbol, now))
        return found[::-1]


def _is_mark_price(message_hash: Any) -> bool:
    """Ccxt keeps mark prices among tickers, where they are none."""
    return str(message_hash).lower().startswith("markprice")
