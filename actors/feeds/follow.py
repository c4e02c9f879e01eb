"""What a symbol feed follows, and how the venue tells it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from ...runtime import Millis, UsageError
from ..exchange.market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    OpenInterestReported,
    TickerReported,
    TradesReported,
)
from ..market.book_diff import Numbering
from ..market.trade import TradeIds
from .book_checksum import Checksum
from .outliers import Guard
from .ring import CAPACITY
from .thresholds import MAX_AGE

Subject: TypeAlias = Literal["trades", "ticker", "book", "funding", "open_interest", "liquidations"]
"""What can be followed besides candles."""

DEPTH: Final = 1_000  # levels of each side that a snapshot is asked for with
BOOK_AGE: Final = Millis(15_000)

_REPORTS: Final[Mapping[Subject, tuple[type, ...]]] = MappingProxyType(
    {
        "trades": (TradesReported,),
        "ticker": (TickerReported,),
        "book": (BookReported, BookDiffReported),
        "funding": (FundingReported,),
        "liquidations": (LiquidationsReported,),
        "open_interest": (OpenInterestReported,),
    }
)


@attrs.frozen(kw_only=True)
class Follow:
    """What a feed follows besides the candles of its frames.

    capacity: candles that are remembered of each frame.
    numbering: how the venue numbers the diffs of its books; None: it tells whole books alone.
    checksum: how it takes the checksum of a book, where diffs bear one.
    trade_ids: what the ids of trades tell.
    depth: levels of each side of a snapshot.
    guard: what keeps a price that is far off from firing thresholds and from being a mark price.
    tick_age: how old a price may be and still fire a threshold.
    book_age: how long a whole book counts where no stream of them is live.
    """

    subjects: frozenset[Subject] = frozenset()
    capacity: int = CAPACITY
    numbering: Numbering | None = None
    checksum: Checksum | None = None
    trade_ids: TradeIds = "any"
    depth: int = DEPTH
    guard: Guard | None = None
    tick_age: Millis = Millis(MAX_AGE)
    book_age: Millis = BOOK_AGE

    @property
    def reports(self) -> tuple[type, ...]:
        """What a connector publishes of all that is followed."""
        followed = [each for subject in sorted(self.subjects) for each in _REPORTS[subject]]
        return (CandleReported, FormingReported, *followed)

    def __attrs_post_init__(self) -> None:
        for name, value in (("capacity", self.capacity), ("depth", self.depth)):
            if value < 1:
                raise UsageError(f"follow with {name} {value}: give 1 or more")
        for name, value in (("tick_age", self.tick_age), ("book_age", self.book_age)):
            if value <= 0:
                raise UsageError(f"follow with {name} {value}: give a time above 0 ms")
