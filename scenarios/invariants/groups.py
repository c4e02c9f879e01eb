"""The invariant of groups (G2): whoever of them trades, it is the same position, and once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from ...actors.orders.graph import group_of, parent_of
from ...actors.orders.levels import Class, class_of
from ...actors.orders.model import Order
from ...actors.orders.plan import NO_PLAN, Group
from ..world import Books, Violation, World, WorldBot

CLASSES: Final[tuple[Class, Class]] = ("stop", "profit")


def check_g2(world: World) -> list[Violation]:
    """Of orders of which one ends the other, one fills; the others trade what is left at most."""
    return list(_g2(world))


def _g2(world: World) -> Iterator[Violation]:
    is_end = world.is_over and world.is_settled
    for name, bot in world.bots.items():
        books = bot.books
        touched = books.orders.values() if is_end else (each.after for each in books.changes)
        groups = {group.id: group for order in touched if (group := group_of(order)) is not None}
        for group in groups.values():
            members = books.members(group.id)
            found = [*_twice(group, members), *_at_once(bot, group, members)]
            found += _beyond(books, group, members)
            found += _left_over(group, members, is_end=is_end)
            yield from (Violation("G2", name, words) for words in found)


def _twice(group: Group, members: list[Order]) -> Iterator[str]:
    """Two have filled of which one ends the other, though they take turns."""
    done = [each for each in members if each.status == "filled"]
    if group.rule == "oco" and group.swap is not None and len(done) > 1:
        yield f"{done[0].client_id} and {done[1].client_id} filled"


def _left_over(group: Group, members: list[Order], *, is_end: bool) -> Iterator[str]:
    """What goes on beside the one that has filled: that it is to end is in the same commit."""
    done = [each for each in members if each.status == "filled"]
    if group.rule == "oco" and done:
        for mate in members:
            if mate.is_live and (is_end or mate.wish is None or mate.wish.then != "end"):
                yield f"{mate.client_id} is {mate.status}, {done[0].client_id} has filled"


def _at_once(bot: WorldBot, group: Group, members: list[Order]) -> Iterator[str]:
    """More rests at the exchange than a group may trade of which the members take turns."""
    if group.swap is None:
        return
    there = (bot.oracle.order(name) for each in members for name in each.names)
    rests = sum((each.amount - each.filled for each in there if each and each.is_open), Fraction(0))
    most = _most(group, [each for each in members if each.is_live and each.status != "chained"])
    if rests > most:
        words = f"{float(rests):g} of the group of {members[0].client_id} rests at once, "
        yield words + f"and it may trade {float(most):g}"


def _most(group: Group, members: list[Order]) -> Fraction:
    """How much of a group may trade, whichever of its orders does."""
    if group.rule == "oco":
        return max(map(_left, members), default=Fraction(0))
    sides = (
        _sum(_left(each) if class_of(each) == part else _lent(each) for each in members)
        for part in CLASSES
    )
    return max(sides)


def _beyond(books: Books, group: Group, members: list[Order]) -> Iterator[str]:
    """More was traded, or is still to be, than what the parent has filled."""
    parent = books.orders.get(parent_of(members[0]))
    family = {each.id for each in members}
    if parent is None or group.swap is None or not books.by_hand.isdisjoint({parent.id, *family}):
        return
    if any(parent_of(each) != parent.id or each.side == parent.side for each in members):
        return
    most = max(_sum(_share(each, parent) for each in _side(members, part)) for part in CLASSES)
    traded = _sum(Fraction(each.filled) for each in members)
    if traded > most:
        yield f"{float(traded):g} was traded after {parent.client_id}, for {float(most):g}"
    for part in CLASSES:
        live = [each for each in _side(members, part) if each.is_live and each.status != "chained"]
        if (more := _sum(map(_meant, live))) > most - traded:
            words = f"{float(more):g} is still to be traded after {parent.client_id}, of "
            yield words + f"{float(most):g} {float(traded):g} was"


def _share(order: Order, parent: Order) -> Fraction:
    """What a chained order is for, by what its parent has filled."""
    chain = (order.plan or NO_PLAN).chain
    if chain is None:
        return Fraction(0)
    return Fraction(chain.amount) * Fraction(parent.filled) / Fraction(chain.whole)


def _left(order: Order) -> Fraction:
    """What an order may still trade, as it is or as it shall be."""
    amount = order.amount if order.wish is None else max(order.amount, order.wish.amount)
    return max(Fraction(amount) - Fraction(order.filled), Fraction(0))


def _meant(order: Order) -> Fraction:
    """What an order shall still trade."""
    wish = order.wish
    if wish is not None and wish.then == "end":
        return Fraction(0)
    amount = order.amount if wish is None else wish.amount
    return max(Fraction(amount) - Fraction(order.filled), Fraction(0))


def _lent(order: Order) -> Fraction:
    return Fraction((order.plan or NO_PLAN).forward_took)


def _side(members: Iterable[Order], part: Class) -> list[Order]:
    return [each for each in members if class_of(each) == part]


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0))
