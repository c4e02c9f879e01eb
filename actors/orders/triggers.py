"""What becomes of an order once the price that it waited for has come. Pure.

Where the orders of a group share what they trade, so that not all of them can rest at the venue at
once, they take turns: whoever is put forward takes its amount from the side that rests, which is
taken off the book or made smaller first. What was put forward and did not fill in time is turned
back, and the side that rested before goes out again: it is never without both for longer than the
venue needs to answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from ...runtime import Millis
from ..market.money import ZERO, add, subtract
from ..market.side import TRIGGERED
from . import revising
from .graph import Graph, group_of
from .levels import class_of, level_of
from .lifecycle import following
from .model import Order
from .plan import NO_PLAN


def put_forward(graph: Graph, order: Order, at: Millis) -> Graph:
    """The family once the price of an inactive order has come."""
    if order.status != "inactive":
        return graph
    after = triggered(order, at)
    if after.status != "due":
        return graph.put(after)
    group = group_of(order)
    if group is None or group.swap is None:
        return graph.put(after)
    after = replace(after, plan=replace(after.plan or NO_PLAN, forward_since=at))
    need = after.remaining
    for mate in _others(graph, after):
        left = left_of(mate)
        if need <= ZERO:
            break
        if mate.status in {"inactive", "chained"}:
            continue
        reason = f"makes way for {after.id}"
        if left <= need:
            graph = graph.put(revising.held_back(mate, reason, at))
        else:
            amount = subtract(revising.target(mate)[0], need)
            graph = graph.put(revising.edited(mate, reason, at, amount=amount))
        need = subtract(need, min(left, need))
    return graph.put(after)


def triggered(order: Order, at: Millis) -> Order:
    """An inactive order once its price has come: due; or it waits on for its own stop here."""
    plan = order.plan or NO_PLAN
    if plan.trigger is not None and plan.keeper == "desk" and order.kind in TRIGGERED:
        own = None if plan.stop is None else level_of(order.side, order.kind, plan.stop)
        if own != (plan.trigger.price, plan.trigger.direction):
            return replace(order, plan=replace(plan, trigger=None), changed_at=at)
    reason = "its price has come"
    return replace(order, status=following(order, "trigger"), changed_at=at, evidence=reason)


def turned_back(graph: Graph, order: Order, at: Millis) -> Graph:
    """The family once what was put forward has not filled in time; the same where it is not so."""
    plan, group = order.plan or NO_PLAN, group_of(order)
    swap = None if group is None else group.swap
    since = plan.forward_since
    if swap is None or since is None or not order.is_live or at < since + swap.timeout:
        return graph
    free = left_of(order)
    order = replace(order, plan=replace(plan, forward_since=None))
    graph = graph.put(revising.held_back(order, "turned back: it did not fill in time", at))
    for mate in _others(graph, order):
        mate_plan = mate.plan or NO_PLAN
        reason = f"goes out again, {order.id} did not fill"
        wish = mate.wish
        if mate.status == "inactive" and mate_plan.trigger is None and mate_plan.keeper == "venue":
            after = replace(mate, status=following(mate, "trigger"), changed_at=at, evidence=reason)
            free = subtract(free, min(left_of(mate), free))
            graph = graph.put(after)
        elif mate.is_out and wish is not None and wish.then == "hold":
            after = revising.sent_again(mate, reason)
            free = subtract(free, min(left_of(mate), free))
            graph = graph.put(after)
        elif (mate.is_out or mate.status == "due") and free > ZERO:
            amount = add(revising.target(mate)[0], free)
            graph = graph.put(revising.edited(mate, reason, at, amount=amount))
            free = ZERO
    return graph


def may_go(graph: Graph, order: Order) -> bool:
    """Whether an order that is due may be sent: not while what it shares is still out."""
    group = group_of(order)
    if group is None or group.swap is None:
        return True
    members = graph.members(group.id)
    out = sum_of(mate.remaining for mate in members if mate.is_out and mate.id != order.id)
    return add(out, order.remaining) <= position_of(members)


def position_of(members: Iterable[Order]) -> Decimal:
    """What the orders of a group trade at most: the larger of its two sides."""
    sides = {"stop": ZERO, "profit": ZERO}
    for mate in members:
        part = class_of(mate)
        sides[part] = add(sides[part], left_of(mate))
    return max(sides.values())


def left_of(order: Order) -> Decimal:
    """What an order shall still trade, as it is to be."""
    return subtract(revising.target(order)[0], order.filled)


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    total = ZERO
    for amount in amounts:
        total = add(total, amount)
    return total


def _others(graph: Graph, order: Order) -> tuple[Order, ...]:
    """The mates of an order that do the other thing."""
    group = group_of(order)
    members = () if group is None else graph.members(group.id)
    return tuple(
        mate for mate in members if mate.id != order.id and class_of(mate) != class_of(order)
    )
