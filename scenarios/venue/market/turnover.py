"""How much money a trade moved, in one unit for each market. Pure."""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import Market

INVERSE_DIGITS: Final = 8


def turnover_digits(market: Market) -> int:
    """Digits of this market's turnover."""
    return INVERSE_DIGITS if market.family == "inverse" else market.cost_digits


def turnover(market: Market, price: int, amount: int) -> int:
    """The turnover of a trade: quote currency; of an inverse contract base currency, cut down.

    price, amount: quanta of the market.
    """
    if market.family != "inverse":
        return price * amount
    size = 1 if market.contract is None else market.contract.size
    worth = amount * size * ten_to(INVERSE_DIGITS + market.price_digits)
    return worth // (price * ten_to(market.amount_digits))


def ten_to(digits: int) -> int:
    """10^digits, digits >= 0: a power of ints is not always an int, and the types say so."""
    return int(10**digits)
