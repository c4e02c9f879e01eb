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
from .follow import Follow
from .freshness import Fresh, Instant, Stale, clock_jump, fresh_or_stale, time_fault
from .higher_frames import (
    Built,
    Disagreement,
    FrameBuilder,
    FramesDoNotFit,
    Incomplete,
    disagreement,
)
from .intake import Intake
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
from .messages import (
    Arm,
    BadLimit,
    BookChanged,
    BookView,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    Disarm,
    FeedCaughtUp,
    FeedCounts,
    FeedStarted,
    FundingChanged,
    GapFound,
    GetBook,
    GetCandles,
    GetCounts,
    GetForming,
    GetFunding,
    GetLast,
    GetLiquidations,
    GetMarkPrice,
    GetOpenInterest,
    GetRefused,
    GetSubscriptions,
    GetTicker,
    GetTrades,
    LiquidationsHeard,
    MarkPriceChanged,
    MiniTicker,
    MiniTickerChanged,
    NotFollowed,
    OpenInterestChanged,
    Subscribe,
    SubscriptionCounts,
    ThresholdCrossed,
    TickerChanged,
    TradesHeard,
    TradesMissed,
    Unsubscribe,
)
from .outliers import Guard, Suspicion
from .polling import Offers, offers_of
from .ring import CAPACITY, CandleRing
from .source_messages import GetSources, Prefer, SourceChanged, TopicSource
from .symbol_feed import SymbolFeed
from .thresholds import BadLevel, ThresholdId, Thresholds, TickCounts

__all__ = [
    "CAPACITY",
    "KRAKEN",
    "MAX_AGES",
    "OKX",
    "SOURCES",
    "Arm",
    "BadLevel",
    "BadLimit",
    "BookChanged",
    "BookCounts",
    "BookDiff",
    "BookFault",
    "BookState",
    "BookView",
    "Built",
    "Cadence",
    "CandleBuilder",
    "CandleClosed",
    "CandleCorrected",
    "CandleEnded",
    "CandleMoved",
    "CandleRefused",
    "CandleRepeated",
    "CandleRevised",
    "CandleRing",
    "Checksum",
    "ClosedCandles",
    "Converted",
    "Disagreement",
    "Disarm",
    "FeedCaughtUp",
    "FeedCounts",
    "FeedStarted",
    "Follow",
    "FrameBuilder",
    "FramesDoNotFit",
    "Fresh",
    "FundingChanged",
    "GapFound",
    "GetBook",
    "GetCandles",
    "GetCounts",
    "GetForming",
    "GetFunding",
    "GetLast",
<<<<<<< HEAD
    "GetLiquidations",
    "GetMarkPrice",
    "GetOpenInterest",
    "GetRefused",
    "GetSubscriptions",
    "GetTicker",
    "GetTrades",
=======
    "GetSources",
>>>>>>> w/source
    "Guard",
    "Incomplete",
    "Instant",
    "Intake",
    "LiquidationsHeard",
    "MarkPrice",
    "MarkPriceChanged",
    "MarkPrices",
<<<<<<< HEAD
    "MiniTicker",
    "MiniTickerChanged",
=======
    "MarketSource",
>>>>>>> w/source
    "NoMarkPrice",
    "NotFollowed",
    "NotReady",
    "Numbering",
<<<<<<< HEAD
    "OpenInterestChanged",
=======
    "Offers",
    "Prefer",
>>>>>>> w/source
    "Pulse",
    "Quoted",
    "Readiness",
    "Ready",
    "Requirement",
    "SourceChanged",
    "Stale",
    "Subscribe",
    "SubscriptionCounts",
    "Suspicion",
    "SymbolFeed",
    "ThresholdCrossed",
    "ThresholdId",
    "Thresholds",
    "TickCounts",
<<<<<<< HEAD
    "TickerChanged",
=======
    "TopicSource",
>>>>>>> w/source
    "TradeCounts",
    "TradesHeard",
    "TradesMissed",
    "Unmet",
    "Unsubscribe",
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
