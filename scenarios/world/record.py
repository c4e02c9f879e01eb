"""What is remembered of a bot's orders beside its books: when each came, and since when one doubts.

Moments are those of the clock that nobody sets.
"""

from __future__ import annotations

from ...runtime import Millis
from .books import Change


class OrderRecord:
    """Of one bot; it outlives the bot's process, as the books do."""

    def __init__(self) -> None:
        self.doubted_since: dict[str, Millis] = {}  # of orders that are unknown, by id
        self._placed_in: dict[str, tuple[int, Millis]] = {}

    def take(self, change: Change, *, life: int, now: Millis) -> None:
        """An order has changed, in the so-manieth life of its bot."""
        after = change.after
        self._placed_in.setdefault(after.id, (life, now))
        if after.status == "unknown":
            self.doubted_since.setdefault(after.id, now)
        else:
            self.doubted_since.pop(after.id, None)

    def placed_in(self, order_id: str) -> tuple[int, Millis]:
        """In which life, and when, an order was on disk first."""
        return self._placed_in[order_id]

    def in_doubt_for(self, order_id: str, now: Millis, *, since: Millis) -> int:
        """For how many ms one has doubted by now, counted from `since` at the earliest; 0: none."""
        began = self.doubted_since.get(order_id)
        return 0 if began is None else max(now - max(began, since), 0)


def told_of(change: Change) -> str:
    """A change in words."""
    after = change.after
    price = "market" if after.price is None else f"{after.price:f}"
    words = f"{after.client_id} {after.side} {after.amount:f} at {price} is {after.status}"
    evidence = f" ({after.evidence})" if after.evidence else ""
    return f"{words}, {after.filled:f} filled{evidence}"
