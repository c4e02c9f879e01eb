"""What a venue says of one pair: its steps, its minimums and its fees."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from .errors import BadValue
from .fees import Fees
from .money import plain
from .symbol import Symbol


class Instrument(msgspec.Struct, frozen=True):
    """One pair as one venue trades it."""

    symbol: Symbol
    amount_step: Decimal  # base currency, > 0: amounts are whole numbers of it
    price_step: Decimal  # quote currency per unit of base, > 0
    min_amount: Decimal  # base currency, >= 0
    min_cost: Decimal  # quote currency, >= 0: amount times price of an order
    fees: Fees
    max_orders: int | None = None  # open at a time, in this market; None: as many as one likes
    max_trigger_orders: int | None = None  # of these with a trigger price
    max_amount: Decimal | None = None  # base currency, of one order; None: as much as one likes
    max_cost: Decimal | None = None  # quote currency, likewise

    def __post_init__(self) -> None:
        for name in ("amount_step", "price_step"):
            step = getattr(self, name)
            if not step.is_finite() or step <= 0:
                raise BadValue(f"{self.symbol}: {name}", step, "write a number above 0")
            # 0.00100 and 1E-3 are the same step: what is rounded to it should read the same.
            msgspec.structs.force_setattr(self, name, Decimal(plain(step.normalize())))
        for name in ("min_amount", "min_cost"):
            least = getattr(self, name)
            if not least.is_finite() or least < 0:
                raise BadValue(f"{self.symbol}: {name}", least, "write 0 or a number above it")
        for name in ("max_amount", "max_cost"):
            most = getattr(self, name)
            if most is not None and not (most.is_finite() and most > 0):
                raise BadValue(f"{self.symbol}: {name}", most, "write a number above 0, or none")
