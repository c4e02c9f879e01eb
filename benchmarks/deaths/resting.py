"""What rests at an exchange, held one by one against what the store says rests there. Pure.

Looked at once nothing is under way: then no order of the store is on its way to be another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from ...actors.market.side import LIMITED, TRIGGERED
from ...actors.orders.model import Order
from ...actors.orders.plan import NO_PLAN
from ...scenarios.world import Books, TrueOrder
from ...scenarios.world.agreement import PREFIX


class Resting(Protocol):
    """What an exchange knows of an account."""

    def open_orders(self) -> list[TrueOrder]:
        """The orders that may still trade."""
        ...


def misplaced(books: Books, oracle: Resting) -> Iterator[str]:
    """Where the two do not agree: each order there is one of ours, as that says, and no other."""
    there = {each.client_id: each for each in oracle.open_orders() if _is_ours(each)}
    here = {order.client_id: order for order in books.live.values() if order.is_out}
    for name in sorted(here.keys() - there.keys()):
        yield f"{name} is {here[name].status} here, and not open at the exchange"
    for name in sorted(there.keys() - here.keys()):
        yield f"{name} is open at the exchange, and no order here is out under that name"
    for name in sorted(here.keys() & there.keys()):
        for what, ours, theirs in _pairs(here[name], there[name]):
            if ours != theirs:
                yield f"{name}: {what} {ours} here, {theirs} at the exchange"


def crowded(books: Books, oracle: Resting) -> Iterator[str]:
    """Orders of ours that rest more than once, under whatever names; that never may be."""
    names: dict[str, list[str]] = defaultdict(list)
    for each in oracle.open_orders():
        if order_id := books.ids.get(each.client_id):
            names[order_id].append(each.client_id)
    for order_id, found in names.items():
        if len(found) > 1:
            yield f"doubled: {order_id} rests at the exchange as {' and '.join(sorted(found))}"


def _pairs(here: Order, there: TrueOrder) -> Iterator[tuple[str, object, object]]:
    """What both say, by its name. An order is sent for what had not filled by then."""
    plan = here.plan or NO_PLAN
    waits = here.kind in TRIGGERED and plan.keeper == "venue" and not plan.forced
    has_limit = here.kind in LIMITED
    yield "side", here.side, there.side
    yield "amount", _told(here.amount - plan.carried), _told(there.amount)
    yield "price", _told(here.price if has_limit else None), _told(there.price)
    if plan.trail is None:  # else the exchange moves it
        yield "stop", _told(plan.stop if waits else None), _told(there.stop)


def _told(number: Fraction | Decimal | None) -> str:
    return f"{float(number or 0):.12g}"


def _is_ours(order: TrueOrder) -> bool:
    return order.client_id.startswith(PREFIX)
