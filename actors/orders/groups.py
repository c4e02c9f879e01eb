"""Groups: what becomes of the other members when one has traded, or has ended. Pure.

A rule is given all members that are not over, and the step of one; it gives those that change.
Whoever needs another rule writes one (`GroupRule`) and hands it to the desk under a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from ...runtime import Millis
from ..market.instrument import Instrument
from ..market.money import ZERO, add, subtract
from . import revising
from .levels import Class, class_of
from .model import Order
from .plan import NO_PLAN
from .trailing import trailed
from .triggers import left_of, sum_of

_CLASSES: Final[tuple[Class, Class]] = ("stop", "profit")

Members = tuple[Order, ...]


class GroupRule(Protocol):
    """What holds a group together."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterable[Order]:
        """The members that change after a step of `order`, made with `revising`.

        members: the others, oldest first, none of them over. before, order: the one that has
        changed; it has filled more, or has ended.
        """


class OneCancelsOther:
    """The first to fill ends the others; what one has filled in part the others trade no more."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        del instrument
        if order.status in {"filled", "cancelled"}:
            for mate in members:
                yield revising.ended(mate, f"{order.id} is {order.status}", at)
        elif order.filled > before.filled:
            for mate in members:
                left = min(left_of(mate), order.remaining)
                amount = add(mate.filled, left)
                reason = f"{order.id} has filled {order.filled:f}"
                yield revising.edited(mate, reason, at, amount=amount)


class Balanced:
    """What the take profits and what the stops trade stays the same: the larger side gives way."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        del before, instrument
        everybody = (*members, order) if order.is_live else members
        sides = {part: _side(everybody, part) for part in _CLASSES}
        stop, profit = (sum_of(map(left_of, side)) for side in sides.values())
        larger = sides["stop"] if stop > profit else sides["profit"]
        for mate, amount in reduced(larger, min(stop, profit)):
            reason = f"{order.id} is {order.status}, {order.filled:f} filled"
            if amount is None:
                yield revising.ended(mate, reason, at)
            else:
                yield revising.edited(mate, reason, at, amount=amount)


class TrailingOnFilledTakeProfit(Balanced):
    """Balanced, and the stops follow each take profit that fills."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        changed = {each.id: each for each in super().after(members, before, order, at, instrument)}
        if class_of(order) == "profit" and order.status == "filled":
            price = _reached(order)
            for each in _side(members, "stop"):
                mate = changed.get(each.id, each)
                if mate.is_live and price is not None:
                    changed[mate.id] = trailed(mate, price, instrument, at)
        yield from changed.values()


GROUP_RULES: Final[Mapping[str, GroupRule]] = MappingProxyType(
    {
        "oco": OneCancelsOther(),
        "balanced": Balanced(),
        "trailing_on_filled_take_profit": TrailingOnFilledTakeProfit(),
    }
)


def reduced(side: Sequence[Order], target: Decimal) -> Iterator[tuple[Order, Decimal | None]]:
    """Which orders of one side become smaller so that they trade `target`, and how large they are.

    Those whose price lay furthest from the market when they were drawn up go first, whole (None)
    as long as they fit into what is too much; the last one is made smaller.
    """
    excess = subtract(sum_of(map(left_of, side)), target)
    for order in sorted(side, key=distance_of, reverse=True):
        if excess <= ZERO:
            return
        left = left_of(order)
        if left <= excess:
            yield order, None
            excess = subtract(excess, left)
        else:
            yield order, subtract(revising.target(order)[0], excess)
            return


def distance_of(order: Order) -> Decimal:
    """How far from the market an order was drawn up, quote currency per unit of base."""
    plan = order.plan or NO_PLAN
    price = order.price or plan.stop
    if price is None or plan.reference is None:
        return ZERO
    return subtract(price, plan.reference).copy_abs()


def room_for(members: Iterable[Order], part: Class) -> Decimal:
    """How much more the orders on one side of a balanced group may trade."""
    mine = theirs = ZERO
    for mate in members:
        if class_of(mate) == part:
            mine = add(mine, left_of(mate))
        else:
            theirs = add(theirs, left_of(mate))
    return max(subtract(theirs, mine), ZERO)


def _side(members: Iterable[Order], part: Class) -> list[Order]:
    return [mate for mate in members if class_of(mate) == part]


def _reached(order: Order) -> Decimal | None:
    """The price of a take profit, which the market has reached."""
    plan = order.plan or NO_PLAN
    return order.price or plan.stop
