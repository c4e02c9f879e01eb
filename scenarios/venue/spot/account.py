"""Accounts on spot over REST: balances, orders, trades, fees, and the user data streams' keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ....actors.matching.markets import Market
from ....actors.matching.values import AccountId, Order
from ....runtime import Millis
from ..access.errors import ApiError
from ..access.limits import OrderLimit, interval
from ..access.listen_keys import ListenKeys
from ..accounts import AccountEntry
from ..dialect.errors import either, no_such_order, too_long
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from . import shapes
from .desk import SpotDesk

DAY: Final = 86_400_000
ARCHIVED_AFTER: Final = 90 * DAY
BIPS: Final = 10_000  # 1e-8 in one of 1/10,000
_RANGE: Final = ("symbol", "orderId", "startTime", "endTime", "limit")
_ONE: Final = ("symbol", "orderId", "origClientOrderId")


class Accounts:
    """Handlers of the endpoints that tell an account about itself."""

    def __init__(
        self,
        desk: SpotDesk,
        entry: Callable[[AccountId], AccountEntry],
        orders: OrderLimit,
        listen_keys: ListenKeys,
        watch_keys: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._entry = entry
        self._orders = orders
        self._listen_keys = listen_keys
        self._watch_keys = watch_keys

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        api, streams = "/api/v3", "/api/v3/userDataStream"
        return [
            Route("GET", f"{api}/account", self.account, 20, "USER_DATA", ("omitZeroBalances",)),
            Route("GET", f"{api}/order", self.order, 4, "USER_DATA", _ONE),
            Route("GET", f"{api}/openOrders", self.open, _open_weight, "USER_DATA", ("symbol",)),
            Route("GET", f"{api}/allOrders", self.all, 20, "USER_DATA", _RANGE),
            Route("GET", f"{api}/myTrades", self.trades, _trades_weight, "USER_DATA",
                  (*_RANGE, "fromId")),
            Route("GET", f"{api}/rateLimit/order", self.order_count, 40, "USER_DATA", ()),
            Route("GET", f"{api}/myPreventedMatches", self.prevented, 2, "USER_DATA",
                  ("symbol", "preventedMatchId", "orderId", "fromPreventedMatchId", "limit")),
            Route("GET", f"{api}/myAllocations", self.nothing, 20, "USER_DATA",
                  (*_RANGE, "fromAllocationId")),
            Route("GET", f"{api}/account/commission", self.commission, 20, "USER_DATA",
                  ("symbol",)),
            Route("POST", streams, self.open_stream, 2, "KEY", ()),
            Route("PUT", streams, self.keep_stream, 2, "KEY", ("listenKey",)),
            Route("DELETE", streams, self.close_stream, 2, "KEY", ("listenKey",)),
        ]  # fmt: skip

    def account(self, call: Call) -> dict[str, object]:
        entry = self._entry(call.account)
        maker, taker = self.rates(entry)
        omits = call.params.flag("omitZeroBalances") is True
        rates = {"maker": maker, "taker": taker, "buyer": 0, "seller": 0}
        permissions = call.key.permissions if call.key is not None else frozenset()
        return {
            "makerCommission": maker // BIPS,
            "takerCommission": taker // BIPS,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {name: shapes.show_rate(rate) for name, rate in rates.items()},
            "canTrade": "trade" in permissions,
            "canWithdraw": True,
            "canDeposit": True,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": self._updated_at(call.account),
            "accountType": "SPOT",
            "balances": self.balances(call.account, omits=omits),
            "permissions": ["SPOT"],
            "uid": entry.uid,
        }

    def balances(self, account: AccountId, *, omits: bool) -> list[dict[str, object]]:
        """Free and locked of every asset; `omits`: only of those that it has."""
        held = self._desk.engine.clearing.balances(account)
        assets = dict.fromkeys((*self._desk.assets(), *held))
        return [
            {
                "asset": asset,
                "free": shapes.show_atoms(held.get(asset, (0, 0))[0]),
                "locked": shapes.show_atoms(held.get(asset, (0, 0))[1]),
            }
            for asset in assets
            if not omits or any(held.get(asset, (0, 0)))
        ]

    def rates(self, entry: AccountEntry, market: Market | None = None) -> tuple[int, int]:
        """What an account pays as maker and as taker, in 1e-8."""
        if market is None:
            market = next(iter(self._desk.engine.markets.values()))
        maker = market.maker if entry.maker is None else entry.maker
        taker = market.taker if entry.taker is None else entry.taker
        return maker, taker

    def order(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, client_id = params.whole("orderId"), params.client_id("origClientOrderId")
        if order_id is None and client_id is None:
            raise either("origClientOrderId", "orderId")
        order = self._desk.find(call.account, market.symbol, order_id, client_id)
        is_over = not self._desk.is_open(order)
        if is_over and not order.filled and call.now - order.updated_at > ARCHIVED_AFTER:
            raise ApiError(
                -2026,
                "Order was canceled or expired with no executed qty over 90 days ago "
                "and has been archived.",
            )
        return self._shown(order, market)

    def open(self, call: Call) -> list[dict[str, object]]:
        symbol = call.params.symbol()
        if symbol is not None:
            self._desk.market(symbol)
        orders = self._desk.engine.open_orders(call.account, symbol)
        return [self._shown(order, self._desk.market(order.request.symbol)) for order in orders]

    def all(self, call: Call) -> list[dict[str, object]]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        since, limit = params.whole("orderId"), params.count("limit", 500, 1000)
        start, end = _period(params)
        found = [
            order
            for order in self._desk.engine.orders(call.account, market.symbol)
            if (since is None or order.id >= since) and _within(order.created_at, start, end)
        ]
        chosen = found[-limit:] if since is None and start is None else found[:limit]
        return [self._shown(order, market) for order in chosen]

    def trades(self, call: Call) -> list[dict[str, object]]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, since = params.whole("orderId"), params.whole("fromId")
        start, end = _period(params)
        limit = params.count("limit", 500, 1000)
        if since is not None and (start is not None or end is not None):
            raise ApiError(-1128, "Combination of optional parameters invalid.")
        found = [
            each
            for each in self._desk.engine.executions(call.account, market.symbol)
            if (order_id is None or each.order_id == order_id)
            and (since is None or each.trade_id >= since)
            and _within(each.at, start, end)
        ]
        chosen = found[-limit:] if since is None and start is None else found[:limit]
        return [
            shapes.my_trade(each, market, self._list_of(call.account, each.symbol, each.order_id))
            for each in chosen
        ]

    def order_count(self, call: Call) -> list[dict[str, object]]:
        return [
            {
                "rateLimitType": "ORDERS",
                **interval(span),
                "limit": most,
                "count": self._orders.count(call.account, span, call.now),
            }
            for span, most in self._orders.windows
        ]

    def prevented(self, call: Call) -> list[dict[str, object]]:
        self._desk.market(call.params.need_symbol())
        if "preventedMatchId" not in call.params and "orderId" not in call.params:
            raise either("preventedMatchId", "orderId")
        return []

    def nothing(self, call: Call) -> list[dict[str, object]]:
        self._desk.market(call.params.need_symbol())
        return []

    def commission(self, call: Call) -> dict[str, object]:
        market = self._desk.market(call.params.need_symbol())
        entry = self._entry(call.account)
        maker, taker = self.rates(entry, market)
        none = {name: shapes.show_rate(0) for name in ("maker", "taker", "buyer", "seller")}
        return {
            "symbol": market.symbol,
            "standardCommission": {
                **none,
                "maker": shapes.show_rate(maker),
                "taker": shapes.show_rate(taker),
            },
            "specialCommission": none,
            "taxCommission": none,
            "discount": {
                "enabledForAccount": entry.fee_asset is not None,
                "enabledForSymbol": True,
                "discountAsset": entry.fee_asset or "BNB",
                "discount": "0.25000000",
            },
        }

    def open_stream(self, call: Call) -> dict[str, object]:
        key = self._listen_keys.create(call.account, call.now)
        self._watch_keys()
        return {"listenKey": key}

    def keep_stream(self, call: Call) -> dict[str, object]:
        self._own(call)
        self._listen_keys.keep(call.params.need("listenKey"), call.now)
        self._watch_keys()
        return {}

    def close_stream(self, call: Call) -> dict[str, object]:
        self._own(call)
        self._listen_keys.close(call.params.need("listenKey"), call.now)
        return {}

    def _own(self, call: Call) -> None:
        key = call.params.need("listenKey")
        if self._listen_keys.account(key, call.now) != call.account:
            raise ApiError(-1125, "This listenKey does not exist.")

    def _shown(self, order: Order, market: Market) -> dict[str, object]:
        shown = shapes.queried(order, market)
        self._desk.mark_pending(order, shown)
        strategy = self._desk.strategy(order)
        return shown if strategy is None else shown | shapes.strategy(strategy.id, strategy.type)

    def _list_of(self, account: AccountId, symbol: str, order_id: int) -> int:
        try:
            return self._desk.find(account, symbol, order_id, None).list_id
        except ApiError as error:
            if error.code != no_such_order().code:
                raise
            return -1  # the trade is remembered for longer than its order

    def _updated_at(self, account: AccountId) -> Millis:
        return self._desk.balance_times.get(account, Millis(0))


def _period(params: Params) -> tuple[int | None, int | None]:
    start, end = params.whole("startTime"), params.whole("endTime")
    if start is not None and end is not None and end - start > DAY:
        raise too_long(24)
    return start, end


def _within(at: int, start: int | None, end: int | None) -> bool:
    return (start is None or at >= start) and (end is None or at <= end)


def _open_weight(params: Params) -> int:
    return 80 if params.symbol() is None else 6


def _trades_weight(params: Params) -> int:
    return 20 if params.whole("orderId") is None else 5
