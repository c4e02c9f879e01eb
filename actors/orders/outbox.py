"""The outbox: what must still be said to the venue, as the graph of orders has it.

It has no memory of its own that counts. An order that is `due` has to be sent; one that is out and
shall become another has to be taken off the venue's book. Both stand in the store since the commit
that brought them about, so a restart finds them again, and each is sent once: a due order gets a
client id that was never used, and its intent is durable before the first byte of it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...runtime import Actor, Millis, Refusal, Timer
from ..portfolio.messages import InsufficientFunds
from . import lifecycle
from .admission import Admission
from .clerk import Clerk
from .creating import Creating
from .evidence import Patience, pause
from .factory import Terms
from .flights import Flights
from .graph import Graph
from .messages import NotDurable, OrderHeldUp
from .model import Order
from .sending import reserved_for
from .settling import Settling
from .tokens import SendAgain


class Outbox:
    """Works for one desk, within its turns. may_go: whether its family lets an order go now."""

    def __init__(  # noqa: PLR0913 - all that sending and taking back touch
        self,
        desk: Actor,
        clerk: Clerk,
        flights: Flights,
        settling: Settling,
        creating: Creating,
        *,
        admission: Admission,
        terms: Mapping[str, Terms],
        patience: Patience,
        may_go: Callable[[Graph, Order], bool],
    ) -> None:
        self._desk = desk
        self._clerk = clerk
        self._flights = flights
        self._settling = settling
        self._creating = creating
        self._admission = admission
        self._terms = terms
        self._patience = patience
        self._may_go = may_go
        self._attempts: dict[str, int] = {}  # by order id, as long as it is not done
        self._not_before: dict[str, Millis] = {}  # by order id
        self._told: dict[str, str] = {}  # by order id, why it is held up, as it was told
        self._timer: Timer | None = None
        self._due: Millis | None = None

    async def work(self) -> None:
        """Send what may be sent, and take back what is to become another."""
        kin = self._clerk.orders.kin
        if not kin.due and not kin.wishing:
            if self._attempts:
                self._forget()
            return
        done = set[tuple[str, str | None]]()
        while todo := [each for each in self._todo() if each not in done]:
            for order_id, client_id in todo:  # where the venue answers at once, more may be free
                done.add((order_id, client_id))
                await self._take_back(order_id)
                await self._send(order_id)
        self._plan()

    def _todo(self) -> Iterator[tuple[str, str | None]]:
        """The orders that something is to be said of, with the names that they have now."""
        kin = self._clerk.orders.kin
        for order_id in (*kin.wishing, *kin.due):
            yield order_id, kin.client_id_of(order_id)

    # -- sending

    async def _send(self, order_id: str) -> None:
        order = self._clerk.orders.by_id(order_id)
        if order is None or order.status != "due" or self._must_wait(order_id):
            return
        obstacle = self._admission.obstacle(order.purpose, order.symbol)
        if obstacle is not None:
            self._tell_held_up(order, obstacle)
            return
        if not self._may_go(self._clerk.orders.family(order), order):
            return
        self._try_again_later(order_id)
        try:
            order = await self._clerk.send(order, *reserved_for(order, self._terms[order.symbol]))
        except InsufficientFunds as no:
            await self._cannot_pay(order, no)
            return
        except NotDurable as no:  # K3: the next try comes
            self._tell_held_up(order, no)
            return
        self._told.pop(order_id, None)
        await self._creating.dispatch(order)

    async def _cannot_pay(self, order: Order, no: InsufficientFunds) -> None:
        """What an order takes is not there: one that bounds a risk goes on trying."""
        if order.purpose == "protective":
            self._tell_held_up(order, no)
            return
        after = lifecycle.refused(order, str(no), self._desk.now)
        await self._clerk.advance(order, after)

    def _tell_held_up(self, order: Order, no: Refusal) -> None:
        """Say, once for each reason, why an order is not sent."""
        reason = str(no)
        if self._told.get(order.id) != reason:
            self._told[order.id] = reason
            self._desk.publish(OrderHeldUp(order, reason))

    def tell_again(self) -> None:
        """Say once more what is held up: of what was said at the start, nobody may have heard."""
        self._told.clear()

    # -- taking back

    async def _take_back(self, order_id: str) -> None:
        """Have an order taken off the book; what then becomes of it follows from what is said."""
        order = self._clerk.orders.by_id(order_id)
        if order is None or order.status != "accepted" or order.wish is None:
            return  # what is not known to be there is looked up first
        flight = self._flights.get(order.client_id)
        if flight is not None and (flight.is_cancelling or flight.is_being_placed):
            return
        if self._must_wait(order_id) or self._admission.obstacle("protective", order.symbol):
            return
        self._try_again_later(order_id)
        await self._settling.cancel(order.client_id)

    # -- trying again

    def _must_wait(self, order_id: str) -> bool:
        return self._not_before.get(order_id, 0) > self._desk.now

    def _try_again_later(self, order_id: str) -> None:
        attempts = self._attempts.get(order_id, 0)
        self._attempts[order_id] = attempts + 1
        self._not_before[order_id] = Millis(self._desk.now + pause(attempts, self._patience))

    def _forget(self) -> None:
        for kept in (self._attempts, self._not_before, self._told):
            kept.clear()

    def _plan(self) -> None:
        """Wake for the next try, and for no other."""
        kin, now = self._clerk.orders.kin, self._desk.now
        waiting = kin.due.keys() | kin.wishing.keys()
        for order_id in tuple(self._attempts):
            if order_id not in waiting:
                for kept in (self._attempts, self._not_before, self._told):
                    kept.pop(order_id, None)
        when = min((at for at in self._not_before.values() if at > now), default=None)
        if when == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = when
        if when is not None:
            self._timer = self._desk.after(max(0, when - now), SendAgain())

    def woken(self) -> None:
        """The time of `SendAgain` has come."""
        self._timer = self._due = None
