"""The oracle: what an exchange knows of an account, in exact fractions; the bot cannot ask it.

It reads the engine that decided, not what was told of it: no fault of the wire reaches in here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import attrs

from ...actors.matching.markets import ATOM_DIGITS, Market
from ...actors.matching.values import ENDED, Order
from ...runtime import Millis
from ..venue.venue import Venue

ATOM: Final = Fraction(1, 10**ATOM_DIGITS)


@attrs.frozen
class TrueOrder:
    """An order as it stands at the exchange."""

    client_id: str
    number: int  # the exchange's own
    symbol: str  # as the exchange writes it
    side: str
    status: str
    amount: Fraction
    price: Fraction
    filled: Fraction
    cost: Fraction
    created_at: Millis
    changed_at: Millis = Millis(0)  # when anything became of it last
    stop: Fraction = Fraction(0)  # its trigger price; 0: it has none

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.status not in ENDED


class Oracle:
    """What is true of one account of one exchange. symbol: of its market, as "BTCUSDT"."""

    def __init__(self, venue: Venue, account: str, symbol: str) -> None:
        self._venue = venue
        self._engine = venue.engines["spot"]
        self._account = venue.account(account)
        self.symbol = symbol

    @property
    def market(self) -> Market | None:
        """Its rules as they are now; None where it was delisted."""
        return self._engine.markets.get(self.symbol)

    @property
    def price(self) -> Fraction | None:
        """What it traded at last."""
        market, last = self.market, self._engine.last(self.symbol)
        return None if market is None or last is None else Fraction(last, 10**market.price_digits)

    def best(self) -> tuple[Fraction, Fraction] | None:
        """The best bid and the best ask; None where one of them is missing."""
        market = self.market
        if market is None:
            return None
        bids, asks = self._engine.depth(self.symbol, 1)
        if not bids or not asks:
            return None
        unit = 10**market.price_digits
        return Fraction(bids[0][0], unit), Fraction(asks[0][0], unit)

    def orders(self) -> list[TrueOrder]:
        """Every order that it remembers, oldest first."""
        market = self.market
        if market is None:
            return []
        return [
            self._true(each, market) for each in self._engine.orders(self._account, self.symbol)
        ]

    def open_orders(self) -> list[TrueOrder]:
        """Those that may still trade."""
        market = self.market
        if market is None:
            return []
        found = self._engine.open_orders(self._account, self.symbol)
        return [self._true(each, market) for each in found]

    def order(self, client_id: str) -> TrueOrder | None:
        """The newest order of this client id."""
        market = self.market
        if market is None:
            return None
        found = self._engine.order(self._account, self.symbol, client_id=client_id)
        return None if found is None else self._true(found, market)

    def trades(self) -> set[tuple[int, str]]:
        """Number and side of its trades."""
        found = self._engine.executions(self._account, self.symbol) if self.market else []
        return {(each.trade_id, each.side) for each in found}

    def has_traded(self, number: int, side: str) -> bool:
        """Whether it has made a trade; the newest are looked at first."""
        found = self._engine.executions(self._account, self.symbol) if self.market else []
        return any(each.trade_id == number and each.side == side for each in reversed(found))

    def balances(self) -> dict[str, Fraction]:
        """What it owns, locked or not, by asset."""
        found = self._engine.clearing.balances(self._account)
        return {asset: (free + locked) * ATOM for asset, (free, locked) in found.items()}

    def _true(self, order: Order, market: Market) -> TrueOrder:
        amount, price = 10**market.amount_digits, 10**market.price_digits
        return TrueOrder(
            client_id=order.client_id,
            number=order.id,
            symbol=self.symbol,
            side=order.request.side,
            status=order.status,
            amount=Fraction(order.amount, amount),
            price=Fraction(order.price, price),
            filled=Fraction(order.filled, amount),
            cost=Fraction(order.cost, amount * price),
            created_at=order.created_at,
            changed_at=order.updated_at,
            stop=Fraction(order.stop_price, price),
        )
