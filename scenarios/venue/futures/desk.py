"""What all endpoints of one futures product share, and what the engine does not keep.

The engine numbers orders by symbol; an algo order has an id of its own beside that, given here.
Candles of marks are gathered here too, and which price moves and modifications there were.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ....actors.matching.engine import MatchingEngine
from ....actors.matching.futures import FuturesClearing, Position, PositionMode
from ....actors.matching.markets import Market
from ....actors.matching.values import (
    AccountId,
    BalanceChanged,
    Event,
    MarkMoved,
    Order,
    PositionChanged,
    PositionSide,
)
from ....runtime import Millis
from ..access.errors import ApiError
from ..access.listen_keys import ListenKeys
from ..agenda import Agenda
from ..market.feeds import Feeds
from ..market.series import MarketData
from .figures import Filled, filled_of
from .marks import MarkCandles
from .product import Product, contract_of, pair_of
from .reading import Sender
from .refusals import no_such_order, unknown_order, unknown_symbol

FIRST_ALGO: Final = 2_000_001  # the id of the first algo order
OPEN: Final = frozenset(("held", "open", "partial"))
_REMEMBERED: Final = 20_000  # algo orders
_LETTERS: Final = string.ascii_letters + string.digits
_ID_LENGTH: Final = 22


class FuturesDesk:
    """One futures product behind its endpoints and streams.

    settle: called after each change of the engine; what happened is published then.
    """

    def __init__(
        self,
        product: Product,
        engine: MatchingEngine,
        clearing: FuturesClearing,
        feeds: Feeds,
        *,
        agenda: Agenda,
        settle: Callable[[], None],
        chance: random.Random,
    ) -> None:
        self.product = product
        self.engine = engine
        self.clearing = clearing
        self.feeds = feeds
        self.agenda = agenda
        self.settle = settle
        self.listen_keys = ListenKeys(chance)
        self.marks = {symbol: MarkCandles(feeds[symbol].past) for symbol in engine.markets}
        self._chance = chance
        self._next_algo = FIRST_ALGO
        self._algos: dict[int, tuple[AccountId, str, int]] = {}
        self._algo_ids: dict[tuple[str, int], int] = {}
        self._changed: dict[tuple[AccountId, str], Millis] = {}
        self._held: dict[tuple[str, AccountId, PositionSide], int] = {}

    # -- markets

    def market(self, symbol: str) -> Market:
        """The market of a symbol, or -1121."""
        market = self.engine.markets.get(symbol)
        if market is None:
            raise unknown_symbol()
        return market

    def markets(self, symbol: str | None, pair: str | None = None) -> list[Market]:
        """The market of a symbol, or all; of one pair where that is given."""
        if symbol is not None:
            return [self.market(symbol)]
        found = list(self.engine.markets.values())
        if pair is not None:
            found = [market for market in found if pair_of(market) == pair]
            if not found:
                raise unknown_symbol()
        return found

    def feed(self, market: Market) -> MarketData:
        """The market data of a market."""
        return self.feeds[market.symbol]

    def take(self, events: Iterable[Event]) -> None:
        """Take note of what happened: marks make candles, positions the open interest."""
        for event in events:
            if type(event) is MarkMoved:
                self.marks.setdefault(event.symbol, MarkCandles()).take(event)
            elif type(event) is PositionChanged:
                key = (event.symbol, event.account, event.position_side)
                if event.amount:
                    self._held[key] = event.amount
                else:
                    self._held.pop(key, None)
            elif type(event) is BalanceChanged:
                self._changed[event.account, event.asset] = event.at

    def changed_at(self, account: AccountId, asset: str) -> Millis:
        """When a balance changed last; 0: never."""
        return self._changed.get((account, asset), Millis(0))

    def open_interest(self, symbol: str) -> int:
        """How much of a contract is held, in amount quanta: the longs, or the shorts if more."""
        amounts = [amount for (of, *_), amount in self._held.items() if of == symbol]
        return max(
            sum(amount for amount in amounts if amount > 0),
            -sum(amount for amount in amounts if amount < 0),
        )

    def holders(self, symbol: str) -> list[AccountId]:
        """The users that hold a contract, by number."""
        return sorted({account for of, account, _ in self._held if of == symbol})

    def asset_of(self, market: Market) -> str:
        """What a market's positions are margined in."""
        return contract_of(market).margin_asset

    def assets(self) -> list[str]:
        """The margin assets of all markets, in the order of the markets."""
        return list(dict.fromkeys(self.asset_of(each) for each in self.engine.markets.values()))

    # -- accounts

    def sender(self, account: AccountId) -> Sender:
        """An account as it sends an order now."""
        return Sender(account, self.mode(account), self.agenda.now)

    def mode(self, account: AccountId) -> PositionMode:
        """One position a symbol, or one for each side."""
        return self.clearing.position_mode(account)

    def sides(self, account: AccountId) -> tuple[PositionSide, ...]:
        """The position sides that an account can have now."""
        return ("long", "short") if self.mode(account) == "hedge" else ("both",)

    def positions(
        self, account: AccountId, markets: Iterable[Market]
    ) -> Iterator[tuple[Market, Position]]:
        """The positions of an account in these markets, also where there is none."""
        sides = self.sides(account)
        for market in markets:
            for side in sides:
                yield market, self.clearing.position(account, market.symbol, side)

    # -- orders

    def find(
        self, account: AccountId, symbol: str, order_id: int | None, client_id: str | None
    ) -> Order:
        """An order that is or was on the book, or -2013."""
        order = self.engine.order(account, symbol, order_id=order_id, client_id=client_id)
        if order is None or self.is_waiting(order):
            raise no_such_order()
        return order

    def find_open(
        self, account: AccountId, symbol: str, order_id: int | None, client_id: str | None
    ) -> Order:
        """An order that can be cancelled, or -2011."""
        order = self.engine.order(account, symbol, order_id=order_id, client_id=client_id)
        if order is None or order.status not in OPEN or self.is_waiting(order):
            raise unknown_order()
        return order

    def is_waiting(self, order: Order) -> bool:
        """Whether an order is an algo order that has sent nothing to the book."""
        return order.request.is_algo and not order.is_triggered

    def open_orders(self, account: AccountId, symbol: str | None) -> list[Order]:
        """The open orders, without the algo orders that wait."""
        found = self.engine.open_orders(account, symbol)
        return [order for order in found if not self.is_waiting(order)]

    def filled(self, order: Order) -> Filled:
        """What an order has traded."""
        request = order.request
        if not self.product.is_inverse or not order.filled:
            return filled_of(order, self.market(request.symbol), ())
        own = (
            each
            for each in self.engine.executions(request.account, request.symbol)
            if each.order_id == order.id
        )
        return filled_of(order, self.market(request.symbol), own)

    def draw_id(self) -> str:
        """A client id as the venue makes one where none was sent."""
        return "".join(self._chance.choices(_LETTERS, k=_ID_LENGTH))

    # -- algo orders

    def algo_id(self, order: Order) -> int:
        """The id of an algo order; given at the first call."""
        key = (order.request.symbol, order.id)
        number = self._algo_ids.get(key)
        if number is None:
            number = self._algo_ids[key] = self._next_algo
            self._next_algo += 1
            self._algos[number] = (order.request.account, *key)
            if len(self._algos) > _REMEMBERED:
                oldest = next(iter(self._algos))
                _, symbol, order_id = self._algos.pop(oldest)
                del self._algo_ids[symbol, order_id]
        return number

    def find_algo(self, account: AccountId, number: int | None, client_id: str | None) -> Order:
        """An algo order by either id, or -2013."""
        if number is not None:
            owner, symbol, order_id = self._algos.get(number, (None, "", 0))
            order = (
                self.engine.order(account, symbol, order_id=order_id) if owner == account else None
            )
        else:
            order = self._named_algo(account, client_id)
        if order is None or (client_id is not None and order.client_id != client_id):
            raise no_such_order()
        return order

    def algos(self, account: AccountId, symbol: str | None) -> list[Order]:
        """The algo orders of an account that are remembered, by market and id."""
        symbols = self.engine.markets if symbol is None else (symbol,)
        return [
            order
            for each in symbols
            for order in self.engine.orders(account, each)
            if order.request.is_algo
        ]

    def open_algos(self, account: AccountId, symbol: str | None) -> list[Order]:
        """The algo orders that wait."""
        found = self.engine.open_orders(account, symbol)
        return [order for order in found if self.is_waiting(order)]

    def _named_algo(self, account: AccountId, client_id: str | None) -> Order | None:
        if client_id is None:
            return None
        for symbol in self.engine.markets:
            order = self.engine.order(account, symbol, client_id=client_id)
            if order is not None and order.request.is_algo:
                return order
        return None


def checked_span(start: int | None, end: int | None, most: int, words: str) -> None:
    """Raise where a window of time is turned around or longer than `most` ms."""
    if start is None or end is None:
        return
    if end < start:
        raise ApiError(-4166, "Start time is greater than end time.")
    if end - start > most:
        raise ApiError(-4165, words)


def within(at: Millis, start: int | None, end: int | None) -> bool:
    """Whether a moment lies in a window, both ends included."""
    return (start is None or at >= start) and (end is None or at <= end)
