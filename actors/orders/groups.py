"""Groups: what becomes of the other members when one has traded, or has ended. Pure.

A rule is given all members that are not over, and the step of one; it gives those that change.
Whoever needs another rule writes one (`GroupRule`) and hands it to the desk under a name.

A step is a fill, or an end that somebody here asked for. Of what the venue turns away, or takes off
its book by itself, a group does not hear: it must not cost the others their stop. Nor does it hear
of an end that its own rule has brought about, so that none rings back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from msgspec.structs import replace

from ...runtime import Millis
from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, add, multiply, subtract
from ..market.precision import floor_to_step
from . import revising
from .graph import group_of
from .levels import Class, class_of
from .model import Order
from .plan import NO_PLAN
from .shares import (
    ONE_FOR_ALL,
    asked_of,
    is_placeable,
    left_of,
    lent_to,
    position_of,
    rests,
    share_of,
    side_of,
    sum_of,
    takers,
)
from .trailing import trailed

_CLASSES: Final[tuple[Class, Class]] = ("stop", "profit")

Members = tuple[Order, ...]


class GroupRule(Protocol):
    """What holds a group together."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterable[Order]:
        """The members that change after a step of `order`, made with `revising`; it may do so too.

        members: the others, oldest first, none of them over. before, order: the one that has
        changed; it has filled more, or else it was ended.
        """
        ...

    def check(self, members: Members) -> str:
        """Why these cannot be the members of a new group; empty: they can."""
        ...


class OneCancelsOther:
    """The first to fill ends the others; what one has filled in part the others trade no more."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        traded = subtract(order.filled, before.filled)
        if not traded or order.status == "filled":
            for mate in members:
                yield revising.ended(mate, f"{order.id} is {order.status}", at)
            return
        left, reason = left_after(members, before, order), f"{order.id} has filled {order.filled:f}"
        for mate in members:
            if mate.status == "chained":
                yield revising.lessened(mate, traded, reason, at)
            else:
                yield _cut(mate, left, reason, at, instrument)

    def check(self, members: Members) -> str:
        if len(members) < 2:  # noqa: PLR2004 - one and another
            return "an order alone has no other to cancel"
        return _of_one_position(members)


class Balanced:
    """What take profits and stops trade stays the same: what is gone comes off both sides."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        reason = f"{order.id} is {order.status}, {order.filled:f} filled"
        given, was = given_by(before, order), (*members, _as_meant(before, order))
        shares = {part: max(subtract(share_of(was, part), given), ZERO) for part in _CLASSES}
        changed = {mate.id: mate for mate in members}
        for part in _CLASSES:
            side = side_of(members, part)
            total = sum_of(map(left_of, side))
            excess = subtract(share_of((*members, order), part), shares[part])
            excess = min(max(excess, ZERO), total)
            for mate, left in reduced(side, subtract(total, excess)):
                changed[mate.id] = _cut(mate, left, reason, at, instrument)
            if class_of(order) != part:
                waiting = [mate for mate in side if mate.status == "chained"]
                owed, step = subtract(given, excess), instrument.amount_step
                for mate in _lessened(waiting, owed, step, reason, at):
                    changed[mate.id] = mate
        if _lends(members):  # what was lent to one that is smaller now is its own side's again
            changed[order.id] = order
            for part in _CLASSES:
                everybody = tuple(changed.values())
                lost = subtract(shares[part], share_of(everybody, part))
                taker = next(iter(takers(side_of(everybody, part))), None)
                if taker is not None and lost > ZERO:
                    changed[taker.id] = revising.enlarged(taker, lost, reason, at)
        yield from changed.values()

    def check(self, members: Members) -> str:
        for part in _CLASSES:
            if not side_of(members, part):
                return f"it has no {part}, and there is nothing to balance the others with"
        return _of_one_position(members)


