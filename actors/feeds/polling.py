"""What is polled and how: the question, what its answer is to a feed, and whether that is news.

A feed is told what a poll brought in the words in which a stream would have told it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs

from ...runtime import Ask, Millis, Tell
from ..exchange.adapters.capabilities import Capabilities
from ..exchange.market_messages import (
    BookReported,
    CandleReported,
    FetchBook,
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchOpenInterest,
    FetchTicker,
    FetchTrades,
    FormingReported,
    FundingReported,
    OpenInterestReported,
    TickerReported,
    Topic,
    TradesReported,
)
from ..market.timeframe import TimeFrame
from .cadence import Cadence, irregular
from .pace import Pace
from .source_messages import SourcedTopic

Polled = Literal["ticker", "trades", "book", "candles", "forming", "funding", "open_interest"]

TRADES: Final = 200  # of one poll; of more a feed sees that some are missing
FEWEST: Final = 50  # of one poll where little was new in the one before
ROOM: Final = 4  # times as many as were new
CANDLES: Final = 5
SETTLE: Final = 2_000  # ms after a close before the candle is asked for
LONGEST_WAIT: Final = 600_000  # ms until a candle is asked for, however far its close is

POLLS: Final[Mapping[SourcedTopic, tuple[Polled, ...]]] = MappingProxyType(
    {
        "ticker": ("ticker",),
        "trades": ("trades",),
        "book": ("book",),
        "diffs": ("book",),
        "candles": ("forming", "candles"),
        "funding": ("funding",),
        "open_interest": ("open_interest",),
        "liquidations": (),
    }
)
"""What stands in for a stream; the first of them tells whether a silence was the market's."""

PACES: Final[Mapping[Polled, Pace]] = MappingProxyType(
    {
        "ticker": Pace(Millis(2_000), Millis(30_000)),
        "trades": Pace(Millis(2_000), Millis(20_000)),
        "book": Pace(Millis(2_000), Millis(20_000)),
        "candles": Pace(Millis(2_000), Millis(30_000)),  # between two looks for one that closed
        "forming": Pace(Millis(10_000), Millis(60_000)),
        "funding": Pace(Millis(5_000), Millis(60_000)),
        "open_interest": Pace(Millis(60_000), Millis(300_000)),
    }
)
"""Longest pauses lie below the ages at which what they bring is stale."""

_MINUTE: Final = Millis(60_000)
_CADENCES: Final[Mapping[SourcedTopic, Cadence]] = MappingProxyType(
    {
        "ticker": irregular(floor=Millis(10_000), ceiling=_MINUTE),
        "book": irregular(floor=Millis(10_000), ceiling=_MINUTE),
        "diffs": irregular(floor=Millis(10_000), ceiling=_MINUTE),
        "trades": irregular(floor=Millis(30_000), ceiling=Millis(300_000)),
        "funding": irregular(floor=Millis(15_000), ceiling=_MINUTE),
    }
)
_FORMING: Final = 30_000  # ms: candles that form speak more often than that, where anybody trades
_LATE: Final = 15_000  # ms by which the word that one has closed may be late
_MONTH: Final = 31 * 86_400_000  # ms


@attrs.frozen
class Offers:
    """What a connector has of a market. frames: those of candles; none named: all."""

    streams: tuple[Topic, ...] = ()
    polls: tuple[Polled, ...] = tuple(PACES)
    frames: tuple[str, ...] = ()


def offers_of(capabilities: Capabilities) -> Offers:
    """What an exchange has. What it turns out not to answer is not asked again."""
    missing = set[Polled]()
    if not capabilities.has_funding:
        missing.add("funding")
    if not capabilities.has_open_interest:
        missing.add("open_interest")
    polls: tuple[Polled, ...] = tuple(each for each in PACES if each not in missing)
    return Offers(capabilities.public_streams, polls, capabilities.frames)


def cadence_of(topic: SourcedTopic, frame: str = "") -> Cadence | None:
    """What is expected of a stream; None: nothing, as of liquidations."""
    if topic != "candles":
        return _CADENCES.get(topic)
    parsed = TimeFrame.parse(frame)
    length = parsed.length if parsed.is_fixed else _MONTH
    return irregular(floor=Millis(_FORMING), ceiling=Millis(max(_FORMING, length + _LATE)))


def question_of(  # noqa: PLR0911  # one each
    what: Polled, symbol: str, frame: str, trades: int = TRADES
) -> Ask[Any]:
    """The poll itself. trades: how many of them, where it is for those."""
    match what:
        case "ticker":
            return FetchTicker(symbol)
        case "trades":
            return FetchTrades(symbol, trades)
        case "book":
            return FetchBook(symbol)
        case "candles":
            return FetchCandles(symbol, frame, CANDLES)
        case "forming":
            return FetchForming(symbol, frame)
        case "funding":
            return FetchFunding(symbol)
        case "open_interest":
            return FetchOpenInterest(symbol)


def reports_of(  # noqa: PLR0911  # one each
    what: Polled, symbol: str, frame: str, answer: Any
) -> tuple[Tell, ...]:
    """What a feed is told of an answer, in the order of time."""
    match what:
        case "ticker":
            return (TickerReported(answer),)
        case "trades":
            return (TradesReported(symbol, answer),) if answer else ()
        case "book":
            return (BookReported(answer),)
        case "candles":
            return tuple(CandleReported(symbol, frame, candle) for candle in answer)
        case "forming":
            return () if answer is None else (FormingReported(symbol, frame, answer),)
        case "funding":
            return (FundingReported(answer),)
        case "open_interest":
            return (OpenInterestReported(answer),)


def next_trades(new: int) -> int:
    """How many trades the next poll asks for, where so many were new in this one.

    A full page that is known already is read again in vain; one that turns out too small is no
    loss, as a feed asks for what is missing between two.

    >>> [next_trades(new) for new in (0, 20, 200)]
    [50, 80, 200]
    """
    return min(TRADES, max(FEWEST, ROOM * new))


def candle_wait(frame: TimeFrame, newest: Millis | None, now: Millis) -> Millis | None:
    """How long until the next candle can be asked for; None: one that has closed is missing.

    newest: when the newest one began that is known. now: the wall clock.
    """
    forming = frame.open_of(now)
    if newest is None or frame.close_of(newest) < forming:
        return None
    return Millis(min(frame.close_of(forming) + SETTLE - now, LONGEST_WAIT))
