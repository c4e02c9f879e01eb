"""At which side of the market an order waits. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ..feeds.thresholds import Direction
from ..market.side import STOPS, Kind, Side
from .model import Order

Class = Literal["stop", "profit"]
"""What an order of a group does: bound a loss, or take what was gained."""


def class_of(order: Order) -> Class:
    """Which of the two an order does."""
    return "stop" if order.kind in STOPS else "profit"


def level_of(side: Side, kind: Kind, level: Decimal) -> tuple[Decimal, Direction]:
    """The price at which an order goes, and from where it is reached.

    A stop goes when the price turns against what it guards: of a sell below, of a buy above. All
    else goes when the price is as good as was wanted.
    """
    goes_above = (kind in STOPS) == (side == "buy")
    return level, "above" if goes_above else "below"


def is_reached(price: Decimal, level: Decimal, direction: Direction) -> bool:
    """Whether a price is at a level or beyond it."""
    return price >= level if direction == "above" else price <= level
