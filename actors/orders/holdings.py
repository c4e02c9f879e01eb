"""What our books say against what the venue says that the account has. Pure.

No tolerance: a difference is explained by what is under way, or it is a difference (C10, F8).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from ..market.holding import Holding
from ..market.money import ZERO, subtract
from ..portfolio.model import Balance


class Difference(msgspec.Struct, frozen=True, gc=False):
    """One asset of which books and venue say different things."""

    asset: str
    books: Decimal  # what our ledger has, available and reserved, in units of the asset
    venue: Decimal  # what the venue says, free and locked

    @property
    def amount(self) -> Decimal:
        """How much more the venue has than the books."""
        return subtract(self.venue, self.books)

    def __str__(self) -> str:
        return f"{self.venue:f} {self.asset} at the venue, {self.books:f} in the books"


def differences(
    books: Iterable[Balance], holdings: Iterable[Holding], assets: Iterable[str]
) -> tuple[Difference, ...]:
    """Where books and venue differ, of the `assets` that count, in their order.

    An asset that one of them does not name is one of which it has nothing.
    """
    ours = {balance.asset: balance.total for balance in books}
    theirs = {holding.asset: holding.total for holding in holdings}
    return tuple(
        Difference(asset, ours.get(asset, ZERO), theirs.get(asset, ZERO))
        for asset in assets
        if ours.get(asset, ZERO) != theirs.get(asset, ZERO)
    )


def locked_by_others(
    books: Iterable[Balance], holdings: Iterable[Holding], assets: Iterable[str]
) -> tuple[tuple[str, Decimal], ...]:
    """How much of what the books call available the venue does not hold free, where any.

    The venue often locks less for an order of ours than we reserve, fees, and that is not looked
    at here: only what would be offered and is not there.
    """
    ours = {balance.asset: balance.available for balance in books}
    theirs = {holding.asset: holding.free for holding in holdings}
    locked: list[tuple[str, Decimal]] = []
    for asset in assets:
        missing = subtract(ours.get(asset, ZERO), theirs.get(asset, ZERO))
        if missing > ZERO:
            locked.append((asset, missing))
    return tuple(locked)


def bookable(difference: Difference, books: Iterable[Balance]) -> Decimal:
    """How much of a difference can be booked: a loss only as far as nothing is reserved of it."""
    available = sum((each.available for each in books if each.asset == difference.asset), ZERO)
    return max(difference.amount, available.copy_negate())
