"""The order desk: the one owner of an account's open orders.

It brings an order from an intent that is durable, through the venue, to an end that rests on
evidence. This file moves messages: what an answer does to an order is decided in `lifecycle`, when
silence is an answer in `evidence`; how a step becomes durable is the `clerk`'s, cancels and
look-ups are `settling`, and what the venue has of the account is held against ours in
`reconciling`. Nothing is sent twice: after an unknown outcome the desk only looks.

The desk waits for portfolio and journal within a turn, and never for the venue: any number of
requests are under way at a time, one step of an order after the other (see `flights`). Creates
that find others waiting stand in a line of their own and take turns with everything else, so that
a cancel waits for one of them at most.

If the desk dies, portfolio and desk are started anew and rebuild from the journal. Until the orders
of before are settled new ones are refused (`NotReconciled`), as they are while the venue is silent
(`VenueSilent`) or the gate is closed (`NotAdmitted`); cancels are not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Iterable
from typing import Any, Final

from ...runtime import Actor, Ask, Millis, Outcome, Ref, Refusal, Reply, Timer, on
from ..exchange.gate.messages import AccountStarted, GateClosed, GateOpened
from ..exchange.gate.readiness import Obstacle
from ..exchange.gate.verdicts import Verdicts
from ..exchange.messages import (
    FillReported,
    HoldingsReported,
    LineChanged,
    OrderReported,
    Submit,
)
from ..market.instrument import Instrument
from . import lifecycle, outcomes
from .balancing import Balancing
from .clerk import Clerk
from .doubts import Doubts
from .evidence import Doubt, Patience
from .factory import Terms, intended
from .flights import Flights
from .foreign import ForeignOrder
from .ids import CHANCE_BITS, OrderIds, client_id_of
from .messages import (
    CancelOrder,
    ListForeignOrders,
    ListOpenOrders,
    NoSuchOrder,
    NotAdmitted,
    NotReconciled,
    PlaceOrder,
    Unplaceable,
    VenueSilent,
)
from .model import Order
from .opening import FromDeposits, Opening
from .reconciling import Reconciling
from .settling import Settling
from .tokens import (
    RECONCILING,
    Again,
    Cancelling,
    LookUp,
    Placed,
    PlaceNext,
    Recheck,
    Sweep,
)

WAITING: Final = 1_000  # creates in the desk's own line; more of them wait in the mailbox


class OrderDesk(Actor):
    """Answers `PlaceOrder`, `CancelOrder` and the lists; publishes what becomes of orders.

    account: its name in the journal. instruments: what may be traded. connector, portfolio,
    journal: where these actors are. gate: where the gate is that entries must pass; None: none.
    patience: how long the venue is waited for. opening: what a new ledger begins with. fee_assets:
    in which fees are taken, besides what is traded.
    """

    def __init__(  # noqa: PLR0913 - five of them are where things are
        self,
        account: str,
        instruments: Iterable[Instrument],
        *,
        connector: str,
        portfolio: str,
        journal: str,
        gate: str | None = None,
        patience: Patience = Patience(),
        opening: Opening = FromDeposits(),
        fee_assets: Iterable[str] = (),
    ) -> None:
        self._terms = {str(known.symbol): Terms.of(known) for known in instruments}
        self._paths = connector, portfolio, journal
        self._gate = gate
        self._patience = patience
        self._opening = opening
        traded = [part for each in self._terms.values() for part in (each.base, each.quote)]
        self._assets = (*traded, *fee_assets)
        self._doubts = Doubts(patience)
        self._flights = Flights()
        self._clerk = Clerk(self, account, self._terms, self._doubts)
        self._settling = Settling(
            self, self._clerk, self._doubts, self._flights, ask=self._ask_venue
        )
        self._verdicts = Verdicts(self._terms)  # of the gate
        self._creates: deque[tuple[PlaceOrder, Reply]] = deque()  # that wait, oldest first
        self._timer: Timer | None = None  # for the next look-up
        self._due: Millis | None = None  # when it fires

    async def on_start(self) -> None:
        self._connector, portfolio, journal = map(self.lookup, self._paths)
        gate = await self._find_gate()
        snapshot = await self._clerk.open(portfolio, journal)
        self._ids = OrderIds(self.chance.getrandbits(CHANCE_BITS), snapshot.epoch)
        balancing = Balancing(self, self._clerk, self._assets, self._opening, gate)
        balancing.start(portfolio, first=len(snapshot.balances) + len(snapshot.orders))
        self._reconciling = Reconciling(
            self,
            self._clerk,
            self._doubts,
            self._flights,
            balancing,
            ask=self._ask_venue,
            symbols=self._terms,
            patience=self._patience,
            gate=gate,
        )
        for event in (FillReported, OrderReported, HoldingsReported, LineChanged):
            self.subscribe(self._connector, event)  # before anything is read: nothing falls between
        for order in snapshot.orders:
            self._clerk.unreconciled.add(order.client_id)
            # What a desk before this one asked may leave as long as that would have waited (C17).
            grace = Millis(0) if order.status == "accepted" else self._patience.answer
            self._doubts.add(order.client_id, Doubt(self.now, grace=grace), self.now)
        await self._reconciling.start(snapshot)
        await self._go_on()

    # -- what is asked of it

    @on(PlaceOrder)
    def place(self, message: PlaceOrder) -> Awaitable[Order | None] | None:
        if (self.backlog or self._creates) and len(self._creates) < WAITING:
            self._creates.append((message, self.reply_later()))
            if len(self._creates) == 1:
                self.after(0, PlaceNext())
            return None
        return self._place(message, None)

    @on(PlaceNext)
    async def place_next(self, _: PlaceNext) -> None:
        message, reply = self._creates.popleft()
        if not reply.is_settled:  # else nobody waits for it any more
            try:
                order = await self._place(message, reply)
            except Refusal as no:
                reply.fail(no)
            else:
                if order is not None:
                    reply.answer(order)
        if self._creates:
            self.after(0, PlaceNext())  # behind whatever has come meanwhile

    @on(CancelOrder)
    async def cancel(self, message: CancelOrder) -> None:
        client_id = client_id_of(message.order_id)
        if client_id not in self._clerk.orders.live:
            raise NoSuchOrder(message.order_id)
        flight = self._flights.of(client_id)
        flight.cancels.append(self.reply_later())
        if flight.placed is None and not flight.is_cancelling:  # else it goes once that is back
            await self._settling.cancel(client_id)
        await self._go_on()

    @on(ListOpenOrders)
    def list_open(self, _: ListOpenOrders) -> tuple[Order, ...]:
        return tuple(self._clerk.orders.live.values())

    @on(ListForeignOrders)
    def list_foreign(self, _: ListForeignOrders) -> tuple[ForeignOrder, ...]:
        return self._reconciling.foreign.all

    # -- what it hears

    @on(FillReported)
    def fill_reported(self, message: FillReported) -> Awaitable[None] | None:
        fill = message.fill
        order = self._clerk.orders.find(fill.client_id)
        if order is None:
            self._clerk.unmatched(fill)
            return None
        fresh = self._clerk.orders.news(order.client_id, (fill,))
        return self._then_go_on(self._clerk.fill(order, fresh)) if fresh else None

    @on(OrderReported)
    async def order_reported(self, message: OrderReported) -> None:
        await self._reconciling.report(message.report)
        await self._go_on()

    @on(HoldingsReported)
    async def holdings_reported(self, message: HoldingsReported) -> None:
        await self._reconciling.holdings_reported(message)

    @on(LineChanged)
    async def line_changed(self, message: LineChanged) -> None:
        await self._reconciling.line_changed(message.line)
        await self._go_on()

    @on(GateOpened, GateClosed)
    def gate_turned(self, message: GateOpened | GateClosed) -> None:
        self._verdicts.hear(message)

    @on(Outcome)
    async def came_back(self, message: Outcome) -> None:
        await self._hear(message)
        await self._go_on()

    @on(LookUp)
    async def look_up(self, _: LookUp) -> None:
        self._timer = self._due = None
        await self._go_on()

    @on(Again)
    async def again(self, message: Again) -> None:
        await self._reconciling.again(message)
        await self._go_on()

    @on(Sweep)
    async def sweep(self, _: Sweep) -> None:
        await self._reconciling.sweep()
        await self._go_on()

    @on(Recheck)
    async def recheck(self, _: Recheck) -> None:
        await self._reconciling.recheck()
        await self._go_on()

    # -- creates

    async def _place(self, message: PlaceOrder, reply: Reply | None) -> Order | None:
        """Send an order whose intent is durable; None: its answer comes later."""
        clerk, is_entry = self._clerk, message.purpose == "entry"
        if self._verdicts or clerk.unreconciled or not is_entry or self._doubts.is_silent:
            self._require_open(message)
        terms = self._terms.get(message.symbol)
        if terms is None:
            known = ", ".join(self._terms) or "nothing"
            raise Unplaceable(message.symbol, reason=f"not traded here; this desk trades {known}")
        order_id, client_id = self._ids.draw()
        now = self.now
        order = intended(message, terms, order_id, client_id, now)
        await clerk.intend(order)
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
            Millis(self.elapsed + self._patience.answer),  # when nobody waits any more (O5)
        )
        token = Placed(client_id, now)
        outcome = self.request(self._connector, submit, token, timeout=self._patience.answer)
        if outcome is None:
            self._flights.of(client_id).placed = reply or self.reply_later()
            return None
        return await self._placed(order, token.asked, outcome)

    def _require_open(self, message: PlaceOrder) -> None:
        """Raise unless the gate lets this kind of order pass."""
        if message.purpose == "protective":
            line = self._reconciling.line
            if line is None or line.state != "up":
                state = "not known" if line is None else line.state
                raise NotAdmitted(message.purpose, (Obstacle("line", f"it is {state}"),))
            return
        if obstacles := self._verdicts.of(message.symbol):
            raise NotAdmitted(message.purpose, obstacles)
        if self._clerk.unreconciled:
            raise NotReconciled(len(self._clerk.unreconciled))
        if self._doubts.is_silent:
            raise VenueSilent(len(self._doubts))

    async def _placed(self, order: Order, asked: Millis, outcome: Outcome) -> Order:
        """Record what came of a create; events may have told more of the order by now (A6)."""
        error = outcome.error
        if error is None:
            self._doubts.heard()
            answer = outcome.value
            after = await self._clerk.accept(order, answer.fills, answer.venue_id)
            if after.is_live:
                await self._go_on()
            return after
        verdict = outcomes.submitted(error)
        if verdict == "exists" or outcomes.was_heard(error):
            self._doubts.heard()
        else:
            self._doubts.unheard(asked, self.now)
        if order.status != "intent":  # an event has told what became of it
            if order.is_live and verdict == "refused":
                self._doubts.hurry(order.client_id, self.now)
        elif verdict == "refused":
            after = lifecycle.refused(order, str(error), self.now)
            order = await self._clerk.advance(order, after)
            if not order.is_live:  # else the journal is full: released once that is known there
                raise error
        else:
            order = await self._clerk.advance(order, lifecycle.lost(order, str(error), self.now))
        await self._go_on()
        return order

    async def _placed_later(self, token: Placed, outcome: Outcome) -> None:
        """Answer whoever placed the order, and send the cancel that has waited for it."""
        client_id = token.client_id
        reply = self._flights.placed(client_id)
        order = self._clerk.orders.find(client_id)
        if reply is None or order is None:
            return
        try:
            order = await self._placed(order, token.asked, outcome)
        except Refusal as no:
            reply.fail(no)
        else:
            reply.answer(order)
        flight = self._flights.get(client_id)
        if flight is not None and flight.cancels:
            await self._settling.cancel(client_id)

    # -- the end of a turn

    async def _go_on(self) -> None:
        """Do what has become due, and wake for what is next."""
        if self._doubts:
            await self._settling.look_up_due()
            self._plan_look_up()
        await self._reconciling.conclude()
        self._reconciling.plan_sweep()

    async def _then_go_on(self, step: Awaitable[object]) -> None:
        await step
        await self._go_on()

    def _plan_look_up(self) -> None:
        """Wake for the next look-up, and when the gate must hear that one has lasted too long."""
        dues = (self._settling.next_due, self._doubts.next_overdue(self.now))
        when = min((due for due in dues if due is not None), default=None)
        if when == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = when
        if when is not None:
            self._timer = self.after(max(0, when - self.now), LookUp())

    # -- the venue

    async def _ask_venue(self, message: Ask[Any], token: object) -> None:
        """Ask without waiting; what is answered on the spot is taken in on the spot."""
        outcome = self.request(self._connector, message, token, timeout=self._patience.answer)
        if outcome is not None:
            await self._hear(outcome)

    async def _hear(self, message: Outcome) -> None:
        """Take in what the venue has answered."""
        token = message.token
        if isinstance(token, RECONCILING):
            await self._reconciling.take(message)
        elif isinstance(token, Placed):
            await self._placed_later(token, message)
        elif isinstance(token, Cancelling):
            await self._settling.cancelled(token, message)
        else:
            await self._settling.looked_up(token, message, self._patience)

    async def _find_gate(self) -> Ref | None:
        """The gate, and how it stands."""
        if self._gate is None:
            return None
        gate = self.lookup(self._gate)
        gate.tell(AccountStarted())  # first: what it knew of the account is void
        await self._verdicts.follow(self, gate)
        return gate
