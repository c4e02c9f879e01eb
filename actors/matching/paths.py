"""Price-path mode: a market without counterparties, where the price is given and always fills.

Whoever owns the engine says what the market is at (`move` where all prices between were passed,
`jump` where they were not), and the venue's own account is on the other side of every trade. Orders
at market trade at the price, worsened by the slippage; limit orders that wait trade at their limit
when the price passes it, or at the price itself where it jumped beyond, which is better. An order
trades as a whole: a path does not say how much was to be had, unless its owner does (`allow`).

A market that is followed live is told of in another way: by trades of others (`trade_at`) and by
the best prices (`show`). Nothing is known of what lies between two trades, and nothing of the queue
at a price: an order that waits trades at its limit once somebody has traded beyond it, or once the
other side offers its limit or better. Who takes pays the best price of the other side, as far as
that is known.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...runtime import Millis
from ..market.side import Side, opposite
from .markets import RATE
from .matcher import Matcher
from .pairs import Pair
from .protocol import VENUE
from .refusals import Refused
from .rules import is_stop
from .triggers import ANY
from .values import ENDED, Order, OrderRequest

NO_DELAY: Final = Millis(0)


class PricePath(msgspec.Struct, frozen=True, kw_only=True):
    """A market that follows a price path instead of a book."""

    symbol: str
    slippage: int = 0  # of what is taken, as a rate in 1e-8 of the price, >= 0
    latency: Millis = NO_DELAY  # from the time an order is taken until it can trade, ms


class PathRoute:
    """Where the orders of such a market trade."""

    def __init__(self, matcher: Matcher, pair: Pair, path: PricePath) -> None:
        self._matcher = matcher
        self._pair = pair
        self._path = path
        self._price: int | None = None
        self._bid: int | None = None  # the best prices, where they are told
        self._ask: int | None = None
        self._houses = {"buy": _house(path.symbol, "buy"), "sell": _house(path.symbol, "sell")}
        self._room: int | None = None  # what orders that wait may still trade; None: all they want
        self._coming: list[Order] = []  # taken, and not yet where they can trade; oldest first
        self._aside: list[Order] = []  # whom the next moves do not concern

    # -- what a matcher asks

    def quote(self, order: Order) -> tuple[int, int]:
        """The price with its slippage, and the cost of all at that."""
        if self._taken(order) is None:
            raise Refused("NO_LIQUIDITY", f"{self._path.symbol} has no price yet")
        price = self._slipped(order)
        if order.request.quote_amount is not None:
            step = self._pair.market.step
            order.amount = order.request.quote_amount // price // step * step
            if order.amount < self._pair.market.min_amount:
                raise Refused("LOT_SIZE", "the quote amount buys less than the least amount")
        return price, price * order.left

    def crosses(self, order: Order) -> bool:
        """Whether the price is at the limit or beyond."""
        price = self._taken(order)
        return price is not None and _reaches(order, price)

    def work(self, order: Order, at: Millis) -> bool:
        """Trade at once what can; whether it has arrived."""
        if self._path.latency and not order.is_triggered:
            self._coming.append(order)
            return False
        if self.crosses(order):
            self._take(order, at)
        return True

    def leave(self, order: Order) -> bool:
        """Forget an order that is on its way, or set aside; False where it rests."""
        before = len(self._coming) + len(self._aside)
        self._coming = [each for each in self._coming if each is not order]
        self._aside = [each for each in self._aside if each is not order]
        return len(self._coming) + len(self._aside) < before

    # -- what the owner says

    def move(self, price: int, at: Millis) -> None:
        """The market goes to a price, and through all that lie between."""
        self._arrive(at)
        if self._price is None:
            self.jump(price, at)
            return
        rising = price > self._price
        while (stop := self._next(price, rising=rising)) is not None:
            self._visit(stop, at)
        self._visit(price, at)

    def jump(self, price: int, at: Millis) -> None:
        """The market is at a price, without a trade on the way there."""
        self._arrive(at)
        pair = self._pair
        self._price = price
        for ladder in (pair.bids, pair.asks):
            for order in [each for each in ladder if _reaches(each, price)]:
                self._fill_resting(order, price, at)
        self._visit(price, at)

    def stand(self, price: int) -> None:
        """The market is at a price; who waits meets it with the next move."""
        self._price = self._pair.last = price

    def set_aside(self, since: Millis) -> None:
        """Keep those out of the way of the next moves that came after `since`."""
        pair = self._pair
        young = [
            order
            for desk in pair.desks.values()
            for order in desk.open.values()
            if order.created_at > since and order not in self._coming
        ]
        for order in young:
            if order.status == "held":
                pair.prints.remove(order)
            else:
                (pair.bids if order.request.side == "buy" else pair.asks).withdraw(order)
        self._aside = young

    def put_back(self) -> None:
        """Let those wait again that were set aside and have not been ended meanwhile."""
        pair = self._pair
        aside, self._aside = self._aside, []
        for order in aside:
            if order.status == "held":
                if is_stop(order.request) and not order.is_triggered:
                    pair.prints.add(order, pair.last)
            elif order.status not in ENDED:
                (pair.bids if order.request.side == "buy" else pair.asks).add(order)

    def allow(self, amount: int | None) -> None:
        """Orders that wait may trade this much from now on; None: all they want."""
        self._room = amount

    def trade_at(self, price: int, at: Millis) -> None:
        """Somebody traded at a price; it says nothing of the prices between the last and this."""
        self._arrive(at)
        if self._bid is not None and price < self._bid:
            self._bid = price
        if self._ask is not None and price > self._ask:
            self._ask = price
        self._visit(price, at, beyond=self._pair.market.tick)

    def show(self, bid: int | None, ask: int | None, at: Millis) -> None:
        """The best prices of the market are these; None: it is not known."""
        self._arrive(at)
        self._bid, self._ask = bid, ask
        pair = self._pair
        for ladder, best in ((pair.bids, ask), (pair.asks, bid)):
            if best is not None:
                for order in [each for each in ladder if _reaches(each, best)]:
                    self._fill_resting(order, order.price, at)
        self._matcher.settle(pair, at)

    def reach(self) -> tuple[int | None, int | None]:
        """At or below which price something is due next, and at or above which."""
        if self._coming:
            return ANY, None
        pair = self._pair
        falling, rising = pair.prints.watched()
        below = [pair.bids.best(), pair.prints.next_falling(), *falling]
        above = [pair.asks.best(), pair.prints.next_rising(), *rising]
        return (
            max((each for each in below if each is not None), default=None),
            min((each for each in above if each is not None), default=None),
        )

    # -- inside

    def _arrive(self, at: Millis) -> None:
        """Let those trade or rest whose latency is over."""
        latency = self._path.latency
        while self._coming and self._coming[0].working_at + latency <= at:
            order = self._coming.pop(0)
            if order.price == 0 and not self._matcher.reclaim(self._pair, order, at):
                continue
            if order.request.time_in_force == "GTX" and self.crosses(order):
                self._matcher.keeper.end(
                    self._pair, order, "expired", "expired", at, reason="WOULD_TAKE"
                )
                continue
            if self.crosses(order):
                self._take(order, at)
            self._matcher.conclude(self._pair, order, at)
            self._matcher.settle(self._pair, at)

    def _take(self, order: Order, at: Millis) -> None:
        house = self._houses[opposite(order.request.side)]
        self._matcher.keeper.trade(self._pair, order, house, self._slipped(order), order.left, at)

    def _taken(self, order: Order) -> int | None:
        """What whoever takes trades at: the other side's best price, else the last."""
        best = self._ask if order.request.side == "buy" else self._bid
        return self._price if best is None else best

    def _slipped(self, order: Order) -> int:
        """What is paid for taking: the worsened price on the tick, within the limit."""
        price, tick = self._taken(order) or 0, self._pair.market.tick
        more = price * self._path.slippage
        if order.request.side == "buy":
            worse = price + -(-more // RATE)
            worse += -worse % tick
            return min(worse, order.price) if order.price else worse
        worse = price - -(-more // RATE)
        worse = max(worse - worse % tick, tick)
        return max(worse, order.price)

    def _next(self, price: int, *, rising: bool) -> int | None:
        """The first price on the way at which something is due."""
        pair, now = self._pair, self._price or 0
        trailing = pair.prints.trailing_stops()
        has_room = self._room != 0
        if rising:
            best = pair.asks.best() if has_room else None
            marks = [best, pair.prints.next_rising(), *trailing]
            return min(
                (each for each in marks if each is not None and now <= each <= price), default=None
            )
        best = pair.bids.best() if has_room else None
        marks = [best, pair.prints.next_falling(), *trailing]
        return max(
            (each for each in marks if each is not None and price <= each <= now), default=None
        )

    def _visit(self, price: int, at: Millis, beyond: int = 0) -> None:
        """The market trades at a price that is on its way: who waits there trades or is due.

        beyond: how far the price must be past a limit.
        """
        pair = self._pair
        self._price = pair.last = price
        for ladder, reached in ((pair.bids, price + beyond), (pair.asks, price - beyond)):
            for order in [each for each in ladder if _reaches(each, reached)]:
                self._fill_resting(order, order.price, at)
        pair.last = price
        if pair.prints.count:
            self._matcher.keeper.see(pair, pair.prints.see(price))
        self._matcher.settle(pair, at)

    def _fill_resting(self, order: Order, price: int, at: Millis) -> None:
        if order.id not in self._pair.desk(order.request.account).open:
            return  # one that traded before it has ended this one
        if self._room is not None:
            wanted = self._wanted(order)
            if self._room < wanted:
                self._fill_in_part(order, price, self._room, at)
                return
            self._room -= wanted
        self._matcher.take_off(self._pair, order, at)
        if self._pair.is_futures and self._matcher.closes_nothing(self._pair, order):
            self._matcher.keeper.end(
                self._pair, order, "expired", "expired", at, reason="REDUCE_ONLY"
            )
            return
        house = self._houses[opposite(order.request.side)]
        self._matcher.keeper.trade(self._pair, house, order, price, order.left, at)
        self._matcher.keeper.retire(self._pair, order, at)

    def _wanted(self, order: Order) -> int:
        """How much an order may trade: no more than closes the position where it says so."""
        if self._pair.is_futures and order.request.is_reduce_only:
            allowed = self._matcher.clearing.allowance(order, self._pair.market)
            return min(order.left, allowed)
        return order.left

    def _fill_in_part(self, order: Order, price: int, amount: int, at: Millis) -> None:
        """Trade what there is; the rest keeps its place."""
        self._room = 0
        if amount:
            ladder = self._pair.bids if order.request.side == "buy" else self._pair.asks
            ladder.levels[order.price * ladder.sign].amount -= amount
            order.shown -= amount
            house = self._houses[opposite(order.request.side)]
            self._matcher.keeper.trade(self._pair, house, order, price, amount, at)


def _reaches(order: Order, price: int) -> bool:
    """Whether an order may trade at this price; one without a limit always."""
    if not order.price:
        return True
    return price <= order.price if order.request.side == "buy" else price >= order.price


def _house(symbol: str, side: Side) -> Order:
    """The venue's own side of every trade."""
    request = OrderRequest(account=VENUE, symbol=symbol, side=side, kind="market", amount=0)
    nobody = Millis(0)
    return Order(
        id=0, request=request, client_id="", amount=0, created_at=nobody, updated_at=nobody
    )
