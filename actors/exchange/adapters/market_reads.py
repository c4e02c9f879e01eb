"""What an adapter reads of a market: candles, trades, books, what it trades at, what a contract is.

Nobody's account is looked at, so all of it works without a key. `adapter` has the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from ....runtime import Millis
from ...market.book import Book
from ...market.candle import Candle
from ...market.funding import Funding
from ...market.open_interest import OpenInterest
from ...market.ticker import Ticker
from ...market.timeframe import TimeFrame
from ...market.trade import Trade
from ..errors import NotOffered
from . import parse_market_data
from .capabilities import Capabilities, capabilities_of
from .paging import Pages, candles_from, earlier, later, trades_from
from .parse_market_data import Asked
from .reader import Reader
from .reading import SOON

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
LONG: Final = TimeFrame.parse("1d")  # a page of such candles is years
USUAL_TRADES: Final = 100  # that a full page of trades has, where it is not known


class MarketReads(Reader):
    """Of any exchange. It keeps nothing; `adapter` tells what it raises."""

    def capabilities(self, exchange: Any) -> Capabilities:
        """What can be asked of it, without a request."""
        return capabilities_of(exchange, self.venue)

    # -- candles

    async def candles(
        self,
        exchange: Any,
        symbol: str,
        frame: str,
        limit: int,
        since: Millis | None = None,
        pages: Pages | None = None,
    ) -> tuple[Candle, ...]:
        """Closed candles, oldest first: the newest, or the oldest since a time. Raises NotOffered.

        A stretch of time of which the venue has no candles is passed over. pages: of an attempt
        before that failed, which are not asked for again.
        """
        pages = Pages() if pages is None else pages
        parsed = self._frame(exchange, symbol, frame)
        now = self.venue_time(exchange)
        most = self.capabilities(exchange).max_candles

        async def page(begin: Millis | None, count: int) -> tuple[Candle, ...]:
            ask = partial(self._page, exchange, symbol, parsed, begin, count)
            told = await pages.once((frame, begin, count), ask)
            return tuple(each for each in told if parsed.close_of(each.at) <= now)

        if since is None and limit < most:  # one that is open comes with them
            return (await page(None, limit + 1))[-limit:]
        count = most if since is None else min(limit, most)

        async def resumed(begin: Millis) -> Millis:
            nonlocal count
            end = later(parsed, begin, count)
            count = most  # some venues look no further than a page's time
            if end > now:
                return now
            ask = partial(self._next_begin, exchange, symbol, end)
            return await pages.once(("next", end), ask)

        if since is None:
            begin = earlier(parsed, parsed.open_of(now), limit)
        else:
            begin = since if parsed.is_aligned(since) else parsed.close_of(parsed.open_of(since))
        return await candles_from(
            lambda begin: page(begin, count), resumed, parsed, span=(begin, now), limit=limit
        )

    async def forming(self, exchange: Any, symbol: str, frame: str) -> Candle | None:
        """The newest candle, where it has not closed. Raises NotOffered."""
        parsed = self._frame(exchange, symbol, frame)
        told = await self._page(exchange, symbol, parsed, None, 2)
        newest = max(told, key=lambda each: each.at, default=None)
        if newest is None or parsed.close_of(newest.at) <= self.venue_time(exchange):
            return None
        return newest

    def _frame(self, exchange: Any, symbol: str, frame: str) -> TimeFrame:
        offered = self.capabilities(exchange).frames
        if frame not in offered:
            raise NotOffered(symbol, f"{frame} candles", offered)
        return TimeFrame.parse(frame)

    async def _page(
        self, exchange: Any, symbol: str, frame: TimeFrame, since: Millis | None, count: int
    ) -> tuple[Candle, ...]:
        """What one request brings, the open one too; refused whole where a row cannot be.

        ccxt drops what lies before `since` and tells nobody, so it is not told of it where the
        venue keeps to what it is asked.
        """
        within = None if since is None else (since, later(frame, since, count))
        bounds = None if within is None else self.bounds(*within)
        if bounds is None:
            within = None
        begin = since if bounds is None else None
        with self.parsing("fetch_ohlcv"):
            rows = await exchange.fetch_ohlcv(symbol, str(frame), begin, count, dict(bounds or {}))
        asked, now = self.asked(exchange, symbol), self.venue_time(exchange)
        return parse_market_data.page_of(rows, asked, frame, now, within)

    def bounds(self, since: Millis, until: Millis) -> Mapping[str, Any] | None:
        """What says from when and up to when (without it) to a venue that answers nothing else.

        None: it is not known to keep to that; ccxt asks as it sees fit.
        """
        del since, until
        return None

    async def _next_begin(self, exchange: Any, symbol: str, since: Millis) -> Millis:
        """From where on to look for candles where there are none before `since`.

        Days tell it in one request: one that trades begins no earlier than its day's candle.
        """
        known = self.capabilities(exchange)
        if str(LONG) not in known.frames:
            return since
        day = LONG.open_of(since)
        count = known.max_candles
        told = await self._page(exchange, symbol, LONG, day, count)
        begins = (each.at for each in told if each.at >= day)
        begin = min(begins, default=later(LONG, day, count))
        return max(since, begin)

    # -- trades

    async def trades(
        self,
        exchange: Any,
        symbol: str,
        limit: int,
        since: Millis | None = None,
        pages: Pages | None = None,
    ) -> tuple[Trade, ...]:
        """Trades of anybody, oldest first: the newest that one request brings, or since a time.

        pages: as of `candles`.
        """
        kept = Pages() if pages is None else pages
        most = self.capabilities(exchange).most_trades
        count = limit if most is None else min(limit, most)
        if since is None:
            return (await self.trades_of(exchange, symbol, None, count))[-limit:]

        async def page(begin: Millis) -> Sequence[Trade]:
            ask = partial(self.trades_of, exchange, symbol, begin, count)
            return await kept.once(begin, ask)

        full = min(count, most or USUAL_TRADES)
        return await trades_from(page, self.venue, since, limit, page=full)

    async def trades_of(
        self,
        exchange: Any,
        symbol: str,
        since: Millis | None,
        count: int,
        params: Mapping[str, Any] = NOTHING,
    ) -> tuple[Trade, ...]:
        """One page of trades, oldest first."""
        with self.parsing("fetch_trades"):
            raw = await exchange.fetch_trades(symbol, since, count, dict(params))
        asked = Asked(self.venue, symbol, self.venue_time(exchange), SOON)
        return parse_market_data.trades(raw, asked)

    # -- what it trades at, and what a contract is

    async def ticker(self, exchange: Any, symbol: str) -> Ticker:
        """What a market trades at now."""
        with self.parsing("fetch_ticker"):
            raw = await exchange.fetch_ticker(symbol)
        return parse_market_data.ticker(raw, self.asked(exchange, symbol))

    async def book(self, exchange: Any, symbol: str, depth: int) -> Book:
        """The best levels; a venue that takes only certain depths is asked for its own."""
        with self.parsing("fetch_order_book"):
            raw = await exchange.fetch_order_book(symbol, self.depth_of(depth))
        return parse_market_data.book(raw, self.asked(exchange, symbol), depth)

    def depth_of(self, wanted: int) -> int | None:
        """The depth to ask for, of those that the venue takes; None: its usual one."""
        return wanted

    async def funding(self, exchange: Any, symbol: str) -> Funding:
        """The funding of a perpetual contract."""
        with self.parsing("fetch_funding_rate"):
            raw = await exchange.fetch_funding_rate(symbol)
        return parse_market_data.funding(raw, self.asked(exchange, symbol))

    async def open_interest(self, exchange: Any, symbol: str) -> OpenInterest:
        """How much of a contract is open. Raises NotOffered."""
        is_contract = exchange.market(symbol).get("contract")
        if not is_contract or not self.capabilities(exchange).has_open_interest:
            raise NotOffered(symbol, "open interest")
        with self.parsing("fetch_open_interest"):
            raw = await exchange.fetch_open_interest(symbol)
        return parse_market_data.open_interest(raw, self.asked(exchange, symbol))

    # -- the clock

    def venue_time(self, exchange: Any) -> Millis:
        """Now, by our clock and what is known of the difference."""
        ahead = exchange.options.get("timeDifference") or 0
        return Millis(int(exchange.milliseconds() - ahead))
