"""Whether a bot's journal and its exchange tell the same of every order; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ...actors.orders.journal import Commit
from ...actors.orders.model import Order, Status
from ...runtime import Millis
from .exchange import VenueOrder

MEANT: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "NEW": "accepted",
        "PARTIALLY_FILLED": "accepted",
        "FILLED": "filled",
        "CANCELED": "cancelled",
        "EXPIRED": "cancelled",
    }
)
"""What a status of the exchange's is here."""


def disagreements(
    commits: Iterable[Commit], at_venue: Iterable[VenueOrder], *, until: Millis
) -> list[str]:
    """What differs, a sentence each; nothing where all is the same.

    until: when the bot was stopped, by the exchange's clock; what rested may have traded since.
    """
    ours = {order.client_id: order for commit in commits for order in commit.orders}
    return list(_found(ours, list(at_venue), until))


def _found(ours: Mapping[str, Order], theirs: list[VenueOrder], until: Millis) -> Iterator[str]:
    times = Counter(order.client_order_id for order in theirs)
    yield from (f"{name} is there {count} times" for name, count in times.items() if count > 1)
    known = {order.client_order_id: order for order in theirs}
    yield from (f"{name} is unknown to the store" for name in sorted(known.keys() - ours.keys()))
    for client_id, order in ours.items():
        there = known.get(client_id)
        if there is None:
            if order.status != "refused":
                yield f"{client_id} is {order.status} here, and unknown there"
        elif order.is_live and there.update_time >= until:
            continue
        elif MEANT.get(there.status) != order.status:
            yield f"{client_id} is {order.status} here, and {there.status} there"
        elif Decimal(there.executed_qty) != order.filled:
            yield f"{client_id} has filled {order.filled} here, and {there.executed_qty} there"
