"""The market of a story: it stands where the story has put it, and trades a little all the time.

Somebody stands on both sides of the price with as much as anybody may want. He is one of the
exchange's accounts, so that all that trades adds up.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..world import TrueOrder, WorldVenue
from ..world.venue import ACCOUNTS, venue_symbol

MAKER: Final = len(ACCOUNTS)  # the last account of the exchange: no bot has it
BREATH: Final = 2.0  # s between two prints
VALUE: Final = Decimal(300_000)  # quote units that stand on each side
LEAST: Final = Decimal(12)  # quote units of a print
FINE: Final = Decimal("0.01")
NARROW: Final = Decimal(50_000)  # the price is so many times the spread
TURNS: Final = 10  # spreads by which a market turns back


class StillMarket:
    """One market of an exchange. at: its price."""

    def __init__(self, venue: WorldVenue, pair: str, at: Decimal) -> None:
        self._venue = venue
        self._pair = pair
        self._symbol = venue_symbol(pair)
        self._price = at
        self._orders = 0  # that the maker has placed
        self._stands = False
        self._digits = venue.venue.engines["spot"].markets[self._symbol].amount_digits
        self._spread = (at / NARROW).quantize(FINE)

    def open(self) -> None:
        """Stand on both sides from now on."""
        self._quote()

    def move(self, to: Decimal) -> None:
        """Go to a price, and stay there."""
        self._withdraw()
        rises = to > self._price
        self._price = to
        if rises:  # whoever is woken on the way finds somebody to trade with
            self._offer("sell", to + self._spread)
        else:
            self._offer("buy", to - self._spread)
        self._venue.move(self._pair, f"{to:f}")
        self._withdraw()
        self._quote()

    def part(self, order: Callable[[], TrueOrder | None], share: str) -> None:
        """Trade a share of what is left of an order, and what lies before it, and turn back."""
        self._withdraw()
        there = order()
        if there is None:
            return
        wanted = there.filled + (there.amount - there.filled) * Fraction(share)
        price, buys = _decimal(there.price), there.side == "buy"
        while there is not None and there.is_open and there.filled < wanted:
            self._place("sell" if buys else "buy", _decimal(wanted - there.filled), price)
            there = order()
        away = self._spread * TURNS
        self._price = price + away if buys else price - away - self._spread
        self._quote()
        self.breathe()

    def breathe(self) -> None:
        """One print, where the market stands."""
        self._place("sell", LEAST / self._price, self._price)

    # -- inside

    def _quote(self) -> None:
        self._offer("buy", self._price)
        self._offer("sell", self._price + self._spread)

    def _offer(self, side: str, price: Decimal) -> None:
        self._place(side, VALUE / price, price)
        self._stands = True

    def _place(self, side: str, amount: Decimal, price: Decimal) -> None:
        self._orders += 1
        self._venue.fire(
            "",
            "manual_order",
            symbol=self._symbol,
            side=side,
            amount=f"{amount:.{self._digits}f}",
            price=f"{price:f}",
            client_id=f"still_{self._symbol}_{self._orders}",
            account=MAKER,
        )

    def _withdraw(self) -> None:
        if self._stands:
            self._venue.fire("", "venue_cancel", symbol=self._symbol, account=MAKER)
            self._stands = False


def _decimal(number: Fraction) -> Decimal:
    """The same of a number that the exchange has, which has few digits."""
    return Decimal(number.numerator) / Decimal(number.denominator)
