"""What becomes of an order once the price that it waited for has come. Pure.

Where the orders of a group share what they trade, so that not all of them can rest at the venue at
once, they take turns: whoever is put forward takes its amount from the side that rests, which is
held back or made smaller first. What was put forward and did not fill in time is turned back, and
the side that rested before goes out again: it is never without both for longer than the venue needs
to answer. What the venue turns away gives back at once what it took.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from ...runtime import Millis
from ..market.instrument import Instrument
from ..market.money import ZERO, add, subtract
from ..market.side import TRIGGERED
from . import revising
from .graph import Graph, group_of
from .levels import class_of, level_of
from .lifecycle import following
from .model import Order
from .plan import NO_PLAN, Group
from .shares import (
    ONE_FOR_ALL,
    is_placeable,
    left_of,
    lent_to,
    position_of,
    rests,
    sum_of,
    takers,
)


def put_forward(graph: Graph, order: Order, at: Millis, instrument: Instrument) -> Graph:
    """The family once the price of an inactive order has come."""
    if order.status != "inactive":
        return graph
    after = triggered(order, at)
    group = group_of(order)
    if after.status != "due" or group is None or group.swap is None:
        return graph.put(after)
    plan = after.plan or NO_PLAN
    was_forward = plan.forward_since is not None
    after = replace(after, plan=replace(plan, forward_since=at, shelved_for=""))
    graph = graph.put(after)
    return graph if was_forward else made_way(graph, after, left_of(after), at, instrument)


def triggered(order: Order, at: Millis) -> Order:
    """An inactive order once its price has come: due; or it waits on for its own stop here."""
    plan = order.plan or NO_PLAN
    if plan.trigger is not None and plan.keeper == "desk" and order.kind in TRIGGERED:
        own = None if plan.stop is None else level_of(order.side, order.kind, plan.stop)
        if own != (plan.trigger.price, plan.trigger.direction):
            return replace(order, plan=replace(plan, trigger=None), changed_at=at)
    reason = "its price has come"
    return replace(order, status=following(order, "trigger"), changed_at=at, evidence=reason)


def made_way(
    graph: Graph, order: Order, need: Decimal, at: Millis, instrument: Instrument
) -> Graph:
    """The family once others give way to an order that was put forward, or has grown since.

    need: how much of it they have not given way to yet, base currency.
    """
    group = group_of(order)
    if group is None or group.swap is None:
        return graph
    reason = f"makes way for {order.id}"
    took = (order.plan or NO_PLAN).forward_took
    for each in _rivals(graph, order, group):  # only one side is forward at a time
        mate, before = graph.orders[each.id], left_of(graph.orders[order.id])
        if (mate.plan or NO_PLAN).forward_since is not None:
            need = subtract(need, min(left_of(mate), need)) if rests(mate) else need
            graph = _turned(graph, mate, reason, at, but=order.id)
            need = add(need, subtract(left_of(graph.orders[order.id]), before))
    for mate in _rivals(graph, order, group):
        left = left_of(mate)
        if not rests(mate) or (need <= ZERO and group.rule != ONE_FOR_ALL):
            continue
        is_whole = left <= need or group.rule == ONE_FOR_ALL
        if is_whole or not is_placeable(mate, subtract(left, need), instrument):
            graph = graph.put(_shelved(mate, order, reason, at))
        else:
            graph = graph.put(revising.lessened(mate, need, reason, at))
            took = add(took, need)
        need = subtract(need, min(left, need))
    order = graph.orders[order.id]
    return graph.put(replace(order, plan=replace(order.plan or NO_PLAN, forward_took=took)))


def evened(graph: Graph, group: Group, at: Millis, instrument: Instrument) -> Graph:
    """The family once what has grown is shared out, while something of its group is forward.

    What rests together is no more than the position, and no less where anything can be had back.
    """
    members = graph.members(group.id)
    forward = [mate for mate in members if (mate.plan or NO_PLAN).forward_since is not None]
    if group.swap is None or not forward or group.rule == ONE_FOR_ALL:
        return graph
    idle = subtract(position_of(members), sum_of(left_of(mate) for mate in members if rests(mate)))
    for order in forward if idle < ZERO else ():
        need = min(-idle, subtract(left_of(order), lent_to(order)))
        graph = made_way(graph, graph.orders[order.id], need, at, instrument)
        idle = add(idle, need)
    for order in forward:
        plan, back = order.plan or NO_PLAN, min(idle, lent_to(order))
        if back > ZERO and any(map(rests, _rivals(graph, order, group))):
            took = subtract(lent_to(order), back)
            graph = _enlarged(graph, order, back, at)
            graph = graph.put(replace(order, plan=replace(plan, forward_took=took)))
            idle = subtract(idle, back)
    for order in forward:
        graph, idle = _let_out(graph, graph.orders[order.id], idle, at, instrument)
    return graph


def _let_out(
    graph: Graph, order: Order, idle: Decimal, at: Millis, instrument: Instrument
) -> tuple[Graph, Decimal]:
    """The family once what was held back for an order goes out for what that does not need."""
    group, took = group_of(order), lent_to(order)
    for mate in () if group is None else _rivals(graph, order, group):
        keeps = min(left_of(mate), idle)
        gives = subtract(left_of(mate), keeps)
        has_room = add(took, gives) <= left_of(order)
        if _is_shelved_for(mate, order) and has_room and is_placeable(mate, keeps, instrument):
            reason = f"goes out again for what {order.id} does not need"
            graph = graph.put(revising.lessened(_out_again(mate, reason, at), gives, reason, at))
            took, idle = add(took, gives), subtract(idle, keeps)
    plan = order.plan or NO_PLAN
    return graph.put(replace(order, plan=replace(plan, forward_took=took))), idle


def turned_back(graph: Graph, order: Order, at: Millis) -> Graph:
    """The family once what was put forward has not filled in time; the same where it is not so."""
    plan, group = order.plan or NO_PLAN, group_of(order)
    swap = None if group is None else group.swap
    since = plan.forward_since
    if swap is None or since is None or not order.is_live or at < since + swap.timeout:
        return graph
    return _turned(graph, order, "turned back: it did not fill in time", at)


def given_back(graph: Graph, order: Order, at: Millis) -> Graph:
    """The family once what was put forward is over: what made way for it goes out again."""
    plan, group = order.plan or NO_PLAN, group_of(order)
    if order.is_live or plan.forward_since is None or group is None:
        return graph
    for mate in graph.members(group.id):
        if (mate.plan or NO_PLAN).shelved_for == order.id:
            graph = graph.put(_out_again(mate, f"{order.id} is {order.status}", at))
    return graph


def returned(graph: Graph, before: Order, order: Order, at: Millis) -> Graph:
    """The family once the venue has turned away what was put forward: others trade its part."""
    return _enlarged(graph, order, lent_to(before), at)


def may_go(graph: Graph, order: Order) -> bool:
    """Whether an order that is due may be sent: not while what it shares is still out."""
    group = group_of(order)
    if group is None or group.swap is None:
        return True
    members = graph.members(group.id)
    out = sum_of(mate.remaining for mate in members if mate.is_out and mate.id != order.id)
    return add(out, order.remaining) <= position_of(members)


def _turned(graph: Graph, order: Order, reason: str, at: Millis, but: str = "") -> Graph:
    """The family once an order that was put forward is not so any more.

    It is held back where somebody else goes out in its place; else it rests on. but: who does not
    count as that, since it is put forward instead.
    """
    group = group_of(order)
    if group is None:
        return graph
    lent, plan = lent_to(order), order.plan or NO_PLAN
    others = [mate for mate in _rivals(graph, order, group) if mate.id != but]
    waiting = [
        mate
        for mate in others
        if left_of(mate) and (mate.status == "due" or _is_shelved_for(mate, order))
    ]
    has_taker = any(map(rests, takers(others)))
    if lent > ZERO and not waiting and not but and not has_taker and takers(others):
        return graph.put(replace(order, plan=replace(plan, forward_since=at)))  # when they are back
    order = replace(order, plan=replace(plan, forward_since=None, forward_took=ZERO))
    graph = graph.put(order)
    if waiting or but or (lent > ZERO and has_taker):
        graph = graph.put(revising.held_back(order, reason, at))
    for mate in waiting:
        graph = graph.put(_out_again(mate, f"goes out again instead of {order.id}", at))
    return _enlarged(graph, order, lent, at)


def _enlarged(graph: Graph, order: Order, by: Decimal, at: Millis) -> Graph:
    """The family once what an order took from the other side is that side's again."""
    group = group_of(order)
    others = () if group is None else _rivals(graph, order, group)
    taker = next(iter(takers(others)), None)
    if taker is None or by <= ZERO:
        return graph
    reason = f"trades again what {order.id} did not"
    return graph.put(revising.enlarged(taker, by, reason, at))


def _shelved(mate: Order, order: Order, reason: str, at: Millis) -> Order:
    """A member that rests, once it makes way as a whole."""
    after = revising.held_back(mate, reason, at)
    return replace(after, plan=replace(after.plan or NO_PLAN, shelved_for=order.id))


def _is_shelved_for(mate: Order, order: Order) -> bool:
    return (mate.plan or NO_PLAN).shelved_for == order.id


def _out_again(mate: Order, reason: str, at: Millis) -> Order:
    """A member that was held back in a swap, once it rests again."""
    plan = mate.plan or NO_PLAN
    if plan.shelved_for:
        mate = replace(mate, plan=replace(plan, shelved_for=""))
    if mate.status == "inactive":
        return replace(mate, status=following(mate, "trigger"), changed_at=at, evidence=reason)
    return revising.sent_again(mate, reason)


def _rivals(graph: Graph, order: Order, group: Group) -> Iterable[Order]:
    """The mates of an order that cannot rest beside it: all, or those that do the other thing."""
    return tuple(
        mate
        for mate in graph.members(group.id)
        if mate.id != order.id and (group.rule == ONE_FOR_ALL or class_of(mate) != class_of(order))
    )
