"""What the source of a symbol's market data is told and asked: which topic comes from where."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...runtime import Ask, Millis, Tell
from ..exchange.market_messages import Topic

Way = Literal["stream", "poll", "none"]
Preference = Literal["auto", "stream", "poll"]


class Prefer(msgspec.Struct, Tell, frozen=True, gc=False):
    """Take a topic from streams, from polling, or from whichever is healthy ("auto").

    Told to a source. It can be said at any time: nothing is lost or doubled by it.
    """

    topic: Topic
    preference: Preference
    frame: str = ""


class TopicSource(msgspec.Struct, frozen=True, gc=False):
    """How one topic comes to its feed."""

    topic: Topic
    frame: str
    way: Way
    since: Millis  # `elapsed`
    reason: str
    switches: int
    polls: int
    failed: int  # polls without an answer
    every: Millis | None  # between two polls, as the budget allows; None: it is not polled
    silences: int  # times that a stream was given up for saying nothing


class GetSources(msgspec.Struct, Ask[tuple[TopicSource, ...]], frozen=True, gc=False):
    """Asked of a source: how each topic comes."""


class SourceChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """A topic comes another way. Published by a source."""

    symbol: str
    topic: Topic
    frame: str
    way: Way
    reason: str
