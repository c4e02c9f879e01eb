"""An order, as a value. How it changes is decided in `lifecycle`, who holds it is `desk`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from ..market.money import subtract
from ..market.side import Kind, Purpose, Side

Status = Literal["intent", "accepted", "unknown", "filled", "cancelled", "refused"]
"""`intent`: durable here, not known to have been sent. `accepted`: the venue has it.
`unknown`: it was sent and nobody knows what became of it; its reservation stays.
The other three are ends, each reached on evidence only (O5).
"""

LIVE: frozenset[Status] = frozenset({"intent", "accepted", "unknown"})


class Order(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One order of one account, with all that has happened to it so far."""

    id: str  # ours: a UUID (version 8), never reused
    client_id: str  # derived from it, at most 36 characters, what the venue knows it by
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, > 0
    price: Decimal | None  # limit, quote per unit of base; None for a market order
    status: Status
    held_asset: str
    held: Decimal  # what its reservation still holds, in units of held_asset; 0 at the end
    filled: Decimal  # base currency, all fills so far
    cost: Decimal  # quote currency, price times amount of all fills, without fees
    fee: Decimal  # fees in fee_asset, since fees were taken in another; the ledger has all of them
    fee_asset: str  # of the last fill, empty before the first
    created_at: Millis
    changed_at: Millis
    venue_id: str = ""  # the venue's own, once known
    evidence: str = ""  # what the last change of status rests on, where the status is not enough
    purpose: Purpose = "entry"  # what it was placed for; orders of before this was kept: entries

    @property
    def is_live(self) -> bool:
        """Whether the venue may still fill it."""
        return self.status in LIVE

    @property
    def remaining(self) -> Decimal:
        """Base currency that has not filled."""
        return subtract(self.amount, self.filled)
