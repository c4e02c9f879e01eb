"""Liquidation: positions that must be closed now go to the book, and the rest to the venue.

Who must be closed, at which worst price and what it costs is the clearing's to say.
"""

from __future__ import annotations

from ...runtime import Millis
from .matcher import Matcher
from .pairs import Pair
from .protocol import Forced
from .values import Liquidated, Order, OrderRequest


def close_by_force(matcher: Matcher, pair: Pair, mark: int, at: Millis) -> None:
    """Ask the clearing who cannot hold on at this mark price, until nobody is left."""
    if not pair.is_futures:
        return
    while forced := matcher.clearing.mark_moved(pair.market, mark, at):
        for each in forced:
            _close(matcher, matcher.keeper.pairs[each.symbol], each, at)


def _close(matcher: Matcher, pair: Pair, forced: Forced, at: Millis) -> None:
    desk = pair.desk(forced.account)
    for order in list(desk.open.values()):
        if order.id in desk.open:
            matcher.take_off(pair, order, at)
            matcher.keeper.end(pair, order, "cancelled", "cancelled", at, reason="LIQUIDATION")
    request = OrderRequest(
        account=forced.account,
        symbol=forced.symbol,
        side=forced.side,
        kind="limit",
        amount=forced.amount,
        price=forced.price,
        client_id=f"autoclose-{pair.next_order}",
        time_in_force="IOC",
        position_side=forced.position_side,
    )
    order = pair.open_order(request, request.client_id, at)
    order.is_liquidation = True
    matcher.enter(pair, desk, order, at)
    matcher.work(pair, order, at)
    _take_over(matcher, pair, order, at)
    matcher.settle(pair, at)


def _take_over(matcher: Matcher, pair: Pair, order: Order, at: Millis) -> None:
    if order.left:
        matcher.clearing.absorb(order, pair.market, order.left, at)
    price = order.cost // order.filled if order.filled else order.price
    matcher.keeper.events.append(Liquidated(order, price, at))
