"""What the orders of an account are to each other, in words and as JSON. Pure.

An order that waits for another stands below it; what else its plan says is told in a line. The
outbox is what the bot has still to do at the venue: it does so when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import attrs

from ..actors.feeds.thresholds import Direction
from ..actors.market.money import plain
from ..actors.orders.graph import group_of, parent_of
from ..actors.orders.model import OUT, Order
from ..actors.orders.plan import (
    Expiry,
    Group,
    Plan,
    Profile,
    Revision,
    TrailingDistance,
    TrailingSteps,
)
from ..runtime import Millis


@attrs.frozen
class Due:
    """One order of the outbox, and what is to be done about it."""

    order: Order
    words: str


def forest(orders: Sequence[Order]) -> Iterator[tuple[int, Order]]:
    """Each order with how deep it stands, below the one that it waits for; oldest first."""
    known = {order.id for order in orders}
    below: dict[str, list[Order]] = {}
    for order in orders:
        parent = parent_of(order)
        below.setdefault(parent if parent in known and parent != order.id else "", []).append(order)
    seen: set[str] = set()
    waiting = [(0, order) for order in reversed(below.get("", []))]
    while waiting:
        depth, order = waiting.pop()
        seen.add(order.id)
        yield depth, order
        waiting += [(depth + 1, child) for child in reversed(below.get(order.id, []))]
    for (
        order
    ) in orders:  # those that wait for each other, which must not be, are shown all the same
        if order.id not in seen:
            yield 0, order


def groups(orders: Iterable[Order]) -> dict[str, list[Order]]:
    """The members of each group, by its id."""
    found: dict[str, list[Order]] = {}
    for order in orders:
        group = group_of(order)
        if group is not None:
            found.setdefault(group.id, []).append(order)
    return found


def outbox(orders: Iterable[Order]) -> Iterator[Due]:
    """What is still to be done at the venue."""
    for order in orders:
        wish = order.wish
        if order.status == "due":
            yield Due(order, "due: to be sent")
        elif order.status in OUT and wish is not None:
            yield Due(order, f"to be taken back: {revised(wish)}")
        elif order.status == "intent":
            yield Due(order, "intent: sent, or about to be")


def told(order: Order) -> Iterator[str]:
    """What the plan of an order says, piece by piece."""
    plan = order.plan
    if plan is None:
        return
    if plan.chain is not None:
        ready = "fills" if plan.chain.release == "fill" else "has ended"
        fees = ", less the fees" if plan.chain.takes_fees else ""
        share = f"{plain(plan.chain.amount)} for all of {plain(plan.chain.whole)}"
        yield f"as {plan.chain.parent} {ready}: {share}{fees}"
    if plan.group is not None:
        yield f"of group {plan.group.id}"
    if plan.trigger is not None:
        yield f"inactive until {_level(plan.trigger.price, plan.trigger.direction)}"
    yield from _kind(plan)
    if plan.profile is not None:
        yield trailed(plan.profile)
    if plan.expiry is not None:
        yield _expiry(plan.expiry)
    if plan.revision is not None:
        yield revised(plan.revision)
    yield from _past(order, plan)


def grouped(group: Group) -> str:
    """What holds a group together."""
    if group.swap is None:
        return group.rule
    first = "the stop" if group.swap.priority == "stop_first" else "the take profit"
    seconds = group.swap.timeout / 1000
    return f"{group.rule}, in turns: {first} rests first, what is put forward has {seconds:g} s"


def revised(wish: Revision) -> str:
    """What an order shall be."""
    if wish.then == "end":
        return f"shall end ({wish.reason})" if wish.reason else "shall end"
    price = "" if wish.price is None else f" at {plain(wish.price)}"
    stop = "" if wish.stop is None else f" from {plain(wish.stop)} on"
    held = ", held back here" if wish.then == "hold" else ""
    return f"shall become {plain(wish.amount)}{price}{stop}{held}"


def trailed(profile: Profile) -> str:
    """How a stop trails."""
    if isinstance(profile, TrailingSteps):
        left = [step for step in profile.steps if not step.is_reached]
        steps = ", ".join(
            f"{plain(s.stop)} from {_level(s.price, profile.direction)} on" for s in left
        )
        return f"trails by steps: {steps or 'all are reached'}"
    if isinstance(profile, TrailingDistance):
        share = " of the price" if profile.unit == "share" else ""
        best = "" if profile.extreme is None else f", best so far {plain(profile.extreme)}"
        return f"trails by {plain(profile.distance)}{share}{best}"
    return f"trails as {profile.rule} says"


def as_utc(at: Millis) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _kind(plan: Plan) -> Iterator[str]:
    if plan.stop is not None:
        yield f"trigger price {plain(plan.stop)}"
    if plan.trail is not None:
        yield f"trails at the venue by {plain(plan.trail)} of the price"
    if plan.time_in_force != "GTC":
        yield plan.time_in_force
    if plan.effect == "reduce":
        yield "reduces only"
    if plan.keeper == "desk":
        yield "its price is watched here"
    if plan.forced:
        yield f"goes at {plan.forced}: its price had been passed"
    if plan.forward_since is not None:
        yield f"put forward since {as_utc(plan.forward_since)}"
    if plan.tag:
        yield f"tag {plan.tag}"


def _expiry(expiry: Expiry) -> str:
    ends = [] if expiry.at is None else [f"at {as_utc(expiry.at)}"]
    if expiry.price is not None:
        ends.append(f"once the price is {_level(expiry.price, expiry.direction)}")
    return f"expires {' or '.join(ends)}"


def _past(order: Order, plan: Plan) -> Iterator[str]:
    if plan.past:
        yield f"was known as {', '.join(reversed(plan.past))}"
    if plan.aliases:
        yield f"at the venue as {', '.join(reversed(plan.aliases))}"
    if plan.carried:
        yield f"{plain(plan.carried)} had filled before it was sent as {order.client_id}"


def _level(price: Decimal, direction: Direction) -> str:
    return f"{plain(price)} or {direction}"
