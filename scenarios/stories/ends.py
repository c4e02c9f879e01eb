"""How orders have ended, in the words of a story, and what differs from what it says. Pure.

filled                  all that the draft asked for
filled 0.05             no more than that, since it was made smaller
cancelled               nothing of it has filled
cancelled 0.05          this much of it has
accepted                it rests as it was drawn up
accepted of 0.05        it rests for this much
accepted at 60000       its stop, or else its limit, is elsewhere by now
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ...actors.market.money import ZERO, add, subtract
from ...actors.orders.drafts import Draft
from ...actors.orders.model import Order
from ...actors.orders.plan import NO_PLAN


def words_of(draft: Draft, order: Order) -> str:
    """How an order stands."""
    words: str = order.status
    if order.filled and order.filled != draft.amount:
        words = f"{words} {plain(order.filled)}"
    if not order.is_live:
        return words
    if order.amount != draft.amount:
        words = f"{words} of {plain(order.amount)}"
    was, now = draft.stop or draft.price, (order.plan or NO_PLAN).stop or order.price
    if was is not None and now is not None and was != now:
        words = f"{words} at {plain(now)}"
    return words


def differences(ends: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """What has not ended as it should, a sentence each."""
    for name in sorted(ends.keys() | found.keys()):
        wanted, is_now = (
            ends.get(name, "nothing that the story knows of"),
            found.get(name, "absent"),
        )
        if wanted != is_now:
            yield f"{name} is {is_now}, and should be {wanted}"


def position(orders: Iterable[Order]) -> Decimal:
    """What was bought of the base currency and not sold again, fees aside."""
    left = ZERO
    for order in orders:
        left = (add if order.side == "buy" else subtract)(left, order.filled)
    return left


def plain(number: Decimal) -> str:
    """A number without zeros at its end.

    >>> plain(Decimal("0.0500")), plain(Decimal("60000.00"))
    ('0.05', '60000')
    """
    return f"{number.normalize():f}"
