"""What must hold of orders that belong together after a restart, once nothing is under way. Pure.

Reckoned from the store's commits alone, in fractions: a position is what an entry has filled less
what those that close it have. A family that somebody has changed by hand guards what is left of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Final

from ...actors.market.side import TRIGGERED
from ...actors.orders.graph import group_of, parent_of
from ...actors.orders.levels import class_of, level_of
from ...actors.orders.model import Order
from ...actors.orders.plan import NO_PLAN, Chain
from ...scenarios.world import Books
from ..graph_checks import guards, left

LEAST: Final = Fraction(15, 100_000)  # BTC: surely above what the market takes at least
STEP: Final = Fraction(1, 100_000)  # BTC: what rounding to steps may leave of each order

Exits = Mapping[str, list[Order]]
"""The orders that close what another has opened, by the id of that."""


def exits_of(books: Books) -> Exits:
    """Of all families."""
    found: dict[str, list[Order]] = defaultdict(list)
    for order in books.orders.values():
        parent = books.orders.get(parent_of(order))
        if parent is not None and parent.side != order.side:
            found[parent.id].append(order)
    return found


def position_of(entry: Order, exits: Collection[Order]) -> Fraction:
    """What an entry has opened, and nothing has closed."""
    return Fraction(entry.filled) - sum((Fraction(each.filled) for each in exits), Fraction(0))


def forgotten(books: Books) -> Iterator[str]:
    """Children that should be free and are not, and orders for which nobody waits any more."""
    for order in books.live.values():
        chain = None if order.plan is None else order.plan.chain
        if order.status == "chained" and chain is not None:
            yield from _left_behind(order, chain, books)
        elif order.status == "inactive" and (why := _why_unwatched(order, books)):
            yield f"lost: {order.client_id} is inactive, and {why}"
    for order in books.orders.values():
        if not order.is_live and order.status != "filled" and not order.evidence:
            yield f"lost: {order.client_id} is {order.status}, and nothing says why"


def _left_behind(order: Order, chain: Chain, books: Books) -> Iterator[str]:
    parent = books.orders.get(chain.parent)
    if parent is None:
        yield f"lost: {order.client_id} waits for an order that the store does not know"
    elif not parent.is_live:
        yield f"lost: {order.client_id} waits for {parent.client_id}, which is {parent.status}"
    elif chain.release == "fill":
        share = Fraction(chain.amount) * Fraction(parent.filled) / Fraction(chain.whole)
        owed = share - (Fraction(chain.amount) - Fraction(order.amount)) - fees_of(parent)
        if owed > LEAST:
            words = f"{float(owed):g} of what {parent.client_id} has filled"
            yield f"lost: {order.client_id} is still chained, and to be sent for {words}"


def _why_unwatched(order: Order, books: Books) -> str:
    """Why an inactive order will never go; empty: somebody waits for its price or for its turn."""
    plan = order.plan or NO_PLAN
    if plan.shelved_for:
        mate = books.orders.get(plan.shelved_for)
        if mate is None or not mate.is_live:
            return f"made way for {plan.shelved_for}, which is over"
        return ""
    if plan.trigger is None and not (plan.keeper == "desk" and order.kind in TRIGGERED):
        return "waits for nothing"
    return ""


def unheard(books: Books, price: Fraction | None) -> Iterator[str]:
    """Orders whose price is there, and that wait on; a desk may hear of it a moment later."""
    for order in books.live.values():
        plan = order.plan or NO_PLAN
        if order.status != "inactive" or plan.shelved_for or price is None:
            continue
        if plan.trigger is not None:
            level, direction = plan.trigger.price, plan.trigger.direction
        elif plan.stop is not None:
            level, direction = level_of(order.side, order.kind, plan.stop)
        else:
            continue
        if price >= level if direction == "above" else price <= level:
            words = f"waits for {level}, and {float(price):.2f} is there"
            yield f"{order.client_id} {words}"


def overdone(books: Books, exits: Exits) -> Iterator[str]:
    """More closed than was opened, and children that went before their parent had filled."""
    for entry_id, closing in exits.items():
        entry = books.orders[entry_id]
        over = -position_of(entry, closing)
        if over > 0:
            words = f"{float(over):g} more than {entry.filled} was closed"
            yield f"doubled: {words} of what {entry.client_id} had opened"
        for each in closing:
            if each.status not in {"chained", "cancelled"} and not entry.filled:
                words = f"and {entry.client_id} never filled"
                yield f"doubled: {each.client_id} is {each.status}, {words}"
    yield from _filled_twice(books)


def _filled_twice(books: Books) -> Iterator[str]:
    """Orders of which one ends the other, and both have filled."""
    done: dict[str, list[str]] = defaultdict(list)
    for order in books.orders.values():
        group = group_of(order)
        if group is not None and group.rule == "oco" and order.status == "filled":
            done[group.id].append(order.client_id)
    for names in done.values():
        if len(names) > 1:
            yield f"doubled: {' and '.join(names)} have filled, of which one ends the other"


def unguarded(books: Books, exits: Exits, told: Collection[str]) -> Iterator[str]:
    """Positions without the stop that their plan has. told: ids of those that were told of."""
    for entry_id, closing in exits.items():
        entry = books.orders[entry_id]
        if entry_id in told or not books.by_hand.isdisjoint(each.id for each in closing):
            continue
        if not any(class_of(each) == "stop" for each in closing):
            continue
        position = position_of(entry, closing)
        guard = sum((left(each) for each in closing if guards(each)), Fraction(0))
        if guard < position - LEAST - STEP * len(closing) - fees_of(entry):
            yield (
                f"lost: {float(position):g} of {entry.client_id} is held, and "
                f"{float(guard):g} of it has a stop"
            )


def fees_of(order: Order) -> Fraction:
    """What it may have paid in what it bought, base currency."""
    base = order.symbol.partition("/")[0]
    return Fraction(order.fee) if order.fee_asset == base else Fraction(0)
