"""Invariants of orders that belong together (G), over what the stores have acknowledged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ...actors.feeds.thresholds import Direction
from ...actors.market.side import TRIGGERED
from ...actors.orders.graph import Graph, parent_of
from ...actors.orders.levels import class_of, is_reached, level_of
from ...actors.orders.model import OUT, Order
from ...actors.orders.plan import NO_PLAN, TrailingDistance
from ..world import Books, Change, Violation, World

DUST = Fraction(1, 100)  # of a position, below which it is what rounding to steps has left


def check_g1(world: World) -> list[Violation]:
    """A chained order goes out once, after its parent has filled, and for no more than that."""
    return list(_g1(world))


def _g1(world: World) -> Iterator[Violation]:
    for name, change, books in _planned(world):
        order, before = change.after, change.before
        chain = None if order.plan is None else order.plan.chain
        if chain is None or order.status in {"chained", "cancelled"}:
            continue
        parent = books.orders.get(chain.parent)
        if parent is None or not parent.filled:
            yield Violation("G1", name, f"{order.client_id} is free, and its parent never filled")
        elif before is not None and before.status == "chained":
            most = Fraction(chain.amount) * Fraction(parent.filled) / Fraction(chain.whole)
            if Fraction(order.amount) > most:
                words = f"{order.client_id} is free for {order.amount}, its parent allows "
                yield Violation("G1", name, words + f"{float(most):g}")
        oracle = world.bots[name].oracle
        if sum(each is not None and each.is_open for each in map(oracle.order, order.names)) > 1:
            yield Violation("G1", name, f"{order.client_id} rests there more than once")


def check_g3(world: World) -> list[Violation]:
    """No order waits for itself or for nothing, and a parent is kept before its child."""
    return [
        Violation("G3", name, words)
        for name, bot in world.bots.items()
        if any(change.after.plan is not None for change in bot.books.changes)
        for words in Graph.of(bot.books.live.values()).faults()
    ]


def check_g4(world: World) -> list[Violation]:
    """A stop that trails never goes back."""
    return list(_g4(world))


def _g4(world: World) -> Iterator[Violation]:
    for name, change, _ in _planned(world):
        before, order = change.before, change.after
        if before is None or before.plan is None or order.plan is None:
            continue
        was, now = before.plan, order.plan
        if was.profile is None or order.evidence == "edited":
            continue
        falls = order.side == "sell"
        pairs = [("stop", was.stop, now.stop)]
        if isinstance(was.profile, TrailingDistance) and isinstance(now.profile, TrailingDistance):
            pairs.append(("best price", was.profile.extreme, now.profile.extreme))
        for what, old, new in pairs:
            if old is not None and (new is None or (new < old if falls else new > old)):
                yield Violation("G4", name, f"the {what} of {order.client_id} went {old} to {new}")


def check_g5(world: World) -> list[Violation]:
    """What waits for a price goes once the price is there, and not before."""
    return list(_g5(world))


def _g5(world: World) -> Iterator[Violation]:
    for name, change, _ in _planned(world):
        before, order = change.before, change.after
        if before is None or before.status != "inactive" or order.status != "due":
            continue
        level = _awaited(before)
        price = None if order.plan is None else order.plan.reference
        if level is None:
            continue
        if price is None:
            words = f"{order.client_id} went, and nobody has heard of a price"
            yield Violation("G5", name, words)
        elif not is_reached(price, *level):
            words = f"{order.client_id} went at {price}, and waits for {level[0]}"
            yield Violation("G5", name, words)


def _awaited(order: Order) -> tuple[Decimal, Direction] | None:
    """The price that an inactive order waits for, and from where that is reached; None: none."""
    plan = order.plan or NO_PLAN
    if plan.trigger is not None:
        return plan.trigger.price, plan.trigger.direction
    if plan.keeper == "desk" and order.kind in TRIGGERED and plan.stop is not None:
        return level_of(order.side, order.kind, plan.stop)
    return None


def check_g6(world: World) -> list[Violation]:
    """What was bought or sold with a stop has one, or the desk has said that it has none."""
    return [*_lost(world), *_g6(world)]


def _lost(world: World) -> Iterator[Violation]:
    """A stop that nobody wanted to end is over, and what it guarded is not."""
    for name, change, books in _planned(world):
        order, before = change.after, change.before
        parent = books.orders.get(parent_of(order))
        if parent is None or class_of(order) != "stop" or order.purpose != "protective":
            continue
        if before is None or before.status not in OUT or _is_meant_to_end(before):
            continue
        if order.status != "cancelled" or order.id in books.by_hand:
            continue
        children = [each for each in books.orders.values() if parent_of(each) == parent.id]
        left = _unguarded(parent, children)
        if left > Fraction(parent.filled) * DUST:
            words = (
                f"{order.client_id} is cancelled, and {float(left):g} of {parent.client_id} held"
            )
            yield Violation("G6", name, words)


def _is_meant_to_end(order: Order) -> bool:
    """Whether a group, a chain or its own expiry ends an order, or makes it another."""
    wish, plan = order.wish, order.plan or NO_PLAN
    return wish is not None and bool(wish.then != "end" or wish.by or plan.expiry)


def _g6(world: World) -> Iterator[Violation]:
    if not world.is_over or not world.is_settled:
        return
    for name, bot in world.bots.items():
        by_hand = bot.books.by_hand
        told = {str(each.fields.get("order")) for each in bot.said("unguarded")}
        exits: dict[str, list[Order]] = defaultdict(list)
        for order in bot.books.orders.values():
            if parent_id := parent_of(order):
                exits[parent_id].append(order)
        for parent_id, children in exits.items():
            parent = bot.books.orders[parent_id]
            if parent_id in told or not by_hand.isdisjoint(each.id for each in children):
                continue
            left = _unguarded(parent, children)
            if left > Fraction(parent.filled) * DUST:
                words = f"{float(left):g} of {parent.client_id} is held without its stop"
                yield Violation("G6", name, words)


def _unguarded(parent: Order, children: list[Order]) -> Fraction:
    """How much of what a parent traded has lost its stop, and nobody wanted that or was told."""
    stops = [each for each in children if class_of(each) == "stop"]
    if not stops or parent.side == stops[0].side or any(each.is_live for each in stops):
        return Fraction(0)
    if any(each.status == "refused" for each in stops):  # which is told
        return Fraction(0)
    traded = sum((Fraction(each.filled) for each in children), Fraction(0))
    return Fraction(parent.filled) - traded


def _planned(world: World) -> Iterator[tuple[str, Change, Books]]:
    for name, bot in world.bots.items():
        for change in bot.books.changes:
            if change.after.plan is not None:
                yield name, change, bot.books
