"""The source of a symbol's market data: it has its feed told, by streams, by polls or by both.

The feed hears the connector's streams by itself; this actor asks for them, polls where they fail
or are not wanted, and tells the feed what polls brought. What to do when is decided in `sourcing`
and `pace`. A venue that does not answer is a state here and no crash (C12), and nothing is asked
while it takes no request (R9).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final, get_args

import msgspec

from ...runtime import (
    Actor,
    MailboxFull,
    Millis,
    Outcome,
    Tell,
    Timer,
    UnknownMessage,
    UsageError,
    on,
)
from ..exchange.budget import GetPressure
from ..exchange.ccxt_connector import GetCapabilities
from ..exchange.errors import Barred, NotListed, NotOffered
from ..exchange.market_messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Unwatch,
    Watch,
)
from ..exchange.messages import GetLine, Line, LineChanged
from .channel import Channel, Poll, channel_of
from .polling import Offers, Report, key_of, offers_of, question_of, reports_of
from .source_messages import (
    GetSources,
    Prefer,
    Preference,
    SourceChanged,
    SourcedTopic,
    TopicSource,
)
from .sourcing import (
    Answered,
    Begun,
    Event,
    LineMoved,
    Lost,
    NotPolled,
    Passed,
    Preferred,
    Spoke,
    Unanswered,
    told,
)

IN_FLIGHT: Final = 3  # polls of one source at a time
DEADLINE: Final = Millis(15_000)  # of one poll
SLOW: Final = 1_000  # ms; an answer that took longer has waited for the rate budget
PRESSURE: Final = 2_000  # ms between two looks at the rate budget
SOON: Final = Millis(5_000)  # until what could not be learnt of the connector is asked again
NOBODY: Final[Mapping[SourcedTopic, Preference]] = MappingProxyType({})
NEVER: Final = (NotOffered, NotListed, UnknownMessage)  # the same poll fails again
REPORTS: Final = (
    TickerReported,
    TradesReported,
    BookReported,
    BookDiffReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
)


class _Of(Enum):
    """What a request is about that is no poll."""

    LINE = "line"
    OFFERS = "offers"
    PRESSURE = "pressure"


class _Look(msgspec.Struct, Tell, frozen=True):
    """Something is due."""


class _Learn(msgspec.Struct, Tell, frozen=True):
    """Time to ask the connector again for what is not known of it."""


class _Asked(msgspec.Struct, frozen=True):
    """The token of a poll."""

    channel: Channel
    poll: Poll
    at: Millis


class MarketSource(Actor):
    """Takes `Prefer`; answers `GetSources`; publishes `SourceChanged`.

    topics, frames: what the feed follows, "candles" in each of the frames. connector, feed: paths.
    budget: the path of the `RateBudget` whose use stretches pauses beforehand; None: what polls
    meet does. offers: what the connector has; None: it is asked, once its line has been up.
    preferences: of topics, from the start on.
    """

    def __init__(  # noqa: PLR0913  # two of them are for tests and unusual connectors
        self,
        symbol: str,
        *,
        topics: Sequence[SourcedTopic],
        frames: Sequence[str] = (),
        connector: str,
        feed: str,
        budget: str | None = None,
        offers: Offers | None = None,
        preferences: Mapping[SourcedTopic, Preference] = NOBODY,
    ) -> None:
        if "candles" in topics and not frames:
            raise UsageError(f"source of {symbol}: candles of no frame; name one, such as '1m'")
        self._symbol = symbol
        self._wanted = [
            (topic, frame)
            for topic in dict.fromkeys(topics)
            for frame in (dict.fromkeys(frames) if topic == "candles" else ("",))
        ]
        self._paths = (connector, feed, budget)
        self._offers = offers
        self._preferences = {key: preferences.get(key[0], "auto") for key in self._wanted}
        self._channels: dict[tuple[SourcedTopic, str], Channel] = {}
        self._streams: dict[tuple[Topic, str], Channel] = {}  # by what is watched
        self._line = Line("opening", Millis(0))
        self._barred_until = Millis(0)  # `elapsed`
        self._under_way = 0
        self._pressure = 0.0
        self._pressed_at = Millis(-PRESSURE)
        self._timer: Timer | None = None
        self._wakes_at = Millis(0)

    def on_start(self) -> None:
        connector, feed, budget = self._paths
        self._connector = self.lookup(connector)
        self._feed = self.lookup(feed)
        self._budget = None if budget is None else self.lookup(budget)
        for event in (LineChanged, StreamChanged, *REPORTS):
            self.subscribe(self._connector, event)
        self._learn(_Of.LINE)

    # -- what is learnt of the connector

    def _learn(self, what: _Of) -> None:
        question = GetLine() if what is _Of.LINE else GetCapabilities()
        outcome = self.request(self._connector, question, what, timeout=DEADLINE)
        if outcome is not None:
            self.came(outcome)

    def _learnt(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, UnknownMessage):
            self._offers = Offers(streams=get_args(Topic))  # what is not there shows by itself
            self._begin()
        elif outcome.error is not None:
            self.after(SOON, _Learn())
        elif outcome.token is _Of.LINE:
            self._move(outcome.value)
            self._begin()
        else:
            self._offers = offers_of(outcome.value)
            self._begin()

    @on(_Learn)
    def learn(self, _: _Learn) -> None:
        if not self._channels:
            self._learn(_Of.LINE)

    def _begin(self) -> None:
        """Take up every topic, once it is known what there is."""
        if self._channels:
            return
        if self._offers is None:
            self._learn(_Of.OFFERS)
            return
        for topic, frame in self._wanted:
            preference = self._preferences[topic, frame]
            channel = channel_of(topic, frame, self._offers, preference)
            self._channels[topic, frame] = channel
            if channel.stream is not None:
                self._streams[channel.stream, frame] = channel
        for channel in self._channels.values():
            self._apply(channel, Begun(self._line))
        self._go_on()

    # -- what happens

    @on(*REPORTS)
    def heard(self, report: Report) -> None:
        symbol, topic, frame = key_of(report)
        if symbol != self._symbol:
            return
        channel = self._streams.get((topic, frame))
        if channel is None:
            return
        channel.heard(report)
        if self._apply(channel, Spoke()):
            self._go_on()

    @on(StreamChanged)
    def stream_changed(self, message: StreamChanged) -> None:
        channel = self._streams.get((message.topic, message.frame))
        if message.symbol != self._symbol or channel is None:
            return
        self._apply(channel, Spoke() if message.state == "live" else Lost(message.reason))
        self._go_on()

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        self._move(message.line)
        if not self._channels:
            self._begin()
        else:
            for channel in self._channels.values():
                self._apply(channel, LineMoved(message.line))
            self._go_on()

    def _move(self, line: Line) -> None:
        if line.state == "barred" and line.until is not None:
            self._bar(line.until)
        elif line.state == "up" and self._line.state in {"away", "opening"}:
            for channel in self._channels.values():
                for poll in channel.polls:
                    poll.pace = poll.pace.fresh()  # what failed did not fail for want of budget
        self._line = line

    @on(Prefer)
    def prefer(self, message: Prefer) -> None:
        for key in self._wanted:
            if key[0] != message.topic or (message.frame and key[1] != message.frame):
                continue
            self._preferences[key] = message.preference
            if key in self._channels:
                self._apply(self._channels[key], Preferred(message.preference))
        self._go_on()

    @on(GetSources)
    def sources(self, _: GetSources) -> tuple[TopicSource, ...]:
        if self._channels:
            return tuple(channel.told() for channel in self._channels.values())
        unknown = "it is not known what the venue offers: its line has not been up"
        return tuple(
            TopicSource(topic, frame, "none", Millis(0), unknown, 0, 0, 0, None, 0)
            for topic, frame in self._wanted
        )

    @on(_Look)
    def look(self, _: _Look) -> None:
        self._timer = None
        for channel in self._channels.values():
            due = channel.state.next_at
            if due is not None and due <= self.elapsed:
                self._apply(channel, Passed())
        self._go_on()

    def _apply(self, channel: Channel, event: Event) -> bool:
        """Let the rule decide, and do it; whether there was anything to do."""
        before = channel.state
        channel.state, commands = told(before, event, elapsed=self.elapsed)
        for command in commands:
            if command == "poll":
                channel.call(self.elapsed, self.chance)
            elif command != "rest" and channel.stream is not None:
                if command != "watch":
                    self._connector.tell(Unwatch(self._symbol, channel.stream, channel.frame))
                if command != "unwatch":
                    self._connector.tell(Watch(self._symbol, channel.stream, channel.frame))
        way = channel.state.way
        if way != before.way:
            topic, frame, reason = channel.topic, channel.frame, channel.state.reason
            self.publish(SourceChanged(self._symbol, topic, frame, way, reason))
        return bool(commands) or channel.state.stream != before.stream

    # -- polls

    def _go_on(self) -> None:
        """Ask what is due, and look again when the next is."""
        self._look_at_budget()
        while self._may_ask:
            waiting = self._waiting()
            channel, poll = min(waiting, key=lambda each: each[1].due, default=(None, None))
            if channel is None or poll is None or poll.due > self.elapsed:
                break
            self._ask(channel, poll)
        self._wake()

    @property
    def _may_ask(self) -> bool:
        is_open = self._line.state != "shut" and self._barred_until <= self.elapsed
        return is_open and self._under_way < IN_FLIGHT

    def _waiting(self) -> Iterator[tuple[Channel, Poll]]:
        for channel in self._channels.values():
            for poll in channel.due_polls():
                yield channel, poll

    def _ask(self, channel: Channel, poll: Poll) -> None:
        question = question_of(poll.what, self._symbol, channel.frame)
        poll.is_under_way = True
        poll.count += 1
        self._under_way += 1
        token = _Asked(channel, poll, self.elapsed)
        outcome = self.request(self._connector, question, token, timeout=DEADLINE)
        if outcome is not None:
            self._answered(token, outcome)

    @on(Outcome)
    def came(self, outcome: Outcome) -> None:
        if isinstance(outcome.token, _Asked):
            self._answered(outcome.token, outcome)
            self._go_on()
        elif outcome.token is _Of.PRESSURE:
            self._pressure = 0.0 if outcome.error is not None else outcome.value
        else:
            self._learnt(outcome)

    def _answered(self, asked: _Asked, outcome: Outcome) -> None:
        channel, poll = asked.channel, asked.poll
        poll.is_under_way = False
        self._under_way -= 1
        if outcome.error is not None:
            self._failed(channel, poll, outcome.error)
        elif not self._tell_feed(channel, poll, outcome.value):
            poll.pace = poll.pace.refused()
        else:
            is_slow = self.elapsed - asked.at > SLOW
            poll.pace = poll.pace.slow() if is_slow else poll.pace.quick()
        wait = channel.plan(poll, now=self.now, pressure=self._pressure, chance=self.chance)
        poll.due = Millis(self.elapsed + wait)

    def _tell_feed(self, channel: Channel, poll: Poll, answer: object) -> bool:
        """Hand on what a poll brought; whether the feed could take it."""
        if channel.state.polls != "on":
            return True  # it was under way when polls were let be
        reports = reports_of(poll.what, self._symbol, channel.frame, answer)
        try:
            for report in reports:
                self._feed.tell(report)
        except MailboxFull:  # the feed is behind: what it missed is polled again
            self._apply(channel, Unanswered(f"{self._feed.path} is behind"))
            return False
        news = [channel.heard(report) for report in reports]
        if channel.judges(poll) or not channel.state.is_doubted:
            self._apply(channel, Answered(is_new=any(news)))
        return True

    def _failed(self, channel: Channel, poll: Poll, error: BaseException) -> None:
        poll.failed += 1
        poll.pace = poll.pace.refused()
        if isinstance(error, NEVER):
            if channel.drop(poll):
                self._apply(channel, NotPolled(str(error)))
            return
        if isinstance(error, Barred):
            self._bar(error.until)
        self._apply(channel, Unanswered(str(error)))

    def _bar(self, until: Millis) -> None:
        """Ask nothing before a time; what is due then is spread."""
        ends = Millis(self.elapsed + max(0, until - self.now))
        self._barred_until = max(self._barred_until, ends)
        for _, poll in self._waiting():
            spread = self.chance.uniform(0, poll.pace.every / 2)
            poll.due = Millis(max(poll.due, self._barred_until + int(spread)))

    def _look_at_budget(self) -> None:
        is_old = self.elapsed - self._pressed_at >= PRESSURE
        if self._budget is None or not is_old or next(self._waiting(), None) is None:
            return
        self._pressed_at = self.elapsed
        outcome = self.request(self._budget, GetPressure(), _Of.PRESSURE, timeout=DEADLINE)
        if outcome is not None:
            self.came(outcome)

    def _wake(self) -> None:
        """Set the timer to whatever comes next."""
        times = [
            at for channel in self._channels.values() if (at := channel.state.next_at) is not None
        ]
        if self._line.state != "shut" and self._under_way < IN_FLIGHT:
            times.extend(max(poll.due, self._barred_until) for _, poll in self._waiting())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if times:
            self._timer = self.after(max(min(times) - self.elapsed, 1), _Look())
