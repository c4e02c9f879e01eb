"""Orders on futures over REST: place, modify, cancel, and cancel when the client falls silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias

import msgspec

from ....actors.matching.markets import Market
from ....actors.matching.refusals import Refused
from ....actors.matching.values import AccountId, Order
from ....runtime import Millis
from ..access.errors import ApiError
from ..agenda import Ticket
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from . import figures, shapes
from .batches import batch_size, read_batch, read_listed, tried
from .desk import FuturesDesk, within
from .product import pair_of
from .reading import read_amount, read_answer, read_client_id, read_kind, read_order, read_price
from .refusals import either, not_valid
from .shapes import Shape
from .submission import explained, submit
from .words import CONDITIONAL, SIDE_NAMES, SIDES

DONE: Final = "The operation of cancel all open order is done."
MOST_CANCELS: Final = 10
_AMENDMENTS: Final = 1_000  # that are remembered
_NOT_HERE: Final = (
    "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
)
Parts: TypeAlias = Callable[[Params], Shape]


class Amendment(msgspec.Struct, frozen=True):
    """One modification of an order."""

    account: AccountId
    symbol: str
    order_id: int
    client_id: str
    price: tuple[int, int]  # before and after
    amount: tuple[int, int]
    count: int  # which one of the order's it was
    at: Millis


class Trading:
    """Handlers of the endpoints that change orders."""

    def __init__(self, desk: FuturesDesk) -> None:
        self._desk = desk
        self._product = desk.product
        self._countdowns: dict[tuple[AccountId, str], Ticket] = {}
        self._amendments: deque[Amendment] = deque(maxlen=_AMENDMENTS)

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        return [
            Route("POST", path("order"), self.place, 1, "TRADE", orders=1),
            Route("POST", path("order/test"), self.test, 1, "TRADE"),
            Route("PUT", path("order"), self.modify, 1, "TRADE", orders=1),
            Route("DELETE", path("order"), self.cancel, 1, "TRADE"),
            Route("POST", path("batchOrders"), self.place_some, 5, "TRADE", orders=batch_size),
            Route("PUT", path("batchOrders"), self.modify_some, 5, "TRADE", orders=batch_size),
            Route("DELETE", path("batchOrders"), self.cancel_some, 1, "TRADE"),
            Route("DELETE", path("allOpenOrders"), self.cancel_all, 1, "TRADE"),
            Route("POST", path("countdownCancelAll"), self.count_down, 10, "TRADE"),
            Route("GET", path("orderAmendment"), self.amendments, 1, "USER_DATA"),
        ]

    # -- one order

    def place(self, call: Call) -> Shape:
        shown = self._place(call, call.params)
        self._desk.settle()
        return shown

    def test(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        read_order(call.params, market, self._desk.sender(call.account))
        return {}

    def modify(self, call: Call) -> Shape:
        shown = self._modify(call, call.params)
        self._desk.settle()
        return shown

    def cancel(self, call: Call) -> Shape:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, client_id = read_ids(params)
        shown = self._cancel(call, market, order_id, client_id)
        self._desk.settle()
        return shown

    # -- several

    def place_some(self, call: Call) -> list[Shape]:
        return self._each(call, lambda params: self._place(call, params))

    def modify_some(self, call: Call) -> list[Shape]:
        return self._each(call, lambda params: self._modify(call, params))

    def cancel_some(self, call: Call) -> list[Shape]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        orders = read_listed(params, "orderIdList", int)
        named = read_listed(params, "origClientOrderIdList", str)
        if not orders and not named:
            raise either("orderIdList", "origClientOrderIdList")
        if len(orders) + len(named) > MOST_CANCELS:
            raise ApiError(-4082, "Invalid number of batch place orders.")
        shown = [
            *(tried(partial(self._cancel, call, market, n, None)) for n in orders),
            *(tried(partial(self._cancel, call, market, None, n)) for n in named),
        ]
        self._desk.settle()
        return shown

    def cancel_all(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        self._cancel_open(call.account, market.symbol)
        return {"code": 200, "msg": DONE}

    def count_down(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        delay = call.params.need_whole("countdownTime")
        key = (call.account, market.symbol)
        running = self._countdowns.pop(key, None)
        if running is not None:
            running.cancel()
        if delay:
            self._countdowns[key] = self._desk.agenda.after(delay, lambda: self._cancel_open(*key))
        return {"symbol": market.symbol, "countdownTime": str(delay)}

    def amendments(self, call: Call) -> list[Shape]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        order_id, client_id = params.whole("orderId"), params.text("origClientOrderId")
        start, end = params.whole("startTime"), params.whole("endTime")
        limit = params.count("limit", 50, 100)
        found = [
            _amended(number, each, market)
            for number, each in enumerate(self._amendments, 1)
            if (each.account, each.symbol) == (call.account, market.symbol)
            and order_id in {None, each.order_id}
            and client_id in {None, each.client_id}
            and within(each.at, start, end)
        ]
        return found[-limit:][::-1]

    # -- inside

    def _place(self, call: Call, params: Params) -> Shape:
        desk = self._desk
        market = desk.market(params.need_symbol())
        if read_kind(params) in CONDITIONAL and not self._product.stops_on_orders:
            raise ApiError(-4120, _NOT_HERE)
        request = read_order(params, market, desk.sender(call.account))
        answer = read_answer(params)
        order = submit(desk, request, market, call.now)
        if answer == "ACK":
            return shapes.acknowledged(order, market, self._product)
        return shapes.placed(order, market, self._product, desk.filled(order))

    def _modify(self, call: Call, params: Params) -> Shape:
        desk = self._desk
        market = desk.market(params.need_symbol())
        order_id, client_id = read_ids(params)
        side = params.need("side")
        amount = read_amount(params, market, market.max_amount, market.step)
        params.need("price")
        price = read_price(params, market, "price")
        modify_id = params.whole("modifyId")
        order = desk.find(call.account, market.symbol, order_id, client_id)
        if side not in SIDES or side != SIDE_NAMES[order.request.side]:
            raise not_valid("side")
        before = (order.price, order.amount)
        if amount <= order.filled:
            desk.engine.cancel(call.account, market.symbol, call.now, order_id=order.id)
        else:
            try:
                desk.engine.amend(
                    call.account, market.symbol, call.now,
                    order_id=order.id, amount=amount, price=price,
                )  # fmt: skip
            except Refused as refused:
                raise explained(desk, refused, order.request, market) from refused
            self._note(call, order, before)
        shown = shapes.placed(order, market, self._product, desk.filled(order))
        shown["pair"] = pair_of(market)
        if modify_id is not None:
            shown["modifyId"] = modify_id
        return shown

    def _note(self, call: Call, order: Order, before: tuple[int, int]) -> None:
        symbol = order.request.symbol
        earlier = sum(
            1 for each in self._amendments if (each.symbol, each.order_id) == (symbol, order.id)
        )
        self._amendments.append(
            Amendment(
                call.account,
                symbol,
                order.id,
                order.client_id,
                (before[0], order.price),
                (before[1], order.amount),
                earlier + 1,
                call.now,
            )
        )

    def _cancel(
        self, call: Call, market: Market, order_id: int | None, client_id: str | None
    ) -> Shape:
        desk = self._desk
        order = desk.find_open(call.account, market.symbol, order_id, client_id)
        desk.engine.cancel(call.account, market.symbol, call.now, order_id=order.id)
        return shapes.placed(order, market, self._product, desk.filled(order))

    def _cancel_open(self, account: AccountId, symbol: str) -> None:
        self._countdowns.pop((account, symbol), None)
        desk = self._desk
        for order in desk.open_orders(account, symbol):
            desk.engine.cancel(account, symbol, desk.agenda.now, order_id=order.id)
        desk.settle()

    def _each(self, call: Call, act: Parts) -> list[Shape]:
        batch = read_batch(call.params)
        shown = [tried(partial(act, params)) for params in batch]
        self._desk.settle()
        return shown


def read_ids(params: Params) -> tuple[int | None, str | None]:
    """An order by the venue's id or the client's; one of them must be there."""
    order_id = params.whole("orderId")
    client_id = read_client_id(params, "origClientOrderId") or None
    if order_id is None and client_id is None:
        raise either("orderId", "origClientOrderId")
    return order_id, None if order_id is not None else client_id


def _amended(number: int, each: Amendment, market: Market) -> Shape:
    def show(text: Callable[[Market, int], str], pair: tuple[int, int]) -> Mapping[str, str]:
        return {"before": text(market, pair[0]), "after": text(market, pair[1])}

    return {
        "amendmentId": number,
        "symbol": each.symbol,
        "pair": pair_of(market),
        "orderId": each.order_id,
        "clientOrderId": each.client_id,
        "time": each.at,
        "amendment": {
            "price": show(figures.price, each.price),
            "origQty": show(figures.amount, each.amount),
            "count": each.count,
        },
    }
