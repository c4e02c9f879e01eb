"""Hears all that feeds, sources and the gate of a run publish, and holds it to the truth."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
import msgspec

from ...actors.exchange.gate.messages import GateClosed, GateOpened
from ...actors.feeds.messages import (
    BookChanged,
    BookView,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FeedStarted,
    GapFound,
    GetBook,
    MarkPriceChanged,
    MiniTickerChanged,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)
from ...actors.feeds.source_messages import SourceChanged
from ...actors.market.candle import Candle
from ...actors.market.side import Side
from ...actors.market.timeframe import TimeFrame
from ...runtime import Actor, Crashed, DeadLetter, Millis, Outcome, VirtualClock, on
from .checks import DEPTH, Books, Candles, Swing, Trades
from .truth import MarketTruth, Told

LOOK: Final = 2_000  # ms from one look at all levels of a book to the next, at least
MOST: Final = 1_000  # violations that are kept; all are counted
PUBLISHED: Final = (
    BookChanged,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FeedStarted,
    GapFound,
    MarkPriceChanged,
    MiniTickerChanged,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)


@attrs.define
class Seen:
    """What a whole run showed."""

    began: Millis  # `elapsed` of then; all times here are since
    truths: dict[str, MarketTruth]
    told: Told
    frames: Sequence[TimeFrame]
    found: list[str] = attrs.field(factory=list)
    violations: int = 0
    events: Counter[str] = attrs.field(factory=Counter[str])  # by kind
    trades: dict[str, Trades] = attrs.field(factory=dict)
    books: dict[str, Books] = attrs.field(factory=dict)
    candles: dict[tuple[str, str], Candles] = attrs.field(factory=dict)
    swings: dict[str, list[Swing]] = attrs.field(factory=dict)  # by symbol
    turns: dict[str, list[Millis]] = attrs.field(factory=dict)  # of strategies, by symbol
    crashes: list[str] = attrs.field(factory=list)
    letters: Counter[str] = attrs.field(factory=Counter[str])
    _digest: Any = attrs.field(factory=hashlib.sha256)

    def __attrs_post_init__(self) -> None:
        for symbol in self.truths:
            self.trades[symbol], self.books[symbol] = Trades(), Books()
            self.swings[symbol], self.turns[symbol] = [], []
            for frame in self.frames:
                self.candles[symbol, str(frame)] = Candles(frame)

    def since(self, elapsed: Millis) -> Millis:
        """How long the run had gone on then."""
        return Millis(elapsed - self.began)

    def note(self, event: Any, elapsed: Millis) -> None:
        """Count an event, and let it into the hash of the run."""
        kind, at = type(event).__name__, self.since(elapsed)
        self.events[kind] += 1
        self._digest.update(f"{at} {kind} ".encode() + msgspec.json.encode(event))

    def blame(self, found: Iterable[str], at: Millis) -> None:
        """Write violations down."""
        for each in found:
            self.violations += 1
            if len(self.found) < MOST:
                self.found.append(f"at {at / 60_000:,.2f} min: {each}")

    @property
    def hash(self) -> str:
        """Of every event that was published, in its order and with its time."""
        return str(self._digest.hexdigest())


class Witness(Actor):
    """Hears the feed and the source of one symbol, and looks at the feed's book."""

    def __init__(self, symbol: str, seen: Seen, *, feed: str, source: str) -> None:
        self._symbol = symbol
        self._seen = seen
        self._feed = feed
        self._source = source
        self._looked = Millis(-LOOK)
        self._truth = seen.truths[symbol]
        self._trades, self._books = seen.trades[symbol], seen.books[symbol]

    def on_start(self) -> None:
        feed = self.lookup(self._feed)
        for kind in PUBLISHED:
            self.subscribe(feed, kind)
        self.subscribe(self.lookup(self._source), SourceChanged)

    @on(TradesHeard)
    def trades(self, event: TradesHeard) -> None:
        self._note(event, self._trades.hear(event, self._truth, self._seen.told))

    @on(TradesMissed)
    def trades_missed(self, event: TradesMissed) -> None:
        self._trades.announced(event)
        self._note(event)

    @on(BookChanged)
    def book(self, event: BookChanged) -> None:
        self._books.passed(event, self._seen.since(self.elapsed))
        self._note(event, self._books.changed(event, self._truth, self._seen.told))
        if event.status == "valid" and self.elapsed - self._looked >= LOOK:
            self._looked = self.elapsed
            self.request(self.lookup(self._feed), GetBook(DEPTH))

    @on(Outcome)
    def book_shown(self, outcome: Outcome) -> None:
        view: BookView = outcome.get()
        if view.status == "valid" and view.book is not None:
            found = self._books.shown(view.book, self._truth, self._seen.told)
            self._seen.blame(found, self._seen.since(self.elapsed))

    @on(CandleEnded)
    def candle(self, event: CandleEnded) -> None:
        self._note(event, self._seen.candles[self._symbol, event.frame].ended(event))

    @on(CandleCorrected)
    def corrected(self, event: CandleCorrected) -> None:
        self._seen.candles[self._symbol, event.frame].corrected += 1
        self._note(event)

    @on(GapFound)
    def gap(self, event: GapFound) -> None:
        self._seen.candles[self._symbol, event.frame].gaps += 1
        self._note(event)

    @on(CandleMoved, FeedCaughtUp, FeedStarted, MarkPriceChanged, MiniTickerChanged, TickerChanged)
    def other(self, event: object) -> None:
        self._note(event)

    @on(SourceChanged)
    def source(self, event: SourceChanged) -> None:
        self._note(event)

    def _note(self, event: object, found: Iterable[str] = ()) -> None:
        self._seen.note(event, self.elapsed)
        self._seen.blame(found, self._seen.since(self.elapsed))


