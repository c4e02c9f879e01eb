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
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final

from ...runtime import Actor, Ask, Millis, Outcome, Refusal, Reply, Timer, on
from ..exchange.gate.messages import GateClosed, GateOpened
from ..exchange.messages import FillReported, HoldingsReported, LineChanged, OrderReported
from ..feeds.messages import FeedStarted, ThresholdCrossed
from ..market.instrument import Instrument
from ..market.side import PLACEABLE, Kind
from .admission import Admission
from .balancing import Balancing
from .clerk import Clerk
from .creating import Creating
from .doubts import Doubts
from .drafts import EditOrder, PlaceOrders
from .evidence import Doubt, Patience
from .factory import Terms
from .flights import Flights
from .foreign import ForeignOrder
from .groups import GROUP_RULES, GroupRule
from .ids import CHANCE_BITS, OrderIds
from .messages import CancelOrder, ListForeignOrders, ListOpenOrders, NoSuchOrder, PlaceOrder
from .model import Order
from .opening import FromDeposits, Opening
from .outbox import Outbox
from .planning import Planning
from .reconciling import Reconciling
from .settling import Settling
from .tokens import (
    RECONCILING,
    Again,
    ArmAgain,
    ArmedFor,
    Cancelling,
    LateCancelling,
    LookedUp,
    LookUp,
    Placed,
    PlaceNext,
    Recheck,
    SendAgain,
    Sweep,
    TimeIsUp,
)
from .trailing import NO_RULES, TrailingRule
from .triggers import may_go

WAITING: Final = 1_000  # creates in the desk's own line; more of them wait in the mailbox


