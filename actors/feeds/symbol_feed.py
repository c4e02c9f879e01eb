"""The feed of one symbol: all its market data, kept in order and told on.

A tape's candles are told to the feed, see `tape_intake`. What a venue says comes from its streams,
which the connector publishes, and from polls, which a source tells; the feed does not care which:
it drops what it has, and asks the venue for what is missing before anybody hears of what came after
it, see `report_intake`. What is true is decided by the rules next door. This file hands every
message to the part that it is for, and asks the connector.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...runtime import (
    Actor,
    Ask,
    AskError,
    MailboxFull,
    Millis,
    Outcome,
    Refusal,
    Tell,
    Terminated,
    UsageError,
    on,
)
from ..exchange.errors import NotOffered
from ..exchange.market_messages import FetchCandles, StreamChanged
from ..exchange.messages import GetVenueClock, LineChanged, VenueClock
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .answers import QUESTIONS, Answers
from .asking import BOOK, CANDLES, CLOCK, AskAgain, Asking
from .feed_clock import FeedClock
from .follow import Follow
from .intake import Intake
from .market_data import MarketData
from .messages import Arm, Disarm, FeedStarted
from .price_watch import MarkDue, PriceWatch
from .report_intake import REPORTS, ReportIntake
from .ring import BLOCK
from .standing import Standing
from .subscribing import GetSubscriptions, Subscribe, SubscriptionCounts, Unsubscribe
from .tape_intake import TapeIntake
from .telling import LookAgain, Telling
from .thresholds import ThresholdId

BEAT: Final = Millis(1_000)  # while something may change within a second
SLOW_BEAT: Final = Millis(5_000)  # else: a topic that is held is told again so often
NEVER: Final = -(1 << 62)  # ms; added to a time it gives none at which a candle can begin


class _Beat(msgspec.Struct, Tell, frozen=True):
    """Time has passed."""


class SymbolFeed(Actor):
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
        self._data = MarketData(symbol, frames, follow)
        self._intake = intake
        if intake is Intake.TOLD:
            self._data.frames.build_all()
        self._connector = connector
        self._gate = gate
        base = self._data.base
        self._new = base.ring.new  # appended to here: a call less for every bar
        self._pack = base.ring.pack
        self._step = base.frame.length if base.frame.is_fixed else NEVER  # a month: the calendar
        self._due = NEVER  # when the next candle of a tape begins, ms
        self._is_more = True  # something besides the bare candle may be wanted
        self._audience: object = None  # who heard this feed when that was looked at

    async def on_start(self) -> None:
        self._publish = self.publish  # a name of its own, which the interpreter finds at once
        self._make_parts()
        self.publish(FeedStarted(self._data.symbol))
        self._standing.lose_all()
        if self._tape is not None:
            await self._begin_tape(self._tape)
            return
        self._listen()
        self._beat_again()
        for name in self._data.frames.series:
            self._inquire(CANDLES + name)

    def _make_parts(self) -> None:
        data = self._data
        clock = self._clock = FeedClock(lambda: self.now, lambda: self.elapsed)
        telling = self._telling = Telling(self.publish, self.after)
        standing = self._standing = Standing(data, clock, self._tell_gate)
        is_tape = self._intake is Intake.TOLD
        heard_by = None if is_tape else standing  # a tape's price is known from one candle on
        prices = self._prices = PriceWatch(data, clock, telling, self.after, standing=heard_by)
        self._answers = Answers(data, clock, path=self.path)
        self._reports = ReportIntake(data, clock, telling, prices, standing)
        tape = TapeIntake(data, clock, telling, prices, standing)
        self._tape = tape if is_tape else None
        self._asking = Asking(self._request, self.after, self.chance)

    def _tell_gate(self, word: Tell) -> None:
        if self._gate is not None:
            self.lookup(self._gate).tell(word)

    # -- questions, subscriptions, and prices that somebody waits for

    @on(*QUESTIONS)
    def asked(self, question: Ask[Any]) -> Any:
        return self._answers.of(question)

    @on(Subscribe)
    def subscribed(self, message: Subscribe) -> None:
        self._telling.add(message)
        self._is_more = True
        self.watch(message.to)

    @on(Unsubscribe)
    def unsubscribed(self, message: Unsubscribe) -> None:
        self._telling.end(message)

    @on(GetSubscriptions)
    def subscriptions(self, _: GetSubscriptions) -> tuple[SubscriptionCounts, ...]:
        return self._telling.counts

    @on(LookAgain)
    def look_again(self, _: LookAgain) -> None:
        self._telling.look_again()

    @on(Arm)
    def arm(self, message: Arm) -> ThresholdId:
        self._is_more = True
        self.watch(message.to)
        return self._prices.arm(message)

    @on(Disarm)
    def disarm(self, message: Disarm) -> bool:
        return self._prices.disarm(message.threshold)

    @on(MarkDue)
    def mark_due(self, _: MarkDue) -> None:
        self._prices.due()

    @on(Terminated)
    def gone(self, message: Terminated) -> None:
        self._telling.forget(message.ref)
        self._prices.forget(message.ref)

    # -- a tape's candles

    @on(Candle)
    def candle(self, candle: Candle) -> None:
        # Every closed candle of a backtest comes through here, so its usual case is a handful of
        # steps: it is the next one, it goes into the ring, and to the subscribers as the same
        # object. Whatever else is wanted stands behind one cheap check.
        at = candle.at
        if at != self._due and not self._comes_later(candle):
            return
        self._due = at + self._step
        new = self._new
        new.append(candle)
        if len(new) >= BLOCK:
            self._pack()
        publish = self._publish
        publish(candle)
        if self._is_more or self._cell.audience is not self._audience:
            self._tell_more(candle)

    def _comes_later(self, candle: Candle) -> bool:
        """Whether the tape goes on with it; a venue's candle has no tape, and is a report."""
        if self._tape is not None:
            return self._tape.comes_later(candle)
        self._inquire(self._reports.bare_candle(candle))
        return False

    def _tell_more(self, candle: Candle) -> None:
        """Whatever is wanted besides the bare candle; and whether anything is, the next time."""
        if self._tape is not None:  # no other candle comes as far
            self._tape.tell_more(candle)
            self._is_more = self._tape.is_more_wanted(self._cell.audience)
            self._audience = self._cell.audience

    async def _begin_tape(self, tape: TapeIntake) -> None:
        if self._connector is None:
            tape.begin(())
            return
        try:
            past = await self.ask(self.lookup(self._connector), tape.question)
        except NotOffered:
            raise  # a tape of something else: no waiting helps
        except (Refusal, AskError):
            self._asking.pause(CANDLES + self._data.base.name)
        else:
            tape.begin(past)

    # -- what a venue reports

    @on(*REPORTS)
    def reported(self, report: Tell) -> None:
        self._inquire(self._reports.hear(report))

    @on(StreamChanged)
    def stream_changed(self, message: StreamChanged) -> None:
        if message.symbol == self._data.symbol:
            about = self._data.stream_changed(message)
            self._inquire(self._reports.tell_book() if about == BOOK else about)

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        state, data = message.line.state, self._data
        if state == "up":
            data.away = ""
            for name, series in data.frames.series.items():
                series.fall_behind()
                self._asking.go_on(CANDLES + name)
                self._inquire(CANDLES + name)
            return
        data.line_down(f"the line is {state}")
        self._inquire(self._reports.tell_book())
        self._standing.tell_candles()

    @on(VenueClock)
    def venue_clock(self, message: VenueClock) -> None:
        self._clock.measured(message.ahead)

    @on(_Beat)
    def beat(self, _: _Beat) -> None:
        self._beat_again()
        if self._data.has_all_trades:
            self._inquire(self._reports.pass_time())
        self._inquire(self._reports.tell_book())
        self._prices.weigh()
        self._look_at_closes()
        self._standing.tell_candles()
        self._standing.tell_funding()

    def _beat_again(self) -> None:
        # On full seconds, so that a process wakes once for all its feeds.
        beat = BEAT if self._data.is_urgent(self._clock.utc, SLOW_BEAT) else SLOW_BEAT
        self.after(beat - self.elapsed % beat, _Beat())

    def _look_at_closes(self) -> None:
        if not self._data.away:
            for name, series in self._data.frames.series.items():
                series.look(self._clock.utc)
                self._inquire(CANDLES + name)

    def _listen(self) -> None:
        """Hear the connector; a source that polls tells the same."""
        if self._connector is None:
            return
        connector = self.lookup(self._connector)
        for of_all in (LineChanged, VenueClock):
            self.subscribe(connector, of_all)
        for event in (StreamChanged, *self._data.follow.reports):
            self.subscribe(connector, event, about=self._data.symbol)
        self._inquire(CLOCK)

    # -- what is asked of the connector

    def _request(self, question: Ask[Any], token: object) -> Outcome | None:
        return self.request(self.lookup(self._connector or ""), question, token)

    def _inquire(self, about: str | None) -> None:
        """Ask, if something is missing and not asked for yet."""
        if about is None or self._connector is None or not self._asking.is_free(about):
            return
        question = self._question(about)
        outcome = None if question is None else self._asking.ask(about, question)
        if outcome is not None:
            self.answered(outcome)

    def _question(self, about: str) -> Ask[Any] | None:
        """What to ask; None: nothing is missing."""
        if about == CLOCK:
            return None if self._clock.is_measured else GetVenueClock()
        return self._data.question(about, now=self._clock.utc)

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
            is_helped = self._take_answer(answer, question)
        self._asking.answered(about)  # not before: what it brought would ask again at once
        if is_helped:
            self._asking.succeed(about)
        if self._question(about) is None:
            return
        if is_helped:
            self.ref.tell(AskAgain(about))
        else:
            self._asking.pause(about)

    def _take_answer(self, answer: Any, question: Ask[Any]) -> bool:
        """Whether the answer was of help."""
        if isinstance(question, GetVenueClock):
            self._clock.measured(answer.ahead)
            return True
        if self._tape is None or not isinstance(question, FetchCandles):
            return self._reports.take(answer, question)
        self._tape.catch_up(answer, at=self.now)
        self._due = NEVER  # so that the next candle is looked at
        return True

    def _do_without(self, about: str) -> bool:
        """Whether it helps that the venue does not offer it: it can be built."""
        if self._tape is not None:
            what = f"{self._data.symbol} {about.removeprefix(CANDLES)}"
            raise UsageError(f"{self.path}: nobody tells candles of {what}")
        return self._reports.do_without(about)
