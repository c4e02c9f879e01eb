"""Watching: prices and times that orders wait for, had from the feeds and from the clock.

What an order waits for is a function of it (`waits`), so nothing here is kept: after a restart of
the desk it is asked for anew, and after one of a feed, which forgets what was armed. A price that
came by in between is met by the next tick at or beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ...runtime import Actor, Millis, NoSuchActor, Outcome, Ref, Timer
from ..feeds.messages import Arm, Disarm, FeedStarted, ThresholdCrossed
from ..feeds.thresholds import ThresholdId
from .model import Order
from .tokens import ArmAgain, ArmedFor, TimeIsUp
from .trailing import TrailingRule
from .waits import PriceWait, Waits, waits_of

RETRY: Final = Millis(1_000)


class Watching:
    """Watches for one desk. feed: the path of the feed of a symbol. find: an order by its id.

    trails: rules of users, to trail a stop.
    """

    def __init__(
        self,
        desk: Actor,
        feed: Callable[[str], str] | None,
        find: Callable[[str], Order | None],
        trails: Mapping[str, TrailingRule],
    ) -> None:
        self._desk = desk
        self._feed = feed
        self._find = find
        self._trails = trails
        self._feeds: dict[str, Ref] = {}  # by symbol
        self._waits: dict[str, Waits] = {}  # by order id
        self._times: dict[str, Millis] = {}  # by order id, when to look at it; once each
        self._armed: dict[tuple[str, PriceWait], ThresholdId | None] = {}  # None: it is being asked
        self._fires: dict[tuple[str, ThresholdId], tuple[str, PriceWait]] = {}  # by symbol and id
        self._unarmed: dict[str, None] = {}  # ids of orders whose feed could not be asked
        self._is_retrying = False
        self._timer: Timer | None = None
        self._due: Millis | None = None

    # -- what an order waits for

    def follow(self, order: Order) -> None:
        """An order is not as it was: wait for what it waits for now, and for nothing else."""
        wanted = waits_of(order, self._trails)
        before = self._waits.get(order.id)
        if wanted == before:
            return
        if wanted:
            self._waits[order.id] = wanted
        else:
            self._waits.pop(order.id, None)
        self._time(order.id, None if before is None else before.until, wanted.until)
        was = frozenset[PriceWait]() if before is None else before.prices
        for wait in _sorted(was - wanted.prices):
            self._disarm(order, wait)
        for wait in _sorted(wanted.prices - was):
            self._arm(order, wait)
        self._plan()

    def rearm(self, order: Order) -> None:
        """A price has fired and nothing came of it: wait for it again."""
        for wait in _sorted(self._waits.get(order.id, Waits()).prices):
            if (order.id, wait) not in self._armed:
                self._arm(order, wait)

    def due(self, now: Millis) -> tuple[str, ...]:
        """The ids of the orders whose time has come."""
        self._timer = self._due = None
        due = tuple(order_id for order_id, at in self._times.items() if at <= now)
        for order_id in due:
            del self._times[order_id]
        return due

    def plan(self) -> None:
        """Wake for the next time."""
        self._plan()

    def postpone(self, order_id: str) -> None:
        """Nothing could be made of the time of an order: look at it again soon."""
        self._times[order_id] = Millis(self._desk.now + RETRY)

    def _time(self, order_id: str, before: Millis | None, wanted: Millis | None) -> None:
        if wanted is None:
            self._times.pop(order_id, None)
        elif wanted != before:
            self._times[order_id] = wanted

    # -- what feeds say

    def armed(self, token: ArmedFor, outcome: Outcome) -> None:
        """A feed has been asked."""
        key = (token.order_id, token.wait)
        order = self._find(token.order_id)
        waits = self._waits.get(token.order_id)
        if outcome.error is not None:
            self._armed.pop(key, None)
            if waits is not None and token.wait in waits.prices:
                self._retry(token.order_id)
            return
        threshold = outcome.value
        if order is None or waits is None or token.wait not in waits.prices:
            self._armed.pop(key, None)
            if order is not None:
                self._desk.request(self._feeds[order.symbol], Disarm(threshold))
            return
        self._armed[key] = threshold
        self._fires[order.symbol, threshold] = key

    def crossed(self, message: ThresholdCrossed) -> tuple[Order, PriceWait] | None:
        """Whose price has come, and why it waited; None: nobody waits for it any more."""
        key = self._fires.pop((message.symbol, message.threshold), None)
        if key is None:
            return None
        self._armed.pop(key, None)
        order_id, wait = key
        order, waits = self._find(order_id), self._waits.get(order_id)
        if order is None or waits is None or wait not in waits.prices:
            return None
        return order, wait

    def feed_started(self, message: FeedStarted) -> None:
        """A feed has forgotten what was armed."""
        symbol = message.symbol
        for key in [each for each in self._fires if each[0] == symbol]:
            self._armed.pop(self._fires.pop(key), None)
        for order_id in tuple(self._waits):
            order = self._find(order_id)
            if order is not None and order.symbol == symbol:
                self.rearm(order)

    def again(self) -> None:
        """The time of `ArmAgain` has come."""
        self._is_retrying = False
        unarmed, self._unarmed = tuple(self._unarmed), {}
        for order_id in unarmed:
            order = self._find(order_id)
            if order is not None:
                self.rearm(order)

    # -- asking

    def _arm(self, order: Order, wait: PriceWait) -> None:
        feed = self._feed_of(order.symbol)
        if feed is None:
            self._retry(order.id)
            return
        desk = self._desk
        self._armed[order.id, wait] = None
        token = ArmedFor(order.id, wait)
        outcome = desk.request(feed, Arm(wait.price, wait.direction, desk.ref), token)
        if outcome is not None:
            self.armed(token, outcome)

    def _disarm(self, order: Order, wait: PriceWait) -> None:
        threshold = self._armed.pop((order.id, wait), None)
        if threshold is not None:
            self._fires.pop((order.symbol, threshold), None)
            self._desk.request(self._feeds[order.symbol], Disarm(threshold))

    def _feed_of(self, symbol: str) -> Ref | None:
        """Where the feed of a symbol is; None: it is not there yet, or there is none."""
        feed = self._feeds.get(symbol)
        if feed is None and self._feed is not None:
            try:
                feed = self._feeds[symbol] = self._desk.lookup(self._feed(symbol))
            except NoSuchActor:
                return None
            self._desk.subscribe(feed, FeedStarted)
        return feed

    def _retry(self, order_id: str) -> None:
        self._unarmed[order_id] = None
        if not self._is_retrying:
            self._is_retrying = True
            self._desk.after(RETRY, ArmAgain())

    def _plan(self) -> None:
        when = min(self._times.values(), default=None)
        if when == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = when
        if when is not None:
            self._timer = self._desk.after(max(0, when - self._desk.now), TimeIsUp())


def _sorted(waits: Iterable[PriceWait]) -> list[PriceWait]:
    return sorted(waits, key=lambda wait: (wait.price, wait.direction, wait.why))
