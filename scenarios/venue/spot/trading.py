"""Single orders on spot: place, test, cancel, cancel and replace, amend."""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import Market
from ....actors.matching.refusals import Refused
from ....actors.matching.values import Event, Execution, Order, OrderChanged, OrderRequest
from ....runtime import Millis
from ..access.errors import TOO_MANY, ApiError, missing
from ..access.limits import OrderLimit
from ..dialect.errors import CONFLICT, FILTERS, either, not_valid, spot_refusal
from ..dialect.params import Params
from ..dialect.routes import Call, Route, error_body
from . import shapes
from .desk import SpotDesk, Strategy
from .listing import ListDesk
from .reading import (
    ORDER_PARAMS,
    amount_of,
    answer_kind,
    default_answer,
    read_order,
    with_client_id,
)

RESTRICTIONS: Final = frozenset(("ONLY_NEW", "ONLY_PARTIALLY_FILLED"))
REPLACE_MODES: Final = frozenset(("STOP_ON_FAILURE", "ALLOW_FAILURE"))
LIMIT_MODES: Final = frozenset(("DO_NOTHING", "CANCEL_ONLY"))
_CANCEL: Final = (
    "symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions",
)  # fmt: skip
_REPLACE: Final = (
    *ORDER_PARAMS, "cancelReplaceMode", "cancelNewClientOrderId", "cancelOrigClientOrderId",
    "cancelOrderId", "cancelRestrictions", "orderRateLimitExceededMode",
)  # fmt: skip
_AMEND: Final = ("symbol", "orderId", "origClientOrderId", "newClientOrderId", "newQty")
_TEST_WEIGHT: Final = 20  # of a test that reckons fees too


