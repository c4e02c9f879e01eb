"""What the steps of an instrument allow: rounding to a step, and whether a number lies on one.

A step is any positive number, not only a power of ten (0.05, 0.25 and 10 exist), so these count
steps instead of cutting digits. All take values >= 0 and are exact: the result is a whole number
of steps, or `decimal` raises.
"""

from __future__ import annotations

from decimal import Decimal

from .money import EXACT

_whole = EXACT.divide_int
_rest = EXACT.remainder
_whole_and_rest = EXACT.divmod
_times = EXACT.multiply


def is_on_step(value: Decimal, step: Decimal) -> bool:
    """Whether `value` is a whole number of steps."""
    return not _rest(value, step)


def floor_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The largest whole number of steps that is not above `value`.

    >>> floor_to_step(Decimal("1.239"), Decimal("0.05"))
    Decimal('1.20')
    """
    return _times(_whole(value, step), step)


def ceil_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The smallest whole number of steps that is not below `value`."""
    steps, rest = _whole_and_rest(value, step)
    return _times(steps + 1 if rest else steps, step)


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The whole number of steps next to `value`; from the middle to the even number of steps.

    >>> round_to_step(Decimal("100.125"), Decimal("0.01"))
    Decimal('100.12')
    """
    steps, rest = _whole_and_rest(value, step)
    if rest:
        twice = rest + rest
        if twice > step or (twice == step and steps % 2):
            steps += 1
    return _times(steps, step)
