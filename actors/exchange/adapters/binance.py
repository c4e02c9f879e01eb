"""What is known of Binance beyond ccxt: spot, USD-M and COIN-M, each a venue of its own.

A family has its own account, addresses and rules, so it is opened by its own name: "binance" is
spot, "binanceusdm" and "binancecoinm" are the contracts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Final

import attrs

from ....runtime import Millis
from ...market.fill import Fill
from ...market.money import ZERO
from ...market.position import Position
from ...market.trade import Trade
from ..errors import UnsoundAnswer
from ..market_messages import Topic
from ..settings import VenueSettings
from . import binance_streams, parse_orders
from .adapter import Adapter, KeyPermissions
from .capabilities import Capabilities
from .client_ids import ClientIdRule
from .codes import BINANCE, Codes
from .market_reads import NOTHING
from .paging import FillPage, Pages, fills_since, first_id_since
from .parse_market_data import Asked
from .raw_news import RawNews, StreamKey, Watch
from .reading import SOON, Reading

ENGINE: Final = Millis(10_000)  # after which Binance itself gives up on an order (-1007)
LAG: Final = Millis(2_000)  # by which its look-up may be behind its engine
WEEK: Final = Millis(604_800_000)
TRIGGERED: Final[Mapping[str, Any]] = MappingProxyType({"trigger": True})
TRADES: Final = 1_000  # of one request
ENDLESS: Final = 1 << 62  # trades in a page that goes on by itself to the end
CANDLES: Final = 1_000  # of one request, as ccxt asks for them
WINDOW: Final = Millis(3_600_000)  # of trades since a time, as ccxt asks for them
AGGREGATED: Final[Mapping[str, str]] = MappingProxyType({"name": "aggTrade"})
DEPTHS: Final = (5, 10, 20, 50, 100, 500, 1_000)


class _Family(Adapter):
    """What all three have in common."""

    client_ids: ClassVar[ClientIdRule] = ClientIdRule()  # ^[\\.A-Z\\:/a-z0-9_-]{1,36}$
    client_id_fields: ClassVar[tuple[str, ...]] = ("origClientOrderId", "C", "c")
    codes: ClassVar[Codes] = BINANCE
    fills_page: ClassVar[int] = 1_000
    raw_topics: ClassVar[frozenset[Topic]] = binance_streams.TOPICS

    def options(self, settings: VenueSettings) -> dict[str, Any]:
        """No currencies: they cost a signed request of another API, and nothing here reads them.

        Trades of anybody are aggregated ones, in streams as in answers: ccxt reads those and hears
        single ones, whose ids are others.
        """
        return {
            "has": {"fetchCurrencies": False},
            "options": {
                "recvWindow": int(settings.receive_window),
                "warnOnFetchOpenOrdersWithoutSymbol": False,
                "watchTrades": dict(AGGREGATED),
                "watchTradesForSymbols": dict(AGGREGATED),
            },
        }

    def capabilities(self, exchange: Any) -> Capabilities:
        """The fence: Binance looks at a request's age twice, the second time before its engine."""
        window = int(exchange.options.get("recvWindow", 0))
        known = super().capabilities(exchange)
        return attrs.evolve(
            known,
            client_id=self.client_ids,
            can_look_up=True,
            can_cancel_unseen=True,
            max_candles=min(known.max_candles, CANDLES),
            most_trades=TRADES,
            trade_ids="consecutive",  # of aggregated ones
            fence=Millis(window + ENGINE + LAG),
        )

    async def fills_of(
        self, exchange: Any, symbol: str, since: Millis | None, params: Mapping[str, Any]
    ) -> tuple[Fill, ...]:
        """One page; from the second on by trade id, which skips none of the same ms (C8)."""
        rows = list(await super().fills_of(exchange, symbol, since, params))
        page: Sequence[Fill] = rows
        while len(page) >= self.fills_page:
            last = max(int(parse_orders.venue_trade_id(each)) for each in page)
            page = await super().fills_of(exchange, symbol, None, {"fromId": last + 1})
            rows.extend(page)
        return tuple(rows)

    async def _all_pages(self, exchange: Any, page: FillPage, since: Millis) -> tuple[Fill, ...]:
        """The same, of pages that are never full: each goes on by id to the end."""
        now, window = Millis(exchange.milliseconds()), self.fills_window
        return await fills_since(page, self.venue, since, now, window=window, page=ENDLESS)

    async def order_fills(
        self, exchange: Any, symbol: str, venue_id: str, *, since: Millis | None = None
    ) -> tuple[Fill, ...]:
        """The trades of one order, which Binance tells by the order's id; of too many the newest.

        Then they are read from the first one on, page after page (C8).
        """
        del since
        of_it = {"orderId": venue_id}
        page = await super().fills_of(exchange, symbol, None, of_it)
        found = {each.trade_id: each for each in page}
        begin = 0
        while len(page) >= self.fills_page:
            page = await super().fills_of(exchange, symbol, None, {**of_it, "fromId": begin})
            found.update((each.trade_id, each) for each in page)
            begin = 1 + max((int(parse_orders.venue_trade_id(each)) for each in page), default=0)
        return tuple(found.values())

    async def trades(
        self,
        exchange: Any,
        symbol: str,
        limit: int,
        since: Millis | None = None,
        pages: Pages | None = None,
    ) -> tuple[Trade, ...]:
        """As any; from the second page on by id, which skips none of the same ms.

        Each page begins with the last trade of the one before: the times of a page that says
        something else of that are moved (M13).
        """
        if since is None:
            return await self.trades_of(exchange, symbol, None, min(limit, TRADES))
        kept = Pages() if pages is None else pages

        async def page(first: int) -> tuple[Trade, ...]:
            ask = partial(self.trades_of, exchange, symbol, None, TRADES, {"fromId": first})
            return await kept.once(first, ask)

        found = await kept.once("hour", partial(self._hour, exchange, symbol, since))
        is_all = since + WINDOW > self.venue_time(exchange) and len(found) < TRADES
        if not found and not is_all:
            newest = await self.trades_of(exchange, symbol, None, 1)
            first = await first_id_since(page, newest[-1], since) if newest else None
            found = () if first is None else await page(first)
            if found and found[0].at < since:
                kept.forget()
                raise UnsoundAnswer(self.venue, "trades", f"they begin before {since} ms")
        while found and not is_all and len(found) < limit:
            rows = await page(int(found[-1].trade_id))
            if rows[:1] != found[-1:]:
                kept.forget()  # either of both may be wrong
                problem = f"trade {found[-1].trade_id} is not what it was a page before"
                raise UnsoundAnswer(self.venue, "trades", problem)
            found += rows[1:]
            is_all = len(rows) < TRADES
        return found[:limit]

    async def _hour(self, exchange: Any, symbol: str, since: Millis) -> tuple[Trade, ...]:
        """The first page of the trades of an hour."""
        bounds = {"startTime": since, "endTime": since + WINDOW}
        found = await self.trades_of(exchange, symbol, None, TRADES, bounds)
        if found and not since <= found[0].at <= found[-1].at <= since + WINDOW:
            problem = f"they do not lie in the hour from {since} ms on, which was asked for"
            raise UnsoundAnswer(self.venue, "trades", problem)
        return found

    def bounds(self, since: Millis, until: Millis) -> Mapping[str, Any] | None:
        """It answers what lies between both."""
        return {"startTime": since, "endTime": until - 1}

    def depth_of(self, wanted: int) -> int | None:
        """The next of the depths that it takes."""
        return next((each for each in DEPTHS if each >= wanted), DEPTHS[-1])

    def raw_stream(self, exchange: Any, key: StreamKey) -> Watch | None:
        return binance_streams.watch_of(exchange, key)

    def raw_key(self, exchange: Any, message: Any) -> StreamKey | None:
        return binance_streams.key_of(exchange, message)

    def raw_news(self, key: StreamKey, message: Any, heard: Millis | None = None) -> RawNews:
        return binance_streams.news_of(key, message, Asked(self.venue, key[1], heard, SOON))


