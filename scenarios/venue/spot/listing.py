"""Order lists on spot: OCO in its old and its new form, OTO, OTOCO; queries and cancels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ....actors.matching.lists import Contingency, ListState, OrderList
from ....actors.matching.markets import Market
from ....actors.matching.refusals import Refused
from ....actors.matching.values import AccountId, OrderRequest
from ..access.errors import ApiError
from ..dialect.errors import either, no_such_list, spot_refusal, too_long
from ..dialect.routes import Call, Route
from . import shapes
from .desk import SpotDesk
from .reading import (
    Names,
    answer_kind,
    leg_names,
    read_order,
    with_client_id,
)
from .words import is_stop

DAY: Final = 86_400_000
_LEG: Final = (
    "Type", "ClientOrderId", "IcebergQty", "Price", "StopPrice", "TrailingDelta", "TimeInForce",
    "StrategyId", "StrategyType", "PegPriceType", "PegOffsetType", "PegOffsetValue",
)  # fmt: skip
_COMMON: Final = ("symbol", "listClientOrderId", "newOrderRespType", "selfTradePreventionMode")


def _of(*prefixes: str) -> tuple[str, ...]:
    return tuple(prefix + name for prefix in prefixes for name in _LEG)


_OLD_OCO: Final = (
    *_COMMON, "side", "quantity", "price", "stopPrice", "trailingDelta", "limitClientOrderId",
    "limitIcebergQty", "limitStrategyId", "limitStrategyType", "stopClientOrderId",
    "stopLimitPrice", "stopIcebergQty", "stopLimitTimeInForce", "stopStrategyId",
    "stopStrategyType",
)  # fmt: skip
_OCO: Final = (*_COMMON, "side", "quantity", *_of("above", "below"))
_OTO: Final = (
    *_COMMON, "workingSide", "workingQuantity", "pendingSide", "pendingQuantity",
    *_of("working", "pending"),
)  # fmt: skip
_OTOCO: Final = (
    *_COMMON, "workingSide", "workingQuantity", "pendingSide", "pendingQuantity",
    *_of("working", "pendingAbove", "pendingBelow"),
)  # fmt: skip
_CANCEL: Final = ("symbol", "orderListId", "listClientOrderId", "newClientOrderId")
_STATES: Final[Mapping[ListState, tuple[str, str]]] = MappingProxyType(
    {
        "taken": ("EXEC_STARTED", "EXECUTING"),
        "executing": ("EXEC_STARTED", "EXECUTING"),
        "done": ("ALL_DONE", "ALL_DONE"),
    }
)
_OLD_LIMIT: Final = Names(
    client_id="limitClientOrderId", iceberg="limitIcebergQty", strategy="limitStrategyId",
    strategy_type="limitStrategyType", type="", stop_price="", trailing="", time="",
)  # fmt: skip
_OLD_STOP: Final = Names(
    client_id="stopClientOrderId", iceberg="stopIcebergQty", strategy="stopStrategyId",
    strategy_type="stopStrategyType", type="", price="stopLimitPrice", time="stopLimitTimeInForce",
)  # fmt: skip


class ListDesk:
    """Handlers of the endpoints of order lists."""

    def __init__(self, desk: SpotDesk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        one = "/api/v3/orderList"
        return [
            Route("POST", "/api/v3/order/oco", self.old_oco, 1, "TRADE", _OLD_OCO, 2),
            Route("POST", f"{one}/oco", self.oco, 1, "TRADE", _OCO, 2),
            Route("POST", f"{one}/oto", self.oto, 1, "TRADE", _OTO, 2),
            Route("POST", f"{one}/otoco", self.otoco, 1, "TRADE", _OTOCO, 3),
            Route("DELETE", one, self.cancel_list, 1, "TRADE", _CANCEL),
            Route("GET", one, self.query, 4, "USER_DATA", ("orderListId", "origClientOrderId")),
            Route(
                "GET", "/api/v3/allOrderList", self.query_all, 20, "USER_DATA",
                ("fromId", "startTime", "endTime", "limit"),
            ),
            Route("GET", "/api/v3/openOrderList", self.query_open, 6, "USER_DATA", ()),
        ]  # fmt: skip

    def old_oco(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        is_limited = "stopLimitPrice" in params
        limit = read_order(params, market, call.account, _OLD_LIMIT, kind="LIMIT_MAKER")
        stop = read_order(
            params, market, call.account, _OLD_STOP,
            kind="STOP_LOSS_LIMIT" if is_limited else "STOP_LOSS",
        )  # fmt: skip
        return self._submit(call, market, (stop, limit), "OCO")

    def oco(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        above = read_order(params, market, call.account, leg_names("above"))
        below = read_order(params, market, call.account, leg_names("below"))
        _check_places(above, below)
        return self._submit(call, market, (above, below), "OCO")

    def oto(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        working = read_order(params, market, call.account, _side_names("working"))
        pending = read_order(params, market, call.account, _side_names("pending"))
        return self._submit(call, market, (working, pending), "OTO")

    def otoco(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        working = read_order(params, market, call.account, _side_names("working"))
        names = [
            leg_names(prefix, side="pendingSide", quantity="pendingQuantity")
            for prefix in ("pendingAbove", "pendingBelow")
        ]
        above, below = (read_order(params, market, call.account, each) for each in names)
        _check_places(above, below)
        return self._submit(call, market, (working, above, below), "OTOCO")

    def cancel_list(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        list_id = params.whole("orderListId")
        client_id = params.client_id("listClientOrderId")
        if list_id is None and client_id is None:
            raise either("orderListId", "listClientOrderId")
        found = self._find(call.account, list_id, client_id)
        if found is None or found.state == "done" or found.symbol != market.symbol:
            raise ApiError(-2011, "Unknown order list sent.")
        sent_as = params.client_id("newClientOrderId") or self._desk.draw_id()
        shown = self.cancel(call, found.id, sent_as)
        self._desk.settle()
        return shown

    def query(self, call: Call) -> dict[str, object]:
        list_id = call.params.whole("orderListId")
        client_id = call.params.client_id("origClientOrderId")
        if list_id is None and client_id is None:
            raise either("orderListId", "origClientOrderId")
        found = self._find(call.account, list_id, client_id)
        if found is None:
            raise no_such_list()
        return head(found)

    def query_all(self, call: Call) -> list[dict[str, object]]:
        params = call.params
        since, start = params.whole("fromId"), params.whole("startTime")
        end, limit = params.whole("endTime"), params.count("limit", 500, 1000)
        if since is not None and (start is not None or end is not None):
            raise ApiError(-1128, "Combination of optional parameters invalid.")
        if start is not None and end is not None and end - start > DAY:
            raise too_long(24)
        found = [
            each
            for each in self._desk.engine.order_lists(call.account)
            if (since is None or each.id >= since)
            and (start is None or each.created_at >= start)
            and (end is None or each.created_at <= end)
        ]
        chosen = found[:limit] if since is not None or start is not None else found[-limit:]
        return [head(each) for each in chosen]

    def query_open(self, call: Call) -> list[dict[str, object]]:
        lists = self._desk.engine.order_lists(call.account)
        return [head(each) for each in lists if each.state != "done"]

    def cancel(self, call: Call, list_id: int, sent_as: str) -> dict[str, object]:
        """Cancel a list; what is said of it."""
        found = self._find(call.account, list_id, None)
        if found is None:
            raise ApiError(-2011, "Unknown order list sent.")
        market = self._desk.market(found.symbol)
        self._desk.engine.cancel_list(
            call.account, found.symbol, found.id, call.now, sent_as=sent_as
        )
        shown = head(found)
        shown["orderReports"] = [
            shapes.cancelled(order, market, sent_as, call.now) for order in found.orders
        ]
        return shown

    def status(self, account: AccountId, list_id: int) -> dict[str, object]:
        """A list as the answer to an amendment tells it."""
        found = self._find(account, list_id, None)
        if found is None:
            raise no_such_list()
        shown = head(found)
        del shown["listStatusType"], shown["transactionTime"]
        return shown

    def _submit(
        self,
        call: Call,
        market: Market,
        legs: Sequence[OrderRequest],
        contingency: Contingency,
    ) -> dict[str, object]:
        params = call.params
        kind = answer_kind(params, "RESULT")
        client_id = params.client_id("listClientOrderId") or self._desk.draw_id()
        named = [
            leg if leg.client_id else with_client_id(leg, self._desk.draw_id()) for leg in legs
        ]
        self._desk.refer(market.symbol)
        try:
            list_id, orders = self._desk.engine.submit_list(
                named, call.now, client_id=client_id, contingency=contingency
            )
        except Refused as refused:
            raise spot_refusal(refused) from refused
        reports: list[dict[str, object]] = []
        for order in orders:
            if kind == "ACK":
                reports.append(shapes.acknowledged(order, call.now))
                continue
            report = shapes.placed(order, market, call.now)
            self._desk.mark_pending(order, report)
            reports.append(report)
        found = self._find(call.account, list_id, None)
        if found is None:
            raise no_such_list()
        shown = head(found)
        self._desk.settle()
        shown["orderReports"] = reports
        return shown

    def _find(
        self, account: AccountId, list_id: int | None, client_id: str | None
    ) -> OrderList | None:
        if list_id is not None:
            found = self._desk.engine.order_list(account, list_id)
            if found is not None and client_id not in {None, found.client_id}:
                return None
            return found
        lists = self._desk.engine.order_lists(account)
        return next((each for each in reversed(lists) if each.client_id == client_id), None)


def head(found: OrderList) -> dict[str, object]:
    """A list as every answer about it begins."""
    status_type, status = _STATES[found.state]
    return shapes.list_head(
        {
            "orderListId": found.id,
            "contingencyType": "OCO" if found.contingency == "OCO" else "OTO",
            "listStatusType": status_type,
            "listOrderStatus": status,
            "listClientOrderId": found.client_id,
            "transactionTime": found.updated_at,
            "symbol": found.symbol,
        },
        found.orders,
    )


def _side_names(prefix: str) -> Names:
    return leg_names(prefix, side=f"{prefix}Side", quantity=f"{prefix}Quantity")


def _check_places(above: OrderRequest, below: OrderRequest) -> None:
    """Which type may stand above and which below, by the venue's own codes."""
    stops = [each.kind in {"stop_loss", "stop_limit"} for each in (above, below)]
    if not is_stop(above) and not is_stop(below):
        raise ApiError(-1168, "At least one OCO order must be contingent.")
    buys = above.side == "buy"
    if buys:
        if above.kind == "limit":
            raise ApiError(-1165, "A limit order in a buy OCO must be below.")
        if stops[1]:
            raise ApiError(-1196, "A stop loss order in a buy OCO must be above.")
        if not stops[0]:
            raise ApiError(-1198, "A take profit order in a buy OCO must be below.")
        return
    if below.kind == "limit":
        raise ApiError(-1166, "A limit order in a sell OCO must be above.")
    if stops[0]:
        raise ApiError(-1197, "A stop loss order in a sell OCO must be below.")
    if not stops[1]:
        raise ApiError(-1199, "A take profit order in a sell OCO must be above.")
