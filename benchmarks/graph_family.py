"""One family of orders without a desk: what happens to it, and what must hold of it at each step.

The family is an entry, and what its fills set free: stops and take profits of one group. Whoever
plays with it says what happens (a fill, a price, a wish of a user, a word of the venue); the rules
of `actors/orders` say what comes of that, as they do for a desk. The truth is kept apart, from the
list of all that has traded, in fractions: `graph_checks` holds one against the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import count
from types import MappingProxyType
from typing import Final

import attrs
from msgspec.structs import replace

from ..actors.market import Fees, Fill, Instrument, Symbol
from ..actors.market.errors import OrderRejected, Reason
from ..actors.market.precision import floor_to_step
from ..actors.market.side import FULL
from ..actors.orders import lifecycle, revising, trailing, triggers
from ..actors.orders.drafting import Drafting
from ..actors.orders.drafts import PlaceOrders
from ..actors.orders.expiry import is_expired
from ..actors.orders.factory import Terms
from ..actors.orders.graph import Graph
from ..actors.orders.groups import GROUP_RULES, GroupRule
from ..actors.orders.levels import is_reached
from ..actors.orders.model import OUT, Order
from ..actors.orders.plan import NO_PLAN
from ..actors.orders.reactions import after_step
from ..actors.orders.sending import refused_order
from ..actors.orders.shares import left_of
from ..actors.orders.waits import PriceWait, waits_of
from ..runtime import Millis

STEP: Final = Decimal("0.001")
INSTRUMENT: Final = Instrument(
    Symbol("BTC", "USDT"),
    STEP,
    Decimal("0.01"),
    Decimal("0.005"),
    Decimal(1),
    Fees(Decimal(0), Decimal("0.001")),
)
TERMS: Final = MappingProxyType({"BTC/USDT": Terms.of(INSTRUMENT)})
FEE: Final = Decimal("0.001")  # of what a buy brings in, where fees are taken in it
TURNS: Final = 8  # prices are followed so often before the next thing happens


@attrs.frozen
class Event:
    """Something that has become of an order, and the price at which it did."""

    before: Order
    after: Order
    price: Decimal


@attrs.define
class Truth:
    """What is certain, whatever the rules made of it."""

    traded: list[tuple[str, Fraction]] = attrs.field(factory=list)  # order ids and amounts
    fees: list[Fraction] = attrs.field(factory=list)  # base currency that the entry paid
    late: Fraction = Fraction(0)  # what the entry filled once it was to end
    over: Fraction = Fraction(0)  # what others filled beyond what they were to trade by then
    meddled: set[str] = attrs.field(factory=set)  # ids of orders that somebody ended or changed


@attrs.frozen
class Rules:
    """Those that may be other than they are, to see whether that is found."""

    groups: Mapping[str, GroupRule] = GROUP_RULES
    may_go: Callable[[Graph, Order], bool] = triggers.may_go


RULES: Final = Rules()


class Family:
    """An entry and its ends, told what happens. The first order is the entry."""

    def __init__(
        self,
        batch: PlaceOrders,
        price: Decimal,
        *,
        fee_asset: str = "USDT",
        rules: Rules = RULES,
    ) -> None:
        numbers = count()
        self._draw: Callable[[], tuple[str, str]] = lambda: (
            f"o-{(n := next(numbers)):03}",
            f"c-{n:03}",
        )
        drafting = Drafting(TERMS, FULL, GROUP_RULES, self._draw)
        self.at = Millis(0)
        self.price = price
        self.truth = Truth()
        self.events: list[Event] = []  # of the last step
        self.orders = {each.id: each for each in drafting.draw_up(batch, self.at)}
        self.entry_id = next(iter(self.orders))
        self.shares = {  # of the entry, as they were drawn up
            each.id: Fraction(each.amount) / Fraction(self.entry.amount) for each in self.exits
        }
        self._fee_asset = fee_asset
        self._rules = rules
        self._trades = count()

    # -- what it is

    @property
    def entry(self) -> Order:
        """The order whose fills set the others free."""
        return self.orders[self.entry_id]

    @property
    def exits(self) -> list[Order]:
        """The others."""
        return [each for each in self.orders.values() if each.id != self.entry_id]

    @property
    def graph(self) -> Graph:
        """What a desk would find of it: those that are not over."""
        return Graph.of(each for each in self.orders.values() if each.is_live)

    def those(self, *statuses: str) -> list[Order]:
        """The orders of some statuses, oldest first."""
        return [each for each in self.orders.values() if each.status in statuses]

    # -- what happens

    def fill(self, order: Order, share: Fraction) -> None:
        """Part of an order that is out trades."""
        left = order.remaining
        part = Decimal(int(Fraction(left) * share / Fraction(STEP))) * STEP
        amount = min(max(part, STEP), left)
        fee, asset = Decimal(0), "USDT"
        if order.id == self.entry_id:
            asset = self._fee_asset
            fee = amount * FEE if asset == "BTC" and order.side == "buy" else fee
            self.truth.fees.append(Fraction(fee))
        self.truth.traded.append((order.id, Fraction(amount)))
        price = order.price or self.price
        trade = f"t-{next(self._trades)}"
        fill = Fill(
            trade, order.client_id, order.symbol, order.side, price, amount, fee, asset, self.at
        )
        if order.id == self.entry_id and order.wish is not None:
            self.truth.late += Fraction(amount)
        if order.id != self.entry_id:
            self.truth.over += max(Fraction(amount) - Fraction(left_of(order)), Fraction(0))
        self._step(order, lifecycle.filled(order, (fill,), "", self.at, self._draw()[1]))

    def send(self, order: Order) -> bool:
        """What is due goes out, where its family lets it."""
        if order.status != "due" or not self._rules.may_go(self.graph.put(order), order):
            return False
        self._step(order, lifecycle.sent(order, order.held_asset, Decimal(1), self.at))
        return True

    def accept(self, order: Order) -> None:
        """The venue has taken an order."""
        self._step(order, lifecycle.accepted(order, f"v-{order.client_id}", self.at))

    def refuse(self, order: Order, reason: Reason) -> None:
        """The venue turns an order away."""
        no = OrderRejected(order.client_id, reason, "it says no")
        after = refused_order(order, no, self.at, self._draw()[1])
        if after.status == "refused":
            self.truth.meddled.add(order.id)
        self._step(order, after)

    def take_off(self, order: Order) -> None:
        """The venue takes an order off its book: as it was asked to, or by itself."""
        if lifecycle.lives_on(order):
            after = lifecycle.withdrawn(order, "off the book", self.at, self._draw()[1])
        else:
            if order.wish is None:
                self.truth.meddled.add(order.id)
            after = lifecycle.cancelled(order, "off the book", self.at)
        self._step(order, after)

    def cancel(self, order: Order) -> None:
        """A user wants an order ended."""
        self.truth.meddled.add(order.id)
        self._step(order, revising.ended(order, "cancelled as asked", self.at))

    def edit(self, order: Order, share: Fraction) -> None:
        """A user wants less of what an order has left."""
        amount = revising.target(order)[0]
        wanted = order.filled + Decimal(int(Fraction(amount - order.filled) * share * 1000)) / 1000
        if wanted > order.filled:
            self.truth.meddled.add(order.id)
            self._step(order, revising.edited(order, "edited", self.at, amount=wanted))

    def tick(self, price: Decimal) -> None:
        """The asset trades at a price."""
        self.price = price
        for _ in range(TURNS):
            met = next(self._met(price), None)
            if met is None:
                return
            self._meet(*met)

    def wait(self, time: int) -> None:
        """Some time passes."""
        self.at = Millis(self.at + time)
        for order_id in tuple(self.orders):
            order = self.orders[order_id]
            until = waits_of(order).until
            if until is None or until > self.at:
                continue
            if is_expired(order, self.at):
                self.truth.meddled.add(order.id)
                self._step(order, revising.ended(order, "it expired", self.at))
            else:
                graph = self.graph
                self._keep(triggers.turned_back(graph, order, self.at).changes(graph))

    def settle(self) -> None:
        """The venue does all that it was asked to, until nothing is left to ask."""
        while self._one_thing():
            pass

    def _one_thing(self) -> bool:
        for order in self.orders.values():
            if order.status in OUT and order.wish is not None:
                self.take_off(order)
                return True
            if order.status == "intent":
                self.accept(order)
                return True
            if order.status == "due" and self.send(order):
                return True
        return False

    # -- as a desk does it

    def _met(self, price: Decimal) -> Iterator[tuple[Order, PriceWait]]:
        for order in self.orders.values():
            for wait in sorted(waits_of(order).prices, key=lambda each: (each.why, each.price)):
                if is_reached(price, wait.price, wait.direction):
                    yield order, wait

    def _meet(self, order: Order, wait: PriceWait) -> None:
        if wait.why == "expire":
            self.truth.meddled.add(order.id)
            self._step(order, revising.ended(order, "the price", self.at))
        elif wait.why == "trail":
            self._step(order, trailing.trailed(order, self.price, INSTRUMENT, self.at))
        else:
            plan = replace(order.plan or NO_PLAN, reference=self.price)
            order = replace(order, plan=plan)
            graph = self.graph.put(order)
            self._keep(triggers.put_forward(graph, order, self.at, INSTRUMENT).changes(graph))

    def _step(self, before: Order, after: Order) -> None:
        if after is not before:
            graph = self.graph.put(after)
            others = after_step(graph, before, after, self.at, self._rules.groups, TERMS)
            self._keep((after, *others))  # as it has become in the end, where it is one of them

    def _keep(self, changed: tuple[Order, ...]) -> None:
        for order in changed:
            self.events.append(Event(self.orders[order.id], order, self.price))
            self.orders[order.id] = order


def on_step(amount: Fraction) -> Decimal:
    """An amount as the market takes it."""
    return floor_to_step(Decimal(amount.numerator) / Decimal(amount.denominator), STEP)
