"""How much to order: exact, on the instrument's step, and never more than can be paid. Pure."""

from __future__ import annotations

from decimal import Decimal

from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, add, multiply
from ..market.precision import floor_to_step

_ONE = Decimal(1)


def affordable(cash: Decimal, price: Decimal, instrument: Instrument) -> Decimal:
    """The largest amount that `cash` pays for at `price` with the taker's fee; 0 below a minimum.

    cash: quote currency, >= 0. price: quote per unit of base, > 0.
    """
    taker = instrument.fees.taker
    gross = multiply(price, add(_ONE, max(taker, ZERO)))
    step = instrument.amount_step
    # Counting whole steps divides once and rounds once, down: a quotient would round twice.
    amount = multiply(EXACT.divide_int(cash, multiply(gross, step)), step)
    return _tradable(amount, price, instrument)


def sellable(held: Decimal, price: Decimal, instrument: Instrument) -> Decimal:
    """The largest amount of what is `held` that may be sold at `price`; 0 below a minimum."""
    return _tradable(floor_to_step(held, instrument.amount_step), price, instrument)


def _tradable(amount: Decimal, price: Decimal, instrument: Instrument) -> Decimal:
    if amount < instrument.min_amount or multiply(amount, price) < instrument.min_cost:
        return ZERO
    return amount
