"""What the orders of a group trade, and how much of it is whose. Pure.

The members of a group share one position: at most so much of it is traded, whoever trades it. In a
group that takes turns part of what a side trades may be lent to an order of the other side that was
put forward; it comes back with that order.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..market.filters import violation
from ..market.instrument import Instrument
from ..market.money import ZERO, add, subtract
from ..market.precision import floor_to_step
from ..market.side import LIMITED
from . import revising
from .graph import group_of
from .levels import Class, class_of
from .model import OUT, Order
from .plan import NO_PLAN

ONE_FOR_ALL = "oco"  # the rule of groups of which each member is for the whole of it


def asked_of(order: Order) -> Decimal:
    """What an order was last meant to trade yet, were it not to end."""
    return max(subtract(revising.target(order)[0], order.filled), ZERO)


def is_done(order: Order) -> bool:
    """Whether an order is over, or is to end."""
    wish = order.wish
    return not order.is_live or (wish is not None and wish.then == "end")


def left_of(order: Order) -> Decimal:
    """What an order shall still trade: of one that is chained, ends or is over, nothing."""
    return ZERO if order.status == "chained" or is_done(order) else asked_of(order)


def rests(order: Order) -> bool:
    """Whether an order is at the venue, or on its way, and shall be there."""
    wish = order.wish
    if order.status == "due":
        return True
    return order.status in OUT and (wish is None or wish.then == "send")


def takers(mates: Iterable[Order]) -> list[Order]:
    """Who may trade more, those that rest first."""
    return sorted((mate for mate in mates if left_of(mate)), key=rests, reverse=True)


def lent_to(order: Order) -> Decimal:
    """By how much others are smaller as long as this one is forward."""
    plan = order.plan or NO_PLAN
    return min(plan.forward_took, left_of(order)) if plan.forward_took else ZERO


def side_of(members: Iterable[Order], part: Class) -> list[Order]:
    """Those of a group that do the same."""
    return [mate for mate in members if class_of(mate) == part]


def lent_by(members: Iterable[Order], part: Class) -> Decimal:
    """How much a side has lent to the other."""
    return sum_of(lent_to(mate) for mate in members if class_of(mate) != part)


def share_of(members: tuple[Order, ...], part: Class) -> Decimal:
    """How much of the position a side trades, with what it has lent."""
    return add(sum_of(map(left_of, side_of(members, part))), lent_by(members, part))


def position_of(members: tuple[Order, ...]) -> Decimal:
    """What a group has left to trade."""
    if not members:
        return ZERO
    group = group_of(members[0])
    if group is not None and group.rule == ONE_FOR_ALL:
        return max(map(left_of, members))
    return max(share_of(members, "stop"), share_of(members, "profit"))


def is_placeable(order: Order, amount: Decimal, instrument: Instrument) -> bool:
    """Whether the venue would take so much of an order; what is finer than its step is cut off."""
    plan = order.plan or NO_PLAN
    worth = order.price or plan.stop or plan.reference
    limit = order.price if order.kind in LIMITED else None
    amount = floor_to_step(max(amount, ZERO), instrument.amount_step)
    return worth is not None and violation(instrument, amount, limit, worth) is None


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    total = ZERO
    for amount in amounts:
        total = add(total, amount)
    return total
