"""Prices that are far off: a spike that nobody else saw fires no stop (M11).

A price that lies further from the last one than the guard allows is held back. It counts once a
second witness is near it, another source or the same one again and again for long enough, since
a market that has really moved stays where it is.
"""

from __future__ import annotations

from decimal import Decimal

import attrs

from ...runtime import Millis, UsageError
from ..market.money import EXACT


@attrs.frozen
class Guard:
    """How far a price may move at once, and what proves that it really did."""

    share: Decimal  # of the last price, above 0: Decimal("0.1") for a tenth
    confirmations: int = 3  # prices of one source near each other, the first included
    after: Millis = Millis(2_000)  # and no sooner than this after the first

    def __attrs_post_init__(self) -> None:
        if not self.share.is_finite() or self.share <= 0:
            raise UsageError(f"guard with share {self.share}: give a finite number above 0")
        if self.confirmations < 1 or self.after < 0:
            raise UsageError("guard: give 1 confirmation or more, and no time below 0")


@attrs.frozen
class Suspicion:
    """A price that is held back."""

    price: Decimal  # as it was told last
    since: Millis
    at: Millis  # when it was told last
    seen: int  # prices in a row that lay near each other


@attrs.frozen
class Witnesses:
    """What a price is held against."""

    last: Decimal  # the price that counts now
    others: tuple[Decimal, ...]  # what the other sources say and is fresh, held back or not
    before: Suspicion | None  # what is held back of the same source


def suspicion(
    price: Decimal, *, at: Millis, witnesses: Witnesses, guard: Guard
) -> Suspicion | None:
    """Why a price is held back; None where it counts."""
    share, before = guard.share, witnesses.before
    if any(is_near(price, other, share) for other in (witnesses.last, *witnesses.others)):
        return None
    if before is None or not is_near(price, before.price, share):
        before = Suspicion(price, at, at, 0)
    seen = before.seen + 1
    if seen >= guard.confirmations and at - before.since >= guard.after:
        return None
    return Suspicion(price, before.since, at, seen)


def is_near(price: Decimal, other: Decimal, share: Decimal) -> bool:
    """Whether a price lies within a share of another one, of the lower of the two.

    So it does not matter which of them is asked about the other.
    """
    apart = EXACT.subtract(price, other).copy_abs()  # `abs` would round
    return apart <= EXACT.multiply(min(price, other), share)
