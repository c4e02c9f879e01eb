"""What the account's own stream brings, published as values: a tap of ccxt's.

ccxt wakes who watches with its own caches, and tells nobody which of their rows are new; here each
event is looked at as it comes, so that none is skipped. What an event is shows in which of ccxt's
caches it is. A value that is not sound is not published, and counted. `market_tap` hears markets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, Protocol

import trio

from ...runtime import Millis
from .errors import UnsoundAnswer
from .messages import FillReported, HoldingsReported, OrderReported
from .recent import Recent

REMEMBERED: Final = 2_000  # orders that the stream told of
DEAF: Final = 20_000  # ms within which the stream tells of an order that was taken
EXPIRED: Final = frozenset({"listenKeyExpired", "eventStreamTerminated"})  # events of Binance's
ENDING: Final = "serverShutdown"  # likewise: it will close this socket soon


class Streams(Protocol):
    """An adapter, as far as this needs it: ccxt's rows in, our values out."""

    def stream_orders(self, raw: Any, heard: Millis, /) -> Any: ...
    def stream_fills(self, raw: Any, heard: Millis, /) -> Any: ...
    def stream_holdings(self, raw: Any, heard: Millis, /) -> Any: ...


class AccountHearing:
    """Hears one life of the account's own stream.

    publish: takes what is to be told to others. unsound: where what is not sound is counted, by
    what it is.
    """

    def __init__(
        self,
        adapter: Streams,
        publish: Callable[[object], None],
        now: Callable[[], Millis],
        unsound: Counter[str],
    ) -> None:
        self._adapter = adapter
        self._publish = publish
        self._now = now
        self._unsound = unsound
        self.exchange: Any = None
        self.is_expired = False  # the venue has ended the subscription and left the socket open
        self.ending = trio.Event()  # the venue has said that it will close its sockets
        self._told = Recent(REMEMBERED)  # ids of orders, ours and the venue's
        self._expected: dict[str, tuple[str, Millis]] = {}  # by client id, oldest first

    def subscribing(self, url: str) -> None: ...
    def connected(self, url: str) -> None: ...
    def closed(self, url: str, error: BaseException | None) -> None: ...

    def expect(self, client_id: str, venue_id: str, at: Millis) -> None:
        """The venue has taken an order, so the stream will tell of it, or has."""
        if client_id not in self._told and venue_id not in self._told:
            self._expected[client_id] = (venue_id, at)

    def is_deaf(self, now: Millis) -> bool:
        """Whether an order was taken a while ago and nothing was told of it (A7, M4)."""
        return any(now - at > DEAF for _, at in self._expected.values())

    def message(self, url: str, message: Any) -> bool:
        del url
        said = said_of(message)
        if said in EXPIRED:
            self.is_expired = True
        elif said == ENDING:
            self.ending.set()
        return False

    def event(self, url: str, message_hash: str, result: Any) -> None:
        del url, message_hash
        exchange = self.exchange
        if result is None or exchange is None:
            return
        if result is exchange.orders:
            self._tell("orders", self._orders, newest(result))
        elif result is exchange.myTrades:
            self._tell("fills", self._fills, newest(result))
        elif _is_balance(exchange.balance, result):
            self._tell("balances", self._holdings, result)

    def _orders(self, rows: Any) -> None:
        for report in self._adapter.stream_orders(rows, self._now()):
            self._told.add(report.client_id)
            self._told.add(report.venue_id)
            if report.client_id in self._expected:
                del self._expected[report.client_id]
            self._publish(OrderReported(report))

    def _fills(self, rows: Any) -> None:
        for fill in self._adapter.stream_fills(rows, self._now()):
            self._publish(FillReported(fill))

    def _holdings(self, raw: Any) -> None:
        self._publish(
            HoldingsReported(tuple(self._adapter.stream_holdings(raw, self._now())), self._now())
        )

    def _tell(self, what: str, tell: Callable[[Any], None], raw: Any) -> None:
        try:
            tell(raw)
        except UnsoundAnswer:
            self._unsound[what] += 1


def newest(cache: Any) -> list[Any]:
    """The rows of one of ccxt's caches that the last message brought."""
    count = cache.getLimit(None, None) if hasattr(cache, "getLimit") else None
    size = len(cache)
    count = size if count is None else min(count, size)
    return list(islice(cache, size - count, size))


def said_of(message: Any) -> object:
    """How Binance names what a message says, whatever that is wrapped in; None: it does not."""
    told = message
    for wrapping in ("data", "event"):
        inner = told.get(wrapping) if isinstance(told, Mapping) else None
        told = told if inner is None else inner
    return told.get("e") if isinstance(told, Mapping) else None


def _is_balance(balance: Any, result: Any) -> bool:
    if result is balance:
        return True
    return isinstance(balance, Mapping) and any(result is each for each in balance.values())
