"""What a symbol feed is told and asked, and what it publishes: market data that can be acted on.

A feed is of one symbol, so the frame of candles is all that a message names besides; "" is the
base frame, the lowest that it follows. Whatever is read comes with how old it is, or is told to be
`Stale` (D2). Events are published, for `self.subscribe`; for those that are to be filtered, or to
be held back while whoever hears them is busy, see `Subscribe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...runtime import Ask, Millis, Ref, Refusal, Tell, UsageError
from ..market.book import Book, Level
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.open_interest import OpenInterest
from ..market.ticker import Ticker
from ..market.trade import Trade
from .book_state import BookFault, Status
from .freshness import Fresh, Stale
from .mark_price import MarkPrice, NoMarkPrice
from .thresholds import Direction, ThresholdId


class BadLimit(Refusal):
    """A question for less than one candle, trade or level."""

    def __init__(self, path: str, limit: int, what: str = "candles") -> None:
        super().__init__(f"{path}: asked for {limit} {what}: ask for 1 or more")
        self.limit = limit


class NotFollowed(Refusal):
    """A question about what this feed does not follow."""

    def __init__(self, path: str, what: str, followed: tuple[str, ...]) -> None:
        close = ", ".join(followed) or "nothing"
        super().__init__(f"{path} does not follow {what}: it follows {close}")
        self.what = what
        self.followed = followed


# -- candles


class GetCandles(msgspec.Struct, Ask[NDArray[np.float64]], frozen=True, gc=False):
    """The newest candles, oldest first: shape (n, 6), n <= limit, columns as in `Candle`.

    The array is the asker's own and cannot be written to. Raises BadLimit where limit < 1, and
    NotFollowed.
    """

    limit: int
    frame: str = ""


class GetLast(msgspec.Struct, Ask[Candle | None], frozen=True, gc=False):
    """The newest closed candle; None before the first. Raises NotFollowed."""

    frame: str = ""


class GetForming(msgspec.Struct, Ask[Candle | None], frozen=True, gc=False):
    """The candle that has not closed, as it stands; None: nothing is known. Raises NotFollowed."""

    frame: str = ""


class FeedCounts(msgspec.Struct, frozen=True, gc=False):
    """What has come through a series of candles since its incarnation began."""

    repeated: int  # dropped: a second candle of the same time
    late: int  # dropped: a candle of before the newest
    misplaced: int  # dropped: not a whole number of frames after the newest
    gaps: int  # runs of missing candles
    missing: int  # candles in those runs
    impossible: int = 0  # dropped: no number, no price, a high below a low
    revised: int = 0  # a closed candle that was told differently; the first word stands
    disagreed: int = 0  # built from a lower frame or from trades, and the venue's is another


class GetCounts(msgspec.Struct, Ask[FeedCounts], frozen=True, gc=False):
    """What has come through, and what was dropped. Raises NotFollowed."""

    frame: str = ""


class GetRefused(msgspec.Struct, Ask[Mapping[str, int]], frozen=True, gc=False):
    """What was told to this feed and cannot be true, counted by what is wrong with it."""


class CandleEnded(msgspec.Struct, Tell, frozen=True, gc=False):
    """A candle has closed, after all that closed before it. Published.

    Of the base frame the bare `Candle` is published as well, which is the quickest way.
    """

    symbol: str
    frame: str
    candle: Candle


class CandleMoved(msgspec.Struct, Tell, frozen=True, gc=False):
    """The candle that has not closed stands so. Published."""

    symbol: str
    frame: str
    candle: Candle


class CandleCorrected(msgspec.Struct, Tell, frozen=True, gc=False):
    """A closed candle is told differently now; what is remembered of it stays. Published."""

    symbol: str
    frame: str
    was: Candle
    now: Candle


class GapFound(msgspec.Struct, Tell, frozen=True, gc=False):
    """Candles are missing. Published before the candle that came after them."""

    symbol: str
    frame: str
    after: Millis  # the last candle before the gap began then
    until: Millis  # the first one after it began then
    missing: int  # candles between them, > 0


class FeedCaughtUp(msgspec.Struct, Tell, frozen=True, gc=False):
    """The feed knows all that has closed by now. Published, where it watches a venue."""

    symbol: str
    frame: str
    at: Millis


# -- what is asked with an age

Aged: TypeAlias = Fresh[Ticker] | Stale[Ticker] | None


class GetTicker(msgspec.Struct, Ask[Aged], frozen=True, gc=False):
    """What the symbol trades at; None: nothing was heard. Raises NotFollowed."""

    max_age: Millis = Millis(60_000)


class GetFunding(msgspec.Struct, Ask[Fresh[Funding] | Stale[Funding] | None], frozen=True):
    """The funding of a contract; None: nothing was heard. Raises NotFollowed."""

    max_age: Millis = Millis(120_000)


class GetOpenInterest(
    msgspec.Struct, Ask[Fresh[OpenInterest] | Stale[OpenInterest] | None], frozen=True
):
    """The open interest of a contract; None: nothing was heard. Raises NotFollowed."""

    max_age: Millis = Millis(600_000)


class GetMarkPrice(msgspec.Struct, Ask[MarkPrice | NoMarkPrice], frozen=True, gc=False):
    """What the symbol is reckoned at, and by whose word."""


class TickerChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """There is a newer ticker. Published."""

    ticker: Ticker


class MiniTicker(msgspec.Struct, frozen=True, gc=False):
    """The few numbers of a ticker that most want; quote currency per unit of base."""

    symbol: str
    at: Millis
    last: Decimal
    high: Decimal | None  # of 24 hours, as what follows
    low: Decimal | None
    open: Decimal | None
    base_volume: Decimal | None


class MiniTickerChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """One of those numbers is another. Published."""

    ticker: MiniTicker


class FundingChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """Funding, mark or index price were told anew. Published."""

    funding: Funding


class OpenInterestChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """Open interest was told anew. Published."""

    interest: OpenInterest


class MarkPriceChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """The symbol is reckoned at another price, by another's word, or at none. Published."""

    symbol: str
    mark: MarkPrice | NoMarkPrice


