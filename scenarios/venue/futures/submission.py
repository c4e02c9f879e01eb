"""A futures order on its way into the engine, and what comes back where the engine refuses."""

from __future__ import annotations

import msgspec

from ....actors.matching.markets import RATE, Market
from ....actors.matching.refusals import Refused
from ....actors.matching.values import Order, OrderRequest
from ....runtime import Millis
from ..access.errors import ApiError
from ..dialect.numbers import fixed
from . import figures
from .desk import FuturesDesk
from .refusals import below_notional, futures_refusal


def submit(desk: FuturesDesk, request: OrderRequest, market: Market, now: Millis) -> Order:
    """Hand an order to the engine; what it refuses is told as the venue would."""
    if not request.client_id:
        request = msgspec.structs.replace(request, client_id=desk.draw_id())
    if request.time_in_force == "FOK" and not _fills(desk, request):
        raise ApiError(
            -5021,
            "Due to the order could not be filled immediately, the FOK order has been rejected. "
            "The order will not be recorded in the order history",
        )
    try:
        return desk.engine.submit(request, now)
    except Refused as refused:
        raise explained(desk, refused, request, market) from refused


def explained(
    desk: FuturesDesk, refused: Refused, request: OrderRequest, market: Market
) -> ApiError:
    """A refusal in the venue's words, with the numbers that it names."""
    if refused.reason == "NOTIONAL":
        least = fixed(market.min_cost, market.cost_digits, 8)
        return below_notional(figures.trimmed(least))
    if refused.reason == "PERCENT_PRICE":
        return _too_far(desk, request, market)
    return futures_refusal(refused)


def _fills(desk: FuturesDesk, request: OrderRequest) -> bool:
    if request.price is None or request.amount is None or request.stop_price is not None:
        return True
    bids, asks = desk.engine.depth(request.symbol, 10_000)
    if request.side == "buy":
        there = sum(amount for price, amount in asks if price <= request.price)
    else:
        there = sum(amount for price, amount in bids if price >= request.price)
    return there >= request.amount


def _too_far(desk: FuturesDesk, request: OrderRequest, market: Market) -> ApiError:
    around = desk.engine.mark(market.symbol) or desk.engine.last(market.symbol) or 0
    highest = around * market.up_percent // RATE
    if request.price is not None and request.price > highest:
        bound = figures.price(market, highest)
        return ApiError(-4016, f"Limit price can't be higher than {bound}.")
    bound = figures.price(market, -(-around * market.down_percent // RATE))
    return ApiError(-4024, f"Limit price can't be lower than {bound}.")
