"""What ends and what trades: the steps that money, records and listeners see of an order.

It knows nothing of books and queues. Every change of an order that is told to anybody is told here.
"""

from __future__ import annotations

from typing import Protocol

from ...runtime import Millis
from ..market.side import Side
from .pairs import Pair
from .protocol import Clearing
from .values import Change, Event, Order, OrderChanged, Status, Traded


class Contingencies(Protocol):
    """What watches the orders that belong to lists."""

    def traded(self, pair: Pair, order: Order, at: Millis) -> None:
        """One of a list has traded."""
        ...

    def triggered(self, pair: Pair, order: Order, at: Millis) -> None:
        """A stop of a list goes to the book."""
        ...

    def ended(self, pair: Pair, order: Order, at: Millis) -> None:
        """One of a list has ended."""
        ...

    def cover(self, pair: Pair, order: Order) -> int | None:
        """The least to hold for one that begins to work; None: another leg is held for it."""
        ...


class Keeper:
    """Keeps the orders of an engine: counts trades, ends orders, tells of both.

    events: where it says what happens; the same list for ever.
    """

    __slots__ = ("clearing", "events", "lists", "pairs")

    def __init__(self, clearing: Clearing, events: list[Event], pairs: dict[str, Pair]) -> None:
        self.clearing = clearing
        self.events = events
        self.pairs = pairs
        self.lists: Contingencies

    def trade(
        self, pair: Pair, taker: Order, maker: Order, price: int, amount: int, at: Millis
    ) -> None:
        """One match: the money moves, both orders count it, everybody hears of it."""
        trade_id = pair.next_trade
        pair.next_trade = trade_id + 1
        maker_side: Side = maker.request.side
        market = pair.market
        if maker_side == "sell":
            buyer, seller = taker, maker
            of_taker, of_maker = self.clearing.trade(
                buyer, seller, market, price, amount, maker_side, trade_id, at
            )
        else:
            buyer, seller = maker, taker
            of_maker, of_taker = self.clearing.trade(
                buyer, seller, market, price, amount, maker_side, trade_id, at
            )
        tell, desks = self.events.append, pair.desks
        tell(
            Traded(
                trade_id, market.symbol, price, amount, buyer.id, seller.id, maker_side == "buy", at
            )
        )
        cost = price * amount
        for order, execution in ((maker, of_maker), (taker, of_taker)):
            order.filled = filled = order.filled + amount
            order.cost = total = order.cost + cost
            order.updated_at = at
            account = execution.account
            if not account:
                continue  # the venue itself
            status: Status = "filled" if filled + order.prevented == order.amount else "partial"
            order.status = status
            desks[account].executions.append(execution)
            tell(OrderChanged("trade", order, status, filled, total, execution, at))
            if order.list_id >= 0:
                self.lists.traded(pair, order, at)
        pair.last = price
        if pair.prints.count:
            self.see(pair, pair.prints.see(price))

    def retire(self, pair: Pair, order: Order, at: Millis) -> None:
        """A filled order is remembered, and open no more."""
        pair.close(order)
        self.clearing.release(order, pair.market)
        if order.list_id >= 0:
            self.lists.ended(pair, order, at)

    def end(
        self,
        pair: Pair,
        order: Order,
        status: Status,
        change: Change,
        at: Millis,
        *,
        reason: str = "",
        replaces: str = "",
    ) -> None:
        """An order that waits nowhere ends unfilled."""
        order.status = status
        order.updated_at = at
        pair.close(order)
        self.clearing.release(order, pair.market)
        self.events.append(
            OrderChanged(
                change, order, status, order.filled, order.cost, None, at, reason, replaces
            )
        )
        if order.list_id >= 0:
            self.lists.ended(pair, order, at)

    def see(self, pair: Pair, due: list[Order]) -> None:
        """Stops that a price has reached wait for their turn."""
        for order in due:
            order.is_triggered = True
        pair.due.extend(due)

    def tell(self, change: Change, order: Order, at: Millis, *, replaces: str = "") -> None:
        self.events.append(
            OrderChanged(
                change, order, order.status, order.filled, order.cost, None, at, "", replaces
            )
        )
