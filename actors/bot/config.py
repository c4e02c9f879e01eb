"""What a bot file says, as values. `reading` makes them of a file, `tree` a bot of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NewType

import attrs

from ...runtime import Millis
from ..market.fees import Fees
from ..market.instrument import Instrument
from ..market.symbol import Symbol
from ..market.timeframe import TimeFrame

# The same types with a promise; `reading` holds the file to it.
Name = NewType("Name", str)  # 1 to 64 letters, digits, "-" and "_"
Asset = NewType("Asset", str)  # as `market.symbol.is_asset`
Positive = NewType("Positive", Decimal)  # > 0
NotNegative = NewType("NotNegative", Decimal)  # >= 0
Rate = NewType("Rate", Decimal)  # -1 < rate < 1
Seed = NewType("Seed", int)  # 0 <= seed < 2**64
Rules = NewType("Rules", str)  # one of RULES

RULES: Final = ("quick", "full")
"""Of the simulated venue: orders at market and limit orders on spot alone, or all it knows."""


@attrs.frozen
class BotSection:
    """`[bot]`: its name, and the seed of all chance in it."""

    name: Name
    seed: Seed = Seed(0)


@attrs.frozen
class VenueSection:
    """`[venue]`: how far away the simulated venue is, and by which rules it goes."""

    rules: Rules = Rules("quick")  # a market of contracts has the full ones in any case
    request_ms: Millis = Millis(0)  # until it acts on a request
    answer_ms: Millis = Millis(0)  # from there until the answer is back


@attrs.frozen
class FeesSection:
    """`[market.fees]`: shares of a trade's cost."""

    maker: Rate
    taker: Rate


@attrs.frozen
class MarketSection:
    """`[market]`: the pair that is traded, and what the venue allows."""

    symbol: Symbol
    time_frame: TimeFrame
    amount_step: Positive  # base currency
    price_step: Positive  # quote currency per unit of base
    fees: FeesSection
    min_amount: NotNegative = NotNegative(Decimal(0))  # base currency
    min_cost: NotNegative = NotNegative(Decimal(0))  # quote currency

    @property
    def instrument(self) -> Instrument:
        """The pair as matching and orders know it."""
        fees = Fees(self.fees.maker, self.fees.taker)
        return Instrument(
            self.symbol, self.amount_step, self.price_step, self.min_amount, self.min_cost, fees
        )


@attrs.frozen
class AccountSection:
    """`[account]`: who trades, and what a fresh account starts with."""

    deposits: Mapping[Asset, Positive]
    name: Name = Name("main")


@attrs.frozen
class ModeSection:
    """`[mode]`: which mode trades, and its settings, of the class that the mode declares."""

    name: Name
    settings: Any


@attrs.frozen
class BotConfig:
    """A whole bot file."""

    bot: BotSection
    market: MarketSection
    account: AccountSection
    mode: ModeSection
    venue: VenueSection = VenueSection()
