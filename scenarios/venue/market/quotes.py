"""A maker's ladder: a bounded number of limit orders on each side of a fair price.

It moves with the price at the price of a few orders, and never stands across itself. What it quotes
may meet a client's order that waits at a better price, and then trades with it, as a maker would.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from ....actors.market.side import Side
from ....actors.matching.refusals import Refused
from ....actors.matching.values import ENDED, AccountId, Order, OrderRequest
from ....runtime import Millis
from .population import Engine


class _Quotes:
    """One side of a ladder: the orders, best first, and which way they go from there."""

    __slots__ = ("away", "orders", "side")

    def __init__(self, side: Side, away: int) -> None:
        self.side: Side = side
        self.away = away
        self.orders: deque[Order] = deque()


class Ladder:
    """The quotes of the makers of one market.

    amount_of: how much to quote at a price, in amount quanta; 0: nothing.
    """

    def __init__(
        self,
        engine: Engine,
        symbol: str,
        accounts: range,
        amount_of: Callable[[int, float], int],
        chance: Random,
    ) -> None:
        self.refused = 0  # quotes that the engine did not take
        self._engine = engine
        self._symbol = symbol
        self._accounts = accounts
        self._amount_of = amount_of
        self._draw = chance.random
        self._holdings = dict.fromkeys(accounts, 0)  # what quotes that ended have bought
        self._bids = _Quotes("buy", -1)
        self._asks = _Quotes("sell", 1)

    def withdraw(self, bid: int, ask: int, at: Millis) -> None:
        """Take back bids above `bid` and asks below `ask`."""
        for quotes, limit in ((self._bids, bid), (self._asks, ask)):
            orders = quotes.orders
            while orders and (
                orders[0].status in ENDED or (limit - orders[0].price) * quotes.away > 0
            ):
                self._cancel(orders.popleft(), at)

    def quote(self, bid: int, ask: int, gap: int, levels: int, at: Millis) -> None:
        """Stand at `bid`, `ask` and behind them, `gap` apart; all whole ticks, bid below ask."""
        for quotes, best in ((self._bids, bid), (self._asks, ask)):
            self._fill(quotes, best, gap, levels, at)

    def pull(self, at: Millis) -> None:
        """Take back everything."""
        for quotes in (self._bids, self._asks):
            while quotes.orders:
                self._cancel(quotes.orders.popleft(), at)

    def standing(self, side: Side, limit: int) -> int:
        """How much is quoted on this side at `limit` or better, in amount quanta."""
        quotes = self._bids if side == "buy" else self._asks
        found = 0
        for order in quotes.orders:
            if (order.price - limit) * quotes.away > 0:
                break
            if order.status not in ENDED:
                found += order.amount - order.filled
        return found

    def _fill(self, quotes: _Quotes, best: int, gap: int, levels: int, at: Millis) -> None:
        """Quote from the best price on until there are as many levels as wanted."""
        orders, away = quotes.orders, quotes.away
        ahead: list[Order] = []
        nearest = orders[0].price if orders else None
        price = best
        while len(ahead) < levels and (nearest is None or (nearest - price) * away >= gap):
            order = self._place(quotes.side, price, at)
            if order is None:
                break
            ahead.append(order)
            price += away * gap
        orders.extendleft(reversed(ahead))
        while len(orders) > levels:
            self._cancel(orders.pop(), at)
        while orders and len(orders) < levels:
            order = self._place(quotes.side, orders[-1].price + away * gap, at)
            if order is None:
                break
            orders.append(order)

    def _place(self, side: Side, price: int, at: Millis) -> Order | None:
        amount = self._amount_of(price, self._draw()) if price > 0 else 0
        if not amount:
            return None
        account = self._account_for(side)
        request = OrderRequest(
            account=account,
            symbol=self._symbol,
            side=side,
            kind="limit",
            amount=amount,
            price=price,
        )
        try:
            return self._engine.submit(request, at)
        except Refused:
            self.refused += 1
            return None

    def _account_for(self, side: Side) -> AccountId:
        """Anybody, or whoever has sold or bought the most: nobody runs away with a position."""
        if self._draw() < 0.5:  # noqa: PLR2004 - a coin
            return self._accounts[int(self._draw() * len(self._accounts))]
        choose = min if side == "buy" else max
        return choose(self._holdings, key=self._holdings.__getitem__)

    def _cancel(self, order: Order, at: Millis) -> None:
        """Let go of a quote, which may have ended already."""
        signed = order.filled if order.request.side == "buy" else -order.filled
        self._holdings[order.request.account] += signed
        if order.status in ENDED:
            return
        try:
            self._engine.cancel(order.request.account, self._symbol, at, order_id=order.id)
        except Refused:
            self.refused += 1  # the venue has lost it, or closed the market
