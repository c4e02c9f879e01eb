"""How many orders of a market may be open at a time, by the venue's rules (A10).

Every order that may come to rest at the venue counts from when it is taken in, chained and inactive
ones too: when their time comes there must be room for them. What the desk waits for itself counts
once it has been sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..market.side import TRIGGERED
from .factory import Terms
from .messages import Unplaceable
from .model import Order
from .plan import NO_PLAN


class Capping:
    """Counts for one desk. orders: the live ones of a symbol."""

    def __init__(
        self, terms: Mapping[str, Terms], orders: Callable[[str], Iterable[Order]]
    ) -> None:
        self._terms = terms
        self._orders = orders

    def require_room(self, orders: tuple[Order, ...]) -> None:
        """Raise Unplaceable where the venue would not keep all of `orders` beside the others."""
        for symbol in dict.fromkeys(order.symbol for order in orders):
            instrument = self._terms[symbol].instrument
            added = [order for order in orders if order.symbol == symbol]
            if instrument.max_orders is None and instrument.max_trigger_orders is None:
                continue
            open_, triggered = _count((*self._orders(symbol), *added))
            for count, cap, words in (
                (open_, instrument.max_orders, "open orders"),
                (triggered, instrument.max_trigger_orders, "orders with a trigger price"),
            ):
                if cap is not None and count > cap:
                    reason = f"it would have {count} {words}, and the venue keeps {cap} of a market"
                    raise Unplaceable(symbol, reason=f"{reason}: cancel some first")


def _count(orders: Iterable[Order]) -> tuple[int, int]:
    """How many may rest at the venue, and how many of them with a trigger price."""
    open_ = triggered = 0
    for order in orders:
        plan = order.plan or NO_PLAN
        if not order.is_out and plan.keeper == "desk":
            continue
        open_ += 1
        triggered += order.kind in TRIGGERED and plan.keeper == "venue"
    return open_, triggered