# -- the book


class BookView(msgspec.Struct, frozen=True, gc=False):
    """The book, if there is one that is valid."""

    status: Status
    book: Book | None
    fault: BookFault | None
    at: Millis  # when that became so, or changed last; by the clock of the System


class GetBook(msgspec.Struct, Ask[BookView], frozen=True, gc=False):
    """The best levels of both sides. Raises BadLimit where depth < 1, and NotFollowed."""

    depth: int = 20


class BookChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """The book has changed, or has become valid or invalid. Published; `GetBook` has the levels."""

    symbol: str
    status: Status
    bid: Level | None  # the best; None as well where there is no valid book
    ask: Level | None
    sequence: int | None  # the venue's number of this state
    fault: BookFault | None = None


# -- trades


class GetTrades(msgspec.Struct, Ask[tuple[Trade, ...]], frozen=True, gc=False):
    """The newest trades, oldest first. Raises BadLimit where limit < 1, and NotFollowed."""

    limit: int


class GetLiquidations(msgspec.Struct, Ask[tuple[Liquidation, ...]], frozen=True, gc=False):
    """The newest liquidations, oldest first. Raises BadLimit where limit < 1, and NotFollowed."""

    limit: int


class TradesHeard(msgspec.Struct, Tell, frozen=True, gc=False):
    """Others have traded, oldest first. Published: each trade once, in the venue's order."""

    symbol: str
    trades: tuple[Trade, ...]


class TradesMissed(msgspec.Struct, Tell, frozen=True, gc=False):
    """Trades of a stretch of time cannot be had any more. Published before those after them."""

    symbol: str
    after: Millis  # of the last trade before
    until: Millis  # of the first one after
    reason: str


class LiquidationsHeard(msgspec.Struct, Tell, frozen=True, gc=False):
    """Positions were closed by force, oldest first. Published."""

    symbol: str
    liquidations: tuple[Liquidation, ...]


# -- price thresholds

PriceKind = Literal["last", "mark"]
"""What is compared: the last trade (or a ticker's last price), or the mark price."""


class Arm(msgspec.Struct, Ask[ThresholdId], frozen=True, gc=False):
    """Tell me once when the price is at or beyond a level. Raises BadLevel.

    `ThresholdCrossed` is told to `to`, at most once. An arming ends with the feed's incarnation:
    whoever needs it longer listens for `FeedStarted` and arms again. Raises UsageError where it is
    made of what cannot be.
    """

    level: Decimal
    direction: Direction
    to: Ref
    price: PriceKind = "last"

    def __post_init__(self) -> None:
        if not isinstance(self.level, Decimal):
            raise UsageError(f"threshold at {self.level!r}: give a Decimal")
        if self.direction not in get_args(Direction):
            raise UsageError(f"threshold {self.direction!r}: give 'above' or 'below'")
        if self.price not in get_args(PriceKind):
            raise UsageError(f"threshold of the price {self.price!r}: give 'last' or 'mark'")
        if not isinstance(self.to, Ref):
            raise UsageError(f"threshold for {self.to!r}: give the Ref of who is to be told")


class Disarm(msgspec.Struct, Ask[bool], frozen=True, gc=False):
    """Wait no more. False: it has fired, or was disarmed before."""

    threshold: ThresholdId


class ThresholdCrossed(msgspec.Struct, Tell, frozen=True, gc=False):
    """The price has been at the level or beyond it. Told to whoever armed it."""

    threshold: ThresholdId
    symbol: str
    level: Decimal
    price: Decimal
    at: Millis  # when the price was true, by the venue's clock


class FeedStarted(msgspec.Struct, Tell, frozen=True, gc=False):
    """A feed has started; nothing is armed and nobody has subscribed. Published."""

    symbol: str