class Binance(_Family):
    """Spot."""

    least_holding: ClassVar[Decimal | None] = ZERO

    def capabilities(self, exchange: Any) -> Capabilities:
        known = super().capabilities(exchange)
        kinds = tuple(kind for kind in known.kinds if kind != "trailing_stop")
        stream = tuple(each for each in known.user_stream if each != "positions")
        public = tuple(each for each in known.public_streams if each != "liquidations")
        return attrs.evolve(
            known,
            public_streams=(*public, "diffs"),
            numbering="ranges",
            families=("spot",),
            kinds=kinds,
            user_stream=stream,
            tells_fills=True,
            has_oco=True,
            has_positions=False,
            has_funding=False,
            has_open_interest=False,
        )

    async def positions(self, exchange: Any) -> tuple[Position, ...]:
        """None: what is borrowed on margin is no contract."""
        del exchange
        return ()

    def options(self, settings: VenueSettings) -> dict[str, Any]:
        known = super().options(settings)
        return {**known, "options": {**known["options"], "fetchMarkets": {"types": ["spot"]}}}

    async def permissions(self, exchange: Any) -> KeyPermissions | None:
        """What the key may do, by its restrictions; the testnet has none."""
        if exchange.isSandboxModeEnabled:
            return None
        with self.parsing("apiRestrictions"):
            raw = await exchange.sapi_get_account_apirestrictions()
        told = Reading(self.venue, "apiRestrictions", raw)
        return KeyPermissions(
            can_trade=_flag(told, "enableSpotAndMarginTrading"),
            can_withdraw=_flag(told, "enableWithdrawals"),
            has_address_list=_flag(told, "ipRestrict"),
        )


class _Contracts(_Family):
    """Orders with a trigger are kept apart from the others, under ids of their own."""

    places: ClassVar[tuple[Mapping[str, Any], ...]] = (NOTHING, TRIGGERED)
    fills_window: ClassVar[int | None] = WEEK
    plain_noes: ClassVar[frozenset[str]] = frozenset(
        {"service unavailable", "internal error; unable to process your request. please try again"}
    )

    def capabilities(self, exchange: Any) -> Capabilities:
        known = super().capabilities(exchange)
        public: tuple[Topic, ...] = (*known.public_streams, "diffs", "funding")
        return attrs.evolve(known, public_streams=public, numbering="links")


class BinanceUsdM(_Contracts):
    """Contracts that settle in dollars."""

    def capabilities(self, exchange: Any) -> Capabilities:
        return attrs.evolve(super().capabilities(exchange), families=("linear",))


class BinanceCoinM(_Contracts):
    """Contracts that settle in their own coin."""

    def capabilities(self, exchange: Any) -> Capabilities:
        return attrs.evolve(super().capabilities(exchange), families=("inverse",))


def _flag(told: Reading, key: str) -> bool:
    value = told.raw.get(key)
    if not isinstance(value, bool):
        raise told.unsound(f"{key} is neither true nor false")
    return value
