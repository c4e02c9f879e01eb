"""The matching of orders: what happens to one from the moment it is taken until it ends.

An order is claimed (what cannot be is refused, what it may cost is held), entered (now it exists),
and worked: it trades with the book, waits on it, or waits for its price. All of that is done when
the call returns, with everything that follows from it: a trade moves the last price, which triggers
stops, which trade. Those wait in `due` until the order that moved the price is done.

It is the inside of an engine and trusts its callers: requests are checked by `rules` before.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final, Protocol

from ...runtime import Millis
from .crossing import cross
from .keeping import Keeper
from .pairs import Desk, Pair
from .refusals import Refused
from .rules import STOPS, check, check_limit, is_stop
from .sweeps import cost_of_stop, has_enough, resolve_quote, sweep, would_trigger
from .values import LevelChanged, Order, OrderChanged, OrderRequest

_IMMEDIATE: Final = frozenset(("IOC", "FOK"))


class Route(Protocol):
    """Where the orders of a market trade, if not with each other."""

    def quote(self, order: Order) -> tuple[int, int]:
        """The price that an order at market would have now, and what it would cost."""
        ...

    def crosses(self, order: Order) -> bool:
        """Whether a limit order would trade at once."""
        ...

    def work(self, order: Order, at: Millis) -> bool:
        """Trade what can be traded now; False: the order is still on its way."""
        ...

    def leave(self, order: Order) -> bool:
        """An order ends; whether it was still on its way."""
        ...


class Matcher:
    """Works the orders of all markets of an engine.

    keeper: who counts, ends and tells.
    """

    __slots__ = ("_expiries", "_taken", "clearing", "keeper", "routes")

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.clearing = keeper.clearing
        self.routes: dict[str, Route] = {}  # by symbol
        self._expiries: list[tuple[Millis, int, Pair, Order]] = []  # a heap
        self._taken = 0

    # -- an order comes

    def submit(self, pair: Pair, request: OrderRequest, at: Millis) -> Order:
        """Take an order, and do all that follows from it."""
        desk = pair.desks.get(request.account) or pair.desk(request.account)
        if request.kind == "limit" and not self.routes:
            order = self._submit_limit(pair, desk, request, at)
        elif request.kind == "market" and not pair.is_futures and not self.routes:
            order = self._submit_market(pair, desk, request, at)
        else:
            check(request, pair, desk)
            order = pair.open_order(request, request.client_id, at)
            self.claim(pair, order)
            self.enter(pair, desk, order, at)
            self.work(pair, order, at)
        if pair.due:
            self.settle(pair, at)
        return order

    def _submit_limit(self, pair: Pair, desk: Desk, request: OrderRequest, at: Millis) -> Order:
        """`claim`, `enter` and `work` in one go: most orders are limit orders, and most rest."""
        check_limit(request, pair, desk)
        market = pair.market
        price, amount = request.price or 0, request.amount or 0
        order = Order(
            id=pair.next_order,
            request=request,
            client_id=request.client_id,
            amount=amount,
            created_at=at,
            updated_at=at,
            price=price,
            working_at=at,
        )
        ladder, other = (pair.bids, pair.asks) if request.side == "buy" else (pair.asks, pair.bids)
        keys = other.keys
        crosses = bool(keys) and keys[-1] >= price * other.sign
        force = request.time_in_force
        if crosses and force == "GTX":
            raise Refused("WOULD_TAKE", f"a post-only order at {price} would take")
        self.clearing.hold(order, market, price, price * amount)
        if crosses or force != "GTC" or pair.is_futures:
            self.enter(pair, desk, order, at)
            self.work(pair, order, at)
            return order
        number = order.id
        client_id = order.client_id
        if not client_id:
            client_id = order.client_id = _drawn_id(desk, number)
        pair.next_order = number + 1
        desk.open[number] = desk.by_client[client_id] = order
        tell = self.keeper.events.append
        tell(OrderChanged("new", order, "open", 0, 0, None, at))
        tell(LevelChanged(market.symbol, ladder.side, price, ladder.add(order), at))
        return order

    def _submit_market(self, pair: Pair, desk: Desk, request: OrderRequest, at: Millis) -> Order:
        """The same for an order at market on spot: it trades and ends."""
        check(request, pair, desk)
        order = pair.open_order(request, request.client_id, at)
        if request.quote_amount is not None:
            order.amount = resolve_quote(pair, order)
        reference, cost = sweep(pair, order)
        self.clearing.hold(order, pair.market, reference, cost)
        self.enter(pair, desk, order, at)
        order.working_at = at
        cross(self.keeper, pair, order, at)
        if order.status == "filled":
            self.keeper.retire(pair, order, at)
        else:
            self.conclude(pair, order, at)
        return order

    def claim(self, pair: Pair, order: Order, *, least_cost: int = 0) -> None:
        """Refuse what cannot be as things stand, and hold what the order may cost.

        least_cost: hold at least for this one, in price quanta times amount quanta.
        """
        request, market = order.request, pair.market
        if order.is_triggered or not is_stop(request):
            if order.price:
                reference = order.price
                cost = reference * (order.amount - order.filled - order.prevented)
                if request.time_in_force == "GTX" and self._crosses(pair, order):
                    raise Refused("WOULD_TAKE", f"a post-only order at {order.price} would take")
            else:
                reference, cost = self._market_cost(pair, order)
        else:
            if would_trigger(pair, order):
                raise Refused("WOULD_TRIGGER", f"a stop at {order.stop_price} is due at once")
            reference, cost = cost_of_stop(pair, order)
        self.clearing.hold(order, market, reference, max(cost, least_cost))

    def enter(self, pair: Pair, desk: Desk, order: Order, at: Millis) -> None:
        """The order exists from here on."""
        number, client_id, request = order.id, order.client_id, order.request
        if not client_id:
            client_id = order.client_id = _drawn_id(desk, number)
        pair.next_order = number + 1
        desk.open[number] = order
        desk.by_client[client_id] = order
        if request.good_till is not None and request.time_in_force == "GTD":
            self._taken += 1
            heappush(self._expiries, (request.good_till, self._taken, pair, order))
        if request.kind in STOPS:
            order.status = "held"
        self.keeper.events.append(OrderChanged("new", order, order.status, 0, 0, None, at))

    def cancel(self, pair: Pair, order: Order, at: Millis, *, sent_as: str = "") -> None:
        """End an open order because its account wants it; it belongs to no list."""
        if order.status == "held" or self.routes:
            self.take_off(pair, order, at)
            self.keeper.end(pair, order, "cancelled", "cancelled", at, replaces=sent_as)
            return
        # The same in one go: most orders end by this, and on the book.
        ladder = pair.bids if order.request.side == "buy" else pair.asks
        filled, price, market = order.filled, order.price, pair.market
        rest = ladder.forget(order, order.amount - filled - order.prevented)
        order.status = "cancelled"
        order.updated_at = at
        pair.close(order)
        tell = self.keeper.events.append
        tell(LevelChanged(market.symbol, ladder.side, price, rest, at))
        self.clearing.release(order, market)
        tell(
            OrderChanged("cancelled", order, "cancelled", filled, order.cost, None, at, "", sent_as)
        )

    def work(self, pair: Pair, order: Order, at: Millis) -> None:
        """Trade, rest, wait or end: whatever the order is for."""
        request = order.request
        if order.status == "held":
            if not order.is_triggered and is_stop(request):
                watch = pair.prints if request.trigger == "last" else pair.marks
                watch.add(order, pair.last if request.trigger == "last" else pair.mark)
                return
            order.status = "open"
            self.keeper.tell("triggered", order, at)  # the leg before it has filled
        order.working_at = at
        if pair.is_futures and self.closes_nothing(pair, order):
            self.keeper.end(pair, order, "expired", "expired", at, reason="REDUCE_ONLY")
            return
        route = self.routes.get(request.symbol) if self.routes else None
        if route is not None:
            if not route.work(order, at):
                return
        elif request.time_in_force == "FOK" and order.price and not has_enough(pair, order):
            self.keeper.end(pair, order, "expired", "expired", at, reason="FOK")
            return
        else:
            cross(self.keeper, pair, order, at)
        self.conclude(pair, order, at)

    def conclude(self, pair: Pair, order: Order, at: Millis) -> None:
        """An order has traded what it can for now."""
        if order.status == "open" or order.status == "partial":  # noqa: PLR1714 - twice as fast
            self._rest(pair, order, at)
        elif order.status == "filled":
            self.keeper.retire(pair, order, at)

    def _rest(self, pair: Pair, order: Order, at: Millis) -> None:
        """What has not traded at once rests, or expires."""
        if not order.price or order.request.time_in_force in _IMMEDIATE or order.is_liquidation:
            self.keeper.end(pair, order, "expired", "expired", at)
            return
        ladder = pair.bids if order.request.side == "buy" else pair.asks
        rest = ladder.add(order)
        self.keeper.events.append(
            LevelChanged(pair.market.symbol, ladder.side, order.price, rest, at)
        )

    # -- it trades

    def _crosses(self, pair: Pair, order: Order) -> bool:
        route = self.routes.get(pair.market.symbol) if self.routes else None
        if route is not None:
            return route.crosses(order)
        ladder = pair.asks if order.request.side == "buy" else pair.bids
        keys = ladder.keys
        return bool(keys) and (not order.price or keys[-1] >= order.price * ladder.sign)

    def _market_cost(self, pair: Pair, order: Order) -> tuple[int, int]:
        route = self.routes.get(pair.market.symbol) if self.routes else None
        if route is not None:
            return route.quote(order)
        if order.request.quote_amount is not None:
            order.amount = resolve_quote(pair, order)
        return sweep(pair, order)

    def closes_nothing(self, pair: Pair, order: Order) -> bool:
        """Cut an order that may only close a position to what there is to close."""
        request = order.request
        if not (request.is_reduce_only or request.closes_position):
            return False
        allowed = self.clearing.allowance(order, pair.market)
        if request.closes_position or order.left > allowed:
            order.amount = order.filled + order.prevented + allowed
        return allowed <= 0

    def reclaim(self, pair: Pair, order: Order, at: Millis) -> bool:
        """Hold anew for an order at market that trades now; False: it has ended instead."""
        order.updated_at = at
        self.clearing.release(order, pair.market)
        try:
            self.claim(pair, order)
        except Refused as refused:
            self.keeper.end(pair, order, "rejected", "rejected", at, reason=refused.reason)
            return False
        return True

    # -- it ends

    def take_off(self, pair: Pair, order: Order, at: Millis) -> None:
        """An order is about to end: it leaves the place where it waits."""
        if order.status == "held":
            watch = pair.prints if order.request.trigger == "last" else pair.marks
            watch.remove(order)
            return
        if self.routes:
            route = self.routes.get(pair.market.symbol)
            if route is not None and route.leave(order):
                return
        ladder = pair.bids if order.request.side == "buy" else pair.asks
        left = order.amount - order.filled - order.prevented
        rest = ladder.forget(order, left)
        self.keeper.events.append(
            LevelChanged(pair.market.symbol, ladder.side, order.price, rest, at)
        )

    def expire(self, at: Millis) -> None:
        """End the orders whose time is over."""
        expiries = self._expiries
        while expiries and expiries[0][0] <= at:
            _, _, pair, order = heappop(expiries)
            if order.id in pair.desk(order.request.account).open:
                self.take_off(pair, order, at)
                self.keeper.end(pair, order, "expired", "expired", at, reason="GTD")
                self.settle(pair, at)

    def shrink(self, pair: Pair, order: Order, amount: int, at: Millis) -> None:
        """An order that waits becomes smaller and keeps its place."""
        order.updated_at = at
        if order.status != "held":
            ladder = pair.bids if order.request.side == "buy" else pair.asks
            level = ladder.levels[order.price * ladder.sign]
            left = order.left
            less = min(order.shown, left - order.amount + amount)
            level.amount -= order.shown - less
            level.hidden -= (order.amount - amount) - (order.shown - less)
            order.shown = less
            self.keeper.events.append(
                LevelChanged(pair.market.symbol, ladder.side, order.price, level.amount, at)
            )
        order.amount = amount
        least = self.keeper.lists.cover(pair, order) if order.list_id >= 0 else 0
        if least is not None and (order.held or pair.is_futures):
            self.clearing.release(order, pair.market)
            price = order.price or order.stop_price
            self.clearing.rehold(order, pair.market, price, max(price * order.left, least))

    def change(self, pair: Pair, order: Order, amount: int, price: int, at: Millis) -> None:
        """An order leaves its place for another price or amount; it has to be worked again."""
        old = order.amount, order.price
        order.updated_at = at
        self.clearing.release(order, pair.market)
        order.amount, order.price = amount, price
        try:
            self.claim(pair, order)
        except Refused:
            order.amount, order.price = old
            self.clearing.rehold(order, pair.market, order.price, order.price * order.left)
            raise
        order.amount, order.price = old
        ladder = pair.bids if order.request.side == "buy" else pair.asks
        rest = ladder.withdraw(order)
        self.keeper.events.append(
            LevelChanged(pair.market.symbol, ladder.side, order.price, rest, at)
        )
        order.amount, order.price = amount, price

    # -- what follows

    def settle(self, pair: Pair, at: Millis) -> None:
        """Let all that are due have their turn, and those that become due by that."""
        while pair.due:
            order = pair.due.popleft()
            if order.status != "held":
                continue  # a list has ended it meanwhile
            if order.is_triggered:
                self._fire(pair, order, at)
            self._start(pair, order, at)

    def _fire(self, pair: Pair, order: Order, at: Millis) -> None:
        order.updated_at = at
        self.clearing.release(order, pair.market)
        if order.list_id >= 0:
            self.keeper.lists.triggered(pair, order, at)
        order.status = "open"
        if order.request.closes_position:
            order.amount = self.clearing.allowance(order, pair.market)
        self.keeper.events.append(OrderChanged("triggered", order, "open", 0, 0, None, at))

    def _start(self, pair: Pair, order: Order, at: Millis) -> None:
        """An order that was taken long ago is claimed and worked now."""
        order.updated_at = at
        least: int | None = 0
        if order.list_id >= 0 and not order.is_triggered:
            least = self.keeper.lists.cover(pair, order)
        try:
            if least is not None:
                self.claim(pair, order, least_cost=least)
        except Refused as refused:
            self.keeper.end(pair, order, "rejected", "rejected", at, reason=refused.reason)
        else:
            self.work(pair, order, at)


def _drawn_id(desk: Desk, number: int) -> str:
    """The client id of an order that was sent without one."""
    drawn = f"drawn-{number}"
    while drawn in desk.by_client:
        drawn += "+"
    return drawn
