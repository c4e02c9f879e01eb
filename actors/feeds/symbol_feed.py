"""The feed of one symbol: all its market data, kept in order and told on.

A tape's candles are told to the feed, see `tape_intake`. What a venue says comes from its streams,
which the connector publishes, and from polls, which a source tells; the feed does not care which:
it drops what it has, and asks the venue for what is missing before anybody hears of what came after
it. What is true is decided by the rules next door; this file moves messages. Questions are answered
in `feed_reads`, and what others are told of it is in `feed_word`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from ...runtime import Ask, AskError, MailboxFull, Millis, Outcome, Refusal, Tell, UsageError, on
from ..exchange.errors import NotOffered
from ..exchange.market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FetchBook,
    FetchCandles,
    FetchTrades,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    OpenInterestReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
from ..exchange.messages import GetVenueClock, LineChanged, VenueClock
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .asking import CANDLES, AskAgain, Asking
from .candle_series import CandleSeries
from .follow import Follow
from .higher_frames import FramesDoNotFit
from .intake import Intake
from .messages import (
    BookChanged,
    CandleEnded,
    FeedCaughtUp,
    FeedStarted,
    TradesHeard,
    TradesMissed,
)
from .tape_intake import TapeIntake
from .trade_joining import Missed, Step
from .trade_overlap import joining

BEAT: Final = Millis(1_000)
PAGE: Final = 1_000  # trades that are asked for at once


class _Beat(msgspec.Struct, Tell, frozen=True):
    """A second has passed."""


class SymbolFeed(TapeIntake):
    """Owns the market data of one symbol; see `messages` for what it is asked and says.

    frames: of candles, the base first, which is the lowest. connector: path of who knows what was
    before; None: it begins empty. Where that is away the feed is behind, which is a state and no
    crash (C12). intake: how candles come. gate: path of who is told what is known; None: nobody.
    follow: what else it follows, and how the venue tells it.
    """

    def __init__(
        self,
        symbol: str,
        frames: Sequence[TimeFrame],
        *,
        connector: str | None = None,
        intake: Intake = Intake.TOLD,
        gate: str | None = None,
        follow: Follow = Follow(),
    ) -> None:
        names = [str(frame) for frame in frames]
        if not names or len(set(names)) < len(names):
            raise UsageError(f"feed of {symbol}: give frames, each once, not {names}")
        super().__init__(symbol, frames, follow=follow, gate=gate, connector=connector)
        self._is_tape = intake is Intake.TOLD
        if self._is_tape:
            self._frames.build_all()
        self._joining = joining(follow.trade_ids)
        self._trades_live = False
        self._said_book: BookChanged | None = None

    async def on_start(self) -> None:
        super().on_start()
        self._asking = Asking(self._request, self.after, self.chance)
        self.publish(FeedStarted(self._symbol))
        self._lose_all()
        if self._is_tape:
            await self._start_tape()
            return
        self._listen()
        self.after(BEAT, _Beat())
        for name in self._frames.series:
            self._inquire(CANDLES + name)

    # -- a venue's candles

    def _comes_later(self, candle: Candle) -> bool:
        if self._is_tape:
            return super()._comes_later(candle)
        self._tell_candles(self._base, self._base.reported(candle, now=self._utc))
        return False

    @on(CandleReported)
    def candle_reported(self, message: CandleReported) -> None:
        series = self._told_of(message)
        if series is not None:
            self._witness(series.frame.close_of(message.candle.at))
            self._tell_candles(series, series.reported(message.candle, now=self._utc))

    @on(FormingReported)
    def forming_reported(self, message: FormingReported) -> None:
        series = self._told_of(message)
        if series is not None and not series.is_built:
            self._telling.tell(series.moved(message.candle, now=self._utc))

    def _told_of(self, message: CandleReported | FormingReported) -> CandleSeries | None:
        if message.symbol != self._symbol:
            return None
        series = self._frames.series.get(message.frame)
        if series is None:
            self._quotes.refuse("candles", "FRAME")
        return series

    def _tell_candles(self, series: CandleSeries, events: Sequence[Tell]) -> None:
        for event in events:
            if series is self._base and isinstance(event, CandleEnded):
                self.publish(event.candle)
                self._telling.deliver(event.candle)
            self._telling.tell((event,))
        if series is self._base and events:
            self._telling.tell(self._frames.raise_up(events))
            self._quote_close()
            self._weigh_mark()
        if any(isinstance(event, FeedCaughtUp) for event in events):
            self._stand_candles()
        if not self._is_tape:
            self._inquire(CANDLES + series.name)

    # -- trades, tickers and the like

    @on(TradesReported)
    def trades_reported(self, message: TradesReported) -> None:
        if message.symbol == self._symbol and message.trades:
            self._witness(message.trades[-1].at)
            sound = self._quotes.sound_trades(message.trades, now=self._utc)
            self._tell_trades(self._joining.told(sound))

    def _tell_trades(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if isinstance(step, Missed):
                self._frames.lacks_trades(step.until)
                missed = TradesMissed(self._symbol, step.after, step.until, step.reason)
                self._telling.tell((missed,))
                continue
            self._quotes.traded(step, now=self._utc)
            self._telling.tell((TradesHeard(self._symbol, step),))
            if self._armed.is_watching:
                for trade in step:
                    self._cross("last", trade.price, at=trade.at)
            if self._frames.by_trades is not None:
                self._tell_candles(self._base, self._frames.traded(step))
        self._weigh_mark()
        self._inquire("trades")

    @on(TickerReported)
    def ticker_reported(self, message: TickerReported) -> None:
        ticker = message.ticker
        if ticker.symbol != self._symbol:
            return
        self._witness(ticker.at)
        events = self._quotes.ticked(ticker, now=self._utc, elapsed=self.elapsed)
        self._telling.tell(events)
        if events and self._armed.is_watching and ticker.last is not None:
            trades = self._quotes.trades
            if not trades or ticker.at > trades[-1].at:
                self._cross("last", ticker.last, at=ticker.at)
        self._weigh_mark()

    @on(FundingReported)
    def funding_reported(self, message: FundingReported) -> None:
        if message.funding.symbol == self._symbol:
            now, elapsed = self._utc, self.elapsed
            self._telling.tell(self._quotes.funded(message.funding, now=now, elapsed=elapsed))
            self._weigh_mark()
            self._stand_funding()

    @on(OpenInterestReported)
    def open_interest_reported(self, message: OpenInterestReported) -> None:
        if message.interest.symbol == self._symbol:
            now, elapsed = self._utc, self.elapsed
            self._telling.tell(self._quotes.held_open(message.interest, now=now, elapsed=elapsed))

    @on(LiquidationsReported)
    def liquidations_reported(self, message: LiquidationsReported) -> None:
        if message.symbol == self._symbol:
            self._telling.tell(self._quotes.liquidated(message.liquidations, now=self._utc))

    # -- the book

    @on(BookReported)
    def book_reported(self, message: BookReported) -> None:
        if message.book.symbol == self._symbol:
            self._book.told(message.book, elapsed=self.elapsed)
            self._tell_book()

    @on(BookDiffReported)
    def diff_reported(self, message: BookDiffReported) -> None:
        if message.symbol == self._symbol:
            self._book.changed(message.diff)
            self._tell_book()

    def _tell_book(self) -> None:
        if "book" not in self._follow.subjects:
            return
        top = self._book.top(elapsed=self.elapsed)
        said = BookChanged(self._symbol, top.status, top.bid, top.ask, top.sequence, top.fault)
        if said != self._said_book:
            self._said_book, self._book_at = said, self._utc
            self._telling.tell((said,))
        self._inquire("book")

    # -- streams and the line

    @on(StreamChanged)
    def stream_changed(self, message: StreamChanged) -> None:
        if message.symbol != self._symbol:
            return
        is_live, topic = message.state == "live", message.topic
        if topic == "candles":
            series = self._frames.series.get(message.frame)
            if series is not None and is_live:
                series.fall_behind()
                self._inquire(CANDLES + series.name)
        elif topic == "trades":
            self._trades_live = is_live
            if is_live:
                self._joining.stream_live()
            else:
                self._joining.stream_down()
            self._inquire("trades")
        elif topic in ("book", "diffs"):
            if is_live:
                self._book.stream_live(topic)
            else:
                self._book.stream_down(topic, message.reason)
            self._tell_book()

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        line = message.line
        if line.state == "up":
            self._away = ""
            for series in self._frames.series.values():
                series.fall_behind()
                self._asking.go_on(CANDLES + series.name)
                self._inquire(CANDLES + series.name)
            return
        self._away = f"the line is {line.state}"
        self._trades_live = False
        self._joining.stream_down()
        self._book.line_down(self._away)
        self._tell_book()
        self._stand_candles()

    def _listen(self) -> None:
        """Hear the connector; a source that polls tells the same."""
        if self._connector is None:
            return
        connector = self.lookup(self._connector)
        for kind in (LineChanged, StreamChanged, VenueClock, *self._follow.reports):
            self.subscribe(connector, kind)
        self._inquire("clock")

    def _witness(self, stamp: Millis) -> None:
        self._clock.witness(stamp, now=self.now, elapsed=self.elapsed)

    @on(_Beat)
    def beat(self, _: _Beat) -> None:
        self.after(BEAT, _Beat())
        if self._trades_live and self._joining.since is None:
            self._tell_candles(self._base, self._frames.passed(self._utc))
        self._tell_book()
        self._weigh_mark()
        self._stand_candles()
        self._stand_funding()

    # -- what is asked of the connector

    def _request(self, question: Ask[Any], token: object) -> Outcome | None:
        return self.request(self.lookup(self._connector or ""), question, token)

    def _inquire(self, about: str) -> None:
        """Ask, if something is missing and not asked for yet."""
        if self._connector is None or not self._asking.is_free(about):
            return
        question = self._question(about)
        outcome = None if question is None else self._asking.ask(about, question)
        if outcome is not None:
            self.answered(outcome)

    def _question(self, about: str) -> Ask[Any] | None:
        """What to ask; None: nothing is missing."""
        symbol = self._symbol
        if about == "clock":
            return None if self._clock.is_measured else GetVenueClock()
        if about == "trades":
            since = self._joining.since
            return None if since is None else FetchTrades(symbol, PAGE, since)
        if about == "book":
            depth = self._follow.depth
            return FetchBook(symbol, depth) if self._book.needs_snapshot else None
        return self._frames.series[about.removeprefix(CANDLES)].question(self._utc)

    @on(AskAgain)
    def ask_again(self, message: AskAgain) -> None:
        self._asking.go_on(message.about)
        self._inquire(message.about)

    @on(Outcome)
    def answered(self, message: Outcome) -> None:
        about, question = message.token
        try:
            answer = message.get()
        except NotOffered:
            is_helped = self._do_without(about)
        except (Refusal, AskError, MailboxFull):
            is_helped = False  # a venue that is away is a state of the line, no crash of ours
        else:
            is_helped = self._take_answer(question, answer)
        self._asking.answered(about)  # not before: what it brought would ask again at once
        if is_helped:
            self._asking.succeed(about)
        if self._question(about) is None:
            return
        if is_helped:
            self.ref.tell(AskAgain(about))
        else:
            self._asking.pause(about)

    def _take_answer(self, question: Ask[Any], answer: Any) -> bool:
        """Whether the answer was of help."""
        if isinstance(question, GetVenueClock):
            self.venue_clock(answer)
            return True
        if isinstance(question, FetchCandles):
            series = self._frames.series[question.frame]
            if self._is_tape:
                self._take_tape_past(answer)
                self._telling.tell((FeedCaughtUp(self._symbol, series.name, self.now),))
            else:
                events = series.past(answer, asked=question, now=self._utc)
                self._tell_candles(series, events)
            return not series.is_in_vain
        if isinstance(question, FetchTrades):
            sound = self._quotes.sound_trades(answer, now=self._utc)
            self._tell_trades(self._joining.fetched(sound, limit=question.limit))
            return not self._joining.is_in_vain
        is_used = self._book.loaded(answer, limit=self._follow.depth)
        self._tell_book()
        return is_used

    def _do_without(self, about: str) -> bool:
        """The venue does not offer it: build it, where that can be."""
        name = about.removeprefix(CANDLES)
        if self._is_tape:
            raise UsageError(f"{self.path}: nobody tells candles of {self._symbol} {name}")
        if name == about:
            return False
        if name != self._base.name:
            try:
                self._frames.build(name)
            except FramesDoNotFit:
                return False
        elif "trades" in self._follow.subjects:
            self._frames.build_from_trades()
            self._frames.prime()
        else:
            return False
        self._telling.tell((FeedCaughtUp(self._symbol, name, self._utc),))
        self._stand_candles()
        return True
