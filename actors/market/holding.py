"""What a venue says that an account has of one asset. Our own books of it are `portfolio`'s."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from .money import add


class Holding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Free and locked, in units of the asset."""

    asset: str
    free: Decimal
    locked: Decimal  # by open orders; on margin accounts by positions too

    @property
    def total(self) -> Decimal:
        """Free and locked together."""
        return add(self.free, self.locked)
