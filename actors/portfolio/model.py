"""What the ledger of an account is made of: entries, balances and reservations, as values.

How they change is decided in `balances`; who holds them is `ledger`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ..market.money import add

Account = Literal["available", "reserved", "venue", "fees", "external"]
"""Where money of one asset can be.

`available` and `reserved` are ours; `venue` is everybody else at the venue (what we buy comes from
there, what we spend goes there, deposits too); `fees` is what the venue kept; `external` is whoever
else moves money of the account: transfers, trades by hand, whatever no order of ours explains.
"""


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of a booking. The deltas of one asset in one booking sum to exactly 0."""

    asset: str
    account: Account
    delta: Decimal  # in units of the asset


class Balance(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the account owns of one asset; neither part is ever negative."""

    asset: str
    available: Decimal
    reserved: Decimal

    @property
    def total(self) -> Decimal:
        """Available and reserved together, in units of the asset."""
        return add(self.available, self.reserved)


class Reservation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one live order keeps from being spent elsewhere."""

    order_id: str
    asset: str
    amount: Decimal  # in units of the asset, >= 0
