"""Amending an open limit order: which changes it takes, and whether it keeps its place.

An order that only shrinks keeps its place in the queue. On spot that is all that can be asked; of
futures the price may change too, and the amount may grow, and then the order goes behind the others
of its price, or trades at once where its new price does.
"""

from __future__ import annotations

import msgspec

from ...runtime import Millis
from .matcher import Matcher
from .pairs import Pair
from .refusals import Refused
from .rules import check_amount, check_cost, check_limit_price, is_stop
from .values import ENDED, Order


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked to change; None: stays as it is."""

    amount: int | None = None
    price: int | None = None
    client_id: str | None = None


def amend(
    matcher: Matcher,
    pair: Pair,
    order: Order,
    change: Amendment,
    at: Millis,
    *,
    also: tuple[Order, ...] = (),
) -> None:
    """Change an order, or raise Refused and leave it as it was.

    also: the legs of its OCO, which change their amount together.
    """
    new_amount = order.amount if change.amount is None else change.amount
    new_price = order.price if change.price is None else change.price
    _check(pair, order, new_amount, new_price)
    desk, client_id = pair.desk(order.request.account), change.client_id
    if client_id is not None and client_id != order.client_id:
        named = desk.by_client.get(client_id)
        if named is not None and named.id in desk.open:
            raise Refused("DUPLICATE_ORDER", f"order {named.id} is open as {client_id!r}")
    before = order.client_id
    keeps = new_price == order.price and new_amount < order.amount
    if keeps:
        for each in {id(leg): leg for leg in (order, *also)}.values():
            if each.status not in ENDED:
                matcher.shrink(pair, each, new_amount, at)
    else:
        matcher.change(pair, order, new_amount, new_price, at)
    if client_id is not None and client_id != before:
        del desk.by_client[before]
        order.client_id = client_id
        desk.by_client[client_id] = order
    matcher.keeper.tell("replaced", order, at, replaces=before)
    if not keeps:
        matcher.work(pair, order, at)
        matcher.settle(pair, at)


def _check(pair: Pair, order: Order, amount: int, price: int) -> None:
    market = pair.market
    if is_stop(order.request) and not order.is_triggered:
        raise Refused("AMEND", "an order that waits for its price cannot be amended: cancel it")
    if not order.price or (market.family == "spot" and price != order.price):
        raise Refused("AMEND", "only the amount of a spot limit order can be amended")
    if market.family == "spot" and amount > order.amount:
        raise Refused("AMEND", "the amount of a spot order can only shrink")
    if amount == order.amount and price == order.price:
        raise Refused("NO_CHANGE", "the order is as it is asked to become")
    check_amount(amount, market)
    check_limit_price(price, pair)
    check_cost(price * amount, market)
    if amount <= order.filled + order.prevented:
        raise Refused("AMEND", f"{order.filled} of it have traded already: cancel it")
