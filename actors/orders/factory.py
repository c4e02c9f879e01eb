"""From what a mode wants to an order that its instrument allows, with what it must reserve.

Pure. Amounts and prices are moved to their steps; what breaks a minimum after that is refused
before anything is reserved, so that the venue never has to (A10).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis
from ..market.filters import violation
from ..market.instrument import Instrument
from ..market.money import ZERO, add, multiply
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import PLACEABLE, SIDES
from .messages import PlaceOrder, Unplaceable
from .model import Order

_ONE = Decimal(1)


class Terms(msgspec.Struct, frozen=True):
    """An instrument as the busiest path needs it: every look-up done once."""

    instrument: Instrument
    base: str
    quote: str
    gross: Decimal  # what a cost of 1 is with the taker's fee on it

    @classmethod
    def of(cls, instrument: Instrument) -> Terms:
        """The terms on which orders of `instrument` are placed."""
        symbol = instrument.symbol
        gross = add(_ONE, max(instrument.fees.taker, ZERO))  # nobody counts on a rebate
        return cls(instrument, symbol.base, symbol.quote, gross)


def intended(message: PlaceOrder, terms: Terms, order_id: str, client_id: str, at: Millis) -> Order:
    """The order that `message` asks for, not sent yet; `held` is what it must reserve.

    A buy reserves its cost at the limit, or at the reference price, with the taker's fee; a sell
    reserves its amount. Raises Unplaceable.
    """
    kind, side, price, wanted = message.kind, message.side, message.price, message.amount
    instrument = terms.instrument
    value = _value(message)
    amount = floor_to_step(wanted, instrument.amount_step)
    if kind == "limit":
        to_step = floor_to_step if side == "buy" else ceil_to_step
        price = value = to_step(value, instrument.price_step)
    broken = violation(instrument, amount, price, value)
    if broken is not None:
        raise Unplaceable(message.symbol, reason=f"{broken.reason}: {broken.detail}")
    if side == "buy":
        held_asset, held = terms.quote, multiply(multiply(amount, value), terms.gross)
    else:
        held_asset, held = terms.base, amount
    return Order(
        order_id,
        client_id,
        message.symbol,
        side,
        kind,
        amount,
        price,
        "intent",
        held_asset,
        held,
        ZERO,
        ZERO,
        ZERO,
        "",
        at,
        at,
        purpose=message.purpose,
    )


def _value(message: PlaceOrder) -> Decimal:
    """The price that an order is valued at, once what comes with it makes sense."""
    if message.side not in SIDES or message.kind not in PLACEABLE:
        reason = f"{message.side!r} {message.kind!r} is no order: buy or sell, market or limit"
        raise Unplaceable(message.symbol, reason=reason)
    name, value, other = "price", message.price, message.reference
    if message.kind == "market":
        name, value, other = "reference", message.reference, message.price
    if value is None or other is not None:
        reason = f"a {message.kind} order needs `{name}`, and of the two prices only that one"
        raise Unplaceable(message.symbol, reason=reason)
    if not is_positive(value):
        raise Unplaceable(message.symbol, reason=f"{name} {value} is not above 0")
    if not is_positive(message.amount):
        raise Unplaceable(message.symbol, reason=f"amount {message.amount} is not above 0")
    return value


def is_positive(number: Decimal) -> bool:
    """Whether a number is finite and above 0."""
    return number.is_finite() and number > ZERO