class GateWatch(Actor):
    """Writes down when the gate opened and closed for the strategies of a frame, and why."""

    def __init__(self, seen: Seen, *, gate: str, frame: str) -> None:
        self._seen = seen
        self._gate = gate
        self._frame = frame

    def on_start(self) -> None:
        gate = self.lookup(self._gate)
        self.subscribe(gate, GateOpened)
        self.subscribe(gate, GateClosed)
        self.subscribe(None, Crashed)
        self.subscribe(None, DeadLetter)

    @on(GateOpened)
    def opened(self, event: GateOpened) -> None:
        self._swing(event.symbol, Swing(self._seen.since(self.elapsed), is_open=True))
        self._seen.note(event, self.elapsed)

    @on(GateClosed)
    def closed(self, event: GateClosed) -> None:
        why = [each for each in event.obstacles if each.concerns(event.symbol, self._frame)]
        words = "; ".join(map(str, why))
        at = self._seen.since(self.elapsed)
        self._swing(event.symbol, Swing(at, is_open=not why, why=words))
        self._seen.note(event, self.elapsed)

    @on(Crashed)
    def crashed(self, event: Crashed) -> None:
        self._seen.crashes.append(f"{event.path} crashed: {event.error!r}")

    @on(DeadLetter)
    def unread(self, event: DeadLetter) -> None:
        self._seen.letters[f"{event.message_type} to {event.path}: {event.why}"] += 1

    def _swing(self, symbol: str, swing: Swing) -> None:
        for known in (symbol,) if symbol else self._seen.swings:
            self._seen.swings[known].append(swing)


class Turns:
    """An `Evaluation` that advises nothing, and writes down when it had a turn."""

    def __init__(self, symbol: str, seen: Seen, clock: VirtualClock) -> None:
        self._turns = seen.turns[symbol]
        self._seen = seen
        self._clock = clock

    def add(self, _: Candle, /) -> Side | None:
        at = self._seen.since(self._clock.elapsed())
        if not self._turns or self._turns[-1] != at:  # a whole past is shown in one moment
            self._turns.append(at)
        return None
