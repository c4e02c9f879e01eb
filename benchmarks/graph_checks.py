"""What must hold of a family of orders, reckoned from all that has traded, in fractions.

Nothing here asks the rules what is right: a position is what the entry has filled less what the
others have, and what may trade of it is what the orders say of themselves. Codes are of the
invariants of graphs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from ..actors.market.side import STOPS
from ..actors.orders.graph import Graph
from ..actors.orders.model import OUT, Order
from ..actors.orders.plan import TrailingDistance
from .graph_family import INSTRUMENT, Event, Family

SENDABLE: Final = Fraction(20, 1_000)  # base currency: surely above every minimum
_STEP: Final = Fraction(INSTRUMENT.amount_step)


def faults(family: Family) -> Iterator[str]:
    """What does not hold after the last step; the step is over then."""
    events, family.events = family.events, []
    yield from (f"G3 {fault}" for fault in Graph.of(_live(family)).faults())
    yield from _unearned(family)
    yield from _both_ends(family)
    yield from _too_much(family)
    for event in events:
        yield from _went_back(event)
        yield from _too_early(event)


def unguarded(family: Family) -> Iterator[str]:
    """What does not hold once the venue has done all that it was asked to (G6)."""
    entry, exits = family.entry, family.exits
    if family.truth.meddled - {entry.id} or not entry.filled:
        return
    position = _position(family) - family.truth.late
    guard = sum((left(each) for each in exits if guards(each)), Fraction(0))
    spare = SENDABLE + _STEP * len(exits) + sum(family.truth.fees, Fraction(0))
    if guard < position - spare:
        yield f"G6 {float(position):g} is held, {float(guard):g} of it is guarded"


def _unearned(family: Family) -> Iterator[str]:
    """Children that are for more than their parent allows, or that it left behind."""
    had = _filled(family, family.entry_id)
    for is_stop in (True, False):
        side = [each for each in family.exits if (each.kind in STOPS) == is_stop]
        earned = had * sum((family.shares[each.id] for each in side), Fraction(0))
        total = sum((left(each) + Fraction(each.filled) for each in side), Fraction(0))
        if total > earned:
            yield f"G1 {[each.id for each in side]} trade {total}, and {earned} was earned"
    for child in family.exits:
        chain = None if child.plan is None else child.plan.chain
        if chain is None or child.status != "chained":
            continue
        parent = family.orders[chain.parent]
        share = Fraction(chain.amount) * had / Fraction(chain.whole)
        owed = share - Fraction(chain.amount) + Fraction(child.amount) - sum(family.truth.fees)
        if not parent.is_live:
            yield f"G1 {child.id} waits for {parent.id}, which is {parent.status}"
        elif owed > SENDABLE:
            yield f"G1 {child.id} is still chained, and {owed} of it is to be sent"


def _both_ends(family: Family) -> Iterator[str]:
    """Groups of which one has filled and another is not to end."""
    for members in _groups(family, "oco"):
        done = [each for each in members if each.status == "filled"]
        for mate in members if done else ():
            wish = mate.wish
            if mate.is_live and (wish is None or wish.then != "end"):
                yield f"G2 {mate.id} is {mate.status}, and {done[0].id} has filled"


def _too_much(family: Family) -> Iterator[str]:
    """Groups that may trade more than there is, but for what the venue filled too late to hear."""
    position = _position(family) + family.truth.over
    for members in _groups(family):
        plan = members[0].plan
        if plan is None or plan.group is None:
            continue
        shared = plan.group.rule != "oco" and plan.group.swap is None
        sides = defaultdict[bool, Fraction](Fraction)
        for mate in members:
            share = left(mate)
            sides[shared and mate.kind in STOPS] += share if _rests(mate) else 0
            if share > max(position, Fraction(0)):
                yield f"G2 {mate.id} shall trade {float(share):g} of {float(position):g}"
        if plan.group.swap is not None:
            out = sum((Fraction(each.remaining) for each in members if each.is_out), Fraction(0))
            if out > max(position, Fraction(0)):
                yield f"G2 {float(out):g} is out of {float(position):g} in {plan.group.id}"
        elif shared and max(sides.values(), default=Fraction(0)) > max(position, Fraction(0)):
            yield f"G2 a side of {plan.group.id} shall trade more than {float(position):g}"


def _went_back(event: Event) -> Iterator[str]:
    """A stop, or the best price that it knows, that has moved away from the market."""
    was, now = event.before.plan, event.after.plan
    if was is None or now is None or was.profile is None:
        return
    falls = event.after.side == "sell"
    pairs = [("stop", was.stop, now.stop)]
    if isinstance(was.profile, TrailingDistance) and isinstance(now.profile, TrailingDistance):
        pairs.append(("best price", was.profile.extreme, now.profile.extreme))
    for what, old, new in pairs:
        if old is not None and (new is None or (new < old if falls else new > old)):
            yield f"G4 the {what} of {event.after.id} went from {old} to {new}"


def _too_early(event: Event) -> Iterator[str]:
    """What went for its price before the price was there."""
    was, now = event.before, event.after
    trigger = None if was.plan is None else was.plan.trigger
    if was.status != "inactive" or now.status != "due" or trigger is None:
        return
    if now.evidence != "its price has come":
        return
    above = trigger.direction == "above"
    if event.price < trigger.price if above else event.price > trigger.price:
        yield f"G5 {now.id} went at {event.price}, and waits for {trigger.price}"


def guards(order: Order) -> bool:
    """Whether an order would take some of the position out of the market when its price comes."""
    if order.status in {"due", *OUT}:
        return True
    plan = order.plan
    if order.status != "inactive" or order.kind not in STOPS or plan is None:
        return False
    return plan.keeper == "desk" or plan.trigger is not None  # the desk waits for its price


def _rests(order: Order) -> bool:
    return order.is_live and order.status != "chained"


def left(order: Order) -> Fraction:
    """What an order shall trade yet."""
    wish = order.wish
    if not _rests(order) or (wish is not None and wish.then == "end"):
        return Fraction(0)
    return max(_target(order) - Fraction(order.filled), Fraction(0))


def _target(order: Order) -> Fraction:
    wish = order.wish if order.is_out else None
    return Fraction(order.amount if wish is None else wish.amount)


def _position(family: Family) -> Fraction:
    """What was bought and not sold again, or the other way round."""
    total = sum((amount for _, amount in family.truth.traded), Fraction(0))
    return 2 * _filled(family, family.entry_id) - total


def _filled(family: Family, order_id: str) -> Fraction:
    return sum((amount for name, amount in family.truth.traded if name == order_id), Fraction(0))


def _groups(family: Family, rule: str = "") -> Iterator[list[Order]]:
    groups = defaultdict[str, list[Order]](list)
    for order in family.orders.values():
        group = None if order.plan is None else order.plan.group
        if group is not None and rule in {"", group.rule}:
            groups[group.id].append(order)
    yield from groups.values()


def _live(family: Family) -> list[Order]:
    return [each for each in family.orders.values() if each.is_live]
