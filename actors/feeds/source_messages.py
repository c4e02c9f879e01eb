"""What the source of a symbol's market data is told and asked: which topic comes from where."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from ...runtime import Ask, Millis, Tell
from ..exchange.market_messages import Topic

Way = Literal["stream", "poll", "none"]
Preference = Literal["auto", "stream", "poll"]
SourcedTopic: TypeAlias = Topic | Literal["open_interest"]
"""What a feed can be given; of open interest there is no stream anywhere."""


class Prefer(msgspec.Struct, Tell, frozen=True, gc=False):
    """Take a topic from streams, from polling, or from whichever is healthy ("auto").

    Told to a source. It can be said at any time: nothing is lost or doubled by it. What the venue
    does not offer is refused: the topic comes as it did, and `TopicSource.reason` says why. It ends
    with the source's incarnation; what holds for longer is given to its constructor.
    """

    topic: SourcedTopic
    preference: Preference
    frame: str = ""


class TopicSource(msgspec.Struct, frozen=True, gc=False):
    """How one topic comes to its feed."""

    topic: SourcedTopic
    frame: str
    way: Way
    since: Millis  # `elapsed`
    reason: str
    switches: int
    polls: int
    failed: int  # polls without an answer
    every: Millis | None  # between two polls, as the budget allows; None: it is not polled
    silences: int  # times that a stream was given up for saying nothing
    quiet: int = 0  # of these, those in which polls showed that nothing had happened


class GetSources(msgspec.Struct, Ask[tuple[TopicSource, ...]], frozen=True, gc=False):
    """Asked of a source: how each topic comes."""


class SourceChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """A topic comes another way. Published by a source."""

    symbol: str
    topic: SourcedTopic
    frame: str
    way: Way
    reason: str
