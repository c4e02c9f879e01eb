"""Decimals at the boundary, and arithmetic that is exact or an error.

Amounts, prices, costs and fees are `Decimal` from the wire to the disk. The operators of `Decimal`
round to 28 digits without a word; `add`, `subtract` and `multiply` here never round: they work
with 76 digits, and a result that needs more raises `decimal.Inexact`. That costs 40 ns more than
an operator: digits are only worked out where there are any.

Floats enter in one place, `from_float`, for candle prices: their shortest text is the number that
the venue wrote, so the text is what counts, not the binary fraction.

What a step of an instrument allows is decided in `precision`, not here.
"""

from __future__ import annotations

import re
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from functools import lru_cache
from typing import Final

from .errors import BadValue

DIGITS: Final = 76  # room for the product of an amount, a price and a rate of 25 digits each

EXACT: Final = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-999,
    Emax=999,
    traps=[
        Clamped,
        DivisionByZero,
        FloatOperation,
        Inexact,
        InvalidOperation,
        Overflow,
        Underflow,
    ],
)

# Methods of the context itself: a caller pays one call and no look-up of the thread's context.
add: Final = EXACT.add
subtract: Final = EXACT.subtract
multiply: Final = EXACT.multiply

ZERO: Final = Decimal(0)

_NUMBER: Final = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,3})?", re.ASCII)
_PLACES: Final = 28
_FINEST: Final = Decimal(1).scaleb(-_PLACES)


def parse_decimal(text: object, *, place: str) -> Decimal:
    """The number that a text from outside writes, exactly, with no exponent left in it.

    place: where the text stands, for the error ("bot.toml: fees.taker").
    Raises BadValue where it is no finite number, 10^28 or more, or finer than 28 places.

    >>> parse_decimal("2.5e-3", place="fees.taker")
    Decimal('0.0025')
    """
    if not isinstance(text, str) or _NUMBER.fullmatch(text) is None:
        raise BadValue(place, text, 'write a decimal number as text, such as "0.001"')
    value = Decimal(text)
    try:
        EXACT.quantize(value, _FINEST)
    except (Inexact, InvalidOperation) as error:
        raise BadValue(place, text, "use at most 28 digits on each side of the point") from error
    if value.adjusted() >= _PLACES:  # not `abs(value) >= …`: that would round first
        raise BadValue(place, text, "use at most 28 digits on each side of the point")
    return Decimal(plain(value)) if value else ZERO


def parse_positive(text: object, *, place: str) -> Decimal:
    """As `parse_decimal`, and more than nothing."""
    value = parse_decimal(text, place=place)
    if value <= 0:
        raise BadValue(place, text, "write a number above 0")
    return value


def parse_non_negative(text: object, *, place: str) -> Decimal:
    """As `parse_decimal`, and not below nothing."""
    value = parse_decimal(text, place=place)
    if value < 0:
        raise BadValue(place, text, "write 0 or a number above it")
    return value


@lru_cache(maxsize=64)  # the last price is asked for by a mode, a desk and a venue in turn
def from_float(value: float) -> Decimal:
    """The decimal number that a float of a candle was written as: its shortest text, exactly.

    value: finite; candles are checked where they come in (`candle.fault_of`).

    >>> from_float(0.1)
    Decimal('0.1')
    """
    return Decimal(str(value))


def plain(value: Decimal) -> str:
    """The text of a number without an exponent, as venues and people write it.

    >>> plain(Decimal("1E-8"))
    '0.00000001'
    """
    return format(value, "f")
