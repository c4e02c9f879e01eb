"""The rules by which a venue turns an order away before it looks at its book.

The desk asks them before it sends, the simulated venue when it receives; both name the filter as
Binance does, so a refusal reads the same wherever it was decided. Pure; what the account can pay
for is another matter.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .errors import Reason
from .instrument import Instrument
from .money import multiply, plain
from .precision import is_on_step


class Violation(NamedTuple):
    """The first rule that an order breaks, and the numbers that show it."""

    reason: Reason
    detail: str


def violation(
    instrument: Instrument, amount: Decimal, price: Decimal | None, market: Decimal
) -> Violation | None:
    """The first rule that an order breaks, or None where it may go to the book.

    amount: base currency; price: the limit, quote currency, None for a market order;
    market: what the asset trades at now, > 0, the worth of a market order.
    """
    broken = _of_amount(instrument, amount)
    if price is not None and broken is None:
        broken = _of_price(instrument, price)
        market = price
    if broken is not None:
        return broken
    cost = multiply(amount, market)
    if cost < instrument.min_cost:
        least = plain(instrument.min_cost)
        return Violation("MIN_NOTIONAL", f"cost {plain(cost)} is below the minimum {least}")
    if instrument.max_cost is not None and cost > instrument.max_cost:
        most = plain(instrument.max_cost)
        return Violation("MAX_NOTIONAL", f"cost {plain(cost)} is above the maximum {most}")
    return None


def _of_amount(instrument: Instrument, amount: Decimal) -> Violation | None:
    if not amount.is_finite() or amount <= 0:
        return Violation("LOT_SIZE", f"amount {amount} is not above 0")
    if not is_on_step(amount, instrument.amount_step):
        step = plain(instrument.amount_step)
        return Violation("LOT_SIZE", f"amount {plain(amount)} is not on the step {step}")
    if amount < instrument.min_amount:
        least = plain(instrument.min_amount)
        return Violation("LOT_SIZE", f"amount {plain(amount)} is below the minimum {least}")
    if instrument.max_amount is not None and amount > instrument.max_amount:
        most = plain(instrument.max_amount)
        return Violation("LOT_SIZE", f"amount {plain(amount)} is above the maximum {most}")
    return None


def _of_price(instrument: Instrument, price: Decimal) -> Violation | None:
    if not price.is_finite() or price <= 0:
        return Violation("PRICE_FILTER", f"price {price} is not above 0")
    if not is_on_step(price, instrument.price_step):
        step = plain(instrument.price_step)
        return Violation("PRICE_FILTER", f"price {plain(price)} is not on the step {step}")
    return None
