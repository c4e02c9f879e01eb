"""What the WebSockets of an exchange bring, published as values: a tap of ccxt's.

ccxt wakes who watches with its own caches, and tells nobody which of their rows are new; here each
event is looked at as it comes, so that no trade is skipped. What an event is shows in which of
ccxt's caches it is, whatever a venue names its channels. A value that is not sound is not
published, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice, takewhile
from typing import Any, Final, Protocol

from ...runtime import Millis
from ..market.timeframe import TimeFrame
from .errors import UnsoundAnswer
from .kept import KeptStreams, Key
from .messages import (
    BookReported,
    CandleReported,
    FillReported,
    HoldingsReported,
    OrderReported,
    TickerReported,
    TradesReported,
)
from .recent import Recent

REMEMBERED: Final = 2_000  # trades of a market of which a repetition is known
DEAF: Final = 20_000  # ms within which the stream tells of an order that was taken
SETTLING: Final = 1_000  # ms after its end within which a candle may still get its last trades
EXPIRED: Final = frozenset({"listenKeyExpired", "eventStreamTerminated"})  # events of Binance's


class Streams(Protocol):
    """An adapter, as far as streams need it: ccxt's rows in, our values out."""

    def stream_orders(self, raw: Any, /) -> Any: ...
    def stream_fills(self, raw: Any, /) -> Any: ...
    def stream_holdings(self, raw: Any, /) -> Any: ...
    def stream_candles(self, raw: Any, /) -> Any: ...
    def stream_trades(self, raw: Any, /) -> Any: ...
    def stream_ticker(self, raw: Any, /) -> Any: ...
    def stream_book(self, raw: Any, /) -> Any: ...


class AccountHearing:
    """Hears the account's own stream. publish: takes what is to be told to others."""

    def __init__(
        self, adapter: Streams, publish: Callable[[object], None], now: Callable[[], Millis]
    ) -> None:
        self._adapter = adapter
        self._publish = publish
        self._now = now
        self.exchange: Any = None
        self.is_expired = False  # the venue has ended the subscription and left the socket open
        self.unsound = 0
        self._told = Recent(REMEMBERED)  # ids of orders, ours and the venue's
        self._expected: dict[str, tuple[str, Millis]] = {}  # by client id, oldest first

    def connected(self, url: str) -> None: ...
    def closed(self, url: str, error: BaseException | None) -> None: ...

    def expect(self, client_id: str, venue_id: str, at: Millis) -> None:
        """The venue has taken an order, so the stream will tell of it, or has."""
        if client_id not in self._told and venue_id not in self._told:
            self._expected[client_id] = (venue_id, at)

    def is_deaf(self, now: Millis) -> bool:
        """Whether an order was taken a while ago and nothing was told of it (A7, M4)."""
        return any(now - at > DEAF for _, at in self._expected.values())

    def message(self, url: str, message: Any) -> None:
        del url
        told = message.get("event", message) if isinstance(message, Mapping) else None
        if isinstance(told, Mapping) and told.get("e") in EXPIRED:
            self.is_expired = True

    def event(self, url: str, message_hash: str, result: Any) -> None:
        del url, message_hash
        exchange = self.exchange
        if result is None or exchange is None:
            return
        if result is exchange.orders:
            self._tell(self._orders, newest(result))
        elif result is exchange.myTrades:
            self._tell(self._fills, newest(result))
        elif _is_balance(exchange.balance, result):
            self._tell(self._holdings, result)

    def _orders(self, rows: Any) -> None:
        for report in self._adapter.stream_orders(rows):
            self._told.add(report.client_id)
            self._told.add(report.venue_id)
            if report.client_id in self._expected:
                del self._expected[report.client_id]
            self._publish(OrderReported(report))

    def _fills(self, rows: Any) -> None:
        for fill in self._adapter.stream_fills(rows):
            self._publish(FillReported(fill))

    def _holdings(self, raw: Any) -> None:
        self._publish(HoldingsReported(tuple(self._adapter.stream_holdings(raw)), self._now()))

    def _tell(self, what: Callable[[Any], None], raw: Any) -> None:
        self.unsound += told_badly(what, raw)


