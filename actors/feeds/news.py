"""What a report of the market is of, and whether it tells what was not known.

A stream that is silent and polls that bring nothing new are a quiet market; polls that bring
something are proof that the stream is broken (M4).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from ...runtime import Tell
from ..exchange.market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    TickerReported,
    Topic,
    TradesReported,
)
from ..market.trade import Trade
from .polling import Polled

Report: TypeAlias = (
    TickerReported
    | TradesReported
    | BookReported
    | BookDiffReported
    | CandleReported
    | FormingReported
    | FundingReported
    | LiquidationsReported
)
REPORTS: Final[tuple[type, ...]] = (
    TickerReported,
    TradesReported,
    BookReported,
    BookDiffReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
)
Mark: TypeAlias = tuple[Any, ...] | None
"""What tells one word of a venue from the next: of what counts up it grows, else it differs."""

TOP: Final = 5  # levels in which a book without a number is compared
COUNTING: Final = frozenset({"trades", "candles"})  # their marks grow


def key_of(report: Report) -> tuple[str, Topic, str]:  # noqa: PLR0911  # one each
    """Of which symbol, stream and frame a report is."""
    match report:
        case TickerReported():
            return report.ticker.symbol, "ticker", ""
        case TradesReported():
            return report.symbol, "trades", ""
        case BookReported():
            return report.book.symbol, "book", ""
        case BookDiffReported():
            return report.symbol, "diffs", ""
        case CandleReported() | FormingReported():
            return report.symbol, "candles", report.frame
        case FundingReported():
            return report.funding.symbol, "funding", ""
        case LiquidationsReported():
            return report.symbol, "liquidations", ""


def mark_of(report: Tell) -> tuple[Polled, Mark] | None:  # noqa: PLR0911  # one each
    """What tells this word from another of its kind; None: nothing is compared with it."""
    match report:
        case TickerReported(ticker=ticker):
            return "ticker", (ticker.last, ticker.bid, ticker.ask)
        case TradesReported(trades=trades) if trades:
            return "trades", trade_mark(trades[-1])
        case BookReported(book=book):
            if book.sequence is not None:
                return "book", (book.sequence,)
            return "book", (book.bids[:TOP], book.asks[:TOP])
        case BookDiffReported(diff=diff):
            return "book", None if diff.last is None else (diff.last,)
        case CandleReported(candle=candle):
            return "candles", (candle.at,)
        case FormingReported(candle=candle):
            return "forming", (candle,)
        case FundingReported(funding=funding):
            return "funding", (funding.rate, funding.mark, funding.index)
        case _:
            return None


def trade_mark(trade: Trade) -> Mark:
    """What tells one trade from the next."""
    return trade.at, len(trade.trade_id), trade.trade_id


def is_newer(what: Polled, mark: Mark, before: Mark) -> bool:
    """Whether a word tells what one of before did not; where they cannot be compared, it does.

    Parts that either leaves out are not: Binance's mini ticker has no bid and no ask, and would be
    found wanting by every poll.
    """
    if mark is None or before is None or len(mark) != len(before):
        return True
    if what == "ticker":
        return any(a != b for a, b in zip(mark, before, strict=True) if None not in (a, b))
    counts = what in COUNTING or (what == "book" and len(mark) == 1)
    return bool(mark > before) if counts else mark != before
