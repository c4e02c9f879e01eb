"""Open interest: how much of a contract is held open, by everybody together."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Millis


class OpenInterest(msgspec.Struct, frozen=True, gc=False):
    """What a venue says of one contract."""

    symbol: str
    amount: Decimal  # base currency, or contracts, as the venue counts; >= 0
    at: Millis  # when it was said, by the venue's clock
    value: Decimal | None = None  # in quote currency, where the venue tells it
