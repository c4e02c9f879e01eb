"""One topic of a source: which way it comes, what of it is polled and when, what was last heard.

Held by the source that owns it. Decisions are those of `sourcing` and `pace`.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import attrs

from ...runtime import Millis, Tell
from ..exchange.market_messages import Topic, TradesReported
from ..market.timeframe import TimeFrame
from .news import Mark, is_newer, mark_of, trade_mark
from .pace import Pace
from .polling import (
    PACES,
    POLLS,
    TRADES,
    Offers,
    Polled,
    cadence_of,
    candle_wait,
    next_trades,
)
from .source_messages import Preference, SourcedTopic, TopicSource
from .sourcing import Sourcing, sourcing

JITTER: Final = 0.1  # of a pause, so that sources do not ask in step
BOOKS: Final = frozenset[SourcedTopic](("book", "diffs"))  # either is the book of a symbol
MOMENT: Final = 500  # ms; silences are longer by far
AT_ONCE: Final = 500  # ms in which the polls of a start spread


@attrs.define(eq=False)
class Poll:
    """One question that is asked again and again."""

    what: Polled
    pace: Pace
    due: Millis = Millis(0)
    is_under_way: bool = False
    count: int = 0
    failed: int = 0
    trades: int = TRADES  # that it asks for, where it is for those


@attrs.define(eq=False)
class Channel:
    """See the module."""

    topic: SourcedTopic
    frame: str
    stream: Topic | None  # what is watched for it
    polls: list[Poll]
    state: Sourcing
    marks: dict[Polled, Mark] = attrs.field(factory=dict[Polled, Mark])
    dropped: list[Poll] = attrs.field(factory=list[Poll])  # which the venue does not answer

    def heard(self, report: Tell) -> bool:
        """Note what came; whether it was news."""
        marked = mark_of(report)
        if marked is None:
            return True
        what, mark = marked
        before = self.marks.get(what)
        is_new = is_newer(what, mark, before)
        if is_new or (mark is not None and None in mark):  # what a stream leaves out it cannot miss
            self.marks[what] = mark
        return is_new

    def fit(self, poll: Poll, report: Tell) -> None:
        """Let the next poll ask for as many trades as this one suggests, before it is `heard`."""
        if isinstance(report, TradesReported):
            before = self.marks.get("trades")
            marks = (trade_mark(trade) for trade in report.trades)
            poll.trades = next_trades(sum(is_newer("trades", mark, before) for mark in marks))

    def is_steady(self, elapsed: Millis) -> bool:
        """Whether one more word of the stream changes nothing: it spoke a moment ago."""
        state = self.state
        is_usual = state.stream == "live" and not state.is_doubted
        return is_usual and elapsed - state.pulse.since < MOMENT

    def call(self, elapsed: Millis, chance: Random) -> None:
        """Poll everything now."""
        for poll in self.polls:
            poll.due = Millis(elapsed + int(chance.uniform(0, AT_ONCE)))

    def due_polls(self) -> Sequence[Poll]:
        """Those that wait for their time."""
        if self.state.polls != "on":
            return ()
        return [poll for poll in self.polls if not poll.is_under_way]

    def wait(self, poll: Poll, *, now: Millis, pressure: float, chance: Random) -> Millis:
        """How long until it is asked again."""
        if poll.what == "candles":
            newest = self.marks.get("candles")
            wait = candle_wait(TimeFrame.parse(self.frame), newest[0] if newest else None, now)
            if wait is not None:
                return Millis(wait + int(chance.uniform(0, AT_ONCE)))
        pause = poll.pace.pause(pressure)
        return Millis(max(1, int(pause * chance.uniform(1 - JITTER, 1 + JITTER))))

    def drop(self, poll: Poll) -> bool:
        """Never ask it again; whether nothing is left to ask."""
        self.polls.remove(poll)
        self.dropped.append(poll)
        return not self.polls

    def judges(self, poll: Poll) -> bool:
        """Whether it tells if a stream that is silent has missed something."""
        return self.polls[0] is poll

    def may_idle(self, poll: Poll) -> bool:
        """Whether nothing is lost by asking less often while there is no news.

        A stream that is asked for would bring it; and where nobody trades, some venues have no
        candle.
        """
        return poll.what == "candles" or self.state.stream == "asked"

    def told(self) -> TopicSource:
        """How it comes, for whoever asks."""
        state, every = self.state, [*self.polls, *self.dropped]
        is_polled = state.polls == "on" and self.polls
        return TopicSource(
            self.topic,
            self.frame,
            state.way,
            state.since,
            state.reason,
            state.switches,
            sum(poll.count for poll in every),
            sum(poll.failed for poll in every),
            self.polls[0].pace.every if is_polled else None,
            state.silences,
            state.quiet,
        )


def channel_of(topic: SourcedTopic, frame: str, offers: Offers, preference: Preference) -> Channel:
    """A topic of which nothing has come, at a venue that offers this."""
    is_there = topic != "candles" or not offers.frames or frame in offers.frames
    stream = _stream_of(topic, offers) if is_there else None
    polls = [Poll(what, PACES[what]) for what in POLLS[topic] if is_there and what in offers.polls]
    state = sourcing(
        cadence=cadence_of(topic, frame),
        has_stream=stream is not None,
        has_polls=bool(polls),
        preference=preference,
    )
    if stream is None and not polls:
        refusal = f"the venue offers no {topic} {frame}".rstrip()
        state = attrs.evolve(state, refusal=refusal)
    return Channel(topic, frame, stream, polls, state)


def _stream_of(topic: SourcedTopic, offers: Offers) -> Topic | None:
    """A book comes as diffs or whole: where the venue has not the one, it has the other."""
    others: dict[SourcedTopic, tuple[Topic, ...]] = {
        "diffs": ("diffs", "book"),
        "book": ("book", "diffs"),
    }
    if topic == "open_interest":
        return None
    return next((each for each in others.get(topic, (topic,)) if each in offers.streams), None)
