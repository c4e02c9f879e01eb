"""An order, as a value. How it changes is decided in `lifecycle`, who holds it is `desk`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from ..market.money import subtract
from ..market.side import Kind, Purpose, Side
from .plan import Plan, Revision

Status = Literal[
    "chained", "inactive", "due", "intent", "accepted", "unknown", "filled", "cancelled", "refused"
]
"""Not at the venue and without a reservation: `chained` waits for its parent to fill, `inactive`
for a price, `due` for nothing: it is sent as soon as it may be, and is in the outbox until then.
`intent`: durable here, not known to have been sent. `accepted`: the venue has it.
`unknown`: it was sent and nobody knows what became of it; its reservation stays.
The other three are ends, each reached on evidence only (O5).
"""

HELD: frozenset[Status] = frozenset({"chained", "inactive", "due"})
OUT: frozenset[Status] = frozenset({"intent", "accepted", "unknown"})
LIVE: frozenset[Status] = HELD | OUT


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
    plan: Plan | None = None  # None: a plain order, as all were before there were plans

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    @property
    def is_out(self) -> bool:
        """Whether the venue has it or may have it, and may fill it."""
        return self.status in OUT

    @property
    def names(self) -> tuple[str, ...]:
        """Every client id that it is or was known by at the venue, the newest first."""
        plan = self.plan
        return (self.client_id,) if plan is None else (self.client_id, *reversed(plan.past))

    @property
    def wish(self) -> Revision | None:
        """What it shall become; None: it is as it shall be."""
        return None if self.plan is None else self.plan.revision

    @property
    def remaining(self) -> Decimal:
        """Base currency that has not filled."""
        return subtract(self.amount, self.filled)
