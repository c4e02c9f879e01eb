"""What all spot endpoints share: the engine, the market data, and what the engine does not keep.

The venue's own words for an order that the engine has no use for (a strategy's number, the client
id of a cancel) are kept here, for as long as the engine remembers the order.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Final

import msgspec

from ....actors.matching.engine import MatchingEngine
from ....actors.matching.markets import Market
from ....actors.matching.rules import check
from ....actors.matching.values import AccountId, Event, Order, OrderRequest
from ....runtime import Millis
from ..access.errors import ApiError
from ..dialect.errors import no_such_order, unknown_symbol, wrong_client_id
from ..market.feeds import Feeds
from ..market.series import MarketData

_LETTERS: Final = string.ascii_letters + string.digits
_ID_LENGTH: Final = 22
_REMEMBERED: Final = 20_000  # orders with a strategy's number
REFERRED_FOR: Final = 1_000  # ms for which the average of the last minutes is good enough


class Strategy(msgspec.Struct, frozen=True):
    """The numbers that an order was sent with, for its sender's own use."""

    id: int | None
    type: int | None


class SpotDesk:
    """The spot exchange behind its endpoints.

    settle: called after each change of the engine; what happened is published then.
    """

    def __init__(
        self,
        engine: MatchingEngine,
        feeds: Feeds,
        *,
        now: Callable[[], Millis],
        settle: Callable[[], None],
        chance: random.Random,
    ) -> None:
        self.engine = engine
        self.feeds = feeds
        self.now = now
        self.balance_times: dict[AccountId, Millis] = {}  # when each account's money last moved
        self._settle = settle
        self._chance = chance
        self._number = 0
        self._strategies: dict[tuple[str, int], Strategy] = {}
        self._referred: dict[str, Millis] = {}  # when the average of each market was last told

    def market(self, symbol: str) -> Market:
        """The market of a symbol, or -1121."""
        market = self.engine.markets.get(symbol)
        if market is None:
            raise unknown_symbol()
        return market

    def feed(self, symbol: str) -> MarketData:
        """The market data of a symbol, or -1121."""
        if symbol not in self.feeds:
            raise unknown_symbol()
        return self.feeds[symbol]

    def assets(self) -> list[str]:
        """All assets that are traded here, in the order of the markets."""
        markets = self.engine.markets.values()
        return list(dict.fromkeys(asset for each in markets for asset in (each.base, each.quote)))

    def refer(self, symbol: str) -> None:
        """Tell the filters of prices the average that they go by (PERCENT_PRICE, NOTIONAL)."""
        now = self.now()
        if now < self._referred.get(symbol, now - REFERRED_FOR) + REFERRED_FOR:
            return
        self._referred[symbol] = now
        average = self.feeds[symbol].average_price() if symbol in self.feeds else None
        if average is not None:
            self.engine.set_reference(symbol, average.cost // average.volume)

    def check(self, request: OrderRequest) -> None:
        """Raise Refused where a market's rules do not take an order; money is not looked at."""
        self.refer(request.symbol)
        pair = self.engine._pairs[request.symbol]  # noqa: SLF001 - the rules without the order
        check(request, pair, pair.desk(request.account))

    def draw_id(self) -> str:
        """A client id as the venue makes one where none was sent."""
        return "".join(self._chance.choices(_LETTERS, k=_ID_LENGTH))

    def draw_number(self) -> int:
        """The next execution id."""
        self._number += 1
        return self._number

    def settle(self) -> list[Event]:
        """Publish what the engine did; what that was."""
        done = list(self.engine.events)
        self._settle()
        return done

    def find(
        self, account: AccountId, symbol: str, order_id: int | None, client_id: str | None
    ) -> Order:
        """An order by either id, or -2013; -2039 where both came along and do not fit."""
        if order_id is not None:
            order = self.engine.order(account, symbol, order_id=order_id)
            if order is not None and client_id is not None and order.client_id != client_id:
                raise wrong_client_id()
        else:
            order = self.engine.order(account, symbol, client_id=client_id)
        if order is None:
            raise no_such_order()
        return order

    def open_order(
        self, account: AccountId, symbol: str, order_id: int | None, client_id: str | None
    ) -> Order:
        """An order that can be cancelled, or -2011."""
        unknown = ApiError(-2011, "Unknown order sent.")
        try:
            order = self.find(account, symbol, order_id, client_id)
        except ApiError as error:
            if error.code == no_such_order().code:
                raise unknown from error
            raise ApiError(-2011, error.text) from error
        if not self.is_open(order):
            raise unknown
        return order

    def is_open(self, order: Order) -> bool:
        """Whether it waits or rests."""
        return order.status in {"held", "open", "partial"}

    def mark_pending(self, order: Order, shown: dict[str, object], name: str = "status") -> None:
        """Say of an order that waits for the first of its list that it is not there yet."""
        if order.list_id < 0 or order.status != "held":
            return
        found = self.engine.order_list(order.request.account, order.list_id)
        if found is None or found.orders[0].status == "filled":
            return
        if any(order is each for each in found.pending):
            shown[name] = "PENDING_NEW"

    def note_strategy(self, order: Order, strategy: Strategy) -> None:
        """Remember the numbers that an order was sent with."""
        if strategy.id is None and strategy.type is None:
            return
        if len(self._strategies) >= _REMEMBERED:
            del self._strategies[next(iter(self._strategies))]
        self._strategies[order.request.symbol, order.id] = strategy

    def strategy(self, order: Order) -> Strategy | None:
        """The numbers that an order was sent with."""
        return self._strategies.get((order.request.symbol, order.id))
