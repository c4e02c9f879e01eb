"""What a trade costs: a share of its cost, in quote currency; less for whoever waited on the book.

Venues that take the fee in the bought asset or in a coin of their own are a matter of the report
they send; the rule here is the one that the simulated venue applies.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from .errors import BadValue
from .money import multiply
from .side import Liquidity


class Fees(msgspec.Struct, frozen=True):
    """The shares of a trade's cost that the venue keeps; a negative one is a rebate."""

    maker: Decimal  # of the cost, for an order that rested: -1 < maker < 1
    taker: Decimal  # of the cost, for an order that came to the book: -1 < taker < 1

    def __post_init__(self) -> None:
        for name, rate in (("maker", self.maker), ("taker", self.taker)):
            if not rate.is_finite() or not -1 < rate < 1:
                raise BadValue(f"fees.{name}", rate, "write a share between -1 and 1, as 0.001")


def fee_of(cost: Decimal, fees: Fees, liquidity: Liquidity) -> Decimal:
    """The fee of a trade, exactly, in the currency of `cost`; negative where it is a rebate.

    cost: amount times price, quote currency.
    """
    return multiply(cost, fees.maker if liquidity == "maker" else fees.taker)
