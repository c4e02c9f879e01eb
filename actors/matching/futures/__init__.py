"""The accounts of a futures venue: margin, positions, funding, liquidation."""

from .clearing import FuturesClearing
from .funding import AlreadyFunded
from .records import (
    Income,
    IncomeKind,
    MarginChange,
    MarginMove,
    MarginType,
    Position,
    PositionMode,
    Purse,
    Summary,
)
from .terms import INSURANCE

__all__ = [
    "INSURANCE",
    "AlreadyFunded",
    "FuturesClearing",
    "Income",
    "IncomeKind",
    "MarginChange",
    "MarginMove",
    "MarginType",
    "Position",
    "PositionMode",
    "Purse",
    "Summary",
]
