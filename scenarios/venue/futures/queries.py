"""Orders and trades of an account over REST: one, the open ones, all that are remembered."""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import Market
from ....actors.matching.values import Execution, Order
from ..access.limits import OrderLimit, interval
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from . import shapes
from .desk import FuturesDesk, checked_span, within
from .product import pair_of
from .refusals import either, no_such_order
from .shapes import Shape
from .trading import read_ids
from .weights import by_symbol

DAY: Final = 86_400_000
WEEK: Final = 7 * DAY


class Queries:
    """Handlers of the endpoints that tell of orders and trades."""

    def __init__(self, desk: FuturesDesk, orders: OrderLimit) -> None:
        self._desk = desk
        self._product = desk.product
        self._orders = orders

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        every, force = by_symbol(1, 40), by_symbol(20, 50)
        return [
            Route("GET", path("order"), self.order, 1, "USER_DATA"),
            Route("GET", path("openOrder"), self.open_order, 1, "USER_DATA"),
            Route("GET", path("openOrders"), self.open, every, "USER_DATA"),
            Route("GET", path("allOrders"), self.all, 5, "USER_DATA"),
            Route("GET", path("userTrades"), self.trades, 5, "USER_DATA"),
            Route("GET", path("forceOrders"), self.forced, force, "USER_DATA"),
            Route("GET", path("rateLimit/order"), self.order_limits, 1, "USER_DATA"),
        ]

    def order(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        order = self._desk.find(call.account, market.symbol, *read_ids(call.params))
        return self._shown(order, market)

    def open_order(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        order_id, client_id = read_ids(call.params)
        for order in self._desk.open_orders(call.account, market.symbol):
            if order.id == order_id or order.client_id == client_id:
                return self._shown(order, market)
        raise no_such_order()

    def open(self, call: Call) -> list[Shape]:
        symbol, pair = call.params.symbol(), call.params.symbol("pair")
        return [
            self._shown(order, market)
            for market in self._desk.markets(symbol, pair)
            for order in self._desk.open_orders(call.account, market.symbol)
        ]

    def all(self, call: Call) -> list[Shape]:
        params = call.params
        start, end = self._span(params)
        since = params.whole("orderId")
        limit = params.count("limit", 50 if self._product.is_inverse else 500, 1000)
        found = [
            (order, market)
            for market in self._some(params)
            for order in self._desk.engine.orders(call.account, market.symbol)
            if not self._desk.is_waiting(order)
            and (since is None or order.id >= since)
            and within(order.created_at, start, end)
        ]
        chosen = found[:limit] if since is not None or start is not None else found[-limit:]
        return [self._shown(order, market) for order, market in chosen]

    def trades(self, call: Call) -> list[Shape]:
        params = call.params
        start, end = self._span(params)
        since, order_id = params.whole("fromId"), params.whole("orderId")
        limit = params.count("limit", 50 if self._product.is_inverse else 500, 1000)
        found = [
            (execution, market)
            for market in self._some(params)
            for execution in self._desk.engine.executions(call.account, market.symbol)
            if (since is None or execution.trade_id >= since)
            and (order_id is None or execution.order_id == order_id)
            and within(execution.at, start, end)
        ]
        first = since is not None or start is not None
        chosen: list[tuple[Execution, Market]] = found[:limit] if first else found[-limit:]
        return [shapes.trade(each, market, self._product) for each, market in chosen]

    def forced(self, call: Call) -> list[Shape]:
        params = call.params
        kind = params.text("autoCloseType")
        start, end = params.whole("startTime"), params.whole("endTime")
        limit = params.count("limit", 50, 100)
        found = [
            (order, market)
            for market in self._desk.markets(params.symbol())
            for order in self._desk.engine.orders(call.account, market.symbol)
            if order.is_liquidation and within(order.created_at, start, end) and kind != "ADL"
        ]
        return [
            shapes.forced(order, market, self._product, self._desk.filled(order))
            for order, market in found[-limit:]
        ]

    def order_limits(self, _call: Call) -> list[Shape]:
        return [
            {"rateLimitType": "ORDERS", **interval(span), "limit": most}
            for span, most in self._orders.windows
        ]

    def _span(self, params: Params) -> tuple[int | None, int | None]:
        start, end = params.whole("startTime"), params.whole("endTime")
        checked_span(start, end, WEEK, "Maximum time interval is 7 days.")
        return start, end

    def _some(self, params: Params) -> list[Market]:
        """One symbol; on COIN-M all of a pair will do."""
        symbol, pair = params.symbol(), params.symbol("pair")
        if symbol is not None or not self._product.is_inverse:
            return [self._desk.market(params.need_symbol())]
        if pair is None:
            raise either("symbol", "pair")
        markets = self._desk.engine.markets.values()
        return [market for market in markets if pair_of(market) == pair]

    def _shown(self, order: Order, market: Market) -> Shape:
        return shapes.queried(order, market, self._product, self._desk.filled(order))
