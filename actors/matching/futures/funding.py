"""Funding: at its hour the longs of a contract pay the shorts, or the other way round.

Each position pays its notional at mark times the rate. Amounts are rounded down to 10^-8 for
whoever receives and up for whoever pays, and the venue keeps the difference: it is below 10^-8 for
each position, and the only thing that the venue has of it.
"""

from __future__ import annotations

from ....runtime import Millis
from ....runtime.errors import UsageError
from ..markets import RATE, Market
from ..protocol import VENUE
from .books import Books
from .records import Slot
from .settlement import Settlement
from .terms import Terms, floored


class AlreadyFunded(UsageError):
    """Funding of this hour is settled; a second time would take it twice."""

    def __init__(self, symbol: str, at: Millis, last: Millis) -> None:
        super().__init__(
            f"funding of {symbol} at {at} comes after that of {last}: settle each hour once"
        )
        self.symbol = symbol
        self.at = at
        self.last = last


class Funding:
    """Settles funding, each hour of a contract once."""

    def __init__(self, books: Books, settlement: Settlement) -> None:
        self._books = books
        self._settlement = settlement
        self._last: dict[str, Millis] = {}

    def fund(self, market: Market, rate: int, mark: int, at: Millis) -> None:
        """Let one side pay the other; rate in 1e-8, mark in price quanta."""
        last = self._last.get(market.symbol)
        if last is not None and at <= last:
            raise AlreadyFunded(market.symbol, at, last)
        self._last[market.symbol] = at
        terms = self._books.terms(market)
        left = 0
        for slot in self._books.holders(market.symbol):
            value = terms.value(abs(slot.amount), mark)
            exact = -value * rate if slot.amount > 0 else value * rate
            received = exact // RATE
            if slot.account > VENUE:
                received = floored(received)
            left -= received
            self._pay(slot, terms, received, at)
        self._books.into("rounding", terms.asset, left)

    def _pay(self, slot: Slot, terms: Terms, received: int, at: Millis) -> None:
        """Book what one position receives, or pays where it is below 0."""
        books, asset = self._books, terms.asset
        account = books.accounts[slot.account]
        if account.id == VENUE:
            books.into("house", asset, received)
            return
        if books.is_isolated(slot):
            slot.isolated = max(0, slot.isolated + received)
        books.post(account, asset, received, "funding", at, slot.symbol)
        books.note(account, "funding", slot.symbol, asset, received, at)
        books.tell_position(slot, "funding", at)
        self._settlement.cover(account, asset, at)