class TrailingOnFilledTakeProfit(Balanced):
    """Balanced, and the stops follow each take profit that fills."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        changed = {each.id: each for each in super().after(members, before, order, at, instrument)}
        price = _reached(order)
        if class_of(order) == "profit" and order.status == "filled" and price is not None:
            for each in side_of(members, "stop"):
                mate = changed.get(each.id, each)
                if mate.is_live:
                    changed[mate.id] = trailed(mate, price, instrument, at)
        yield from changed.values()


GROUP_RULES: Final[Mapping[str, GroupRule]] = MappingProxyType(
    {
        ONE_FOR_ALL: OneCancelsOther(),
        "balanced": Balanced(),
        "trailing_on_filled_take_profit": TrailingOnFilledTakeProfit(),
    }
)


def _lends(members: Members) -> bool:
    """Whether one side has made way for the other."""
    return any(lent_to(mate) for mate in members)


def given_by(before: Order, order: Order) -> Decimal:
    """How much of the position a step has traded, or has given up."""
    traded = subtract(order.filled, before.filled)
    return traded or asked_of(before)


def left_after(members: Members, before: Order, order: Order) -> Decimal:
    """What a group of which each is for all has left to trade after a step."""
    position = position_of((*members, _as_meant(before, order)))
    return max(subtract(position, given_by(before, order)), ZERO)


def _as_meant(before: Order, order: Order) -> Order:
    """An order before a step: what ends without a fill counts until it has ended."""
    wish, plan = before.wish, before.plan
    if wish is None or plan is None or order.filled != before.filled:
        return before
    return replace(before, plan=replace(plan, revision=replace(wish, then="send")))


def reduced(side: Sequence[Order], target: Decimal) -> Iterator[tuple[Order, Decimal]]:
    """Which orders of one side become smaller so that they trade `target`, and what each has left.

    Those whose price lay furthest from the market when they were drawn up go first, whole (0) as
    long as they fit into what is too much; the last one is made smaller. In a swap those go before
    these that are held back, since they guard nothing now, and that nothing was lent to.
    """
    excess = subtract(sum_of(map(left_of, side)), target)
    for order in sorted(side, key=_first_to_go, reverse=True):
        if excess <= ZERO:
            return
        left = left_of(order)
        if left:
            taken = min(left, excess)
            yield order, subtract(left, taken)
            excess = subtract(excess, taken)


def _first_to_go(order: Order) -> tuple[bool, bool, Decimal]:
    group = group_of(order)
    swaps = group is not None and group.swap is not None and not rests(order)
    is_shelved = bool((order.plan or NO_PLAN).shelved_for)
    waits = swaps and (is_shelved or class_of(order) == "profit")  # a stop is watched for here
    return waits, not lent_to(order), distance_of(order)


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


def _cut(mate: Order, left: Decimal, reason: str, at: Millis, instrument: Instrument) -> Order:
    """A member that trades no more than `left`; one that the venue would not take so small ends."""
    if left_of(mate) <= left:
        return mate
    left = floor_to_step(left, instrument.amount_step)
    if not is_placeable(mate, left, instrument):
        return revising.ended(mate, reason, at)
    return revising.edited(mate, reason, at, amount=add(mate.filled, left))


def _lessened(
    side: Sequence[Order], owed: Decimal, step: Decimal, reason: str, at: Millis
) -> Iterator[Order]:
    """What waits for its parent on the side that has not traded is owed less in the end, all alike.

    So each is set free for its share of what is left, whenever it is.
    """
    total = sum_of(map(asked_of, side))
    if owed <= ZERO or not total:
        return
    owed = rest = min(owed, total)
    for number, mate in enumerate(side, 1):
        part = multiply(
            EXACT.divide_int(multiply(owed, asked_of(mate)), multiply(total, step)), step
        )
        taken = min(rest, asked_of(mate)) if number == len(side) else part
        yield revising.lessened(mate, taken, reason, at)
        rest = subtract(rest, taken)


def _of_one_position(members: Members) -> str:
    """What keeps orders from being of one position; empty: nothing."""
    if len({mate.side for mate in members}) > 1:
        return "some of it buys and some of it sells: a group is of one position"
    for mate in members:
        if mate.kind == "market" and (mate.plan is None or mate.plan.trigger is None):
            return f"{mate.id} goes at market at once: give it a trigger, or leave it out"
    return ""


def _reached(order: Order) -> Decimal | None:
    """The price of a take profit that has filled, or a better one that the market was seen at."""
    plan = order.plan or NO_PLAN
    prices = [price for price in (order.price or plan.stop, plan.reference) if price is not None]
    if not prices:
        return None
    return max(prices) if order.side == "sell" else min(prices)
