"""Invariants of orders that belong together (G), over what the stores have acknowledged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from ...actors.orders.graph import Graph, group_of, parent_of
from ...actors.orders.levels import class_of
from ...actors.orders.model import Order
from ...actors.orders.plan import TrailingDistance
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


def check_g2(world: World) -> list[Violation]:
    """Of orders of which one ends the other, one fills; the others trade what is left at most."""
    return list(_g2(world))


def _g2(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        groups: dict[str, list[Order]] = defaultdict(list)
        for order in _touched(bot.books) if not world.is_over else bot.books.orders.values():
            group = group_of(order)
            if group is not None and group.rule == "oco":
                groups[group.id] = [
                    each for each in bot.books.orders.values() if _is_of(each, group.id)
                ]
        for members in groups.values():
            done = [each for each in members if each.status == "filled"]
            swaps = any(group.swap for each in members if (group := group_of(each)))
            if len(done) > 1 and swaps:
                yield Violation("G2", name, f"{done[0].client_id} and {done[1].client_id} filled")
            if done and world.is_over and world.is_settled:
                for mate in members:
                    if mate.is_live:
                        words = f"{mate.client_id} is {mate.status}, {done[0].client_id} has filled"
                        yield Violation("G2", name, words)


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
        trigger = None if before.plan is None else before.plan.trigger
        price = None if order.plan is None else order.plan.reference
        if trigger is None or price is None:
            continue
        above = trigger.direction == "above"
        if price < trigger.price if above else price > trigger.price:
            words = f"{order.client_id} went at {price}, and waits for {trigger.price}"
            yield Violation("G5", name, words)


def check_g6(world: World) -> list[Violation]:
    """What was bought or sold with a stop has one, or the desk has said that it has none."""
    return list(_g6(world))


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


def _touched(books: Books) -> Iterator[Order]:
    return (change.after for change in books.changes)


def _is_of(order: Order, group_id: str) -> bool:
    group = group_of(order)
    return group is not None and group.id == group_id
