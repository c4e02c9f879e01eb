"""Settling: cancels, and look-ups of orders in doubt. Both end in what the venue says of an order.

A refused cancel proves nothing but that no such order is open; so the venue is asked how it ended,
by a look-up that was made after the refusal, and that is the answer to whoever cancelled. A look-up
that finds nothing is evidence only as `evidence` says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from ...runtime import Actor, Ask, Millis, Outcome
from ..exchange.messages import Cancel, OrderReport, Query
from . import evidence, outcomes
from .clerk import Clerk
from .doubts import Doubts
from .evidence import Doubt, Patience
from .flights import Flights
from .messages import NoSuchOrder
from .tokens import Cancelling, LateCancelling, LookedUp

LOOK_UPS: Final = 16  # under way at a time: after a restart there may be thousands to make

Asking = Callable[[Ask[Any], object], Awaitable[None]]
"""Asks the venue for one thing; the outcome comes back with the token."""


class Settling:
    """Settles the orders of one desk, within its turns. ask: how the venue is asked."""

    def __init__(
        self, desk: Actor, clerk: Clerk, doubts: Doubts, flights: Flights, *, ask: Asking
    ) -> None:
        self._desk = desk
        self._clerk = clerk
        self._doubts = doubts
        self._flights = flights
        self._ask = ask

    # -- cancels

    async def cancel(self, client_id: str) -> None:
        """Take a live order back; one that has ended meanwhile is the answer itself."""
        order = self._clerk.orders.live.get(client_id)
        if order is None or not order.is_out:
            self._answer(client_id)
            return
        self._flights.of(client_id).is_cancelling = True
        await self._ask(Cancel(client_id, order.symbol), Cancelling(client_id, self._desk.now))

    async def cancelled(self, token: Cancelling, outcome: Outcome) -> None:
        """Take in what came of a cancel."""
        client_id, now = token.client_id, self._desk.now
        order, error = self._clerk.orders.find(client_id), outcome.error
        if order is None:
            return
        if error is None:
            self._doubts.heard()
            await self._clerk.reconcile(order, outcome.value.report)
        elif outcomes.left_alone(error):  # it never got there
            for reply in self._flights.cancelled(client_id):
                reply.fail(error)
            return
        elif outcomes.was_heard(error) and order.is_out:  # none is open there (A17, C9)
            self._doubts.heard()
            self._doubts.add(client_id, self._doubts.get(client_id) or Doubt(now), now)
            flight = self._flights.of(client_id)
            flight.refused_at = now
            if not flight.is_looked_up:
                await self._look_up(client_id)
            return  # how it ended is the answer
        elif order.is_out:  # A16: it stays live until there is evidence
            self._doubts.add(client_id, Doubt(now), now)
            self._doubts.unheard(token.asked, now)
        self._answer(client_id)

    async def cancel_late(self, client_id: str, symbol: str) -> None:
        """Take off the book what an order was in an earlier life: it rests there after all."""
        await self._ask(Cancel(client_id, symbol), LateCancelling(client_id, self._desk.now))

    async def late_cancelled(self, token: LateCancelling, outcome: Outcome) -> None:
        """Take in what came of that; where nothing came, the next sweep finds it again."""
        order, error = self._clerk.orders.find(token.client_id), outcome.error
        if error is None and order is not None:
            await self._clerk.reconcile(order, outcome.value.report)
        elif error is not None:
            outcomes.left_alone(error)  # raises what is a bug

    def _answer(self, client_id: str) -> None:
        """Tell those who cancelled how the order stands."""
        order = self._clerk.orders.find(client_id)
        for reply in self._flights.cancelled(client_id):
            if order is None:
                reply.fail(NoSuchOrder(client_id))
            else:
                reply.answer(order)

    # -- look-ups

    @property
    def next_due(self) -> Millis | None:
        """When to look one up; None: nothing is to be done before something comes back."""
        due = self._doubts.next()
        return None if due is None or not self._may_look_up else due[0]

    async def look_up_due(self) -> None:
        """Look up what is due, as far as more may be under way."""
        while self._may_look_up and (due := self._doubts.next()) and due[0] <= self._desk.now:
            await self._look_up(due[1])

    async def looked_up(self, token: LookedUp, outcome: Outcome, patience: Patience) -> None:
        """Settle an order in doubt on evidence only (O5)."""
        client_id, error = token.client_id, outcome.error
        self._flights.looked_up(client_id)
        flight = self._flights.get(client_id)
        refused_at = None if flight is None else flight.refused_at
        if error is None:
            self._doubts.heard()
            if refused_at is not None and token.asked < refused_at:
                await self._look_up(client_id)  # this was before the cancel was refused
                return
            await self._take(client_id, token.asked, outcome.value, patience)
        elif isinstance(error, outcomes.NO_ANSWER):
            self._doubts.unheard(token.asked, self._desk.now)
            self._doubts.put_back(client_id, token.asked)
        else:
            raise error
        if refused_at is not None:
            self._answer(client_id)
        self._flights.tidy(client_id)

    async def _take(
        self, client_id: str, asked: Millis, report: OrderReport | None, patience: Patience
    ) -> None:
        order, doubt = self._clerk.orders.find(client_id), self._doubts.get(client_id)
        if order is None:
            return
        if report is not None:
            if doubt is None or doubt.since <= asked or report.status != "open":
                await self._clerk.reconcile(order, report)
            else:  # it is older than what is in doubt
                self._doubts.put_back(client_id, self._desk.now)
        elif doubt is None or not order.is_out or order.client_id != client_id:
            return
        elif evidence.proves_absence(doubt, patience, asked):
            proof = evidence.absence_evidence(order, doubt, asked)
            await self._clerk.absent(order, proof)
        else:
            self._doubts.add(client_id, evidence.absent(doubt, patience, asked), asked)

    @property
    def _may_look_up(self) -> bool:
        """Whether one more look-up may be under way: of a silent venue one tells enough."""
        return self._flights.look_ups < (1 if self._doubts.is_silent else LOOK_UPS)

    async def _look_up(self, client_id: str) -> None:
        """Ask the venue for an order in doubt."""
        order, now = self._clerk.orders.live.get(client_id), self._desk.now
        if order is None or not order.is_out:
            self._doubts.settle(client_id)
        elif self._flights.is_being_placed(client_id):
            self._doubts.add_more(client_id, now)  # that will tell
        elif self._flights.is_looked_up(client_id):
            self._doubts.take(client_id)  # it is due again once that is back
        else:
            self._doubts.take(client_id)
            self._flights.look_up(client_id)
            await self._ask(Query(client_id, order.symbol), LookedUp(client_id, now))
