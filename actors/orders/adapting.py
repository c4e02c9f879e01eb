"""What somebody wants to trade as orders that a market takes: rounded, split, without dust. Pure.

A wish may be larger than one order may be; then it becomes several. What is below a minimum is
refused with its reason, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from ..market.filters import violation
from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, add, multiply, subtract
from ..market.precision import ceil_to_step, floor_to_step
from .messages import Unplaceable

Rounding = Literal["down", "up"]

DUST: Final = Decimal("1.4")  # times a minimum: what is less than that could not be traded later
HEADROOM: Final = Decimal("1.25")  # times the fee: what is kept back for it
SPLIT: Final = 200  # orders that one wish may become
_HALF: Final = Decimal("0.5")


def adapt_price(price: Decimal, instrument: Instrument, to: Rounding = "down") -> Decimal:
    """A price on the step of its market."""
    return _to_step(price, instrument.price_step, to, "price", instrument)


def adapt_amount(amount: Decimal, instrument: Instrument, to: Rounding = "down") -> Decimal:
    """An amount on the step of its market."""
    return _to_step(amount, instrument.amount_step, to, "amount", instrument)


def check_and_adapt(
    amount: Decimal, price: Decimal, instrument: Instrument
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Amounts and prices of the orders that trade `amount` at `price`. Raises Unplaceable."""
    price = adapt_price(price, instrument)
    parts = tuple(split(adapt_amount(amount, instrument), price, instrument))
    for part in parts:
        broken = violation(instrument, part, price, price)
        if broken is not None:
            symbol = str(instrument.symbol)
            raise Unplaceable(symbol, reason=f"{broken.reason}: {broken.detail}")
    return tuple((part, price) for part in parts)


def split(amount: Decimal, price: Decimal, instrument: Instrument) -> Iterator[Decimal]:
    """An amount in parts of which none is above what one order may be, the smallest first.

    What is left beside full ones is an order of its own; where it would be too small for that, it
    shares with a full one. Raises Unplaceable where they would be too many.
    """
    most = _most(price, instrument)
    if most is None or amount <= most:
        yield amount
        return
    if most <= ZERO:
        raise Unplaceable(str(instrument.symbol), reason=f"no order at {price} is small enough")
    full, rest = EXACT.divmod(amount, most)
    if full > SPLIT:
        reason = f"{amount} at {price} would be {full} orders of {most}: trade less at a time"
        raise Unplaceable(str(instrument.symbol), reason=reason)
    if rest and violation(instrument, rest, price, price) is not None:
        both = add(rest, most)
        rest = floor_to_step(multiply(both, _HALF), instrument.amount_step)
        yield rest
        yield subtract(both, rest)
        full = subtract(full, Decimal(1))
    elif rest:
        yield rest
    for _ in range(int(full)):
        yield most


def with_dust(amount: Decimal, price: Decimal, holding: Decimal, instrument: Instrument) -> Decimal:
    """The amount of a sell, with what would be left of the holding where nobody could sell that.

    holding: base currency, that can be sold.
    """
    left = subtract(holding, amount)
    if price <= ZERO or left <= ZERO:
        return amount
    is_dust = left < multiply(instrument.min_amount, DUST)
    is_worthless = multiply(left, price) < multiply(instrument.min_cost, DUST)
    return holding if is_dust or is_worthless else amount


def affordable(
    amount: Decimal, price: Decimal, free: Decimal, fee: Decimal, instrument: Instrument
) -> Decimal:
    """As much of a buy on a spot market as can be paid for, with room for its fee.

    free: quote currency that nothing holds. fee: of the whole amount, in quote currency.
    """
    left = subtract(free, multiply(fee, HEADROOM))
    if left <= ZERO:
        return ZERO
    if multiply(amount, price) <= left:
        return amount
    steps = EXACT.divide_int(left, multiply(price, instrument.amount_step))
    return multiply(steps, instrument.amount_step)


def _most(price: Decimal, instrument: Instrument) -> Decimal | None:
    """The largest order at a price; None: there is no such."""
    bounds = list[Decimal]()
    step = instrument.amount_step
    if instrument.max_amount is not None:
        bounds.append(floor_to_step(instrument.max_amount, step))
    if instrument.max_cost is not None and price > ZERO:
        steps = EXACT.divide_int(instrument.max_cost, multiply(price, step))
        bounds.append(multiply(steps, step))
    return min(bounds) if bounds else None


def _to_step(
    value: Decimal, step: Decimal, to: Rounding, name: str, instrument: Instrument
) -> Decimal:
    if not value.is_finite() or value < ZERO:
        reason = f"{name} {value} is no number that can be traded: give one above 0"
        raise Unplaceable(str(instrument.symbol), reason=reason)
    return (floor_to_step if to == "down" else ceil_to_step)(value, step)
