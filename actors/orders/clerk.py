"""The clerk: takes an order from one step of its life to the next, in books and journal at once.

What the next step is was decided in `lifecycle`; that money moves with it is the portfolio's work;
here both become durable in one commit, or neither has happened. The clerk talks to portfolio and
journal and never to the venue. It works within the turns of its desk, one step at a time: the
portfolio keeps one booking pending, and that one must be settled before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import reduce

from ...runtime import Actor, Millis, Ref, Refusal
from ..exchange.messages import OrderReport
from ..market.fill import Fill
from ..market.money import ZERO, add
from ..market.side import STOPS
from ..portfolio.messages import (
    Aborted,
    Adjust,
    Booking,
    InsufficientFunds,
    LedgerMismatch,
    Open,
    Release,
    Reserve,
    Settle,
)
from ..portfolio.model import Account, Reservation
from . import lifecycle
from .doubts import Doubts
from .evidence import Doubt
from .factory import Terms
from .graph import Graph
from .journal import Commit, DuplicateTrade, Load, Snapshot, trade_key
from .lifecycle import ImpossibleChange
from .messages import (
    FillUnmatched,
    NotDurable,
    NotStored,
    OrderChanged,
    OrderFilled,
    PositionUnguarded,
    StrayOrders,
)
from .model import HELD, LIVE, Order
from .register import OrderRegister

TOLD = 10_000  # trades that fit nothing and were told of: not again

Reaction = Callable[[Graph, Order, Order, Millis], tuple[Order, ...]]
"""What else changes with one step of an order: its family after it, the order before and after."""


class Clerk:
    """Books for one desk.

    desk: in whose turns it works. account: its name in the journal. terms: what may be traded, by
    symbol. doubts: where it notes what must be looked up. react: see `reactions`. rename: gives the
    next client id. changed: hears of every step of an order with a plan.
    """

    def __init__(
        self,
        desk: Actor,
        account: str,
        terms: Mapping[str, Terms],
        doubts: Doubts,
        *,
        react: Reaction,
        rename: Callable[[], str],
        changed: Callable[[Order], None],
    ) -> None:
        self._desk = desk
        self._react = react
        self._rename = rename
        self._changed = changed
        self._account = account
        self._terms = terms
        self._doubts = doubts
        self._unmatched: dict[str, None] = {}  # trades that were told of, oldest first
        self.orders = OrderRegister()
        self.unreconciled = set[str]()  # live orders that the venue must be asked for first
        self.steps = 0  # so many have been booked by this incarnation

    async def open(self, portfolio: Ref, journal: Ref) -> Snapshot:
        """Read the account back, and hand the portfolio its balances and reservations."""
        self._portfolio, self._journal = portfolio, journal
        snapshot = await self._desk.ask(journal, Load(self._account))
        self.orders = OrderRegister(snapshot.orders, snapshot.trades, snapshot.ended)
        strays = sorted({order.symbol for order in snapshot.orders} - self._terms.keys())
        if strays:  # C14
            raise StrayOrders(self._account, strays)
        held = [
            Reservation(order.id, order.held_asset, order.held)
            for order in snapshot.orders
            if order.status not in HELD
        ]
        booking = await self._desk.ask(portfolio, Open(snapshot.balances, tuple(held)))
        if booking.entries:
            commit = Commit(self._account, (), (), booking.entries, booking.balances)
            await self._desk.ask(journal, commit)
        return snapshot

    async def intend(self, order: Order) -> None:
        """Reserve what an order may cost and make the intent durable. Raises NotDurable."""
        reserve = Reserve(order.id, order.held_asset, order.held)
        booking = await self._desk.ask(self._portfolio, reserve)
        no = await self._commit((order,), (), booking)
        if no is not None:
            raise NotDurable(order.id, reason=str(no)) from no
        self.orders.keep(order)

    async def send(self, order: Order, held_asset: str, held: Decimal) -> Order:
        """The same for an order of the outbox, which is kept already."""
        after = lifecycle.sent(order, held_asset, held, self._desk.now)
        await self.intend(after)
        self._tell((after,))
        return after

    async def keep(self, orders: tuple[Order, ...]) -> None:
        """Make orders durable as they are now, all of them or none. Raises NotDurable.

        Nothing in it moves money; what each brings about for others is part of it already.
        """
        no = await self._commit(orders, (), None)
        if no is not None:
            raise NotDurable(orders[0].id, reason=str(no)) from no
        for order in orders:
            self._keep(order, ())
        self._tell(orders)

    async def amend(self, order: Order, after: Order) -> Order:
        """Change an order without money, and what that brings about. Raises NotDurable."""
        if after is order:
            return order
        after, others = self._reacted(order, after)
        await self.keep((after, *others))
        return after

    async def advance(self, order: Order, after: Order, fills: tuple[Fill, ...] = ()) -> Order:
        """Book and commit one step of an order, and say so: the order as it stands then.

        What the journal refuses has not happened here; the order stays as it was, in doubt, and
        the venue is asked for it again later (K3).
        """
        booking = None
        if fills:
            booking = await self._settle(order, after, fills)
        elif order.held and not after.held:
            booking = await self._desk.ask(self._portfolio, Release(order.id))
        desk = self._desk
        after, others = self._reacted(order, after)
        no = await self._commit((after, *others), fills, booking)
        if no is not None:
            self._not_kept(order, fills, no)
            return order
        self._keep(after, fills)
        if after.client_id != order.client_id:
            self.settled(order.client_id)
        if after.status == "unknown":
            self._doubts.add(after.client_id, Doubt(desk.now), desk.now)
        for other in others:
            self._keep(other, ())
        desk.announce(OrderChanged, after)
        for fill in fills:
            desk.announce(OrderFilled, after, fill)
        if after.plan is not None:
            self._tell_more(after, others, fills)
        return after

    def _tell_more(self, order: Order, others: tuple[Order, ...], fills: tuple[Fill, ...]) -> None:
        """Say what a step means for those that belong to an order."""
        self._changed(order)
        self._tell(others)
        if fills and order.id in self.orders.kin.guarded:
            self._tell_of_risk(order, fills)

    async def _settle(self, order: Order, after: Order, fills: tuple[Fill, ...]) -> Booking:
        """Book trades against what the order holds."""
        terms = self._terms[order.symbol]
        settle = Settle(order.id, order.side, terms.base, terms.quote, fills, after.held)
        try:
            return await self._desk.ask(self._portfolio, settle)
        except InsufficientFunds as error:
            raise LedgerMismatch(
                f"order {order.id} filled for more than the account owns: {error}"
            ) from error

    def _tell_of_risk(self, order: Order, fills: tuple[Fill, ...]) -> None:
        """Say so where what an order has filled now has no stop any more (G6)."""
        kin = self.orders.family(order)
        if not any(child.kind in STOPS and child.is_live for child in kin.children(order.id)):
            amount = reduce(add, (fill.amount for fill in fills), ZERO)
            self._desk.publish(PositionUnguarded(order, amount))

    def _not_kept(self, order: Order, fills: tuple[Fill, ...], no: Refusal) -> None:
        """A step that the journal refused has not happened here: the venue is asked again."""
        if isinstance(no, DuplicateTrade):
            for fill in fills:
                self._tell_of(fill, f"{no}, and this order has not got it")
        if order.is_out:
            self._doubts.add_more(order.client_id, self._desk.now)

    def _keep(self, order: Order, fills: tuple[Fill, ...]) -> None:
        """Put the newest state of an order in its place; one that is not out is in no doubt."""
        self.orders.keep(order, fills)
        if order.status not in LIVE or order.status in HELD:
            self.settled(order.client_id)

    def _tell(self, orders: tuple[Order, ...]) -> None:
        for order in orders:
            self._desk.announce(OrderChanged, order)
            self._changed(order)

    def _reacted(self, order: Order, after: Order) -> tuple[Order, tuple[Order, ...]]:
        """The step of an order with what it sets off for itself, and for others."""
        if after.plan is None and after.id not in self.orders.kin.children:
            return after, ()
        graph = self.orders.family(order).put(after)
        changed = self._react(graph, order, after, self._desk.now)
        others = tuple(each for each in changed if each.id != after.id)
        if len(others) < len(changed):
            after = next(each for each in changed if each.id == after.id)
        return after, others

    async def accept(self, order: Order, fills: tuple[Fill, ...], venue_id: str) -> Order:
        """Record that the venue has taken an order, with what traded at once."""
        fresh = self.orders.news(order.client_id, fills) if fills else fills
        try:
            name = self.next_name(order) if order.wish else ""
            after = lifecycle.answered(order, venue_id, fresh, self._desk.now, name)
        except ImpossibleChange as error:
            return self._mismatch(order, fresh, error)
        return order if after is order else await self.advance(order, after, fresh)

    async def fill(self, order: Order, fills: tuple[Fill, ...]) -> Order:
        """Apply trades of an order as far as they are new to it, or say that they cannot be."""
        fresh = self.orders.news(order.client_id, fills)
        if not fresh:
            return order
        try:
            name = self.next_name(order) if order.wish else ""
            after = lifecycle.filled(order, fresh, "", self._desk.now, name)
        except ImpossibleChange as error:
            return self._mismatch(order, fresh, error)
        return await self.advance(order, after, fresh)

    async def reconcile(self, order: Order, report: OrderReport) -> Order:
        """Bring an order to where the venue says it is; an ended one takes its trades only."""
        if not order.is_out or report.client_id in order.names[1:]:  # over, or of an earlier life
            return await self.fill(order, report.fills)
        fresh = self.orders.news(order.client_id, report.fills)
        name = self.next_name(order)
        try:
            after = lifecycle.reported(order, report, fresh, self._desk.now, name)
        except ImpossibleChange as error:
            return self._mismatch(order, fresh, error)
        if after is not order:
            after = await self.advance(order, after, fresh)
        if not after.is_out or after.client_id != order.client_id:
            return after
        if report.status == "open" and not lifecycle.untold(after, report):
            if after.status == "accepted":  # else the journal did not take it
                self.settled(order.client_id)
        else:  # not stored, or the report names fewer trades than it says there are
            self._doubts.add_more(order.client_id, self._desk.now)
        return after

    async def absent(self, order: Order, proof: str) -> Order:
        """Record that the venue has no such order: given up, or to be sent anew."""
        after = lifecycle.gone(order, proof, self._desk.now, self.next_name(order))
        return await self.advance(order, after)

    def next_name(self, order: Order) -> str:
        """The client id under which an order would live on; empty where it would not."""
        return self._rename() if order.plan is not None else ""

    def orders_of(self, symbol: str) -> Iterator[Order]:
        """The live orders of a market."""
        return (order for order in self.orders.live.values() if order.symbol == symbol)

    async def adjust(self, asset: str, amount: Decimal, source: Account) -> bool:
        """Book what no order explains; whether the journal has it."""
        booking = await self._desk.ask(self._portfolio, Adjust(asset, amount, source))
        return await self._commit((), (), booking) is None

    def unmatched(self, fill: Fill) -> None:
        """Say that a trade is of no order here; one that was booked before is no news (B4)."""
        if not self.orders.has_booked(fill):
            self._tell_of(fill, "no order here has its client id")

    def settled(self, client_id: str) -> None:
        """Where an order stands is known."""
        self.unreconciled.discard(client_id)
        if self._doubts:
            self._doubts.settle(client_id)

    async def _commit(
        self, orders: tuple[Order, ...], fills: tuple[Fill, ...], booking: Booking | None
    ) -> Refusal | None:
        """Make one step durable together with its booking, or undo the booking."""
        entries, balances = (booking.entries, booking.balances) if booking else ((), ())
        commit = Commit(self._account, orders, fills, entries, balances)
        try:
            await self._desk.ask(self._journal, commit)
        except Refusal as no:
            if booking is not None:
                self._portfolio.tell(Aborted(booking.number))
            self._desk.publish(NotStored(str(no)))
            return no
        self.steps += 1
        return None

    def _mismatch(self, order: Order, fills: tuple[Fill, ...], error: ImpossibleChange) -> Order:
        """Say that the venue contradicts the journal, and keep asking while the order is live."""
        for fill in fills:
            self._tell_of(fill, str(error))
        if order.is_out:
            self._doubts.add_more(order.client_id, self._desk.now)
        return order

    def _tell_of(self, fill: Fill, reason: str) -> None:
        """Say, once, that a trade does not fit; it will be reported again and again."""
        key = trade_key(fill.symbol, fill.trade_id)
        if key in self._unmatched:
            return
        self._unmatched[key] = None
        if len(self._unmatched) > TOLD:
            del self._unmatched[next(iter(self._unmatched))]
        self._desk.publish(FillUnmatched(fill, reason))
