"""What an amount of one asset is worth in another, by the prices that are known now.

The way with the fewest pairs is taken, each forwards or backwards; of two that are equally short,
the one whose assets come first in the alphabet. It is part of the answer. A pair without a fresh
price is no way: leave it out of the prices. Nothing is worth 0 for want of a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from itertools import pairwise
from typing import Final

import attrs

from ..market.money import ZERO, add

LONGEST: Final = 4  # pairs of one way; what is longer costs more than it tells

_WIDE: Final = Context(prec=28 * (LONGEST + 1))  # digits: exact for prices of 28
_RESULT: Final = Context(prec=28)

Pair = tuple[str, str]
"""Base and quote: a price is what one of the base costs in the quote."""


@attrs.frozen
class Converted:
    """An amount of the target, rounded once, to 28 digits."""

    amount: Decimal
    way: tuple[str, ...]  # assets, from the first to the target


@attrs.frozen
class Valued:
    """The worth of several assets in one."""

    total: Decimal  # of those that have a price
    unpriced: tuple[str, ...]  # those that have none, and are not in the total


def converted(
    amount: Decimal, asset: str, target: str, prices: Mapping[Pair, Decimal]
) -> Converted | None:
    """What an amount of `asset` is worth in `target`; None where no way leads there.

    >>> prices = {("BTC", "USDT"): Decimal(10_000), ("ADA", "USDT"): Decimal(2)}
    >>> converted(Decimal(2), "ADA", "BTC", prices)
    Converted(amount=Decimal('0.0004'), way=('ADA', 'USDT', 'BTC'))
    """
    way = _shortest(asset, target, prices)
    if way is None:
        return None
    above, below = amount, Decimal(1)
    for here, there in pairwise(way):
        if (here, there) in prices:
            above = _WIDE.multiply(above, prices[here, there])
        else:
            below = _WIDE.multiply(below, prices[there, here])
    return Converted(_RESULT.divide(above, below), way)


def valued(holdings: Mapping[str, Decimal], target: str, prices: Mapping[Pair, Decimal]) -> Valued:
    """What several assets are worth in `target`, and which of them have no price."""
    total, unpriced = ZERO, list[str]()
    for asset, amount in holdings.items():
        worth = converted(amount, asset, target, prices)
        if worth is None:
            unpriced.append(asset)
        else:
            total = add(total, worth.amount)
    return Valued(total, tuple(unpriced))


def _shortest(asset: str, target: str, prices: Mapping[Pair, Decimal]) -> tuple[str, ...] | None:
    neighbours: dict[str, set[str]] = {}
    for base, quote in prices:
        neighbours.setdefault(base, set()).add(quote)
        neighbours.setdefault(quote, set()).add(base)
    ways: list[tuple[str, ...]] = [(asset,)]
    seen = {asset}
    for _ in range(LONGEST + 1):
        for way in ways:
            if way[-1] == target:
                return way
        longer: list[tuple[str, ...]] = []
        for way in ways:
            for asset_next in sorted(neighbours.get(way[-1], set()) - seen):
                seen.add(asset_next)
                longer.append((*way, asset_next))
        ways = longer
    return None
