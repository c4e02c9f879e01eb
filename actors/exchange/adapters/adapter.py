"""Adapter: what our words mean to one exchange of ccxt's. This one is for any; a few know more.

An adapter has no state and opens nothing: each method is given the exchange that a connector has
opened and loaded. What it raises is ccxt's own error, which `troubles` reads, or `UnsoundAnswer`,
or `OrderRejected` where an order is turned away before it is sent.

Numbers stay text from the wire to our `Decimal`: ccxt is configured with `number: str`, so that its
unified dicts hold what the venue wrote. ccxt 4.5.90 computes with texts throughout; levels of
books, and what a venue sends as a JSON number, are floats all the same, and count by their
shortest text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import attrs

from ....runtime import Millis
from ...ccxt_trio.upstream import errors
from ...market.errors import OrderRejected
from ...market.fill import Fill
from ...market.holding import Holding
from ...market.listing import Listing
from ...market.position import Position
from ...market.report import OrderReport
from ..errors import NotOffered
from ..messages import Accepted, Cancel, Cancelled, Query, Submit
from ..settings import VenueSettings
from . import parse, parse_account, parse_orders
from .codes import NONE, Codes
from .configuration import configuration
from .market_reads import NOTHING, MarketReads
from .ordering import Arguments, arguments, checked, kept
from .paging import FillPage, fills_since
from .reading import DAY, rows_of, shown
from .troubles import About

LISTS: Final = (
    ("fetch_open_orders", "fetchOpenOrders"),
    ("fetch_closed_orders", "fetchClosedOrders"),
    ("fetch_orders", "fetchOrders"),
)


@attrs.frozen
class KeyPermissions:
    """What an API key may do, as its venue says."""

    can_trade: bool
    can_withdraw: bool
    has_address_list: bool  # it works from listed addresses only


class Adapter(MarketReads):
    """Any exchange of ccxt's. Subclasses are registered under a name, see `registry`."""

    places: ClassVar[tuple[Mapping[str, Any], ...]] = (NOTHING,)
    """Parameters for each of the places where a venue keeps orders."""

    codes: ClassVar[Codes] = NONE
    plain_noes: ClassVar[frozenset[str]] = frozenset()  # words with 5xx: nothing was done
    fills_page: ClassVar[int] = 100  # trades of ours that one request brings at most
    fills_window: ClassVar[int | None] = None  # ms that one request may span; None: any time
    socket_life: ClassVar[Millis] = DAY  # after which a venue closes a WebSocket, at the earliest

    # -- what it is

    def config(self, settings: VenueSettings) -> dict[str, Any]:
        """What ccxt is opened with; here and nowhere else a key is revealed. Raises NoTestnet."""
        return configuration(settings, self.options(settings))

    def options(self, settings: VenueSettings) -> dict[str, Any]:
        """Of ccxt's `options`, and of what stands beside them, what this venue needs."""
        del settings
        return {}

    def listings(self, exchange: Any) -> tuple[Listing, ...]:
        """The loaded markets. One that is not sound is left out: `unsound` says which, and why."""
        return self._parsed(exchange)[0]

    def unsound(self, exchange: Any) -> tuple[Exception, ...]:
        """Why markets are missing from `listings`."""
        return self._parsed(exchange)[1]

    def _parsed(self, exchange: Any) -> tuple[tuple[Listing, ...], tuple[Exception, ...]]:
        return parse.listings(exchange.markets or {}, self.venue, exchange.precisionMode)

    def about(self, exchange: Any, what: str, symbol: str = "", client_id: str = "") -> About:
        """A request, as `troubles` wants it described."""
        return About(
            venue=self.venue,
            what=what,
            now=Millis(exchange.milliseconds()),
            symbol=symbol,
            client_id=client_id,
            codes=self.codes,
            plain_noes=self.plain_noes,
        )

    # -- orders: writes

    async def submit(self, exchange: Any, order: Submit) -> Accepted:
        """Send an order. What the venue answers must be about that order (E12)."""
        offered = self.capabilities(exchange)
        checked(order, offered)
        sent = self.arguments(exchange, order)
        self._check_steps(exchange, order, sent)
        with self.parsing("create_order"):
            raw = await exchange.create_order(*sent.as_tuple())
        told = self.asked(exchange, order.symbol).read("create_order", raw)
        named = self.client_id_of(raw)
        if named not in {"", order.client_id}:
            raise told.unsound(f"it is about the order {shown(named)}")
        asked = self.asked(exchange, order.symbol)
        traded = parse_orders.inner_fills(told, asked, order.client_id)
        return Accepted(order.client_id, told.name("id"), traded, told.time("timestamp"))

    def arguments(self, exchange: Any, order: Submit) -> Arguments:
        """What ccxt is called with."""
        del exchange
        return arguments(order, self.client_ids)

    def _check_steps(self, exchange: Any, order: Submit, sent: Arguments) -> None:
        """Raises OrderRejected where ccxt would cut the amount or round a price."""
        symbol = order.symbol
        if not kept(order.amount, exchange.amount_to_precision(symbol, sent.amount)):
            detail = f"amount {order.amount} is not on the step of {symbol}"
            raise OrderRejected(order.client_id, "LOT_SIZE", detail)
        for price in (order.price if sent.price is not None else None, order.stop):
            if price is None:
                continue
            if not kept(price, exchange.price_to_precision(symbol, str(price))):
                detail = f"price {price} is not on the step of {symbol}"
                raise OrderRejected(order.client_id, "PRICE_FILTER", detail)

    async def cancel(self, exchange: Any, order: Cancel, venue_id: str | None) -> Cancelled:
        """Take an order off the book. venue_id: the venue's, where it is known."""
        raw = await self._in_places(
            "cancel_order", exchange.cancel_order, order.client_id, order.symbol, venue_id
        )
        at = exchange.milliseconds()
        report = self._told_report(exchange, raw, order)
        if report is None or report.status == "open":
            question = Query(client_id=order.client_id, symbol=order.symbol)
            report = await self.query(exchange, question, venue_id or self._id_in(raw))
        if report is None or report.status == "open":
            raise self.asked(exchange).read("cancel_order", {}).unsound("the order is open still")
        return Cancelled(report, at)

    def _told_report(self, exchange: Any, raw: Any, order: Cancel) -> OrderReport | None:
        """The report in the answer to a cancel; None where it holds none, as many do."""
        if not isinstance(raw, Mapping) or not raw.get("status") or not raw.get("amount"):
            return None
        return self.read_report(raw, self.asked(exchange, order.symbol), order.client_id)

    def _id_in(self, raw: Any) -> str | None:
        found = raw.get("id") if isinstance(raw, Mapping) else None
        return found if isinstance(found, str) and found else None

    # -- orders: reads

    async def query(
        self, exchange: Any, order: Query, venue_id: str | None = None
    ) -> OrderReport | None:
        """How an order stands, with its fills. None only where the venue says it knows none."""
        if venue_id is None and not self.capabilities(exchange).can_look_up:
            return await self._found(exchange, order)
        try:
            raw = await self._in_places(
                "fetch_order", exchange.fetch_order, order.client_id, order.symbol, venue_id
            )
        except errors.OrderNotFound:
            return None
        return await self.with_fills(exchange, raw, order)

    async def with_fills(self, exchange: Any, raw: Any, order: Query) -> OrderReport:
        report = self.read_report(raw, self.asked(exchange, order.symbol), order.client_id)
        if report.fills or report.filled == 0:
            return report
        if report.filled is None and report.status == "cancelled":
            return report
        traded = await self.order_fills(
            exchange, order.symbol, report.venue_id, since=report.created_at
        )
        return parse_orders.with_fills(report, traded)

    async def _found(self, exchange: Any, order: Query) -> OrderReport | None:
        """By our id in what is listed. What is not listed may be there: that is no proof."""
        for method, name in LISTS:
            if not exchange.has.get(name):
                continue
            with self.parsing(method):
                rows = await getattr(exchange, method)(order.symbol)
            for raw in rows_of(self.venue, method, rows):
                if self.client_id_of(raw) == order.client_id:
                    return await self.with_fills(exchange, raw, order)
        raise NotOffered(order.symbol, "look-up of an order by its client id")

    async def _in_places(
        self, place: str, call: Any, client_id: str, symbol: str, venue_id: str | None
    ) -> Any:
        """The answer of the first place that knows the order. Raises ccxt's OrderNotFound."""
        name: dict[str, Any] = {}
        if venue_id is None:
            name = self.by_client_id(self.client_ids.written(client_id))
        missing: Exception = errors.OrderNotFound(f"{self.venue} {place}")
        for where in self.places:
            try:
                with self.parsing(place):
                    return await call(venue_id, symbol, {**name, **where})
            except errors.OrderNotFound as error:
                missing = error
        raise missing

    def by_client_id(self, written: str) -> dict[str, Any]:
        """The parameters that name an order by its client id."""
        return {"clientOrderId": written}

    async def open_orders(self, exchange: Any, symbol: str) -> tuple[OrderReport, ...]:
        """All open orders of one market, whoever placed them."""
        found = dict[str, OrderReport]()
        for where in self.places:
            with self.parsing("fetch_open_orders"):
                rows = await exchange.fetch_open_orders(symbol, None, None, dict(where))
            for raw in rows_of(self.venue, "fetch_open_orders", rows):
                report = self.read_report(raw, self.asked(exchange, symbol))
                found[report.venue_id] = report
        return tuple(sorted(found.values(), key=lambda each: (each.created_at, each.venue_id)))

    async def fills(self, exchange: Any, symbol: str, since: Millis) -> tuple[Fill, ...]:
        """All trades of ours in one market, oldest first (C8)."""

        async def page(begin: Millis, until: Millis | None) -> Sequence[Fill]:
            params = {} if until is None else {"until": until}
            return await self.fills_of(exchange, symbol, begin, params)

        return await self._all_pages(exchange, page, since)

    async def _all_pages(self, exchange: Any, page: FillPage, since: Millis) -> tuple[Fill, ...]:
        now = Millis(exchange.milliseconds())
        return await fills_since(
            page, self.venue, since, now, window=self.fills_window, page=self.fills_page
        )

    async def fills_of(
        self, exchange: Any, symbol: str, since: Millis | None, params: Mapping[str, Any]
    ) -> tuple[Fill, ...]:
        """One page of our trades, oldest first."""
        rows = await self._fill_rows(exchange, symbol, since, params)
        return self.read_fills(rows, self.asked(exchange, symbol))

    async def _fill_rows(
        self, exchange: Any, symbol: str, since: Millis | None, params: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        with self.parsing("fetch_my_trades"):
            rows = await exchange.fetch_my_trades(symbol, since, self.fills_page, dict(params))
        return rows_of(self.venue, "fetch_my_trades", rows)

    async def order_fills(
        self, exchange: Any, symbol: str, venue_id: str, *, since: Millis | None = None
    ) -> tuple[Fill, ...]:
        """The trades of one order. since: when it was placed, for venues that cannot tell."""
        if not exchange.has.get("fetchOrderTrades"):
            return await self.fills_among(exchange, symbol, venue_id, since)
        with self.parsing("fetch_order_trades"):
            rows = await exchange.fetch_order_trades(venue_id, symbol)
        return self.read_fills(rows, self.asked(exchange, symbol))

    async def fills_among(
        self, exchange: Any, symbol: str, venue_id: str, since: Millis | None
    ) -> tuple[Fill, ...]:
        """Those of all our trades since a time that are of one order; of a day where it is None."""
        asked = self.asked(exchange, symbol)
        begin = Millis(exchange.milliseconds() - DAY) if since is None else since
        ours = set[str]()

        async def page(begin: Millis, until: Millis | None) -> Sequence[Fill]:
            params = {} if until is None else {"until": until}
            rows = await self._fill_rows(exchange, symbol, begin, params)
            ours.update(
                parse_orders.own_trade_id(str(each.get("id")), each.get("side"))
                for each in rows
                if self.is_of(each, venue_id)
            )
            return self.read_fills(rows, asked)

        found = await self._all_pages(exchange, page, begin)
        return tuple(each for each in found if each.trade_id in ours)

    # -- the account: reads

    async def holdings(self, exchange: Any) -> tuple[Holding, ...]:
        """What the account has; without what it has nothing of."""
        with self.parsing("fetch_balance"):
            raw = await exchange.fetch_balance()
        found = parse_account.holdings(raw, self.asked(exchange), least=self.least_holding)
        return tuple(each for each in found if each.free or each.locked)

    async def positions(self, exchange: Any) -> tuple[Position, ...]:
        """The open positions; none where the exchange has no contracts."""
        if not exchange.has.get("fetchPositions"):
            return ()
        with self.parsing("fetch_positions"):
            raw = await exchange.fetch_positions()
        return parse_account.positions(raw, self.asked(exchange))

    async def permissions(self, exchange: Any) -> KeyPermissions | None:
        """What the key may do; None where the venue does not say."""
        del exchange
        return None

    async def server_time(self, exchange: Any) -> Millis:
        """The venue's clock."""
        with self.parsing("fetch_time"):
            raw = await exchange.fetch_time()
        return self.asked(exchange).read("fetch_time", {}).as_time(raw, "time")