class MarketHearing:
    """Hears the streams of the market, and publishes what is watched of it."""

    def __init__(
        self, adapter: Streams, publish: Callable[[object], None], now: Callable[[], Millis]
    ) -> None:
        self._adapter = adapter
        self._publish = publish
        self._now = now
        self.exchange: Any = None
        self._kept = KeptStreams()
        self.heard_at: dict[Key, Millis] = {}
        self.urls: dict[Key, str] = {}
        self.unsound = 0
        self._traded: dict[str, Recent] = {}
        self._closed: dict[Key, Millis] = {}  # when the last candle that was told began

    def connected(self, url: str) -> None: ...
    def closed(self, url: str, error: BaseException | None) -> None: ...
    def message(self, url: str, message: Any) -> None: ...

    def event(self, url: str, message_hash: str, result: Any) -> None:
        del message_hash
        exchange = self.exchange
        if result is None or exchange is None:
            return
        key = self._kept.key_of(exchange, result)
        if key is None:
            return
        topic, symbol, frame = key
        if topic == "trades":
            self._hear(key, url, self._trades, newest(result))
        elif topic == "ticker":
            self._hear(key, url, self._ticker, result)
        elif topic == "book":
            self._hear(key, url, self._book, result)
        else:
            self._hear(key, url, self._candles, exchange.ohlcvs[symbol][frame])

    def watch(self, key: Key) -> None:
        """Publish this stream from now on."""
        self._kept.watched.add(key)

    def _hear(self, key: Key, url: str, what: Callable[[Key, Any], None], raw: Any) -> None:
        self.heard_at[key] = self._now()
        self.urls[key] = url
        self.unsound += told_badly(lambda rows: what(key, rows), raw)

    def _trades(self, key: Key, rows: Any) -> None:
        symbol = key[1]
        known = self._traded.get(symbol)
        if known is None:
            known = self._traded[symbol] = Recent(REMEMBERED)
        told = self._adapter.stream_trades(rows)
        fresh = tuple(each for each in told if not each.trade_id or each.trade_id not in known)
        for each in fresh:
            if each.trade_id:
                known.add(each.trade_id)
        if fresh:
            self._publish(TradesReported(symbol, fresh))

    def _ticker(self, _: Key, raw: Any) -> None:
        self._publish(TickerReported(self._adapter.stream_ticker(raw)))

    def _book(self, _: Key, raw: Any) -> None:
        self._publish(BookReported(self._adapter.stream_book(raw)))

    def _candles(self, key: Key, cache: Any) -> None:
        """Tell those that have closed: all but the newest, which still moves, once and in order."""
        _, symbol, frame = key
        span = TimeFrame.parse(frame)
        told = self._closed.get(key)
        latest = reversed(cache)  # some hundred rows, of which two or three count
        if told is None:
            rows = list(islice(latest, 3))[::-1]
        else:
            rows = list(takewhile(lambda row: row[0] >= told, latest))[::-1]
        candles = self._adapter.stream_candles(rows)
        for candle in candles:
            is_new = told is None or candle.at > told
            newest_at = candles[-1].at
            is_over = span.close_of(candle.at) + SETTLING <= self._now()
            if is_new and (candle.at < newest_at or is_over):
                self._closed[key] = told = candle.at
                self._publish(CandleReported(symbol, frame, candle))


def newest(cache: Any) -> list[Any]:
    """The rows of one of ccxt's caches that the last message brought."""
    count = cache.getLimit(None, None) if hasattr(cache, "getLimit") else None
    size = len(cache)
    count = size if count is None else min(count, size)
    return list(islice(cache, size - count, size))


def told_badly(what: Callable[[Any], None], raw: Any) -> int:
    """1 where what came was not sound, and nothing of it was told; 0 where it was."""
    try:
        what(raw)
    except UnsoundAnswer:
        return 1
    return 0


def _is_balance(balance: Any, result: Any) -> bool:
    if result is balance:
        return True
    return isinstance(balance, Mapping) and any(result is each for each in balance.values())
