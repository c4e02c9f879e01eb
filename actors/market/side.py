"""The sides of a trade and the kinds of order; plain strings, since they lie on the hot path.

A `Literal` is checked by the type checkers and costs a string comparison while running. An Enum
member costs several times that at every comparison, and a conversion at every edge.
"""

from __future__ import annotations

from typing import Final, Literal

Side = Literal["buy", "sell"]
Kind = Literal[
    "market",
    "limit",
    "stop_loss",
    "stop_limit",
    "take_profit",
    "take_profit_limit",
    "trailing_stop",
    "trailing_stop_limit",
]
TimeInForce = Literal["GTC", "IOC", "FOK", "GTX"]  # GTX: post-only
Purpose = Literal["entry", "protective"]  # whether it opens a risk, or bounds one
Effect = Literal["any", "reduce"]  # reduce: of contracts, never more than closes the position
Liquidity = Literal["maker", "taker"]  # who waited on the book, and who came to it

SIDES: Final[tuple[Side, ...]] = ("buy", "sell")
PLACEABLE: Final[tuple[Kind, ...]] = ("market", "limit")  # what an order desk takes as it is
STOPS: Final[frozenset[Kind]] = frozenset(
    {"stop_loss", "stop_limit", "trailing_stop", "trailing_stop_limit"}
)
"""Kinds that go when the price turns against what they guard: up for a buy, down for a sell."""
TAKE_PROFITS: Final[frozenset[Kind]] = frozenset({"take_profit", "take_profit_limit"})
TRIGGERED: Final[frozenset[Kind]] = STOPS | TAKE_PROFITS
FULL: Final[tuple[Kind, ...]] = (
    "market",
    "limit",
    "stop_loss",
    "stop_limit",
    "take_profit",
    "take_profit_limit",
    "trailing_stop",
)
"""What a venue that knows every kind takes; a trailing stop with a limit is nowhere to be had."""
LIMITED: Final[frozenset[Kind]] = frozenset(
    {"limit", "stop_limit", "take_profit_limit", "trailing_stop_limit"}
)
"""Kinds with a limit."""


def opposite(side: Side) -> Side:
    """The side that a trade of `side` trades against."""
    return "sell" if side == "buy" else "buy"
