"""Market data on its way to whoever trades on it: in order, remembered, told on.

The actors move it; what it is worth is decided by rules that read no clock and no line, and serve
programs of your own as well: see the page on feeds of the handbook.
"""

from ..exchange.gate.requirements import (
    NotReady,
    Readiness,
    Ready,
    Requirement,
    Unmet,
    requirements,
)
from ..market.book_diff import BookDiff, Numbering
from .aggregation import CandleBuilder, TradeCounts
from .book_checksum import KRAKEN, OKX, Checksum
from .book_state import BookCounts, BookFault, BookState
from .cadence import Cadence, Pulse, irregular, is_silent, silent_after, steady
from .closed_candles import (
    CandleClosed,
    CandleRefused,
    CandleRepeated,
    CandleRevised,
    ClosedCandles,
)
from .conversion import Converted, Valued, converted, valued
from .feed import CandleFeed, Intake
from .freshness import Fresh, Instant, Stale, clock_jump, fresh_or_stale, time_fault
from .higher_frames import (
    Built,
    Disagreement,
    FrameBuilder,
    FramesDoNotFit,
    Incomplete,
    disagreement,
)
from .mark_price import (
    MAX_AGES,
    SOURCES,
    MarkPrice,
    MarkPrices,
    NoMarkPrice,
    Quoted,
    mean_of,
    quoted_by_trades,
)
from .market_source import MarketSource
from .messages import BadLimit, FeedCaughtUp, FeedCounts, GapFound, GetCandles, GetCounts, GetLast
from .outliers import Guard, Suspicion
from .polling import Offers, offers_of
from .ring import CAPACITY, CandleRing
from .source_messages import GetSources, Prefer, SourceChanged, TopicSource
from .thresholds import BadLevel, ThresholdId, Thresholds, TickCounts

__all__ = [
    "CAPACITY",
    "KRAKEN",
    "MAX_AGES",
    "OKX",
    "SOURCES",
    "BadLevel",
    "BadLimit",
    "BookCounts",
    "BookDiff",
    "BookFault",
    "BookState",
    "Built",
    "Cadence",
    "CandleBuilder",
    "CandleClosed",
    "CandleFeed",
    "CandleRefused",
    "CandleRepeated",
    "CandleRevised",
    "CandleRing",
    "Checksum",
    "ClosedCandles",
    "Converted",
    "Disagreement",
    "FeedCaughtUp",
    "FeedCounts",
    "FrameBuilder",
    "FramesDoNotFit",
    "Fresh",
    "GapFound",
    "GetCandles",
    "GetCounts",
    "GetLast",
    "GetSources",
    "Guard",
    "Incomplete",
    "Instant",
    "Intake",
    "MarkPrice",
    "MarkPrices",
    "MarketSource",
    "NoMarkPrice",
    "NotReady",
    "Numbering",
    "Offers",
    "Prefer",
    "Pulse",
    "Quoted",
    "Readiness",
    "Ready",
    "Requirement",
    "SourceChanged",
    "Stale",
    "Suspicion",
    "ThresholdId",
    "Thresholds",
    "TickCounts",
    "TopicSource",
    "TradeCounts",
    "Unmet",
    "Valued",
    "clock_jump",
    "converted",
    "disagreement",
    "fresh_or_stale",
    "irregular",
    "is_silent",
    "mean_of",
    "offers_of",
    "quoted_by_trades",
    "requirements",
    "silent_after",
    "steady",
    "time_fault",
    "valued",
]
