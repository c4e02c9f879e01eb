"""What recorded market data are of: a venue, a symbol, and a kind with its frame."""

from __future__ import annotations

from enum import Enum

import attrs

from ...market.symbol import Symbol
from ...market.timeframe import TimeFrame


class Kind(Enum):
    """What the records say."""

    CANDLES = "candles"
    MARK = "mark"  # candles of the mark price
    INDEX = "index"  # candles of the index price
    FUNDING = "funding"  # rates of funding
    TRADES = "trades"
    QUOTES = "quotes"  # the best bid and ask
    BOOK = "book"  # snapshots and changes of an order book
    TICKER = "ticker"  # what it trades at, and what it did in a day

    @property
    def is_candles(self) -> bool:
        """Whether the records are candles, and have a frame."""
        return self in {Kind.CANDLES, Kind.MARK, Kind.INDEX}


@attrs.frozen(order=False)
class Series:
    """One run of records in order of time."""

    venue: str  # "binance"
    symbol: Symbol
    kind: Kind
    frame: TimeFrame | None = None  # of candles of any kind; None of all else

    @property
    def name(self) -> str:
        """The kind and the frame in a word: "1m", "1h-mark", "trades"."""
        if self.frame is None:
            return self.kind.value
        return str(self.frame) if self.kind is Kind.CANDLES else f"{self.frame}-{self.kind.value}"

    def __str__(self) -> str:
        return f"{self.venue} {self.symbol} {self.name}"
