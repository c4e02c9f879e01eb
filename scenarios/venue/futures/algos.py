"""Algo orders over REST: the conditional orders of futures, which wait outside the book."""

from __future__ import annotations

from typing import Final

from ..access.errors import ApiError
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from . import shapes
from .desk import FuturesDesk, within
from .reading import ALGO, read_client_id, read_kind, read_order
from .refusals import either, unknown_order
from .shapes import Shape
from .submission import submit
from .trading import DONE
from .weights import by_symbol
from .words import CONDITIONAL

ALGO_TYPES: Final = frozenset(("CONDITIONAL",))


class Algos:
    """Handlers of the endpoints of algo orders."""

    def __init__(self, desk: FuturesDesk) -> None:
        self._desk = desk
        self._product = desk.product

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        every = by_symbol(1, 40)
        return [
            Route("POST", path("algoOrder"), self.place, 1, "TRADE", orders=1),
            Route("GET", path("algoOrder"), self.query, 1, "USER_DATA"),
            Route("DELETE", path("algoOrder"), self.cancel, 1, "TRADE"),
            Route("GET", path("openAlgoOrders"), self.query_open, every, "USER_DATA"),
            Route("GET", path("allAlgoOrders"), self.query_all, 5, "USER_DATA"),
            Route("DELETE", path("algoOpenOrders"), self.cancel_all, 1, "TRADE"),
        ]

    def place(self, call: Call) -> Shape:
        params, desk = call.params, self._desk
        params.need("algoType")
        params.choice("algoType", ALGO_TYPES, ApiError(-4500, "Invalid algoType."))
        market = desk.market(params.need_symbol())
        if read_kind(params) not in CONDITIONAL:
            raise ApiError(-1116, "Invalid orderType.")
        request = read_order(params, market, desk.sender(call.account), ALGO)
        order = submit(desk, request, market, call.now)
        shown = shapes.algo(order, market, desk.algo_id(order))
        desk.settle()
        return shown

    def query(self, call: Call) -> Shape:
        number, client_id = _ids(call.params)
        order = self._desk.find_algo(call.account, number, client_id)
        market = self._desk.market(order.request.symbol)
        return shapes.algo(order, market, self._desk.algo_id(order))

    def query_open(self, call: Call) -> list[Shape]:
        params, desk = call.params, self._desk
        symbol, number = params.symbol(), params.whole("algoId")
        if symbol is not None:
            desk.market(symbol)
        return [
            shapes.algo(order, desk.market(order.request.symbol), desk.algo_id(order))
            for order in desk.open_algos(call.account, symbol)
            if number in {None, desk.algo_id(order)}
        ]

    def query_all(self, call: Call) -> list[Shape]:
        params, desk = call.params, self._desk
        market = desk.market(params.need_symbol())
        start, end = params.whole("startTime"), params.whole("endTime")
        since, limit = params.whole("algoId") or 0, params.count("limit", 500, 1000)
        found = [
            shapes.algo(order, market, desk.algo_id(order))
            for order in desk.algos(call.account, market.symbol)
            if within(order.created_at, start, end) and desk.algo_id(order) >= since
        ]
        return found[:limit] if since or start is not None else found[-limit:]

    def cancel(self, call: Call) -> Shape:
        number, client_id = _ids(call.params)
        desk = self._desk
        try:
            order = desk.find_algo(call.account, number, client_id)
        except ApiError as error:
            raise unknown_order() from error
        if order.status != "held":
            raise unknown_order()
        shown: Shape = {
            "algoId": desk.algo_id(order),
            "clientAlgoId": order.client_id,
            "code": "200",
            "msg": "success",
        }
        desk.engine.cancel(call.account, order.request.symbol, call.now, order_id=order.id)
        desk.settle()
        return shown

    def cancel_all(self, call: Call) -> Shape:
        desk = self._desk
        market = desk.market(call.params.need_symbol())
        for order in desk.open_algos(call.account, market.symbol):
            desk.engine.cancel(call.account, market.symbol, call.now, order_id=order.id)
        desk.settle()
        return {"code": 200, "msg": DONE}


def _ids(params: Params) -> tuple[int | None, str | None]:
    number = params.whole("algoId")
    client_id = read_client_id(params, "clientAlgoId") or None
    if number is None and client_id is None:
        raise either("algoId", "clientAlgoId")
    return number, None if number is not None else client_id
