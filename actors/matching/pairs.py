"""What an engine keeps of one market: its book, its stops, its prices, and each account's orders.

These are records. What happens to them is decided by `matcher` and by what it is made of.
"""

from __future__ import annotations

from collections import deque

from ...runtime import Millis
from .ladder import Ladder
from .markets import Market
from .triggers import Triggers
from .values import AccountId, Execution, Order, OrderRequest


class Desk:
    """The orders of one account in one market."""

    __slots__ = ("account", "by_client", "ended", "executions", "open")

    def __init__(self, account: AccountId, history: int) -> None:
        self.account = account
        self.open: dict[int, Order] = {}  # by id, oldest first
        self.ended: dict[int, Order] = {}  # by id
        self.by_client: dict[str, Order] = {}  # the newest of each client id
        self.executions: deque[Execution] = deque(maxlen=history)


class Pair:
    """One market and all that is in it."""

    __slots__ = (
        "asks",
        "bids",
        "desks",
        "due",
        "ended",
        "history",
        "house",
        "index",
        "is_futures",
        "last",
        "mark",
        "market",
        "marks",
        "next_funding",
        "next_order",
        "next_trade",
        "prints",
        "rate",
        "reference",
    )

    def __init__(self, market: Market, history: int) -> None:
        self.market = market
        self.history = history
        self.bids = Ladder("buy")
        self.asks = Ladder("sell")
        self.prints = Triggers()  # stops that watch the last price
        self.marks = Triggers()  # stops that watch the mark price
        self.desks: dict[AccountId, Desk] = {}
        self.ended: deque[Order] = deque()  # oldest end first
        self.due: deque[Order] = deque()  # triggered, and not yet at the book
        self.next_order = 1
        self.next_trade = 1
        self.is_futures = market.family != "spot"
        self.last: int | None = None
        self.reference: int | None = None  # the average that percent filters look at; None: last
        self.mark: int | None = None
        self.index: int | None = None
        self.rate = 0  # funding, in 1e-8
        self.next_funding = Millis(0)
        self.house: Order | None = None  # the venue's own order, where a price path stands in

    def desk(self, account: AccountId) -> Desk:
        """The account's orders here."""
        desk = self.desks.get(account)
        if desk is None:
            desk = self.desks[account] = Desk(account, self.history)
        return desk

    def price(self) -> int | None:
        """What percent filters and notional of market orders are reckoned with."""
        if self.reference is not None:
            return self.reference
        return self.mark if self.mark is not None else self.last

    def close(self, order: Order) -> None:
        """An order has ended: it is remembered until `history` others have."""
        desk = self.desks[order.request.account]
        number = order.id
        del desk.open[number]
        desk.ended[number] = order
        ended = self.ended
        ended.append(order)
        if len(ended) > self.history:
            oldest = ended.popleft()
            owner = self.desks[oldest.request.account]
            del owner.ended[oldest.id]
            if owner.by_client.get(oldest.client_id) is oldest:
                del owner.by_client[oldest.client_id]

    def open_order(self, request: OrderRequest, client_id: str, at: Millis) -> Order:
        """A new order, which nobody knows yet: `Matcher.enter` takes its number."""
        return Order(
            id=self.next_order,
            request=request,
            client_id=client_id,
            amount=request.amount or 0,
            created_at=at,
            updated_at=at,
            price=request.price or 0,
            stop_price=request.stop_price or 0,
        )
