"""The order desk: the one owner of an account's open orders, and the only one that commits.

It brings an order from an intent that is durable, through the venue, to an end that rests on
evidence; what an answer does to an order is decided in `lifecycle`, when silence is an answer in
`evidence`, and this file moves messages. Money is moved by the portfolio and becomes final with the
commit in which the order does. Nothing is sent twice: after an unknown outcome the desk only looks.

If the desk dies, portfolio and desk are started anew and rebuild from the journal. All of that
happens in `on_start`, so what is asked meanwhile waits in the mailbox. Orders whose state at the
venue cannot be learnt then stay in doubt, and new ones are refused (`NotReconciled`) until that
is settled, as they are while the venue is silent (`VenueSilent`); cancels are not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

import msgspec

from ...runtime import Actor, AskError, MailboxFull, Refusal, Tell, Timer, on
from ..exchange.messages import Cancel, FillReported, OrderRejected, OrderReport, Query, Submit
from ..market.fill import Fill
from ..market.instrument import Instrument
from ..portfolio.messages import (
    Aborted,
    Booking,
    InsufficientFunds,
    LedgerMismatch,
    Open,
    Release,
    Reserve,
    Settle,
)
from ..portfolio.model import Reservation
from . import evidence, lifecycle
from .doubts import Doubts
from .evidence import Doubt, Patience
from .factory import Terms, intended
from .ids import CHANCE_BITS, OrderIds, client_id_of
from .journal import Commit, Load
from .lifecycle import ImpossibleChange
from .messages import (
    CancelOrder,
    FillUnmatched,
    ListOpenOrders,
    NoSuchOrder,
    NotDurable,
    NotReconciled,
    OrderChanged,
    OrderFilled,
    PlaceOrder,
    StrayOrders,
    Unplaceable,
    VenueSilent,
)
from .model import LIVE, Order
from .register import OrderRegister

SILENCE = (AskError, MailboxFull, Refusal)  # whatever is no answer of the venue


class _LookUp(msgspec.Struct, Tell, frozen=True):
    """Time to ask the venue for an order in doubt."""


class OrderDesk(Actor):
    """Answers `PlaceOrder`, `CancelOrder` and `ListOpenOrders`; publishes what becomes of orders.

    account: its name in the journal. instruments: what may be traded. connector, portfolio,
    journal: where these actors are. patience: how long the venue is waited for.
    """

    def __init__(
        self,
        account: str,
        instruments: Iterable[Instrument],
        *,
        connector: str,
        portfolio: str,
        journal: str,
        patience: Patience = Patience(),
    ) -> None:
        self._account = account
        self._terms = {str(known.symbol): Terms.of(known) for known in instruments}
        self._paths = connector, portfolio, journal
        self._patience = patience
        self._orders = OrderRegister()
        self._doubts = Doubts(patience)
        self._timer: Timer | None = None  # for the next look-up
        self._unreconciled = set[str]()  # live since before this incarnation, not looked up yet

    async def on_start(self) -> None:
        self._connector, self._portfolio, self._journal = map(self.lookup, self._paths)
        snapshot = await self.ask(self._journal, Load(self._account))
        self._ids = OrderIds(self.chance.getrandbits(CHANCE_BITS), snapshot.epoch)
        self._orders = OrderRegister(snapshot.orders, snapshot.trades)
        self._require_terms(snapshot.orders)
        held = [Reservation(order.id, order.held_asset, order.held) for order in snapshot.orders]
        booking = await self.ask(self._portfolio, Open(snapshot.balances, tuple(held)))
        if booking.entries:
            commit = Commit(self._account, (), (), booking.entries, booking.balances)
            await self.ask(self._journal, commit)
        self.subscribe(self._connector, FillReported)  # before the look-ups: no fill falls between
        self._unreconciled = {order.client_id for order in snapshot.orders}
        for order in snapshot.orders:
            self._doubts.add(order.client_id, Doubt(self.now), self.now)
        for order in snapshot.orders:
            await self._look_up(order.client_id)
            if self._doubts.is_silent:
                break  # the start does not wait for a venue that is away
        self._plan_look_up()

    @on(PlaceOrder)
    async def place(self, message: PlaceOrder) -> Order:
        if self._unreconciled:
            raise NotReconciled(len(self._unreconciled))
        if self._doubts.is_silent:
            raise VenueSilent(len(self._doubts))
        terms = self._terms.get(message.symbol)
        if terms is None:
            known = ", ".join(self._terms) or "nothing"
            raise Unplaceable(message.symbol, reason=f"not traded here; this desk trades {known}")
        order_id, client_id = self._ids.draw()
        order = intended(message, terms, order_id, client_id, self.now)
        reserve = Reserve(order_id, order.held_asset, order.held)
        booking = await self.ask(self._portfolio, reserve)
        no = await self._commit(order, (), booking)
        if no is not None:
            raise NotDurable(order_id, reason=str(no)) from no
        return await self._send(order)

    @on(CancelOrder)
    async def cancel(self, message: CancelOrder) -> Order:
        client_id = client_id_of(message.order_id)
        order = self._orders.live.get(client_id)
        if order is None:
            raise NoSuchOrder(message.order_id)
        try:
            request = Cancel(client_id, order.symbol)
            answer = await self.ask(self._connector, request, timeout=self._patience.answer)
        except OrderRejected:  # not open there: how it ended is another question (C9, A17)
            self._doubts.heard()
            self._doubts.add(client_id, self._doubts.get(client_id) or Doubt(self.now), self.now)
            await self._look_up(client_id)
        except SILENCE:
            self._doubts.add_more(client_id, self.now)
            self._doubts.unheard(self.now)
        else:
            self._doubts.heard()
            await self._reconcile(order, answer.report)
        self._plan_look_up()
        return self._orders.find(client_id) or order

    @on(ListOpenOrders)
    def list_open(self, _: ListOpenOrders) -> tuple[Order, ...]:
        return tuple(self._orders.live.values())

    @on(FillReported)
    def fill_reported(self, message: FillReported) -> Awaitable[Order] | None:
        fill = message.fill
        order = self._orders.find(fill.client_id)
        if order is None:
            self.publish(FillUnmatched(fill, "no order here has its client id"))
            return None
        fresh = self._orders.news(order.client_id, (fill,))
        return self._fill(order, fresh, "") if fresh else None

    @on(_LookUp)
    async def look_up(self, _: _LookUp) -> None:
        due = self._doubts.next()
        if due is not None and due[0] <= self.now:
            await self._look_up(due[1])
        self._plan_look_up()

    def _require_terms(self, orders: tuple[Order, ...]) -> None:
        """Refuse to start with orders of pairs that are not traded here any more (C14)."""
        strays = sorted({order.symbol for order in orders} - self._terms.keys())
        if strays:
            raise StrayOrders(self._account, strays)

    async def _send(self, order: Order) -> Order:
        """Submit an order whose intent is durable, and record what came of it."""
        submit = Submit(
            order.client_id, order.symbol, order.side, order.kind, order.amount, order.price
        )
        try:
            answer = await self.ask(self._connector, submit, timeout=self._patience.answer)
        except OrderRejected as no:
            if no.reason == "DUPLICATE_ORDER":  # then it is there: the way doubled it (A12)
                return await self._advance(order, lifecycle.lost(order, str(no), self.now), ())
            after = await self._advance(order, lifecycle.refused(order, str(no), self.now), ())
            if after.is_live:  # the journal was full: it is released once that is known there too
                return after
            raise
        except SILENCE as silence:
            self._doubts.unheard(self.now)
            return await self._advance(order, lifecycle.lost(order, str(silence), self.now), ())
        if answer.fills:
            fills = self._orders.news(order.client_id, answer.fills)
            return await self._fill(order, fills, answer.venue_id)
        return await self._advance(order, lifecycle.accepted(order, answer.venue_id, self.now), ())

    async def _fill(self, order: Order, fills: tuple[Fill, ...], venue_id: str) -> Order:
        """Apply fills that are new to the order, or say that they cannot be."""
        try:
            after = lifecycle.filled(order, fills, venue_id, self.now)
        except ImpossibleChange as error:
            self._mismatch(order, fills, error)
            return order
        return await self._advance(order, after, fills)

    async def _look_up(self, client_id: str) -> None:
        """Ask the venue for an order in doubt, and settle it on evidence only (O5)."""
        order, doubt = self._orders.live.get(client_id), self._doubts.get(client_id)
        if order is None or doubt is None:
            return
        try:
            query = Query(client_id, order.symbol)
            report = await self.ask(self._connector, query, timeout=self._patience.answer)
        except SILENCE:
            self._doubts.unheard(self.now)
            return
        self._doubts.heard()
        if report is not None:
            await self._reconcile(order, report)
        elif evidence.proves_absence(doubt, self._patience, self.now):
            proof = evidence.absence_evidence(order, doubt, self.now)
            await self._advance(order, lifecycle.gone(order, proof, self.now), ())
        else:
            self._doubts.add(client_id, evidence.absent(doubt, self._patience, self.now), self.now)

    async def _reconcile(self, order: Order, report: OrderReport) -> None:
        """Bring an order to where the venue says it is."""
        fresh = self._orders.news(order.client_id, report.fills)
        try:
            after = lifecycle.reported(order, report, fresh, self.now)
        except ImpossibleChange as error:
            self._mismatch(order, fresh, error)
            return
        if after is not order:
            after = await self._advance(order, after, fresh)
        if after.status == "accepted" and report.status == "open":
            self._settled(order.client_id)
        elif after.is_live:  # not stored, or the report names fewer fills than it says there are
            self._doubts.add_more(order.client_id, self.now)

    async def _advance(self, order: Order, after: Order, fills: tuple[Fill, ...]) -> Order:
        """Book and commit one step of an order, and say so: the order as it stands then.

        What the journal refuses has not happened here; the order stays as it was, in doubt, and
        the venue is asked for it again later (K3).
        """
        booking = None
        if fills:
            terms = self._terms[order.symbol]
            settle = Settle(order.id, order.side, terms.base, terms.quote, fills, after.held)
            try:
                booking = await self.ask(self._portfolio, settle)
            except InsufficientFunds as error:
                raise LedgerMismatch(
                    f"order {order.id} filled for more than the account owns: {error}"
                ) from error
        elif order.held and not after.held:
            booking = await self.ask(self._portfolio, Release(order.id))
        no = await self._commit(after, fills, booking)
        if no is not None:
            self._orders.keep(order)
            self._doubts.add_more(order.client_id, self.now)
            self._plan_look_up()
            return order
        self._orders.keep(after, fills)
        if after.status not in LIVE:
            self._settled(after.client_id)
        elif after.status == "unknown":
            self._doubts.add(after.client_id, Doubt(self.now), self.now)
            self._plan_look_up()
        self.announce(OrderChanged, after)
        for fill in fills:
            self.announce(OrderFilled, after, fill)
        return after

    async def _settle(self, order: Order, after: Order, fills: tuple[Fill, ...]) -> Booking:
        """Have the portfolio book what has filled."""
        terms = self._terms[order.symbol]
        settle = Settle(order.id, order.side, terms.base, terms.quote, fills, after.held)
        try:
            return await self.ask(self._portfolio, settle)
        except InsufficientFunds as error:
            raise LedgerMismatch(
                f"order {order.id} filled for more than the account owns: {error}"
            ) from error

    async def _commit(
        self, order: Order, fills: tuple[Fill, ...], booking: Booking | None
    ) -> Refusal | None:
        """Make one step durable together with its booking, or undo the booking."""
        entries, balances = (booking.entries, booking.balances) if booking else ((), ())
        commit = Commit(self._account, (order,), fills, entries, balances)
        try:
            await self.ask(self._journal, commit)
        except Refusal as no:
            if booking is not None:
                self._portfolio.tell(Aborted(booking.number))
            return no
        return None

    def _mismatch(self, order: Order, fills: tuple[Fill, ...], error: ImpossibleChange) -> None:
        """Say that the venue contradicts the journal, and keep asking while the order is live."""
        for fill in fills:
            self.publish(FillUnmatched(fill, str(error)))
        if order.is_live:
            self._orders.keep(order)
            self._doubts.add_more(order.client_id, self.now)
            self._plan_look_up()

    def _settled(self, client_id: str) -> None:
        """Where the order stands is known."""
        if self._doubts:
            self._doubts.settle(client_id)
            self._unreconciled.discard(client_id)

    def _plan_look_up(self) -> None:
        """Wake for the next look-up, and for no other."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._doubts.next()
        if due is not None:
            self._timer = self.after(max(0, due[0] - self.now), _LookUp())
