"""Prices, amounts and money as the futures venue prints them; pure.

Orders and trades show as many digits as their market has. Balances have eight. What is nothing is
`0` in the user stream and `0.00` over REST, as the venue does it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import msgspec

from ....actors.matching.markets import ATOM_DIGITS, RATE, Market
from ....actors.matching.values import Execution, Order
from ..dialect.numbers import fixed, ratio, short
from ..market.turnover import turnover, turnover_digits

MONEY: Final = 8  # decimals of balances, marks and rates
AVERAGE: Final = 5  # decimals of average prices
RATE_DIGITS: Final = 8
NOTHING: Final = Fraction(0)


class Filled(msgspec.Struct, frozen=True):
    """What an order has traded in all."""

    turnover: int  # of its market, see `market.turnover`
    average: Fraction  # price quanta; 0: nothing yet


def filled_of(order: Order, market: Market, executions: Iterable[Execution]) -> Filled:
    """What an order has traded.

    executions: its own; looked at for inverse contracts alone, whose average is weighted by what
    the contracts are worth and not by their count.
    """
    if not order.filled:
        return Filled(0, NOTHING)
    if market.family != "inverse":
        return Filled(order.cost, Fraction(order.cost, order.filled))
    worth, amount, parts = 0, 0, Fraction(0)
    for execution in executions:
        worth += turnover(market, execution.price, execution.amount)
        amount += execution.amount
        parts += Fraction(execution.amount, execution.price)
    if not amount:  # forgotten by the engine
        return Filled(0, Fraction(order.cost, order.filled))
    return Filled(worth, amount / parts)


def price(market: Market, quanta: int) -> str:
    """A price with its market's digits."""
    return fixed(quanta, market.price_digits, market.price_digits)


def amount(market: Market, quanta: int) -> str:
    """An amount with its market's digits."""
    return fixed(quanta, market.amount_digits, market.amount_digits)


def worth(market: Market, quanta: int) -> str:
    """A turnover: quote with the digits of price and amount, base with eight."""
    digits = turnover_digits(market)
    return fixed(quanta, digits, digits)


def average(market: Market, value: Fraction) -> str:
    """A price that is a fraction of quanta."""
    return fraction(market, value, max(AVERAGE, market.price_digits))


def fraction(market: Market, value: Fraction, shown: int) -> str:
    """A price that is a fraction of quanta, with this many decimals."""
    return ratio(value.numerator, value.denominator * 10**market.price_digits, shown)


def trimmed(text: str) -> str:
    """A decimal without trailing zeros."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(atoms: int) -> str:
    """A balance with eight decimals."""
    return fixed(atoms, ATOM_DIGITS, MONEY)


def mark(market: Market, quanta: int) -> str:
    """A mark or index price with eight decimals."""
    return fixed(quanta, market.price_digits, MONEY)


def rate(value: int) -> str:
    """A rate with eight decimals."""
    return fixed(value, RATE_DIGITS, MONEY)


def percent(value: int, shown: int) -> str:
    """A rate as percent."""
    return ratio(value * 100, RATE, shown)


def or_zero(text: str) -> str:
    """The same, but `0` for nothing."""
    return "0" if text.strip("-0.") == "" else text


def callback(bips: int) -> str:
    """The distance of a trailing stop in percent: 50 is 0.5; a whole one is `5.0`."""
    text = short(bips, 2)
    return text if "." in text else f"{text}.0"
