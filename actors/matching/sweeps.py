"""What an order would meet on a book: prices and costs before anything trades; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .ladder import Level
from .pairs import Pair
from .refusals import Refused
from .rules import check_cost
from .triggers import activation, rises
from .values import Order

NO_LIMIT: Final = -(10**30)  # a key below all others


def sweep(pair: Pair, order: Order) -> tuple[int, int]:
    """The worst price that an order at market meets, and what all that it meets comes to."""
    request = order.request
    if request.side == "sell" and not pair.is_futures:
        return 0, 0  # it holds the base, whatever that brings
    left, cost, worst = order.left, 0, pair.price() or 0
    ladder = pair.asks if request.side == "buy" else pair.bids
    if request.self_trade == "none" and ladder.keys:
        key = ladder.keys[-1]
        if ladder.levels[key].amount >= left:  # most need one level
            return key * ladder.sign, key * ladder.sign * left
    for price, available in _offers(pair, order, NO_LIMIT):
        amount = min(left, available)
        cost += amount * price
        worst = price
        left -= amount
        if not left:
            break
    return worst, cost


def has_enough(pair: Pair, order: Order) -> bool:
    """Whether an order could trade as a whole at its limit or better."""
    left = order.left
    ladder = pair.asks if order.request.side == "buy" else pair.bids
    for _, available in _offers(pair, order, order.price * ladder.sign):
        left -= available
        if left <= 0:
            return True
    return False


def resolve_quote(pair: Pair, order: Order) -> int:
    """How much an order for a quote amount trades; raises Refused where it can trade nothing."""
    market = pair.market
    step = market.market_step or market.step
    left, amount = order.request.quote_amount or 0, 0
    price = 0
    for price, available in _offers(pair, order, NO_LIMIT):
        taken = min(available, left // price)
        amount += taken
        left -= taken * price
        if taken < available:
            break
    if not price:
        raise Refused("NO_LIQUIDITY", f"nobody is on the other side of {market.symbol}")
    amount -= amount % step
    if amount < market.min_amount:
        raise Refused("LOT_SIZE", f"a quote amount of {order.request.quote_amount} is too small")
    check_cost(amount * price, market)
    return amount


def cost_of_stop(pair: Pair, order: Order) -> tuple[int, int]:
    """What a stop that waits is reckoned at: its limit, else its stop price, else the market."""
    price = order.price or order.stop_price or order.request.activation_price or pair.price() or 0
    return price, price * order.left


def would_trigger(pair: Pair, order: Order) -> bool:
    """Whether a stop is due before it waits."""
    request = order.request
    price = pair.last if request.trigger == "last" else pair.mark
    start = activation(order) if request.trailing_bips is not None else request.stop_price
    if price is None or start is None or request.trailing_bips is not None:
        return False
    return price >= start if rises(order) else price <= start


def _offers(pair: Pair, order: Order, worst: int) -> Iterator[tuple[int, int]]:
    """Price and amount, best first, of what others have for an order."""
    request = order.request
    ladder = pair.asks if request.side == "buy" else pair.bids
    own = request.self_trade != "none" and bool(pair.desk(request.account).open)
    for price, level in ladder.descend(worst):
        yield price, _of_others(level, request.account) if own else level.amount + level.hidden


def _of_others(level: Level, account: int) -> int:
    return sum(each.left for each in level.living() if each.request.account != account)
