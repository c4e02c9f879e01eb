"""The two sides of a trade and the kinds of order; plain strings, since they lie on the hot path.

A `Literal` is checked by the type checkers and costs a string comparison while running. An Enum
member costs several times that at every comparison, and a conversion at every edge.
"""

from __future__ import annotations

from typing import Final, Literal

Side = Literal["buy", "sell"]
Kind = Literal["market", "limit"]
Liquidity = Literal["maker", "taker"]  # who waited on the book, and who came to it

SIDES: Final[tuple[Side, ...]] = ("buy", "sell")
KINDS: Final[tuple[Kind, ...]] = ("market", "limit")


def opposite(side: Side) -> Side:
    """The side that a trade of `side` trades against."""
    return "sell" if side == "buy" else "buy"
