"""In what the two futures products differ: a value for each, asked wherever it matters."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ....actors.matching.markets import Contract, Market
from ....runtime import UsageError


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One futures product of the venue."""

    family: Literal["linear", "inverse"]
    name: str  # for people
    prefix: str  # of its REST paths
    socket: str  # of its WebSocket paths on the one port
    stream_kind: int  # "st" of its streams
    cost_name: str  # what an order's turnover is called
    stops_on_orders: bool  # whether conditional orders may go to /order too

    @property
    def is_inverse(self) -> bool:
        """Whether contracts are margined and settled in their base asset."""
        return self.family == "inverse"

    def path(self, name: str, version: int = 1) -> str:
        """An endpoint's path."""
        return f"{self.prefix}/v{version}/{name}"


USD_M: Final = Product(
    family="linear",
    name="USD-M futures",
    prefix="/fapi",
    socket="/usdm",
    stream_kind=1,
    cost_name="cumQuote",
    stops_on_orders=False,
)
COIN_M: Final = Product(
    family="inverse",
    name="COIN-M futures",
    prefix="/dapi",
    socket="/coinm",
    stream_kind=2,
    cost_name="cumBase",
    stops_on_orders=True,
)


def contract_of(market: Market) -> Contract:
    """The contract of a futures market; a UsageError where it is none."""
    if market.contract is None:
        raise UsageError(f"market {market.symbol} has no contract: futures markets need one")
    return market.contract


def pair_of(market: Market) -> str:
    """The pair under a market: BTCUSD of BTCUSD_PERP; of USD-M markets the symbol itself."""
    pair = contract_of(market).pair
    if pair:
        return pair
    return market.symbol.partition("_")[0]
