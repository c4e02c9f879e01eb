"""When each order was sent, and when the books knew what had become of it: seen from outside.

It looks on as an invariant does, at every request for an order and after every commit, and finds
nothing. Moments are those of the clock that nobody sets.
"""

from __future__ import annotations

import trio

from ...actors.orders.model import Order
from ...runtime import Millis
from ...scenarios.world import Violation, World

WAITING = frozenset({"intent", "unknown"})


class Witness:
    """What it has seen, by client id."""

    def __init__(self) -> None:
        self.sent_at: dict[str, Millis] = {}
        self.certain_at: dict[str, Millis] = {}  # first, that its outcome was in the books
        self.changed_at: dict[str, Millis] = {}  # last, that anything of it was
        self._seen = 0  # of the creates
        self._commits = 0
        self._heard = trio.Event()

    def look(self, world: World) -> list[Violation]:
        """See what is new; a checker of a world."""
        now = world.elapsed_at
        creates = world.venue.tap.orders
        for sent in creates[self._seen :]:
            self.sent_at.setdefault(sent.client_id, now)
            self._heard.set()
        self._seen = len(creates)
        for bot in world.bots.values():
            if bot.books.commits != self._commits:
                self._commits = bot.books.commits
                for change in bot.books.changes:
                    self._changed(change.after, now)
        return []

    async def hear(self) -> None:
        """Wait for the next create that arrives."""
        self._heard = trio.Event()
        await self._heard.wait()

    def _changed(self, order: Order, now: Millis) -> None:
        self.changed_at[order.client_id] = now
        if order.status not in WAITING:
            self.certain_at.setdefault(order.client_id, now)
