"""How a feed tells its events: published to all, and delivered to those who hold back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from ...runtime import MailboxFull, Ref, Tell
from .delivery import AGAIN, Delivery
from .subscribing import Subscribe, SubscriptionCounts, Unsubscribe


class LookAgain(msgspec.Struct, Tell, frozen=True):
    """Time to look whether a mailbox that was full has room."""


class Telling:
    """The subscriptions of one feed.

    publish: tells an event to all who have subscribed to its class. after: sets a timer.
    """

    def __init__(
        self, publish: Callable[[object], None], after: Callable[[int, object], object]
    ) -> None:
        self._publish = publish
        self._after = after
        self._deliveries: dict[tuple[Ref, str], Delivery] = {}
        self._owed: list[tuple[Ref, Tell]] = []  # to mailboxes that were full
        self._is_looking = False  # a timer is set
        self.wanted: frozenset[type] = frozenset()  # by any subscription

    @property
    def counts(self) -> tuple[SubscriptionCounts, ...]:
        """How every subscription fares."""
        return tuple(delivery.counts for delivery in self._deliveries.values())

    def add(self, wanted: Subscribe) -> None:
        """Begin a subscription, in the place of one of the same name."""
        self._deliveries[wanted.to, wanted.name] = Delivery(wanted)
        self._look_through()

    def end(self, message: Unsubscribe) -> None:
        """End a subscription; harmless where there is none."""
        self._deliveries.pop((message.to, message.name), None)
        self._look_through()

    def forget(self, to: Ref) -> None:
        """Whoever subscribed is gone."""
        for key in [key for key in self._deliveries if key[0] is to]:
            del self._deliveries[key]
        self._owed = [each for each in self._owed if each[0] is not to]
        self._look_through()

    def tell(self, events: Iterable[Tell]) -> None:
        """Tell events to all who want them."""
        for event in events:
            self._publish(event)
            self.deliver(event)

    def deliver(self, event: Tell) -> None:
        """Tell an event, which is published already, to those with a subscription."""
        if type(event) not in self.wanted:
            return
        for delivery in self._deliveries.values():
            delivery.offer(event)
            self._pass_on(delivery)

    def tell_one(self, to: Ref, message: Tell) -> None:
        """Tell one actor what it may not miss: where its mailbox is full, as soon as it can be."""
        try:
            to.tell(message)
        except MailboxFull:
            self._owed.append((to, message))
            self._look_later()

    def look_again(self) -> None:
        """Pass on what was kept, where there is room now."""
        self._is_looking = False
        owed, self._owed = self._owed, []
        for to, message in owed:
            self.tell_one(to, message)
        for delivery in self._deliveries.values():
            self._pass_on(delivery)

    def _pass_on(self, delivery: Delivery) -> None:
        if not delivery.is_waiting:
            return
        mailbox = delivery.to.statistics()
        room = min(delivery.bound, mailbox.bound) - mailbox.depth
        while room > 0 and (event := delivery.take()) is not None:
            delivery.to.tell(event)
            room -= 1
        if delivery.is_waiting:
            self._look_later()

    def _look_later(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self._after(AGAIN, LookAgain())

    def _look_through(self) -> None:
        found = [delivery.events for delivery in self._deliveries.values()]
        self.wanted = frozenset[type]().union(*found)