class OrderDesk(Actor):
    """Answers `PlaceOrder`, `CancelOrder` and the lists; publishes what becomes of orders.

    account: its name in the journal. instruments: what may be traded. connector, portfolio,
    journal: where these actors are. gate: where the gate is that entries must pass; None: none.
    patience: how long the venue is waited for. opening: what a new ledger begins with. fee_assets:
    in which fees are taken, besides what is traded. kinds: what the venue takes. feed: the path of
    the feed of a symbol, for orders that wait for a price here; None: none may. rules: of groups.
    trails: of users, to trail a stop.
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
        kinds: Collection[Kind] = PLACEABLE,
        feed: Callable[[str], str] | None = None,
        rules: Mapping[str, GroupRule] = GROUP_RULES,
        trails: Mapping[str, TrailingRule] = NO_RULES,
    ) -> None:
        self._account = account
        self._terms = {str(known.symbol): Terms.of(known) for known in instruments}
        self._paths = connector, portfolio, journal
        self._gate = gate
        self._patience = patience
        self._opening = opening
        self._kinds = frozenset(kinds)
        self._feed = feed
        self._rules = rules, trails
        traded = [part for each in self._terms.values() for part in (each.base, each.quote)]
        self._assets = (*traded, *fee_assets)
        self._ahead = 0  # ms by which UTC is ahead of monotonic time
        self._creates: deque[tuple[PlaceOrder, Reply]] = deque()  # that wait, oldest first
        self._timer: Timer | None = None  # for the next look-up
        self._due: Millis | None = None  # when it fires

    @property
    def now(self) -> Millis:
        """UTC as it was when this incarnation began, and how long that is ago: nobody sets it (L5).

        A look-up that finds nothing is proof only once enough time has gone by, and a wall clock
        that is set forward would let it go by at once.
        """
        return Millis(self.elapsed + self._ahead)

    async def on_start(self) -> None:
        self._ahead = super().now - self.elapsed
        self._connector, portfolio, journal = map(self.lookup, self._paths)
        self._make_parts()
        gate = await self._admission.follow(self, self._gate)
        snapshot = await self._clerk.open(portfolio, journal)
        ids = OrderIds(self.chance.getrandbits(CHANCE_BITS), snapshot.epoch)
        self._creating.start(self._connector, ids)
        balancing = Balancing(self, self._clerk, self._assets, self._opening, gate)
        balancing.start(portfolio, first=len(snapshot.balances) + len(snapshot.orders))
        self._reconciling = Reconciling(
            self,
            self._clerk,
            self._doubts,
            self._flights,
            balancing,
            self._settling,
            ask=self._ask_venue,
            symbols=self._terms,
            patience=self._patience,
            gate=gate,
        )
        for event in (FillReported, OrderReported, HoldingsReported, LineChanged):
            self.subscribe(self._connector, event)  # before anything is read: nothing falls between
        for order in snapshot.orders:
            if order.plan is not None:
                self._planning.follow(order)
            if not order.is_out:
                continue
            self._clerk.unreconciled.add(order.client_id)
            # What a desk before this one asked may leave as long as that would have waited (C17).
            grace = Millis(0) if order.status == "accepted" else self._patience.answer
            self._doubts.add(order.client_id, Doubt(self.now, grace=grace), self.now)
        await self._reconciling.start(snapshot)
        await self._go_on()

    def _make_parts(self) -> None:
        doubts, flights, terms = Doubts(self._patience), Flights(), self._terms
        rules, trails = self._rules
        planning = Planning(self, terms, self._kinds, rules=rules, trails=trails, feed=self._feed)
        clerk = Clerk(
            self,
            self._account,
            terms,
            doubts,
            react=planning.react,
            rename=planning.rename,
            changed=planning.follow,
        )
        settling = Settling(self, clerk, doubts, flights, ask=self._ask_venue)
        admission = Admission(clerk, doubts, terms, lambda: self._reconciling.line)
        creating = Creating(
            self,
            clerk,
            doubts,
            flights,
            settling,
            admission=admission,
            terms=terms,
            patience=self._patience,
            go_on=self._go_on,
        )
        outbox = Outbox(
            self,
            clerk,
            flights,
            settling,
            creating,
            admission=admission,
            terms=terms,
            patience=self._patience,
            may_go=may_go,
        )
        planning.start(clerk, creating, admission)
        self._doubts, self._flights, self._clerk, self._settling = doubts, flights, clerk, settling
        self._admission, self._creating, self._outbox = admission, creating, outbox
        self._planning = planning

    # -- what is asked of it

    @on(PlaceOrder)
    def place(self, message: PlaceOrder) -> Awaitable[Order | None] | None:
        if (self.backlog or self._creates) and len(self._creates) < WAITING:
            self._creates.append((message, self.reply_later()))
            if len(self._creates) == 1:
                self.after(0, PlaceNext())
            return None
        return self._creating.place(message, None)

    @on(PlaceNext)
    async def place_next(self, _: PlaceNext) -> None:
        message, reply = self._creates.popleft()
        if not reply.is_settled:  # else nobody waits for it any more
            try:
                order = await self._creating.place(message, reply)
            except Refusal as no:
                reply.fail(no)
            else:
                if order is not None:
                    reply.answer(order)
        if self._creates:
            self.after(0, PlaceNext())  # behind whatever has come meanwhile

    @on(PlaceOrders)
    async def place_all(self, message: PlaceOrders) -> tuple[Order, ...]:
        orders = await self._planning.place(message)
        self.after(0, SendAgain())  # not here: whoever asked has its answer first
        return orders

    @on(EditOrder)
    async def edit(self, message: EditOrder) -> Order:
        order = await self._planning.edit(message)
        self.after(0, SendAgain())
        return order

    @on(CancelOrder)
    async def cancel(self, message: CancelOrder) -> None:
        order = self._clerk.orders.by_id(message.order_id)
        if order is None or not order.is_live:
            raise NoSuchOrder(message.order_id)
        if order.plan is not None:
            order = await self._planning.end(order)
        client_id = order.client_id
        flight = self._flights.of(client_id)
        flight.cancels.append(self.reply_later())
        if (
            not flight.is_being_placed and not flight.is_cancelling
        ):  # else it goes once that is back
            await self._settling.cancel(client_id)
        await self._go_on()

    @on(ListOpenOrders)
    def list_open(self, _: ListOpenOrders) -> tuple[Order, ...]:
        return self._clerk.orders.listed

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
    async def gate_turned(self, message: GateOpened | GateClosed) -> None:
        self._admission.hear(message)
        if isinstance(message, GateOpened):
            self._outbox.tell_again()
        await self._go_on()

    @on(ThresholdCrossed)
    async def threshold_crossed(self, message: ThresholdCrossed) -> None:
        await self._planning.crossed(message)
        await self._go_on()

    @on(FeedStarted)
    def feed_started(self, message: FeedStarted) -> None:
        self._planning.watching.feed_started(message)

    @on(TimeIsUp)
    async def time_is_up(self, _: TimeIsUp) -> None:
        await self._planning.time_is_up()
        await self._go_on()

    @on(ArmAgain)
    def arm_again(self, _: ArmAgain) -> None:
        self._planning.watching.again()

    @on(SendAgain)
    async def send_again(self, _: SendAgain) -> None:
        self._outbox.woken()
        await self._go_on()

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

    # -- the end of a turn

    async def _go_on(self) -> None:
        """Do what has become due, and wake for what is next."""
        await self._outbox.work()
        if self._doubts:
            await self._settling.look_up_due()
            await self._outbox.work()  # what they have told may set something free
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
            await self._creating.placed_later(token, message)
        elif isinstance(token, Cancelling):
            await self._settling.cancelled(token, message)
        elif isinstance(token, LookedUp):
            await self._settling.looked_up(token, message, self._patience)
        elif isinstance(token, LateCancelling):
            await self._settling.late_cancelled(token, message)
        elif isinstance(token, ArmedFor):
            self._planning.watching.armed(token, message)
