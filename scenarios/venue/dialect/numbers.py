"""Numbers as the wire writes them: whole quanta inside, text with fixed digits outside.

No float and no Decimal: text is cut at its point and padded, so what went in comes out.
"""

from __future__ import annotations

import re
from typing import Final

_DECIMAL: Final = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,20}))?")
DECIMAL_RANGE: Final = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"


def fixed(value: int, digits: int, shown: int = 8) -> str:
    """`value` quanta of 10^-digits with exactly `shown` decimals; what is beyond is cut off.

    >>> fixed(-1234567, 4)
    '-123.45670000'
    >>> fixed(1234567, 4, 2)
    '123.45'
    >>> fixed(7, 0, 0)
    '7'
    """
    sign = ""
    if value < 0:
        sign, value = "-", -value
    if shown >= digits:
        value *= 10 ** (shown - digits)
    else:
        value //= 10 ** (digits - shown)
    if shown == 0:
        return f"{sign}{value}"
    text = f"{value:0{shown + 1}d}"
    return f"{sign}{text[:-shown]}.{text[-shown:]}"


def short(value: int, digits: int) -> str:
    """`value` quanta of 10^-digits without trailing zeros.

    >>> short(1234500, 4), short(0, 8), short(-50, 1)
    ('123.45', '0', '-5')
    """
    if digits == 0:
        return str(value)
    return fixed(value, digits, digits).rstrip("0").rstrip(".")


def parse(text: str) -> tuple[int, int] | None:
    """The whole number and the decimals of a plain decimal; None where it is not one.

    >>> parse("12.50"), parse("3"), parse("1e5"), parse("-1")
    ((1250, 2), (3, 0), None, None)
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    part = match[2] or ""
    return int(match[1] + part), len(part)


def rescale(value: int, digits: int, wanted: int) -> int | None:
    """Quanta of 10^-digits as quanta of 10^-wanted; None where that is not exact.

    >>> rescale(1250, 2, 1), rescale(1255, 2, 1), rescale(3, 0, 8)
    (125, None, 300000000)
    """
    if wanted >= digits:
        return value * int(10 ** (wanted - digits))
    quotient, rest = divmod(value, 10 ** (digits - wanted))
    return None if rest else quotient


def ratio(numerator: int, denominator: int, shown: int) -> str:
    """A quotient with `shown` decimals, rounded half away from zero; 0 over 0 is 0.

    >>> ratio(1, 3, 3), ratio(-2, 3, 2), ratio(5, 0, 2)
    ('0.333', '-0.67', '0.00')
    """
    if denominator == 0:
        return fixed(0, 0, shown)
    negative = (numerator < 0) != (denominator < 0)
    scaled = abs(numerator) * 10**shown
    half = abs(denominator)
    rounded = (2 * scaled + half) // (2 * half)
    return fixed(-rounded if negative else rounded, shown, shown)
