"""What an order waits for by itself: prices that are watched for it, and a time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

import attrs
import msgspec

from ...runtime import Millis
from ..feeds.thresholds import Direction
from ..market.side import TRIGGERED, Kind
from .levels import level_of
from .model import Order
from .plan import NO_PLAN, Plan
from .trailing import NO_RULES, TrailingRule, next_level

Why = Literal["trigger", "trail", "expire"]


class PriceWait(msgspec.Struct, frozen=True, gc=False):
    """A price at which something becomes of an order."""

    price: Decimal
    direction: Direction
    why: Why


@attrs.frozen
class Waits:
    """All that one order has to be woken for; false where it is nothing."""

    prices: frozenset[PriceWait] = frozenset()
    until: Millis | None = None

    def __bool__(self) -> bool:
        return bool(self.prices) or self.until is not None


NOTHING = Waits()


def waits_of(order: Order, own: Mapping[str, TrailingRule] = NO_RULES) -> Waits:
    """What an order waits for as it stands. own: rules of users to trail, by their names."""
    wish = order.wish
    if order.plan is None or not order.is_live or (wish is not None and wish.then == "end"):
        return NOTHING
    times = tuple(_times_of(order))
    return Waits(frozenset(_prices_of(order, own)), min(times) if times else None)


def needs_prices(kind: Kind, plan: Plan) -> bool:
    """Whether an order with this plan waits here for a price, at some time of its life."""
    expires_at = None if plan.expiry is None else plan.expiry.price
    is_kept = plan.keeper == "desk" and kind in TRIGGERED
    waits = plan.trigger, plan.profile, expires_at
    return is_kept or any(each is not None for each in waits)


def _prices_of(order: Order, own: Mapping[str, TrailingRule]) -> Iterator[PriceWait]:
    plan = order.plan or NO_PLAN
    if order.status == "inactive":
        if plan.trigger is not None:
            yield PriceWait(plan.trigger.price, plan.trigger.direction, "trigger")
        elif plan.keeper == "desk" and order.kind in TRIGGERED and plan.stop is not None:
            yield PriceWait(*level_of(order.side, order.kind, plan.stop), "trigger")
    if order.status not in {"chained", "due"}:
        level = next_level(order, own)
        if level is not None:
            yield PriceWait(*level, "trail")
    if plan.expiry is not None and plan.expiry.price is not None:
        yield PriceWait(plan.expiry.price, plan.expiry.direction, "expire")


def _times_of(order: Order) -> Iterator[Millis]:
    plan = order.plan or NO_PLAN
    if plan.expiry is not None and plan.expiry.at is not None:
        yield plan.expiry.at
    swap = None if plan.group is None else plan.group.swap
    if swap is not None and plan.forward_since is not None:
        yield Millis(plan.forward_since + swap.timeout)
