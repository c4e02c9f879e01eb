"""The store of market data: Parquet by venue, symbol and series, and its replay.

Needs the extra `data`; importing it loads none of that.
"""

from __future__ import annotations

from .errors import (
    Disagreement,
    MarketDataBusy,
    MarketDataError,
    NoMarketData,
    NotMarketData,
    PartDamaged,
)
from .layout import ADDRESS, series_in, series_of
from .merging import Prefer
from .replay import replay
from .store import Added, Held, MarketStore

__all__ = [
    "ADDRESS",
    "Added",
    "Disagreement",
    "Held",
    "MarketDataBusy",
    "MarketDataError",
    "MarketStore",
    "NoMarketData",
    "NotMarketData",
    "PartDamaged",
    "Prefer",
    "replay",
    "series_in",
    "series_of",
]
