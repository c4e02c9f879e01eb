"""What a bot had open as it died, as its store tells: positions and what was to become of them."""

from __future__ import annotations

from collections import Counter

import attrs

from ...actors.orders.graph import group_of
from ...actors.orders.levels import class_of
from ...actors.orders.model import Order
from ...scenarios.world import Books
from .families import LEAST, exits_of, position_of


@attrs.frozen
class Held:
    """How many there were of each."""

    positions: int = 0  # opened, and not closed by the orders that are to close them
    stops: int = 0  # set free: at the exchange, on their way there, or watched for by the desk
    profits: int = 0  # likewise, take profits
    chains: int = 0  # orders that waited for another to fill
    groups: int = 0  # of which two orders or more were live
    trailing: int = 0  # stops that follow the price
    triggers: int = 0  # orders that waited here for a price


KINDS = tuple(field.name for field in attrs.fields(Held))


def held(books: Books) -> Held:
    """What is open by the newest commit."""
    live = tuple(books.live.values())
    free = [each for each in live if each.status != "chained" and each.plan is not None]
    exits = [each for each in free if each.purpose == "protective"]
    groups = Counter(group.id for each in live if (group := group_of(each)) is not None)
    return Held(
        positions=sum(
            position_of(books.orders[entry_id], closing) > LEAST
            and any(each.is_live for each in closing)
            for entry_id, closing in exits_of(books).items()
        ),
        stops=sum(class_of(each) == "stop" for each in exits),
        profits=sum(class_of(each) == "profit" for each in exits),
        chains=sum(each.status == "chained" for each in live),
        groups=sum(count > 1 for count in groups.values()),
        trailing=sum(map(_trails, live)),
        triggers=sum(each.status == "inactive" for each in live),
    )


def _trails(order: Order) -> bool:
    plan = order.plan
    return plan is not None and (plan.profile is not None or plan.trail is not None)
