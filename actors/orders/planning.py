"""Planning: orders that wait, for one another or for a price, within the turns of their desk.

What follows from what is in the rules (`reactions`, `triggers`, `trailing`, `expiry`); here batches
and edits are taken in, prices and times are heard, and what comes of them is made durable.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from msgspec.structs import replace

from ...runtime import Actor, Millis
from ..feeds.messages import ThresholdCrossed
from ..market.filters import violation
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import LIMITED, Kind
from . import reactions, revising, trailing, triggers
from .admission import Admission
from .capping import Capping
from .clerk import Clerk
from .creating import Creating
from .drafting import Drafting
from .drafts import EditOrder, PlaceOrders
from .expiry import is_expired
from .factory import Terms, is_positive
from .graph import Graph
from .groups import GroupRule
from .messages import NoSuchOrder, NotDurable, Unplaceable
from .model import Order
from .plan import NO_PLAN
from .trailing import TrailingRule
from .waits import PriceWait, needs_prices
from .watching import Watching


class Planning:
    """Plans for one desk.

    kinds: what the venue takes as it is. rules: of groups. trails: of users, to trail a stop. feed:
    the path of the feed of a symbol.
    """

    def __init__(
        self,
        desk: Actor,
        terms: Mapping[str, Terms],
        kinds: Collection[Kind],
        *,
        rules: Mapping[str, GroupRule],
        trails: Mapping[str, TrailingRule],
        feed: Callable[[str], str] | None,
    ) -> None:
        self._desk = desk
        self._terms = terms
        self._kinds = kinds
        self._rules = rules
        self._trails = trails
        self._feed = feed
        self.watching = Watching(desk, feed, self._find, trails)

    def start(self, clerk: Clerk, creating: Creating, admission: Admission) -> None:
        """The other parts of the desk are there."""
        self._clerk, self._creating, self._admission = clerk, creating, admission
        self._capping = Capping(self._terms, clerk.orders_of)

    def _find(self, order_id: str) -> Order | None:
        return self._clerk.orders.by_id(order_id)

    # -- what a step of an order sets off

    def react(self, graph: Graph, before: Order, after: Order, at: Millis) -> tuple[Order, ...]:
        """What else changes in the same commit."""
        return reactions.after_step(graph, before, after, at, self._rules, self._terms)

    def rename(self) -> str:
        """A client id that was never used."""
        return self._creating.ids.draw()[1]

    def follow(self, order: Order) -> None:
        """An order is not as it was."""
        self.watching.follow(order)

    # -- what is asked

    async def place(self, batch: PlaceOrders) -> tuple[Order, ...]:
        """Take in a batch; see `PlaceOrders`."""
        for draft in batch.drafts:
            obstacle = self._admission.obstacle(draft.purpose, draft.symbol)
            if obstacle is not None and not draft.after:
                raise obstacle
        draw, trails = self._creating.ids.draw, self._trails
        drafting = Drafting(self._terms, self._kinds, self._rules, draw, trails)
        orders = drafting.draw_up(batch, self._desk.now)
        self._require_prices(orders)
        self._capping.require_room(orders)
        await self._clerk.keep(orders)
        return orders

    def _require_prices(self, orders: tuple[Order, ...]) -> None:
        """Raise Unplaceable where an order waits for a price and nobody tells this desk of one."""
        if self._feed is not None:
            return
        for order in orders:
            if order.plan is not None and needs_prices(order.kind, order.plan):
                reason = "it waits for a price here, and this desk has no feed: give it one"
                raise Unplaceable(order.symbol, reason=reason)

    async def edit(self, message: EditOrder) -> Order:
        """Change an order; see `EditOrder`."""
        order = self._find(message.order_id)
        if order is None or not order.is_live:
            raise NoSuchOrder(message.order_id)
        amount, price, stop = self._edited(order, message)
        after = revising.edited(
            order, "edited", self._desk.now, amount=amount, price=price, stop=stop
        )
        return await self._clerk.amend(order, after)

    def _edited(
        self, order: Order, message: EditOrder
    ) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """The numbers of an edit on their steps. Raises Unplaceable."""
        instrument = self._terms[order.symbol].instrument
        has_stop = order.plan is not None and order.plan.stop is not None
        for name, value, is_there in (
            ("amount", message.amount, True),
            ("price", message.price, order.price is not None),
            ("stop", message.stop, has_stop),
        ):
            if value is not None and (not is_there or not is_positive(value)):
                reason = f"{name} {value} of a {order.kind} order: give one above 0 that it has"
                raise Unplaceable(order.symbol, reason=reason)
        to_step = floor_to_step if order.side == "buy" else ceil_to_step
        step = instrument.price_step
        price = None if message.price is None else to_step(message.price, step)
        stop = None if message.stop is None else to_step(message.stop, step)
        amount = message.amount
        if amount is not None:
            amount = floor_to_step(amount, instrument.amount_step)
        was = revising.target(order)
        worth = price or was[1] or stop or was[2] or (order.plan or NO_PLAN).reference
        if worth is not None:
            limit = (price or was[1]) if order.kind in LIMITED else None
            broken = violation(instrument, amount or was[0], limit, worth)
            if broken is not None:
                raise Unplaceable(order.symbol, reason=f"{broken.reason}: {broken.detail}")
        return amount, price, stop

    async def end(self, order: Order) -> Order:
        """Have an order cancelled; nothing else it was to become counts then."""
        after = revising.ended(order, "cancelled as asked", self._desk.now)
        try:
            return await self._clerk.amend(order, after)
        except NotDurable:
            if not order.is_out:
                raise
            # The cancel itself needs no room on the disk (K3). The wish is durable with whatever
            # is written of the order next, so that it is not sent again meanwhile.
            self._clerk.orders.keep(after)
            return after

    # -- prices and times

    async def crossed(self, message: ThresholdCrossed) -> None:
        """A price that an order waited for has come."""
        found = self.watching.crossed(message)
        if found is None:
            return
        order, wait = found
        try:
            await self._met(order, wait, message.price)
        except NotDurable:  # told already; the next price at or beyond it finds it again
            self.watching.rearm(order)

    async def _met(self, order: Order, wait: PriceWait, price: Decimal) -> None:
        now, clerk = self._desk.now, self._clerk
        if wait.why == "expire":
            reason = f"the price reached {price:f}, where it expires"
            await clerk.amend(order, revising.ended(order, reason, now))
        elif wait.why == "trail":
            instrument = self._terms[order.symbol].instrument
            after = trailing.trailed(order, price, instrument, now, self._trails)
            await clerk.amend(order, after)
            self.watching.rearm(after)
        else:
            order = replace(order, plan=replace(order.plan or NO_PLAN, reference=price))
            graph = clerk.orders.family(order).put(order)
            await self._put_forward(graph, order)

    async def _put_forward(self, graph: Graph, order: Order) -> None:
        """Have an order sent, and make way for it where it shares what it trades."""
        instrument = self._terms[order.symbol].instrument
        after = triggers.put_forward(graph, order, self._desk.now, instrument)
        changed = after.changes(graph)
        if changed:
            await self._clerk.keep(changed)

    async def time_is_up(self) -> None:
        """End what has expired, and turn back what was put forward and did not fill."""
        now = self._desk.now
        for order_id in self.watching.due(now):
            order = self._find(order_id)
            if order is None or not order.is_live:
                continue
            try:
                if is_expired(order, now):
                    reason = f"it expired at {now} ms"
                    await self._clerk.amend(order, revising.ended(order, reason, now))
                else:
                    graph = self._clerk.orders.family(order)
                    changed = triggers.turned_back(graph, order, now).changes(graph)
                    if changed:
                        await self._clerk.keep(changed)
            except NotDurable:  # told already
                self.watching.postpone(order_id)
        self.watching.plan()
