"""The source of a symbol's market data: it has its feed told, by streams, by polls or by both.

The feed hears the connector's streams by itself; this actor asks for them, polls where they fail
or are not wanted, and tells the feed what polls brought. What to do when is decided in `sourcing`
and `pace`. A venue that does not answer is a state here and no crash (C12), and nothing is asked
while it takes no request (R9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, get_args

import msgspec

from ...runtime import (
    Actor,
    Ask,
    MailboxFull,
    Millis,
    Outcome,
    Tell,
    Timer,
    UnknownMessage,
    UsageError,
    on,
)
from ..exchange.adapters.capabilities import GetCapabilities
from ..exchange.budget import GetPressure
from ..exchange.errors import Barred, NotListed, NotOffered
from ..exchange.market_messages import StreamChanged, Topic, Unwatch, Watch
from ..exchange.messages import GetLine, GetVenueClock, Line, LineChanged, VenueClock
from .channel import BOOKS, Channel, Poll, channel_of
from .news import REPORTS, Report, key_of
from .poll_round import PollRound
from .polling import Offers, offers_of, question_of, reports_of
from .source_messages import (
    GetSources,
    Prefer,
    Preference,
    SourceChanged,
    SourcedTopic,
    TopicSource,
)
from .source_rule import told
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
)

DEADLINE: Final = Millis(15_000)  # of one poll
PRESSURE: Final = 2_000  # ms between two looks at the rate budget
SOON: Final = Millis(5_000)  # until what could not be learnt of the connector is asked again
Key = tuple[SourcedTopic, str]  # with the frame, of candles
AUTO: Final[Mapping[SourcedTopic, Preference]] = MappingProxyType({})
NEVER: Final = (NotOffered, NotListed, UnknownMessage)  # the same poll fails again


class _Of(Enum):
    """What a request is about that is no poll."""

    LINE = "line"
    OFFERS = "offers"
    PRESSURE = "pressure"
    CLOCK = "clock"


QUESTIONS: Final[Mapping[_Of, Ask[Any]]] = MappingProxyType(
    {
        _Of.LINE: GetLine(),
        _Of.OFFERS: GetCapabilities(),
        _Of.PRESSURE: GetPressure(),
        _Of.CLOCK: GetVenueClock(),
    }
)


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
        preferences: Mapping[SourcedTopic, Preference] = AUTO,
    ) -> None:
        if "candles" in topics and not frames:
            raise UsageError(f"source of {symbol}: candles of no frame; name one, such as '1m'")
        self._symbol = symbol
        self._preferences: dict[Key, Preference] = {}  # in the order of what was named
        for topic in topics:
            for frame in frames if topic == "candles" else ("",):
                self._preferences[topic, frame] = preferences.get(topic, "auto")
        self._paths = (connector, feed, budget)
        self._offers = offers
        self._channels: dict[Key, Channel] = {}
        self._streams: dict[tuple[Topic, str], Channel] = {}  # by what is watched
        self._line = Line("opening", Millis(0))
        self._pressed_at = Millis(-PRESSURE)
        self._timer: Timer | None = None

    def on_start(self) -> None:
        connector, feed, budget = self._paths
        self._connector = self.lookup(connector)
        self._feed = self.lookup(feed)
        self._budget = None if budget is None else self.lookup(budget)
        self._round = PollRound(self._channels.values(), self.chance)
        self._ahead = self.now - self.elapsed
        for of_all in (LineChanged, VenueClock):
            self.subscribe(self._connector, of_all)
        for event in (StreamChanged, *REPORTS):
            self.subscribe(self._connector, event, about=self._symbol)
        self._learn(_Of.CLOCK)
        self._learn(_Of.LINE)

    # -- what is learnt of the connector

    def _learn(self, what: _Of) -> None:
        outcome = self.request(self._connector, QUESTIONS[what], what, timeout=DEADLINE)
        if outcome is not None:
            self.came(outcome)

    def _learnt(self, outcome: Outcome) -> None:
        if outcome.token is _Of.CLOCK:
            if outcome.error is None:
                self.venue_clock(outcome.value)
        elif isinstance(outcome.error, UnknownMessage):
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

    @on(VenueClock)
    def venue_clock(self, message: VenueClock) -> None:
        """Candles close by the venue's clock, whatever ours says."""
        self._ahead = message.ahead

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
        for (topic, frame), preference in self._preferences.items():
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
        is_new = channel.heard(report)
        if not channel.is_steady(self.elapsed) and self._apply(channel, Spoke(is_new)):
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
            self._round.refresh()
        self._round.is_shut = line.state == "shut"
        self._line = line

    @on(Prefer)
    def prefer(self, message: Prefer) -> None:
        same = BOOKS if message.topic in BOOKS else {message.topic}
        for key in self._preferences:
            if key[0] not in same or (message.frame and key[1] != message.frame):
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
            for topic, frame in self._preferences
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
        while (found := self._round.next(self.elapsed)) is not None:
            channel, poll = found
            question = question_of(poll.what, self._symbol, channel.frame, poll.trades)
            token = _Asked(channel, poll, self.elapsed)
            outcome = self.request(self._connector, question, token, timeout=DEADLINE)
            if outcome is not None:
                self._came_back(token, outcome)
        self._wake()

    @on(Outcome)
    def came(self, outcome: Outcome) -> None:
        if isinstance(outcome.token, _Asked):
            self._came_back(outcome.token, outcome)
            self._go_on()
        elif outcome.token is _Of.PRESSURE:
            self._round.pressure = 0.0 if outcome.error is not None else outcome.value
        else:
            self._learnt(outcome)

    def _came_back(self, asked: _Asked, outcome: Outcome) -> None:
        channel, poll = asked.channel, asked.poll
        if outcome.error is not None:
            self._round.failed(poll)
            self._failed(channel, poll, outcome.error)
        else:
            self._round.answered(poll, self.elapsed - asked.at)
            self._hand_on(channel, poll, outcome.value)
        self._round.plan(
            channel, poll, now=Millis(self.elapsed + self._ahead), elapsed=self.elapsed
        )

    def _hand_on(self, channel: Channel, poll: Poll, answer: object) -> None:
        """Tell the feed what a poll brought."""
        reports = reports_of(poll.what, self._symbol, channel.frame, answer)
        try:
            for report in reports:
                self._feed.tell(report)
        except MailboxFull as error:  # what it cannot take now is polled again, later
            poll.pace = poll.pace.refused()
            self._apply(channel, Unanswered(str(error)))
            return
        for report in reports:
            channel.fit(poll, report)
        news = [channel.heard(report) for report in reports]
        if not any(news) and channel.may_idle(poll):
            self._round.idled(poll)
        if channel.judges(poll) or not channel.state.is_doubted:
            self._apply(channel, Answered(is_new=any(news)))

    def _failed(self, channel: Channel, poll: Poll, error: BaseException) -> None:
        if isinstance(error, NEVER):
            if channel.drop(poll):
                self._apply(channel, NotPolled(str(error)))
            return
        if isinstance(error, Barred):
            self._bar(error.until)
        self._apply(channel, Unanswered(str(error)))

    def _bar(self, until: Millis) -> None:
        self._round.bar(Millis(self.elapsed + max(0, until - self.now)))

    def _look_at_budget(self) -> None:
        is_old = self.elapsed - self._pressed_at >= PRESSURE
        if self._budget is None or not is_old or next(self._round.waiting(), None) is None:
            return
        self._pressed_at = self.elapsed
        outcome = self.request(
            self._budget, QUESTIONS[_Of.PRESSURE], _Of.PRESSURE, timeout=DEADLINE
        )
        if outcome is not None:
            self.came(outcome)

    def _wake(self) -> None:
        """Set the timer to whatever comes next."""
        times = [self._round.next_at()]
        times.extend(channel.state.next_at for channel in self._channels.values())
        known = [at for at in times if at is not None]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if known:
            self._timer = self.after(max(min(known) - self.elapsed, 1), _Look())
