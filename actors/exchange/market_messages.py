"""What a connector is asked of a market, and what it reports of one. See `messages` for the rest.

Reads are answered, or refused with one of the errors of `errors`. Streams are asked for with
`Watch`; what they bring is published, sound values only. A stream may break and be taken up again
at any time: `StreamChanged` says so, and what happened in between was not heard. Nothing is
reported twice because two lines brought it, and nothing is held back: what comes late comes late.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ...runtime import Ask, Millis, Tell
from ..market.book import Book
from ..market.book_diff import BookDiff
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.listing import Listing
from ..market.open_interest import OpenInterest
from ..market.ticker import Ticker
from ..market.trade import Trade

# -- reads


class FetchListings(msgspec.Struct, Ask[tuple[Listing, ...]], frozen=True, gc=False):
    """All markets of the venue, as they are now."""


class FetchTicker(msgspec.Struct, Ask[Ticker], frozen=True, gc=False):
    """What a market trades at now."""

    symbol: str


class FetchBook(msgspec.Struct, Ask[Book], frozen=True, gc=False):
    """The best levels of a market's book."""

    symbol: str
    depth: int = 100  # levels of each side, > 0


class FetchTrades(msgspec.Struct, Ask[tuple[Trade, ...]], frozen=True, gc=False):
    """Trades of a market, oldest first: the newest ones; with `since` the oldest from then on.

    Their ids are those of the stream "trades". A venue that does not tell trades of before gives
    the newest that it has all the same: whether something is missing shows in what comes.
    """

    symbol: str
    limit: int  # > 0
    since: Millis | None = None  # by the venue's clock, inclusive


class FetchFunding(msgspec.Struct, Ask[Funding], frozen=True, gc=False):
    """The funding of a perpetual contract, with its mark and index price where they are told."""

    symbol: str


class FetchOpenInterest(msgspec.Struct, Ask[OpenInterest], frozen=True, gc=False):
    """How much of a contract is open. Raises NotOffered."""

    symbol: str


class FetchCandles(msgspec.Struct, Ask[tuple[Candle, ...]], frozen=True, gc=False):
    """Closed candles, oldest first, without a gap of our making. Raises NotOffered.

    The newest ones; with `since` the oldest that begin then or later.
    """

    symbol: str
    frame: str  # as TimeFrame writes it: "1m"
    limit: int  # candles, > 0
    since: Millis | None = None


class FetchForming(msgspec.Struct, Ask[Candle | None], frozen=True, gc=False):
    """The candle that has not closed, as it stands; None: the venue tells none. Raises NotOffered.

    It may have closed by the time that it is here.
    """

    symbol: str
    frame: str


# -- streams

Topic = Literal["candles", "trades", "ticker", "book", "diffs", "funding", "liquidations"]
"""Of "book" whole books are reported, of "diffs" what changes in one: see `BookDiffReported`."""


class Watch(msgspec.Struct, Tell, frozen=True, gc=False):
    """Publish what happens in a market, for as long as this connector's incarnation lives.

    What is asked for twice is sent once. The line may come and go; it is taken up again then.
    """

    symbol: str
    topic: Topic
    frame: str = ""  # of candles


class Unwatch(msgspec.Struct, Tell, frozen=True, gc=False):
    """Let a stream be: whoever else watches it hears no more of it either."""

    symbol: str
    topic: Topic
    frame: str = ""


StreamState = Literal[
    "live",  # it has brought something since it was (re)subscribed; from that on nothing is missing
    "down",  # what happens now is not heard
]


class StreamChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """A stream that is watched is not as it was. Published, before what a live one brought."""

    symbol: str
    topic: Topic
    frame: str
    state: StreamState
    reason: str = ""  # why it is down

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class CandleReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """A candle has closed. Published once, in order; after an outage candles may be missing."""

    symbol: str
    frame: str
    candle: Candle

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class FormingReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """A candle that has not closed, as it stands. Published; those in between may be skipped."""

    symbol: str
    frame: str
    candle: Candle

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class TradesReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """Trades of a market, oldest first. Published."""

    symbol: str
    trades: tuple[Trade, ...]

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class TickerReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """What a market trades at. Published; those in between may be skipped."""

    ticker: Ticker

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.ticker.symbol


class BookReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """The best levels of a market. Published; those in between may be skipped."""

    book: Book

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.book.symbol


class BookDiffReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """A change of a market's book, as the venue tells it: unchecked, none skipped. Published."""

    symbol: str
    diff: BookDiff

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class FundingReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """Funding, mark and index price of a contract. Published; some may be skipped."""

    funding: Funding

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.funding.symbol


class OpenInterestReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """How much of a contract is open. Told by whoever polls it: no venue streams it."""

    interest: OpenInterest

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.interest.symbol


class LiquidationsReported(msgspec.Struct, Tell, frozen=True, gc=False):
    """Positions were closed by force, oldest first. Published; venues leave some out."""

    symbol: str
    liquidations: tuple[Liquidation, ...]

    @property
    def about(self) -> str:
        """The symbol: one can subscribe to events of one market alone."""
        return self.symbol


class UnsoundHeard(msgspec.Struct, Tell, frozen=True, gc=False):
    """Streams brought what cannot be, which was not told. Published, once a minute at most.

    of: topics, or parts of the account, with how often since the last time.
    """

    of: tuple[tuple[str, int], ...]
