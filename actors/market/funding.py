"""The funding of a perpetual contract: what one side pays the other, and when next."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis


class Funding(msgspec.Struct, frozen=True, gc=False):
    """What a venue says of the funding of one contract."""

    symbol: str
    rate: Decimal  # of the position's value; > 0: who is long pays
    at: Millis  # when it was said, by the venue's clock
    next_at: Millis | None = None  # when it is paid next
    mark: Decimal | None = None  # quote currency per unit of base
    index: Decimal | None = None
