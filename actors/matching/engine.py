"""A matching engine: the orders of many accounts in the markets of one family, matched and kept.

This is the face; the work is done by `matcher`, `lists`, `paths` and `forced`. It is pure: no clock
(whoever calls says what time it is), no I/O, no chance. What happens is appended to `events`, in
order; whoever owns the engine takes them. The money is the `Clearing`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Final

from ...runtime import Millis
from ...runtime.errors import UsageError
from .amending import Amendment, amend
from .forced import close_by_force
from .keeping import Keeper
from .lists import Contingency, Lists, OrderList
from .markets import Market
from .matcher import Matcher
from .pairs import Desk, Pair
from .paths import PathRoute, PricePath
from .protocol import Clearing
from .refusals import Refused
from .values import (
    AccountId,
    Event,
    Execution,
    Funded,
    MarketChanged,
    MarkMoved,
    Order,
    OrderRequest,
)

HISTORY: Final = 10_000  # ended orders that a market still knows


class MatchingEngine:
    """Takes, matches, cancels and remembers orders.

    markets: all of one family.
    clearing: keeps the accounts; it is attached to this engine and to no other.
    paths: the markets without counterparties, which follow a price.
    history: how many ended orders a market remembers, and executions an account in it, > 0.
    """

    def __init__(
        self,
        markets: Iterable[Market],
        clearing: Clearing,
        *,
        paths: Iterable[PricePath] = (),
        history: int = HISTORY,
    ) -> None:
        if history < 1:
            raise UsageError(f"an engine of history {history} forgets at once: use 1 or more")
        self.markets: dict[str, Market] = {market.symbol: market for market in markets}
        self.clearing = clearing
        self.events: list[Event] = []
        self._history = history
        self._pairs = {market.symbol: Pair(market, history) for market in self.markets.values()}
        self._keeper = Keeper(clearing, self.events, self._pairs)
        self._matcher = Matcher(self._keeper)
        self._lists = self._keeper.lists = Lists(self._matcher, history=history)
        self._paths: dict[str, PathRoute] = {}
        for path in paths:
            route = PathRoute(self._matcher, self._pair(path.symbol), path)
            self._paths[path.symbol] = self._matcher.routes[path.symbol] = route
        clearing.attach(self)

    def take_events(self) -> list[Event]:
        """What has happened since the last time, oldest first."""
        taken = self.events[:]
        self.events.clear()
        return taken

    # -- orders

    def submit(self, request: OrderRequest, at: Millis) -> Order:
        """Take an order; what it trades at once has traded when this returns.

        Raises Refused, and then nothing of the order exists.
        """
        pair = self._pairs.get(request.symbol)
        if pair is None:
            raise _unknown_symbol(request.symbol)
        return self._matcher.submit(pair, request, at)

    def submit_list(
        self,
        legs: Sequence[OrderRequest],
        at: Millis,
        *,
        client_id: str = "",
        contingency: Contingency = "OCO",
    ) -> tuple[int, tuple[Order, ...]]:
        """Take several orders as one: the list's id, and its orders as the legs were given.

        Of an OTO or OTOCO the first leg works and the others wait for it to fill.
        """
        if not legs:
            raise Refused("BAD_COMBINATION", "a list has legs")
        made = self._lists.submit(
            self._pair(legs[0].symbol), legs, at, client_id=client_id, contingency=contingency
        )
        return made.id, made.orders

    def cancel(
        self,
        account: AccountId,
        symbol: str,
        at: Millis,
        *,
        order_id: int | None = None,
        client_id: str | None = None,
        sent_as: str = "",
    ) -> Order:
        """End an open order; of a list, all of it.

        sent_as: the client id of the request itself.
        """
        pair = self._pairs.get(symbol) or self._pair(symbol)
        order = _open_order(pair, account, order_id, client_id)
        if order.list_id >= 0:
            self._lists.cancel(pair, self._list(order.list_id), at, sent_as=sent_as)
            return order
        self._matcher.cancel(pair, order, at, sent_as=sent_as)
        return order

    def cancel_all(self, account: AccountId, symbol: str, at: Millis) -> list[Order]:
        """End all open orders of an account in a market, oldest first."""
        pair = self._pair(symbol)
        orders = list(pair.desk(account).open.values())
        for order in orders:
            if order.id in pair.desk(account).open:
                self.cancel(account, symbol, at, order_id=order.id)
        return orders

    def cancel_list(
        self, account: AccountId, symbol: str, list_id: int, at: Millis, *, sent_as: str = ""
    ) -> OrderList:
        """End all of a list that is open."""
        made = self._list(list_id)
        if made.account != account or made.symbol != symbol or made.state == "done":
            raise Refused("UNKNOWN_LIST", f"list {list_id} of {symbol} is not open")
        self._lists.cancel(self._pair(symbol), made, at, sent_as=sent_as)
        return made

    def amend(
        self,
        account: AccountId,
        symbol: str,
        at: Millis,
        *,
        order_id: int,
        amount: int | None = None,
        price: int | None = None,
        client_id: str | None = None,
    ) -> Order:
        """Change an open limit order; it keeps its place where only its amount shrinks.

        client_id: the order's from now on; None: the one it has.
        """
        pair = self._pair(symbol)
        order = _open_order(pair, account, order_id, None)
        also = self._list(order.list_id).exclusive if order.list_id >= 0 else ()
        change = Amendment(amount=amount, price=price, client_id=client_id)
        amend(self._matcher, pair, order, change, at, also=also)
        return order

    def expire(self, at: Millis) -> None:
        """End the orders that were good until now."""
        self._matcher.expire(at)

    # -- what is known

    def order(
        self,
        account: AccountId,
        symbol: str,
        *,
        order_id: int | None = None,
        client_id: str | None = None,
    ) -> Order | None:
        """An order by its id, or the newest of a client id; None where none is remembered."""
        desk = self._pair(symbol).desk(account)
        if order_id is not None:
            found = desk.open.get(order_id) or desk.ended.get(order_id)
            return found if found is None or client_id in {None, found.client_id} else None
        return None if client_id is None else desk.by_client.get(client_id)

    def open_orders(self, account: AccountId, symbol: str | None = None) -> list[Order]:
        """The open orders of an account, by market and by id."""
        if symbol is not None:
            return list(self._pair(symbol).desk(account).open.values())
        desks = (pair.desks.get(account) for pair in self._pairs.values())
        return [order for desk in desks if desk is not None for order in desk.open.values()]

    def orders(self, account: AccountId, symbol: str) -> list[Order]:
        """All that are remembered, by id."""
        desk = self._pair(symbol).desk(account)
        return sorted((*desk.open.values(), *desk.ended.values()), key=lambda each: each.id)

    def executions(self, account: AccountId, symbol: str) -> list[Execution]:
        """What an account has traded, oldest first."""
        return list(self._pair(symbol).desk(account).executions)

    def order_list(self, account: AccountId, list_id: int) -> OrderList | None:
        """A list that is open or remembered."""
        made = self._lists.get(list_id)
        return made if made is not None and made.account == account else None

    def order_lists(self, account: AccountId) -> list[OrderList]:
        """The lists of an account that are open or remembered, oldest first."""
        return self._lists.of(account)

    def depth(self, symbol: str, limit: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Price and amount in sight of the best levels: bids from high, asks from low."""
        pair = self._pair(symbol)
        return pair.bids.depth(limit), pair.asks.depth(limit)

    def best(self, symbol: str) -> tuple[int | None, int | None]:
        """The best bid and the best ask."""
        pair = self._pair(symbol)
        return pair.bids.best(), pair.asks.best()

    def last(self, symbol: str) -> int | None:
        """What traded last; None before the first trade."""
        return self._pair(symbol).last

    def mark(self, symbol: str) -> int | None:
        """The mark price of a contract; None before the first."""
        return self._pair(symbol).mark

    # -- what the owner of the venue says

    def set_market(self, market: Market, at: Millis) -> None:
        """A market has other rules or another state; one that is delisted loses its orders."""
        pair = self._pair(market.symbol)
        pair.market = market
        self.markets[market.symbol] = market
        if market.state == "delisted":
            for account in list(pair.desks):
                self.cancel_all(account, market.symbol, at)
        self.events.append(MarketChanged(market.symbol, at))

    def count_trades_from(self, symbol: str, number: int) -> None:
        """The first trade of a market has this id. Call it before anything trades."""
        self._pair(symbol).next_trade = number

    def set_reference(self, symbol: str, price: int | None) -> None:
        """The average that PERCENT_PRICE and NOTIONAL look at; None: the last price or mark."""
        self._pair(symbol).reference = price

    def move_price(self, symbol: str, price: int, at: Millis) -> None:
        """Path mode: the market goes to a price, through all that lie between."""
        self._path(symbol).move(price, at)

    def jump_price(self, symbol: str, price: int, at: Millis) -> None:
        """Path mode: the market opens at a price, without a trade on the way there."""
        self._path(symbol).jump(price, at)

    def stand_price(self, symbol: str, price: int) -> None:
        """Path mode: the market is at a price; who waits meets it with the next move."""
        self._path(symbol).stand(price)

    @contextmanager
    def without_younger(self, symbol: str, since: Millis) -> Generator[None]:
        """Path mode: moves in here do not concern the orders that came after `since`."""
        path = self._path(symbol)
        path.set_aside(since)
        try:
            yield
        finally:
            path.put_back()

    def allow_amount(self, symbol: str, amount: int | None) -> None:
        """Path mode: orders that wait may trade this much from now on; None: all they want."""
        self._path(symbol).allow(amount)

    def trade_price(self, symbol: str, price: int, at: Millis) -> None:
        """Path mode, followed live: somebody traded at a price."""
        self._path(symbol).trade_at(price, at)

    def show_best(self, symbol: str, bid: int | None, ask: int | None, at: Millis) -> None:
        """Path mode, followed live: the best prices are these."""
        self._path(symbol).show(bid, ask, at)

    def reach(self, symbol: str) -> tuple[int | None, int | None]:
        """Path mode: at or below which price something is due next, and at or above which."""
        return self._path(symbol).reach()

    def set_mark(
        self,
        symbol: str,
        mark: int,
        index: int,
        at: Millis,
        *,
        rate: int | None = None,
        next_funding: Millis | None = None,
    ) -> None:
        """A contract's mark and index price: triggers stops, and closes positions by force.

        rate, next_funding: the funding that comes next; None: as it was said last.
        """
        pair = self._pair(symbol)
        pair.mark, pair.index = mark, index
        pair.rate = pair.rate if rate is None else rate
        pair.next_funding = pair.next_funding if next_funding is None else next_funding
        self.events.append(MarkMoved(symbol, mark, index, pair.rate, pair.next_funding, at))
        if pair.marks.count:
            self._keeper.see(pair, pair.marks.see(mark))
            self._matcher.settle(pair, at)
        close_by_force(self._matcher, pair, mark, at)

    def fund(self, symbol: str, rate: int, at: Millis) -> None:
        """Settle funding between the positions of a contract; rate in 1e-8."""
        pair = self._pair(symbol)
        if pair.mark is None:
            raise UsageError(f"{symbol} has no mark price to fund by: call set_mark first")
        self.clearing.fund(pair.market, rate, pair.mark, at)
        self.events.append(Funded(symbol, rate, pair.mark, at))
        close_by_force(self._matcher, pair, pair.mark, at)

    def restart(self, at: Millis, lose: Callable[[Order], bool]) -> list[Order]:
        """The engine comes back without some orders: nobody is told of it, and nobody knows them.

        Their holds are free again. Only the book shows what is missing.
        """
        lost: list[Order] = []
        for pair in self._pairs.values():
            for desk in pair.desks.values():
                for order in [each for each in desk.open.values() if lose(each)]:
                    self._matcher.take_off(pair, order, at)
                    self._lose(pair, desk, order)
                    lost.append(order)
        return lost

    # -- inside

    def _lose(self, pair: Pair, desk: Desk, order: Order) -> None:
        del desk.open[order.id]
        del desk.by_client[order.client_id]
        order.status = "expired"
        told = len(self.events)
        self.clearing.release(order, pair.market)
        del self.events[told:]

    def _pair(self, symbol: str) -> Pair:
        pair = self._pairs.get(symbol)
        if pair is None:
            raise _unknown_symbol(symbol)
        return pair

    def _path(self, symbol: str) -> PathRoute:
        path = self._paths.get(symbol)
        if path is None:
            raise UsageError(f"{symbol} has a book, not a price path: give the engine a PricePath")
        return path

    def _list(self, list_id: int) -> OrderList:
        made = self._lists.get(list_id)
        if made is None:
            raise Refused("UNKNOWN_LIST", f"list {list_id} is not known")
        return made


def _unknown_symbol(symbol: str) -> Refused:
    return Refused("UNKNOWN_SYMBOL", f"{symbol!r} is not traded here")


def _open_order(
    pair: Pair, account: AccountId, order_id: int | None, client_id: str | None
) -> Order:
    """The open order that is meant; raises Refused where there is none."""
    desk = pair.desks.get(account) or pair.desk(account)
    if order_id is not None:
        order = desk.open.get(order_id)
        if order is not None and client_id is not None and order.client_id != client_id:
            order = None
    else:
        order = desk.by_client.get(client_id or "")
    if order is None or order.id not in desk.open:
        raise Refused("UNKNOWN_ORDER", f"no such order is open in {pair.market.symbol}")
    return order
