"""Creating: orders are made durable, sent, and what comes of that is recorded.

An order comes from somebody who waits for the venue's word (`PlaceOrder`), or from the outbox: then
nobody waits, and what the venue says of it is told by `OrderChanged`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from ...runtime import Actor, Ask, Millis, Outcome, Ref, Refusal, Reply
from ..exchange.messages import Submit
from . import lifecycle, outcomes
from .admission import Admission
from .clerk import Clerk
from .doubts import Doubts
from .evidence import Patience
from .factory import Terms, intended
from .flights import Flights
from .ids import OrderIds
from .messages import PlaceOrder, Unplaceable
from .model import Order
from .sending import refused_order, submit_of
from .settling import Settling
from .tokens import Placed


class Creating:
    """Creates for one desk, within its turns. go_on: does what has become due."""

    def __init__(  # noqa: PLR0913 - all that a create touches
        self,
        desk: Actor,
        clerk: Clerk,
        doubts: Doubts,
        flights: Flights,
        settling: Settling,
        *,
        admission: Admission,
        terms: Mapping[str, Terms],
        patience: Patience,
        go_on: Callable[[], Awaitable[None]],
    ) -> None:
        self._go_on = go_on
        self._desk = desk
        self._clerk = clerk
        self._doubts = doubts
        self._flights = flights
        self._settling = settling
        self._admission = admission
        self._terms = terms
        self._patience = patience

    def start(self, connector: Ref, ids: OrderIds) -> None:
        """The books are open."""
        self._connector = connector
        self.ids = ids

    async def place(self, message: PlaceOrder, reply: Reply | None) -> Order | None:
        """Send an order whose intent is durable; None: its answer comes later, by the reply."""
        desk, admission = self._desk, self._admission
        if message.purpose != "entry" or admission.is_doubtful:
            obstacle = admission.obstacle(message.purpose, message.symbol)
            if obstacle is not None:
                raise obstacle
        terms = self._terms.get(message.symbol)
        if terms is None:
            known = ", ".join(self._terms) or "nothing"
            raise Unplaceable(message.symbol, reason=f"not traded here; this desk trades {known}")
        order_id, client_id = self.ids.draw()
        now = desk.now
        order = intended(message, terms, order_id, client_id, now)
        await self._clerk.intend(order)
        until = Millis(desk.elapsed + self._patience.answer)  # when nobody waits any more (O5)
        submit = Submit(
            client_id,
            order.symbol,
            order.side,
            order.kind,
            order.amount,
            order.price,
            None,
            None,
            "GTC",
            "any",
            order.purpose,
            until,
        )
        token = Placed(client_id, now)
        outcome = self._request(submit, token)
        if outcome is None:
            self._flights.of(client_id).placed = reply or desk.reply_later()
            return None
        order = await self._placed(order, token.asked, outcome)
        if order.is_live:
            await self._go_on()
        return order

    async def dispatch(self, order: Order) -> None:
        """Send an order of the outbox whose intent is durable by now."""
        desk = self._desk
        until = Millis(desk.elapsed + self._patience.answer)
        token = Placed(order.client_id, desk.now)
        outcome = self._request(submit_of(order, until), token)
        if outcome is None:
            self._flights.of(order.client_id).is_sent = True
        else:
            await self._recorded(order, token.asked, outcome)

    async def placed_later(self, token: Placed, outcome: Outcome) -> None:
        """Answer whoever placed the order, and send the cancel that has waited for it."""
        client_id = token.client_id
        reply = self._flights.placed(client_id)
        order = self._clerk.orders.find(client_id)
        if order is None:
            return
        if reply is None:
            if order.client_id == client_id:  # else it lives on already, by what an event told
                await self._recorded(order, token.asked, outcome)
        else:
            try:
                order = await self._placed(order, token.asked, outcome)
            except Refusal as no:
                reply.fail(no)
            else:
                reply.answer(order)
        flight = self._flights.get(client_id)
        if flight is not None and flight.cancels:
            await self._settling.cancel(client_id)

    async def _recorded(self, order: Order, asked: Millis, outcome: Outcome) -> None:
        """Record what came of an order of the outbox; a refusal stands in the order."""
        try:
            await self._placed(order, asked, outcome)
        except Refusal:
            return

    async def _placed(self, order: Order, asked: Millis, outcome: Outcome) -> Order:
        """Record what came of a create; events may have told more of the order by now (A6)."""
        error = outcome.error
        if error is None:
            self._doubts.heard()
            answer = outcome.value
            return await self._clerk.accept(order, answer.fills, answer.venue_id)
        verdict = outcomes.submitted(error)
        if verdict == "exists" or outcomes.was_heard(error):
            self._doubts.heard()
        else:
            self._doubts.unheard(asked, self._desk.now)
        if order.status != "intent":  # an event has told what became of it
            if order.is_out and verdict == "refused":
                self._doubts.hurry(order.client_id, self._desk.now)
            return order
        if verdict != "refused":
            after = lifecycle.lost(order, str(error), self._desk.now)
            return await self._clerk.advance(order, after)
        if not isinstance(error, Exception):
            raise error
        after = refused_order(order, error, self._desk.now, self._clerk.next_name(order))
        order = await self._clerk.advance(order, after)
        if not order.is_live:  # else the journal is full, or it is sent in another way
            raise error
        return order

    def _request(self, submit: Submit, token: Placed) -> Outcome | None:
        message: Ask[object] = submit
        return self._desk.request(self._connector, message, token, timeout=self._patience.answer)
