"""What a live market says, told to a venue on a price path; and whether that is fresh enough.

It keeps to one market what came in which order. A trade that comes after a newer one is not looked
at: the account's orders have met what came after it. A ticker's last price counts where no trade is
known that is as new.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...runtime import Millis
from ..market.book import Book
from ..market.errors import OrderRejected
from ..market.ticker import Ticker
from ..market.trade import Trade
from ..matching.path_venue import PathVenue

_NEVER = Millis(-1)


class _Heard:
    """What is known of one market."""

    __slots__ = ("has_mark", "heard_at", "traded_at")

    def __init__(self) -> None:
        self.heard_at = _NEVER  # a price, by our clock
        self.traded_at = _NEVER  # the newest trade, by the venue's clock
        self.has_mark = False  # whether the venue tells its mark price


class MarketNews:
    """Drives a venue by what a connector publishes.

    stale: of which age (ms) a price is none any more.
    """

    def __init__(self, venue: PathVenue, stale: Millis) -> None:
        self._venue = venue
        self._stale = stale
        self._markets = {symbol: _Heard() for symbol in venue.symbols}

    def traded(self, symbol: str, trades: Sequence[Trade], now: Millis) -> None:
        """Others have traded, oldest first."""
        market = self._markets.get(symbol)
        if market is None:
            return
        for trade in trades:
            if trade.at >= market.traded_at:
                market.traded_at = trade.at
                self._trade(market, symbol, trade.price, now, trade.amount)

    def ticked(self, ticker: Ticker, now: Millis) -> None:
        """A ticker came."""
        symbol = ticker.symbol
        market = self._markets.get(symbol)
        if market is None:
            return
        if ticker.mark is not None:
            market.has_mark = True
        if ticker.last is not None and ticker.at > market.traded_at:
            market.traded_at = ticker.at
            self._trade(market, symbol, ticker.last, now)
        if ticker.bid is not None or ticker.ask is not None:
            market.heard_at = now
            self._venue.show(symbol, ticker.bid, ticker.ask, now)
        if ticker.mark is not None:
            self._venue.mark(symbol, ticker.mark, now)

    def shown(self, book: Book, now: Millis) -> None:
        """A book came."""
        market = self._markets.get(book.symbol)
        if market is None:
            return
        bid = book.bids[0].price if book.bids else None
        ask = book.asks[0].price if book.asks else None
        if bid is not None or ask is not None:
            market.heard_at = now
            self._venue.show(book.symbol, bid, ask, now)

    def refuse_blind(self, client_id: str, symbol: str, now: Millis) -> None:
        """Raise OrderRejected (NO_MARKET) where no price is known, or none that is fresh."""
        market = self._markets.get(symbol)
        if market is None:
            raise OrderRejected(client_id, "UNKNOWN_SYMBOL", f"{symbol} is not traded")
        if market.heard_at == _NEVER:
            raise OrderRejected(client_id, "NO_MARKET", f"no price of {symbol} has come yet")
        age = now - market.heard_at
        if age > self._stale:
            detail = f"the last price of {symbol} is {age} ms old, and {self._stale} are allowed"
            raise OrderRejected(client_id, "NO_MARKET", detail)

    def _trade(
        self,
        market: _Heard,
        symbol: str,
        price: Decimal,
        now: Millis,
        amount: Decimal | None = None,
    ) -> None:
        market.heard_at = now
        self._venue.trade(symbol, price, now, amount)
        if not market.has_mark:
            self._venue.mark(symbol, price, now)