class Trading:
    """Handlers of the endpoints that place and end single orders."""

    def __init__(self, desk: SpotDesk, lists: ListDesk, limit: OrderLimit) -> None:
        self._desk = desk
        self._lists = lists
        self._limit = limit

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        order = "/api/v3/order"
        tested = (*ORDER_PARAMS, "computeCommissionRates")
        return [
            Route("POST", order, self.place, 1, "TRADE", ORDER_PARAMS, 1),
            Route("POST", f"{order}/test", self.test, _test_weight, "TRADE", tested),
            Route("DELETE", order, self.cancel, 1, "TRADE", _CANCEL),
            Route("POST", f"{order}/cancelReplace", self.replace, 1, "TRADE", _REPLACE),
            Route("PUT", f"{order}/amend/keepPriority", self.amend, 4, "TRADE", _AMEND),
            Route("DELETE", "/api/v3/openOrders", self.cancel_all, 1, "TRADE", ("symbol",)),
        ]

    def place(self, call: Call) -> dict[str, object]:
        market = self._desk.market(call.params.need_symbol())
        request = read_order(call.params, market, call.account)
        kind = answer_kind(call.params, default_answer(request.kind, request.time_in_force))
        return self._place(call, market, request, kind)

    def test(self, call: Call) -> dict[str, object]:
        market = self._desk.market(call.params.need_symbol())
        request = read_order(call.params, market, call.account)
        answer_kind(call.params, "ACK")
        self._desk.check(request)
        if call.params.flag("computeCommissionRates") is not True:
            return {}
        rates = {"maker": shapes.show_rate(market.maker), "taker": shapes.show_rate(market.taker)}
        none = {"maker": shapes.show_rate(0), "taker": shapes.show_rate(0)}
        return {
            "standardCommissionForOrder": rates,
            "specialCommissionForOrder": none,
            "taxCommissionForOrder": none,
            "discount": {
                "enabledForAccount": False,
                "enabledForSymbol": False,
                "discountAsset": "BNB",
                "discount": "0.25000000",
            },
        }

    def cancel(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, client_id = params.whole("orderId"), params.client_id("origClientOrderId")
        if order_id is None and client_id is None:
            raise either("origClientOrderId", "orderId")
        order = self._desk.open_order(call.account, market.symbol, order_id, client_id)
        return self._cancel(call, market, order, params.client_id("newClientOrderId"))

    def cancel_all(self, call: Call) -> list[dict[str, object]]:
        market = self._desk.market(call.params.need_symbol())
        engine = self._desk.engine
        open_orders = engine.open_orders(call.account, market.symbol)
        if not open_orders:
            raise ApiError(-2011, "Unknown order sent.")
        sent_as = self._desk.draw_id()
        shown: list[dict[str, object]] = []
        done: set[int] = set()
        for order in open_orders:
            if order.list_id >= 0:
                if order.list_id not in done:
                    done.add(order.list_id)
                    shown.append(self._lists.cancel(call, order.list_id, sent_as))
                continue
            engine.cancel(call.account, market.symbol, call.now, order_id=order.id, sent_as=sent_as)
            shown.append(shapes.cancelled(order, market, sent_as, call.now))
        self._desk.settle()
        return shown

    def replace(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        mode = params.choice("cancelReplaceMode", REPLACE_MODES, not_valid("cancelReplaceMode"))
        if mode is None:
            raise missing("cancelReplaceMode")
        name = "orderRateLimitExceededMode"
        limit_mode = params.choice(name, LIMIT_MODES, not_valid(name)) or "DO_NOTHING"
        if "cancelOrderId" not in params and "cancelOrigClientOrderId" not in params:
            raise either("cancelOrigClientOrderId", "cancelOrderId")
        request = read_order(params, market, call.account)
        kind = answer_kind(params, default_answer(request.kind, request.time_in_force))
        if limit_mode == "DO_NOTHING":
            self._limit.check(call.account, 1, call.now)
        self._check_filters(request)
        cancelled = self._try_cancel(call, market)
        placed: dict[str, object] | ApiError | None = None
        if mode == "ALLOW_FAILURE" or not isinstance(cancelled, ApiError):
            placed = self._try_place(call, market, request, kind)
        return _replaced(cancelled, placed)

    def amend(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, client_id = params.whole("orderId"), params.client_id("origClientOrderId")
        if order_id is None and client_id is None:
            raise either("origClientOrderId", "orderId")
        amount = amount_of(params, market, "newQty")
        if amount is None:
            raise missing("newQty")
        order = self._desk.open_order(call.account, market.symbol, order_id, client_id)
        former = order.client_id
        renamed = params.client_id("newClientOrderId") or self._desk.draw_id()
        self._desk.engine.amend(
            call.account,
            market.symbol,
            call.now,
            order_id=order.id,
            amount=amount,
            client_id=renamed,
        )
        self._desk.settle()
        shown: dict[str, object] = {
            "transactTime": call.now,
            "executionId": self._desk.draw_number(),
            "amendedOrder": shapes.amended(order, market, former),
        }
        if order.list_id >= 0:
            shown["listStatus"] = self._lists.status(call.account, order.list_id)
        return shown

    def _check_filters(self, request: OrderRequest) -> None:
        try:
            self._desk.check(request)
        except Refused as refused:
            if refused.reason in FILTERS:  # what else there is may have changed after the cancel
                raise

    def _place(
        self, call: Call, market: Market, request: OrderRequest, kind: str
    ) -> dict[str, object]:
        if not request.client_id:
            request = with_client_id(request, self._desk.draw_id())
        self._desk.refer(request.symbol)
        order = self._desk.engine.submit(request, call.now)
        params = call.params
        self._desk.note_strategy(
            order, Strategy(params.whole("strategyId"), params.whole("strategyType"))
        )
        return self.answer(order, market, call.now, kind, self._desk.settle())

    def answer(
        self, order: Order, market: Market, now: Millis, kind: str, events: list[Event]
    ) -> dict[str, object]:
        """What is said of an order that was just taken."""
        if kind == "ACK":
            return shapes.acknowledged(order, now)
        shown = shapes.placed(order, market, now)
        strategy = self._desk.strategy(order)
        if strategy is not None:
            shown |= shapes.strategy(strategy.id, strategy.type)
        if kind == "FULL":
            shown["fills"] = shapes.fills(_executions(order, events), market)
        return shown

    def _cancel(
        self, call: Call, market: Market, order: Order, sent_as: str | None
    ) -> dict[str, object]:
        name = "cancelRestrictions"
        wrong = ApiError(-1145, "Invalid cancelRestrictions")
        restriction = call.params.choice(name, RESTRICTIONS, wrong)
        is_partial = order.filled > 0
        if restriction is not None and is_partial is (restriction == "ONLY_NEW"):
            raise ApiError(-2011, "Order was not canceled due to cancel restrictions.")
        sent_as = sent_as or self._desk.draw_id()
        if order.list_id >= 0:
            shown = self._lists.cancel(call, order.list_id, sent_as)
        else:
            self._desk.engine.cancel(
                call.account, market.symbol, call.now, order_id=order.id, sent_as=sent_as
            )
            shown = shapes.cancelled(order, market, sent_as, call.now)
        self._desk.settle()
        return shown

    def _try_cancel(self, call: Call, market: Market) -> dict[str, object] | ApiError:
        params = call.params
        try:
            order = self._desk.open_order(
                call.account,
                market.symbol,
                params.whole("cancelOrderId"),
                params.client_id("cancelOrigClientOrderId"),
            )
            return self._cancel(call, market, order, params.client_id("cancelNewClientOrderId"))
        except Refused as refused:
            return spot_refusal(refused)
        except ApiError as error:
            return error

    def _try_place(
        self, call: Call, market: Market, request: OrderRequest, kind: str
    ) -> dict[str, object] | ApiError:
        limit = self._limit
        try:
            limit.check(call.account, 1, call.now)
        except ApiError as error:
            return error
        limit.add(call.account, 1, call.now)
        try:
            shown = self._place(call, market, request, kind)
        except (Refused, ApiError) as error:
            limit.add(call.account, -1, call.now)
            return spot_refusal(error) if isinstance(error, Refused) else error
        call.headers.extend(limit.headers(call.account, call.now))
        return shown


def _replaced(
    cancelled: dict[str, object] | ApiError, placed: dict[str, object] | ApiError | None
) -> dict[str, object]:
    """The answer to a cancel-and-replace, or the error that it amounts to."""
    data: dict[str, object] = {
        "cancelResult": _result(cancelled),
        "newOrderResult": _result(placed),
        "cancelResponse": _body(cancelled),
        "newOrderResponse": _body(placed),
    }
    flaws = [each for each in (cancelled, placed) if isinstance(each, ApiError)]
    if not flaws:
        return data
    throttled = any(flaw.status == TOO_MANY for flaw in flaws)
    if len(flaws) == 1 and placed is not None:
        text = "Order cancel-replace partially failed."
        raise ApiError(-2021, text, status=TOO_MANY if throttled else CONFLICT, data=data)
    raise ApiError(-2022, "Order cancel-replace failed.", data=data)


def _result(part: dict[str, object] | ApiError | None) -> str:
    if part is None:
        return "NOT_ATTEMPTED"
    return "FAILURE" if isinstance(part, ApiError) else "SUCCESS"


def _body(part: dict[str, object] | ApiError | None) -> object:
    return error_body(part) if isinstance(part, ApiError) else part


def _executions(order: Order, events: list[Event]) -> list[Execution]:
    return [
        event.execution
        for event in events
        if isinstance(event, OrderChanged) and event.order is order and event.execution is not None
    ]


def _test_weight(params: Params) -> int:
    return _TEST_WEIGHT if params.flag("computeCommissionRates") is True else 1
